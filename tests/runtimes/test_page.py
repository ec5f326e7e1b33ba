"""The page says what Python says, stays usable, and asks nobody but its own server."""

import csv
import http.server
import io
import json
import random
import shutil
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import roleclass
from roleclass import Role
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from tests.conformance import EXAMPLES, ROOT
from tests.web.conftest import Drive
from tests.web.postings import Posting, postings
from tests.written import corpus_rows

pytestmark = pytest.mark.web

GOLDEN = json.loads((ROOT / "tests" / "golden.json").read_text("utf-8"))
AI_ENGINEER = {"text": (ROOT / "examples" / "ai_engineer.txt").read_text("utf-8"), "title": None}


@pytest.fixture(scope="session")
def given() -> list[Posting]:
    examples = [((ROOT / "examples" / name).read_text("utf-8"), None) for name in EXAMPLES]
    return [*examples, *postings(200, seed=7)]


@pytest.fixture(scope="session")
def seen(drive: Drive, given: list[Posting]) -> list[dict[str, Any]]:
    """What the page shows of each posting, and what it offers to download."""
    found: list[dict[str, Any]] = drive(
        "postings", postings=[{"text": text, "title": title} for text, title in given]
    )
    return found


def test_the_golden_postings_are_answered_as_in_python(seen: list[dict[str, Any]]) -> None:
    for name, one in zip(EXAMPLES, seen, strict=False):
        answer = one["json"]["prediction"]
        assert answer["probabilities"] == pytest.approx(GOLDEN[name]["probabilities"], abs=1e-5)
        assert {key: answer[key] for key in ("role", "reliable", "reason")} == {
            key: GOLDEN[name][key] for key in ("role", "reliable", "reason")
        }


def test_generated_postings_are_answered_as_in_python(
    given: list[Posting], seen: list[dict[str, Any]]
) -> None:
    roles = set()
    for (text, title), one in zip(given, seen, strict=True):
        expected = roleclass.predict(text, title).to_dict()
        answer = one["json"]["prediction"]
        for key in ("probabilities", "confidence"):
            assert answer.pop(key) == pytest.approx(expected.pop(key), abs=1e-5), (text, title)
        assert answer == expected, (text, title)
        roles.add(answer["role"])
    assert roles == set(Role)


def test_the_words_on_the_page_are_those_of_the_roles(seen: list[dict[str, Any]]) -> None:
    for one in seen:
        role = Role(one["json"]["prediction"]["role"])
        assert (one["heading"], one["definition"]) == (role.label, role.definition)
        assert one["status"].startswith(role.label)


def test_evidence_has_the_weights_and_the_places_of_python(
    given: list[Posting], seen: list[dict[str, Any]]
) -> None:
    places = 0
    for (text, title), one in zip(given, seen, strict=True):
        # Where two roles are equally likely, either may be the other one.
        why = roleclass.explain(
            text, title, role=Role(one["json"]["role"]), against=Role(one["json"]["against"])
        ).to_dict()
        assert one["marked"] == roleclass.explain(text, title).document, (text, title)
        for key in ("log_odds", "prior"):
            assert one["json"][key] == pytest.approx(why[key], abs=1e-4), (text, title)
        weights = [[line["weight"] for line in content["lines"]] for content in (one["json"], why)]
        assert weights[0] == pytest.approx(weights[1], abs=1e-4), (text, title)
        expected, actual = (evidence(content["evidence"]) for content in (why, one["json"]))
        for key in expected.keys() | actual.keys():
            weight, spans = expected.get(key, NOTHING)
            assert actual.get(key, NOTHING)[0] == pytest.approx(weight, abs=1e-5), (
                key,
                text,
                title,
            )
            if key in expected and key in actual:
                assert actual[key][1] == spans, (key, text, title)
                places += len(spans)
    assert places > 1000


NOTHING: tuple[float, Any] = (0.0, None)
"""What weighs less than a rounding error may be no evidence at all elsewhere."""


def evidence(items: Any) -> dict[tuple[str, str], tuple[float, Any]]:
    return {(item["kind"], item["name"]): (item["weight"], item["spans"]) for item in items}


def test_lines_and_problems_are_those_of_python(
    given: list[Posting], seen: list[dict[str, Any]]
) -> None:
    found = set()
    for (text, title), one in zip(given, seen, strict=True):
        lines: list[dict[str, Any]] = [line.to_dict() for line in roleclass.read(text, title).lines]
        for line, right in zip(one["json"]["lines"], lines, strict=True):
            # Of two areas that are equally likely, either may be the first.
            assert set(line["areas"]) == set(right.pop("areas"))
            assert {key: line[key] for key in right} == right, (text, title)
        problems = [problem.to_dict() for problem in roleclass.problems(text, title)]
        assert one["json"]["problems"] == problems, (text, title)
        found |= {problem["key"] for problem in problems}
    assert len(found) > 20


@pytest.fixture(scope="session")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """5,000 rows, 2,500 characters each on average, with all that can be wrong with a row among them."""
    path = tmp_path_factory.mktemp("jobs") / "jobs.csv"
    rng = random.Random(3)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", "Job Title", "description", "note"])
    for i, (posting, title) in enumerate(postings(5000, seed=11, length=6000)):
        clean = posting.encode("utf-8", "replace").decode()
        writer.writerow([i, title, clean, rng.choice(["", "a,b", 'say "hi"', "=1+1", "x\r\ny"])])
    data = text.getvalue().encode()
    data += b"\r\nshort,Engineer\r\n\n\rlong,Engineer,You will build agents.,1,2,3\n"
    data += (
        b'bad,Engineer,"You will build \xff\xc3 agents with the team.\xe2\x82",\xf0\x9f\x98\x80\n'
    )
    data += b'odd,"Engi"neer"s,"You ""will"" build"  agents with "the" team,"\n'
    data += b'","",\n,,,\n"",a\rlast,Engineer,"You will never\nclose this, ever'
    path.write_bytes(data)
    return path


def test_a_table_is_scored_as_by_the_command_and_the_page_goes_on(
    drive: Drive, jobs: Path, tmp_path: Path
) -> None:
    seen = drive("table", path=str(jobs), count=1)
    assert seen["guessed"] == {"text": "description", "title": "Job Title"}
    assert seen["name"] == "jobs.roles.csv"
    assert seen["longest"]["task"] < 200, "milliseconds of one task of the page's own thread"

    output = tmp_path / "scored.csv"
    summary = score_files([str(jobs)], str(output), ScoreOptions(), warn=lambda _: None)
    expected = read(output.read_bytes().decode())
    actual = read(seen["content"])
    assert len(actual) == len(expected) == summary.rows + 1 > 5001
    assert actual[0] == expected[0]
    for row, right in zip(actual[1:], expected[1:], strict=True):
        cells = range(len(right))
        numbers = {k for k in cells if expected[0][k].startswith(("confidence", "probability_"))}
        assert [row[k] for k in cells if k not in numbers] == [
            right[k] for k in cells if k not in numbers
        ]
        for k in numbers:
            assert bool(row[k]) == bool(right[k])
            assert float(row[k] or 0) == pytest.approx(float(right[k] or 0), abs=1e-5)
    assert sum(seen["content"].count(mark) for mark in '"\n') == sum(
        output.read_bytes().decode().count(mark) for mark in '"\n'
    )

    errors = {Role.UNCLEAR: summary.roles[Role.UNCLEAR] + summary.errors}
    assert summary.errors > 3
    assert seen["counts"] == {**summary.roles, **errors}
    assert set(seen["filtered"]) == {"AI-First"}
    assert seen["opened"] == "AI-First"


def test_the_page_keeps_drawing_while_a_table_is_scored(drive: Drive, jobs: Path) -> None:
    # What else the machine does can hold up a frame, so one run of three has to do.
    gaps = []
    while len(gaps) < 3 and min(gaps, default=200) >= 200:
        gaps.append(drive("table", path=str(jobs))["longest"]["frame"])
    assert min(gaps) < 200, f"milliseconds without a frame: {gaps}"


def read(content: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content, newline="")))


def test_numbers_are_written_with_the_digits_of_the_command(drive: Drive, tmp_path: Path) -> None:
    path = tmp_path / "jobs.tsv"
    rows = [[row["title"], row["description"]] for row in corpus_rows(20)]
    path.write_text("title\ttext\n" + "\n".join(f'{a}\t"{b}"' for a, b in rows), "utf-8")
    seen = drive("table", path=str(path))
    output = tmp_path / "scored.tsv"
    score_files([str(path)], str(output), ScoreOptions(), warn=lambda _: None)
    expected = [row.split("\t")[-7:] for row in output.read_text("utf-8").splitlines()]
    actual = [row.split("\t")[-7:] for row in seen["content"].splitlines()]
    pairs = [
        (a, b)
        for row, right in zip(actual, expected, strict=True)
        for a, b in zip(row, right, strict=True)
        if right[-1:] == [""] and b not in {"true", "false", ""}
    ]
    # Runtimes differ in the last bit, so not all digits agree; their number and the exponents do.
    assert sum("e-" in b for _, b in pairs) > 50
    assert [a.partition("e-")[2] for a, _ in pairs] == [b.partition("e-")[2] for _, b in pairs]
    same = sum(a == b for a, b in pairs) / len(pairs)
    assert same > 0.3


def test_a_run_can_be_cancelled_and_does_not_keep_a_posting_waiting(
    drive: Drive, jobs: Path
) -> None:
    seen = drive("cancel", path=str(jobs), posting=AI_ENGINEER)
    assert seen == {"between": "AI-First", "running": 1, "after": "AI-First"}


def test_the_first_answer_comes_within_two_seconds(drive: Drive) -> None:
    times = drive("cold", posting=AI_ENGINEER, times=3)
    assert min(one["load"] for one in times) < 2, times


def test_axe_finds_no_fault_in_any_state(drive: Drive, tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["title", "description"])
        writer.writerows([row["title"], row["description"]] for row in corpus_rows(5))
        writer.writerow(["", "See our website."])
    states = drive("axe", posting=AI_ENGINEER, path=str(path))
    assert len(states) == 5 * 2 * 2
    for state, found in states.items():
        assert found["faults"] == [], state
        assert found["overflow"] <= 0, f"{state}: the page is wider than the screen"


def test_a_keyboard_is_enough(drive: Drive) -> None:
    seen = drive("keyboard", posting=AI_ENGINEER)
    assert seen["codebook"].startswith("The codebook")
    assert seen["closed"]
    assert seen["back"] == "open-codebook"
    assert seen["heading"] == "AI-First"
    assert seen["before"] == ["ai-first", "ai-support"]
    assert seen["after"] == ["ai-first", "ml-first"]
    assert seen["kept"] == "against-role"
    assert seen["themes"] == ["light", "dark"]


def test_any_host_can_serve_it_from_any_folder(drive: Drive, page: Path, tmp_path: Path) -> None:
    shutil.copytree(page, tmp_path / "some" / "where")
    handler = partial(QuietHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        at = f"http://127.0.0.1:{server.server_port}/some/where/"
        [seen] = drive("postings", at, postings=[AI_ENGINEER])
        server.shutdown()
    assert seen["heading"] == "AI-First"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass
