"""Changes that a reader would not notice change nothing else, and the figures mean what their names say."""

import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import behaviour
from benchmarks.changes import (
    PLACES,
    WRITTEN,
    Change,
    changes,
    insert,
    labelled_lines,
    rotate,
    with_another_item,
    without_blank_lines,
    wrap,
)
from roleclass import Role, RoleClassifier
from roleclass.prediction import Prediction
from roleclass.training.corpus import Corpus, LabelledPosting, load_corpus
from tests.written import DUTIES, OPENING, corpus_rows

PRAISE = "Our agents and large language models are loved by four thousand companies."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with labelled lines; those of `train` boast of something that no change may put in."""
    folder = tmp_path_factory.mktemp("behaviour")
    rows = list(corpus_rows(12))
    for row in rows:
        row["description"] += f"\n{PRAISE}" if row["split"] == "dev" else "\nTaught already."
    pq.write_table(pa.Table.from_pylist(rows), folder / "written.parquet")
    lines = []
    for row in rows:
        start = 0
        for line in row["description"].split("\n"):
            duty = any(line in duties for duties in DUTIES.values())
            boast = line in {PRAISE, "Taught already."}
            lines.append(
                {"id": row["id"], "start": start, "end": start + len(line), "split": row["split"],
                 "part": "duty" if duty else "company" if boast or line in OPENING else "other",
                 "work": "ai-topic" if boast else "none"}
            )  # fmt: skip
            start += len(line) + 1
    pq.write_table(pa.Table.from_pylist(lines), folder / "lines.parquet")
    return folder


@pytest.fixture(scope="module")
def dev(folder: Path) -> Corpus:
    return load_corpus(folder, warn=lambda _: None).split("dev")


def words(text: str) -> list[str]:
    return sorted(text.split())


@pytest.mark.parametrize("place", PLACES)
@given(text=st.text(st.sampled_from("aB. \n-"), max_size=60))
def test_a_line_is_put_in_whole_and_nothing_is_lost(place: str, text: str) -> None:
    changed = insert(text, "Put in here.", place)
    assert "Put in here." in changed.split("\n")
    assert words(changed) == words(f"{text}\nPut in here.")


def test_a_line_is_never_put_into_a_sentence_that_goes_on() -> None:
    text = "We bake bread and\ncakes for the whole\ntown. We also brew.\nYou clean."
    assert insert(text, "New.", "middle") == f"{text[:-11]}\nNew.\nYou clean."
    assert insert("We bake. You eat.", "New.", "middle") == "We bake. \nNew.\nYou eat."


@given(text=st.text(st.sampled_from("aB. \n-:"), max_size=60), width=st.integers(20, 100))
def test_layout_moves_words_and_loses_none(text: str, width: int) -> None:
    assert words(rotate(text)) == words(text)
    assert without_blank_lines(text).split() == text.split()
    assert wrap(text, width).split() == text.split()
    assert wrap(text, width, hanging=True).split() == text.split()


def test_wrapped_lines_are_no_longer_than_the_width() -> None:
    text = "- " + "Bake bread and cakes. " * 20
    for hanging in (False, True):
        assert max(map(len, wrap(text, 40, hanging=hanging).split("\n"))) <= 40


@pytest.mark.parametrize(
    ("text", "item", "expected"),
    [
        ("- Bake.\n- Brew.\nBye.", "Brew.", "- Bake.\n- Brew.\n- Sell.\nBye."),
        ("Bake\nBrew", "Brew", "Bake\nBrew\nSell."),
        ("You bake. You brew. You eat.", "You brew.", "You bake. You brew. Sell. You eat."),
        ("Tasks: bake and brew.\nBye.", "bake and brew.", "Tasks: bake and brew. Sell.\nBye."),
    ],
)
def test_another_item_stands_as_its_neighbour_does(text: str, item: str, expected: str) -> None:
    start = text.index(item)
    assert with_another_item(text, start, start + len(item), "Sell.") == expected


def test_a_change_is_the_same_in_every_run_and_has_a_name_of_its_own(
    folder: Path, dev: Corpus
) -> None:
    lines = labelled_lines(folder, dev)
    first, second = changes(dev, lines), changes(dev, lines)
    assert len({change.name for change in first}) == len(first)
    for one, two in zip(first, second, strict=True):
        assert [one.of(p) for p in dev] == [two.of(p) for p in dev]


def test_lines_that_are_lent_are_of_dev_of_others_and_of_the_right_kind(
    folder: Path, dev: Corpus
) -> None:
    lines = labelled_lines(folder, dev)
    assert {line["posting"] for line in lines} == set(dev)
    lent = [change for change in changes(dev, lines) if "of others" in change.name]
    assert [change.group for change in lent] == ["company"] * 3  # no line is a nice-to-have here
    for change in lent:
        for posting in dev:
            assert words(change.of(posting).text) == words(f"{posting.text}\n{PRAISE}")
    alone = [line for line in lines if line["posting"].group == dev[0].group]
    assert not any("of others" in change.name for change in changes(dev, alone))


def test_without_labelled_lines_only_written_ones_are_put_in(tmp_path: Path, dev: Corpus) -> None:
    assert labelled_lines(tmp_path, dev) == []
    assert not any("of others" in change.name for change in changes(dev, []))


class Reader:
    """Stands in for a classifier: calls AI-First what mentions agents, and Other all else."""

    def predict_many(self, texts: Sequence[str], titles: Sequence[str | None]) -> list[Prediction]:
        roles = [Role.AI_FIRST if "agents" in text else Role.OTHER for text in texts]
        return [
            Prediction(role, 0.9, {r: 0.9 if r == role else 0.1 / 3 for r in Role}, reliable=True)
            for role in roles
        ]


def test_what_a_change_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    dev = Corpus(
        tuple(
            LabelledPosting(str(i), "jobs", str(i), None, text, role)
            for i, (text, role) in enumerate(
                [("Build agents.", Role.AI_FIRST), ("Bake.", Role.OTHER), ("Sew.", Role.OTHER)]
            )
        )
    )

    def apply(posting: LabelledPosting, _: Random) -> LabelledPosting:
        text = posting.text.replace("Bake", "Bake for agents")
        return LabelledPosting(posting.id, "jobs", posting.group, None, text, posting.role)

    monkeypatch.setattr(behaviour, "changes", lambda *_: [Change("notice", "bake", apply)])
    figures = behaviour.measure(Reader(), dev, [])  # type: ignore[arg-type]
    assert figures["as_they_are"]["accuracy"] == 1.0
    row = figures["invariance"]["bake"]
    assert row["lost"] == row["lost_forgiven"] == pytest.approx(1 / 3, abs=1e-6)
    assert row["same"] == pytest.approx(2 / 3, abs=1e-6)
    assert row["false_ai_first_added"] == 0.5
    assert figures["groups"] == {"notice": {k: v for k, v in row.items() if k != "group"}}


def test_only_an_other_that_becomes_ai_support_is_forgiven() -> None:
    roles = [Role.OTHER, Role.OTHER, Role.ML_FIRST]
    dev = Corpus(
        tuple(LabelledPosting(str(i), "", "", None, "", role) for i, role in enumerate(roles))
    )

    def answers(*given: Role) -> list[Prediction]:
        return [Prediction(role, 0.9, {}, reliable=True) for role in given]

    plain = answers(Role.OTHER, Role.AI_SUPPORT, Role.ML_FIRST)
    figures = behaviour._scores(dev, plain, answers(*[Role.AI_SUPPORT] * 3), forgives=True)
    assert figures["lost"] == pytest.approx(2 / 3, abs=1e-6)
    assert figures["lost_forgiven"] == pytest.approx(1 / 3, abs=1e-6)


def test_direction_counts_what_falls_by_more_than_is_noticed(folder: Path, dev: Corpus) -> None:
    class Falling:
        def predict_many(
            self, texts: Sequence[str], titles: Sequence[str | None]
        ) -> list[Prediction]:
            added = [any(duty in text for duty in WRITTEN["genai-duties"]) for text in texts]
            return [
                Prediction(Role.AI_FIRST, p, {Role.AI_FIRST: p}, reliable=True)
                for p in np.where(added, 0.4, 0.6).tolist()
            ]

    lines = labelled_lines(folder, dev)
    got = behaviour.direction(Falling(), lines, "genai-duties", Role.AI_FIRST, ())  # type: ignore[arg-type]
    assert got["postings"] == len(dev)
    assert got["lowered"] == 1.0
    without = behaviour.direction(Falling(), lines, "genai-duties", Role.AI_FIRST, tuple(Role))  # type: ignore[arg-type]
    assert without["postings"] == 0


def test_what_is_missed_is_told_unless_it_is_held_out(tmp_path: Path) -> None:
    case = {"kind": "stub", "title": None, "text": "Bake.", "must": ["unclear"]}
    for name in ("written", "held_out"):
        (tmp_path / f"{name}.jsonl").write_text(f"{json.dumps(case)}\n" * 2, "utf-8")
    told = behaviour.minimum_functionality(Reader(), tmp_path / "written.jsonl")  # type: ignore[arg-type]
    counted = behaviour.minimum_functionality(Reader(), tmp_path / "held_out.jsonl")  # type: ignore[arg-type]
    assert told["all"] == counted["all"] == {"n": 2, "met": 0}
    assert [row["line"] for row in told["missed"]] == [1, 2]
    assert "missed" not in counted


def cases(name: str) -> list[dict[str, Any]]:
    file = behaviour.CASES / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_written_texts_are_well_formed_many_and_a_third_of_them_held_out() -> None:
    written, held_out = cases("written"), cases("held_out")
    assert len(written) + len(held_out) >= 120
    assert 3 * len(held_out) >= len(written) + len(held_out)
    texts = [(case["title"], case["text"]) for case in written + held_out + cases("answers")]
    assert len(set(texts)) == len(texts)
    for case in written + held_out:
        assert set(case) == {"kind", "title", "text", "must"}
        assert case["must"]
        assert set(case["must"]) <= set(map(str, Role))


def test_the_command_writes_figures_table_and_plot_without_any_posting(
    folder: Path, dev: Corpus, tmp_path: Path
) -> None:
    done = CliRunner().invoke(behaviour.main, ["--corpus", str(folder), "--output", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert [file.name for file in tmp_path.iterdir()] == ["behaviour.json"]
    figures = json.loads((tmp_path / "behaviour.json").read_text("utf-8"))
    assert figures["dev"] == len(dev)
    plain = figures["as_they_are"]["accuracy"]
    answers = RoleClassifier().predict_many([p.text for p in dev], [p.title for p in dev])
    assert plain == pytest.approx(
        np.mean([a.role == p.role for a, p in zip(answers, dev, strict=True)]), abs=1e-6
    )
    for row in figures["invariance"].values():
        assert row["lost"] == pytest.approx(plain - row["accuracy"], abs=2e-6)
    sentences = {line for posting in dev for line in posting.text.split("\n")}
    for file in tmp_path.iterdir():
        text = file.read_text("utf-8")
        assert not any(sentence in text for sentence in sentences)
        assert "hiring with AI" in text


def test_a_model_with_other_roles_is_turned_away(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RoleClassifier, "roles", (Role.OTHER, Role.AI_FIRST))
    done = CliRunner().invoke(
        behaviour.main, ["--corpus", str(folder), "--output", str(tmp_path / "out")]
    )
    assert done.exit_code == 1
    assert "ai-support, ml-first" in done.output
    assert not (tmp_path / "out").exists()
