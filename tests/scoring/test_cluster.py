"""On a real Ray cluster of two workers, one of them killed: nothing is lost, nothing doubled."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from roleclass import ScoringError
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.scoring.summary import Summary
from tests.tables import files

ray = pytest.importorskip("ray", reason="needs roleclass[ray]")
from ray._private.state import available_resources_per_node  # noqa: E402

from roleclass.scoring.cluster import score_on_cluster  # noqa: E402

pytestmark = [
    pytest.mark.ray,
    # Ray warns of its own deprecations, and leaves sockets and processes to the collector.
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray.*"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray.*"),
    pytest.mark.filterwarnings("ignore::UserWarning:ray.*"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A cluster of two workers with two CPUs each; the head only leads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from ray.cluster_utils import Cluster

        # The loss of a node is noticed after a second, not after ten.
        checks = {
            "health_check_initial_delay_ms": 0,
            "health_check_period_ms": 250,
            "health_check_failure_threshold": 4,
        }
        memory = {"object_store_memory": 80 * 2**20}
        made = Cluster(
            initialize_head=True, head_node_args={"num_cpus": 0, "_system_config": checks, **memory}
        )
        made.workers = [made.add_node(num_cpus=2, **memory) for _ in range(2)]
        yield made
        ray.shutdown()
        made.shutdown()


def test_a_killed_worker_loses_and_doubles_nothing(tmp_path: Path, cluster: Any) -> None:
    rows = files.rows(60 * 400)
    for k in range(60):
        files.write_parquet(tmp_path / f"in{k:02}.parquet", rows[k * 400 : (k + 1) * 400])
    inputs, killed_at = [str(tmp_path / "in*.parquet")], []

    def kill_one(summary: Summary) -> None:
        if not killed_at:
            free = available_resources_per_node()
            busiest = min(cluster.workers, key=lambda node: free[node.node_id].get("CPU", 0))
            assert free[busiest.node_id].get("CPU", 0) < 2  # a scorer is on it
            cluster.remove_node(busiest, allow_graceful=False)
            killed_at.append(summary.rows)

    output = tmp_path / "out"
    summary = score_on_cluster(inputs, output, address=cluster.address, progress=kill_one)

    assert killed_at[0] < 60 * 400
    assert summary.rows == 60 * 400
    score_files(inputs, tmp_path / "local.parquet", ScoreOptions(threads=2))
    assert pq.read_table(output).equals(pq.read_table(tmp_path / "local.parquet"))
    assert len(list(output.glob("part-*.parquet"))) == 60
    assert not list(output.glob("*.tmp"))
    assert (output / "_SUCCESS").exists()

    # The same cluster: a run that was cut off takes what is there.
    (output / "part-0000007.parquet").unlink()
    (output / "_SUCCESS").unlink()
    with pytest.raises(ScoringError, match=r"out exists; .*--resume"):
        score_on_cluster(inputs, output, address=cluster.address)
    with pytest.raises(ScoringError, match=r"out .*options"):
        score_on_cluster(
            inputs, output, ScoreOptions(prefix="x_"), address=cluster.address, resume=True
        )
    summary = score_on_cluster(inputs, output, address=cluster.address, resume=True)
    assert (summary.rows, summary.resumed) == (24000, 23600)
    assert pq.read_table(output).equals(pq.read_table(tmp_path / "local.parquet"))

    # A row that cannot be scored stops the run where that is asked for, with a plain error.
    bad = files.write_parquet(
        tmp_path / "bad.parquet", [*rows[:3], {**rows[3], "description": None}]
    )
    with pytest.raises(ScoringError, match=r"bad\.parquet: .*no text; .*--on-error"):
        score_on_cluster(
            [bad], tmp_path / "bad", ScoreOptions(on_error="stop"), address=cluster.address
        )


def test_a_cluster_of_one_cpu_is_enough_and_one_of_none_is_refused(tmp_path: Path) -> None:
    source = files.write_parquet(tmp_path / "in.parquet", files.rows(3))
    for cpus in (0, 1):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ray.init(num_cpus=cpus, object_store_memory=80 * 2**20, log_to_driver=False)
        try:
            if cpus:
                assert score_on_cluster([source], tmp_path / "out", resume=True).rows == 3
            else:
                with pytest.raises(ScoringError, match="no CPU"):
                    score_on_cluster([source], tmp_path / "out")
        finally:
            ray.shutdown()
