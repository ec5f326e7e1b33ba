"""The field guide's YAML files become rows, malformed ones too."""

import json
from pathlib import Path

import pyarrow.parquet
import pytest

from roleclass.errors import CorpusError
from roleclass.training.fieldguide import MAX_FILE_BYTES, build_corpus, our_labels, read_fieldguide
from tests.fieldguide import STRUCTURED, WELL_FORMED

# A line of the text that lost its indentation, as one of the published files has.
MALFORMED = WELL_FORMED.replace("  - Evaluate", "\nEvaluate: it\n  - Evaluate")


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    (tmp_path / "data_raw").mkdir()
    (tmp_path / "data_structured").mkdir()
    return tmp_path


def write(guide: Path, name: str, raw: str, structured: str | None = STRUCTURED) -> None:
    (guide / "data_raw" / name).write_text(raw, "utf-8")
    if structured is not None:
        (guide / "data_structured" / name).write_text(structured, "utf-8")


def test_a_file_becomes_a_row_with_the_published_label_and_ours(guide: Path) -> None:
    write(guide, "8594191_x.yaml", WELL_FORMED.format(id=8594191))
    messages: list[str] = []
    (row,) = read_fieldguide(guide, warn=messages.append)
    assert row["id"] == "8594191"
    assert row["description"] == "Build the assistant.\n\n- Evaluate its answers."
    assert row["posted"] == "2026-01-28"
    assert row["published_label"] == "ai-support"
    assert row["role"] == our_labels()["8594191"]["role"]
    assert messages == []


def test_a_row_has_what_the_guide_publishes_and_the_day_it_was_gathered(guide: Path) -> None:
    listed = (
        "  responsibilities:\n  - Build the assistant\n  - 'Own: it'\n  skills:\n    ops: [Git]\n"
    )
    write(guide, "1_x.yaml", WELL_FORMED.format(id=1), STRUCTURED + listed)
    write(guide, "2_x.yaml", WELL_FORMED.format(id=2), structured=None)
    (guide / "_internal").mkdir()
    gathered = guide / "_internal" / "all_jobs_dedup.csv"
    gathered.write_text('title,id,scraped_date\n"AI, Engineer",1,2026-02-04\n', "utf-8")
    first, second = read_fieldguide(guide, warn=print)
    assert first["responsibilities"] == ["Build the assistant", "Own: it"]
    assert json.loads(first["skills"]) == {"ops": ["Git"]}
    assert (first["batch"], second["batch"]) == ("2026-02-04", None)
    assert (second["responsibilities"], second["published_label"]) == ([], None)


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "id,scraped_date\n" + "x" * 200_000])
def test_days_that_cannot_be_read_are_reported_and_left_out(guide: Path, content: str) -> None:
    write(guide, "1_x.yaml", WELL_FORMED.format(id=1))
    (guide / "_internal").mkdir()
    (guide / "_internal" / "all_jobs_dedup.csv").write_text(content, "utf-8")
    messages: list[str] = []
    (row,) = read_fieldguide(guide, warn=messages.append)
    assert row["batch"] is None
    (message,) = messages
    assert message.startswith("all_jobs_dedup.csv: ")
    assert "expected CSV" in message


def test_a_malformed_file_is_reported_and_still_read(guide: Path) -> None:
    write(guide, "1_x.yaml", MALFORMED.format(id=1))
    messages: list[str] = []
    (row,) = read_fieldguide(guide, warn=messages.append)
    assert row["description"].splitlines()[-2:] == ["Evaluate: it", "- Evaluate its answers."]
    assert "Insurance" not in row["description"]
    (message,) = messages
    assert message.startswith("1_x.yaml: malformed")


# PyYAML may refuse deep nesting before we do, in words of its own.
NESTED = "1_bad.yaml: skipped, not readable as YAML: "


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("{", "not readable as YAML"),
        ("- a list", "expected a mapping, got list"),
        ("a: &a [x]\nb: [*a, *a]", "aliases are not allowed"),
        ("a: !!python/object/apply:os.system ['true']", "tags are not allowed"),
        ("a: 1\n" + "#" * MAX_FILE_BYTES, "larger than"),
        ("title: " + "[" * 500_000, NESTED),
        ("- " * 400_000, NESTED),
        ("? " * 400_000, NESTED),
        ("x" * 1000 + ": 1", "unexpected keys"),
    ],
)
def test_a_hostile_file_is_reported_and_passed_over(guide: Path, raw: str, problem: str) -> None:
    write(guide, "1_bad.yaml", raw, structured=None)
    write(guide, "2_good.yaml", WELL_FORMED.format(id=2), structured=None)
    messages: list[str] = []
    rows = read_fieldguide(guide, warn=messages.append)
    assert [row["id"] for row in rows] == ["2"]
    assert [problem in message for message in messages] == [True]


@pytest.mark.parametrize("number", ["1" + ":1" * 500_000, "0x" + "f" * 900_000, "9" * 900_000])
def test_a_number_that_would_take_minutes_is_a_text(guide: Path, number: str) -> None:
    write(guide, "1_x.yaml", WELL_FORMED.format(id=1) + f"company_size: {number}\n")
    messages: list[str] = []
    (row,) = read_fieldguide(guide, warn=messages.append)
    assert (row["id"], messages) == ("1", [])


def test_a_message_about_a_hostile_file_is_short(guide: Path) -> None:
    write(guide, "1_x.yaml", "".join(f"key{i}: 1\n" for i in range(5000)), structured=None)
    messages: list[str] = []
    assert read_fieldguide(guide, warn=messages.append) == []
    assert [len(message) < 300 for message in messages] == [True]


def test_links_out_of_the_folder_are_not_followed(guide: Path, tmp_path: Path) -> None:
    secret = guide.parent / f"{guide.name}.secret"
    secret.write_text(WELL_FORMED.format(id=1), "utf-8")
    (guide / "data_raw" / "1_x.yaml").symlink_to(secret)
    (guide / "data_raw" / "2_gone.yaml").symlink_to(tmp_path / "nowhere")
    (guide / "data_raw" / "3_folder.yaml").mkdir()
    messages: list[str] = []
    assert read_fieldguide(guide, warn=messages.append) == []
    assert [message.partition(":")[0] for message in messages] == [
        "1_x.yaml", "2_gone.yaml", "3_folder.yaml"
    ]  # fmt: skip


def test_bytes_that_are_no_utf_8_are_replaced(guide: Path) -> None:
    raw = WELL_FORMED.format(id=1).replace("assistant", "\u00e9quipe").encode("latin-1")
    (guide / "data_raw" / "1_x.yaml").write_bytes(raw)
    (row,) = read_fieldguide(guide, warn=lambda _: None)
    assert row["description"].startswith("Build the \N{REPLACEMENT CHARACTER}quipe.")


def test_what_is_null_or_empty_is_missing(guide: Path) -> None:
    raw = WELL_FORMED.format(id=1).replace("Mid level", "null").replace("Lisbon, PRT", "")
    write(guide, "1_x.yaml", raw)
    (row,) = read_fieldguide(guide, warn=lambda _: None)
    assert (row["level"], row["location"], row["company"]) == (None, None, "Harbour Mutual")


def test_a_structured_file_without_a_type_is_reported(guide: Path) -> None:
    write(guide, "1_x.yaml", WELL_FORMED.format(id=1), structured="position: {}\n")
    messages: list[str] = []
    (row,) = read_fieldguide(guide, warn=messages.append)
    assert row["published_label"] is None
    assert "no position.ai_type.type" in messages[0]


def test_labelled_and_unlabelled_postings_go_to_files_of_their_own(
    guide: Path, tmp_path: Path
) -> None:
    write(guide, "8594191_x.yaml", WELL_FORMED.format(id=8594191))
    write(guide, "1_x.yaml", WELL_FORMED.format(id=1))
    output = tmp_path / "corpus"
    written = build_corpus(guide, output, warn=lambda _: None)
    assert written == {"fieldguide.parquet": 1, "fieldguide_unlabelled.parquet": 1}
    assert "role" in pyarrow.parquet.read_schema(output / "fieldguide.parquet").names
    assert "role" not in pyarrow.parquet.read_schema(output / "fieldguide_unlabelled.parquet").names
    assert sorted(path.name for path in output.iterdir()) == sorted(written)


def test_a_folder_without_postings_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="data_raw"):
        read_fieldguide(tmp_path, warn=lambda _: None)
