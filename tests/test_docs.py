"""Every command and every script in README and docs runs, in the order in which it is written."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.fieldguide import STRUCTURED, WELL_FORMED
from tests.written import TITLES, corpus_rows, own_rows, posting

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]

# A block that cannot run here says why in a comment before it. Blocks of ``sh`` are the gate's.
BLOCK = re.compile(r"(<!-- not run: [^>]+ -->\n)?```(console|python)\n(.*?)```", re.DOTALL)
# What the tests run in is installed already (the gate follows these lines of getting-started.md too), and a
# server does not end by itself (tests/web has it).
ELSEWHERE = re.compile(r"(\. |python3 -m venv |pip install |roleclass web\b)")


def scripts(page: Path) -> list[tuple[str, str]]:
    """The blocks of a page that are no doctests: kind and text."""
    return [
        (kind, text)
        for excuse, kind, text in BLOCK.findall(page.read_text("utf-8"))
        if not excuse and ">>>" not in text
    ]


# How fast it is takes long to measure well; here little is measured, which is as good a test of the command.
FEW = "--postings 10 --rounds 1"


def commands(block: str) -> list[str]:
    lines = re.findall(r"^\$ ((?:.*\\\n)*.*)$", block, re.MULTILINE)
    return [
        re.sub(r"^roleclass benchmark", rf"\g<0> {FEW}", line.partition("  #")[0].rstrip())
        for line in lines
        if not ELSEWHERE.match(line)
    ]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with what the pages speak of."""
    rows = pd.DataFrame(corpus_rows(10))
    jobs = rows[["id", "title", "description"]]
    (tmp_path / "posting.txt").write_text(posting("ai-first", 1), "utf-8")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    (tmp_path / "benchmarks").symlink_to(ROOT / "benchmarks")
    jobs.to_csv(tmp_path / "jobs.csv", index=False)
    for name in ("jobs", "postings"):
        jobs.to_parquet(tmp_path / f"{name}.parquet")
    with gzip.open(tmp_path / "jobs.jsonl.gz", "wt", encoding="utf-8") as file:
        jobs.to_json(file, orient="records", lines=True)
    (tmp_path / "lake").mkdir()
    for i in range(2):
        jobs.rename(columns={"description": "body"}).to_parquet(tmp_path / f"lake/{i}.parquet")
    (tmp_path / "corpus").mkdir()
    pd.DataFrame(corpus_rows(20)).to_parquet(tmp_path / "corpus/written.parquet")
    pd.DataFrame(own_rows(40)).to_csv(tmp_path / "webjobs.csv", index=False)
    guide = tmp_path / "ai-engineering-field-guide" / "job-market"
    for folder, text in (
        ("data_raw", WELL_FORMED.format(id=8594191)),
        ("data_structured", STRUCTURED),
    ):
        (guide / folder).mkdir(parents=True)
        (guide / folder / "8594191_x.yaml").write_text(text, "utf-8")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_says_to_run_runs(page: Path, desk: Path) -> None:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "110",
    }
    shell, python = ("bash", "-euo", "pipefail", "-c"), (sys.executable, "-c")
    runs = [
        (*(shell if kind == "console" else python), line)
        for kind, text in scripts(page)
        for line in (commands(text) if kind == "console" else [text])
    ]
    for run in dict.fromkeys(runs):  # what stands twice on a page runs once
        done = subprocess.run(
            run, cwd=desk, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{page.name}: {run[-1]}\n{done.stdout}{done.stderr}"


def test_every_local_link_of_a_page_leads_somewhere() -> None:
    others = [ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *ROOT.glob("*/README.md")]
    dead = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in [*PAGES, *others]
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
        if not (page.parent / link).exists()
    ]
    assert dead == []


def test_every_file_that_a_page_names_is_there() -> None:
    pages = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "models" / "about.md"]
    rooms = "|".join(folder.name for folder in (ROOT / "src" / "roleclass").glob("*/"))
    named = re.compile(rf"`((?:src|tests|benchmarks|docs|examples|models|web|{rooms})/[\w./-]+\w)`")
    made = {"web/node_modules", "web/dist"}  # by npm, not kept in git
    gone = [
        f"{page.relative_to(ROOT)}: {path}"
        for page in pages
        for path in named.findall(page.read_text("utf-8"))
        if path not in made
        and not any((root / path).exists() for root in (ROOT, ROOT / "src" / "roleclass"))
    ]
    assert gone == []


def test_examples_hold_a_posting_of_every_role_in_a_table() -> None:
    jobs = pd.read_csv(ROOT / "examples" / "jobs.csv")
    assert set(jobs.title) == {title for titles in TITLES.values() for title in titles}
