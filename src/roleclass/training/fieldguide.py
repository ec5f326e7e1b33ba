"""Build a corpus from the YAML files of the public AI Engineering Field Guide.

The guide (github.com/alexeygrigorev/ai-engineering-field-guide, folder ``job-market``) has one file per
posting in ``data_raw``, an LLM's analysis of it in ``data_structured``, and the day on which each was
collected in ``_internal/all_jobs_dedup.csv``. We may not distribute the texts, but our labels by id are
in ``fieldguide_labels.csv``.
"""

import csv
import gzip
import json
from collections.abc import Collection, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from roleclass.errors import CorpusError, InputError
from roleclass.tables.yamlfile import FIELD_GUIDE_KEYS, MAX_FILE_BYTES, parse_yaml
from roleclass.training.corpus import LINES, Warn
from roleclass.whole import whole_file

_NULLS = ("", "~", "null")


def read_fieldguide(folder: Path, *, warn: Warn) -> list[dict[str, Any]]:
    """Read the guide's postings, with our label where there is one.

    Parameters
    ----------
    folder : Path
        The guide's ``job-market`` folder: it contains ``data_raw`` and usually ``data_structured``.
    warn : callable
        Called with a message for each malformed file, which says whether it could be read.

    Returns
    -------
    list of dict
        Rows of the corpus, sorted by file name: ``id, batch, title, company, location, level, posted,
        description, published_label, responsibilities, skills, role, confidence, runner_up, agreed,
        split``; the last five are None for a posting that we have not labelled. ``batch`` is the day on
        which the guide collected it, ``responsibilities`` (a list) and ``skills`` (JSON of lists by kind)
        are from its LLM's analysis.

    Raises
    ------
    CorpusError
        If there is no ``data_raw`` folder with YAML files in it.
    """
    raw = sorted((folder / "data_raw").glob("*.y*ml"))
    if not raw:
        raise CorpusError(
            f"no YAML file in {folder / 'data_raw'}; expected the field guide's job-market folder"
        )
    labels = our_labels()
    batches = _batches(folder / "_internal" / "all_jobs_dedup.csv", warn)
    rows = []
    for file in raw:
        posting = _read_yaml(file, warn, FIELD_GUIDE_KEYS)
        if posting is None:
            continue
        identifier = str(posting.get("job_id") or file.name.partition("_")[0])
        rows.append(
            {
                "id": identifier,
                "batch": batches.get(identifier),
                "title": _text(posting.get("title")),
                "company": _text(posting.get("company")),
                "location": _text(posting.get("location")),
                "level": _text(posting.get("level")),
                "posted": _text(posting.get("posted_date")),
                "description": (_text(posting.get("description")) or "").strip(),
                **_published(folder / "data_structured" / file.name, warn),
                **labels.get(identifier, _UNLABELLED),
            }
        )
    return rows


_UNLABELLED = dict.fromkeys(("role", "confidence", "runner_up", "agreed", "split"))


def our_labels() -> dict[str, dict[str, Any]]:
    """Return our labels of the guide's postings, by id.

    Returns
    -------
    dict of str to dict
        ``role``, ``confidence``, ``runner_up``, ``agreed`` and ``split`` of each labelled posting.

    Examples
    --------
    >>> labels = our_labels()
    >>> len(labels), sorted(labels["8594191"])
    (1458, ['agreed', 'confidence', 'role', 'runner_up', 'split'])
    """
    table = files("roleclass.training").joinpath("fieldguide_labels.csv").read_text("utf-8")
    return {
        row["id"]: {
            "role": row["role"],
            "confidence": int(row["confidence"]),
            "runner_up": row["runner_up"] or None,
            "agreed": row["agreed"] == "true",
            "split": row["split"],
        }
        for row in csv.DictReader(table.splitlines())
    }


def our_lines() -> dict[str, list[dict[str, Any]]]:
    """Return our labels of lines of the guide's postings, by id.

    Returns
    -------
    dict of str to list of dict
        For each labelled posting its lines: ``characters`` (of the whole description), ``start``, ``end``,
        ``part``, ``work``, ``area`` and ``area_labelled``; see ``docs/codebook.md``.

    Examples
    --------
    >>> lines = our_lines()["8594191"]
    >>> sorted(lines[0])
    ['area', 'area_labelled', 'characters', 'end', 'part', 'start', 'work']
    """
    packed = files("roleclass.training").joinpath("fieldguide_lines.csv.gz").read_bytes()
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in csv.DictReader(gzip.decompress(packed).decode("utf-8").splitlines()):
        numbers = {name: int(row[name]) for name in ("characters", "start", "end")}
        lines.setdefault(row["id"], []).append(
            {
                **numbers,
                "part": row["part"],
                "work": row["work"],
                "area": row["area"],
                "area_labelled": row["area_labelled"] == "true",
            }
        )
    return lines


def build_corpus(folder: Path, output: Path, *, warn: Warn) -> Mapping[str, int]:
    """Write ``fieldguide.parquet``, ``fieldguide_unlabelled.parquet`` and ``lines.parquet`` to a folder.

    The last one has the labelled lines of the postings in the first, if their texts have the length of
    those that were labelled.

    Parameters
    ----------
    folder, warn
        As for `read_fieldguide`.
    output : Path
        The folder to write to; it is created if it does not exist.

    Returns
    -------
    dict of str to int
        Rows written, by file name.

    Raises
    ------
    CorpusError
        As for `read_fieldguide`.
    """
    import datasets

    datasets.disable_progress_bars()
    rows = read_fieldguide(folder, warn=warn)
    output.mkdir(parents=True, exist_ok=True)
    labelled = [row for row in rows if row["role"]]
    tables = {
        "fieldguide.parquet": labelled,
        "fieldguide_unlabelled.parquet": [
            {name: value for name, value in row.items() if name not in _UNLABELLED}
            for row in rows
            if not row["role"]
        ],
        LINES: _lines_of(labelled),
    }
    written = {}
    for name, part in tables.items():
        if part:
            with whole_file(output / name) as file:
                datasets.Dataset.from_list(part).to_parquet(file)
            written[name] = len(part)
    return written


def _lines_of(rows: Collection[Mapping[str, Any]]) -> list[dict[str, Any]]:
    ours = our_lines()
    return [
        {
            "id": row["id"],
            **{name: value for name, value in line.items() if name != "characters"},
            "split": row["split"],
        }
        for row in rows
        for line in ours.get(row["id"], ())
        if line["characters"] == len(row["description"])
    ]


def _read_yaml(
    file: Path, warn: Warn, keys: Collection[str] | None = None
) -> Mapping[str, Any] | None:
    """Read one file; a block of text that lost its indentation is fixed and reported.

    Keys other than `keys` show that a line of the text was taken for a key.
    """
    if not file.is_file() or not file.resolve().is_relative_to(file.parents[1].resolve()):
        # Through a link, any file of this machine could get into the corpus.
        warn(f"{file.name}: skipped, not a file of the guide's folder")
        return None
    with file.open("rb") as content:
        data = content.read(MAX_FILE_BYTES + 1)
    try:
        mapping, fixed = parse_yaml(data, keys)
    except InputError as error:
        warn(f"{file.name}: skipped, {error}")
        return None
    if fixed:
        warn(
            f"{file.name}: malformed, read after fixing the indentation of its description: {fixed}"
        )
    return mapping


def _batches(file: Path, warn: Warn) -> dict[str, str]:
    """Return the day on which each posting was collected, by id; empty if unknown."""
    if not file.is_file() or file.is_symlink():
        return {}
    try:
        with file.open(encoding="utf-8", errors="replace", newline="") as lines:
            days = {row["id"]: row["scraped_date"] for row in csv.DictReader(lines)}
        problem = "a row ends before the day" if None in days.values() else None
    except (csv.Error, KeyError) as error:
        problem = str(error)
    if problem is None:
        return days
    warn(f"{file.name}: not read, expected CSV with the columns id and scraped_date ({problem})")
    return {}


def _published(file: Path, warn: Warn) -> dict[str, Any]:
    """Return the guide's own label, responsibilities and skills of a posting."""
    position = (_read_yaml(file, warn) or {}).get("position") if file.exists() else None
    position = position if isinstance(position, dict) else {}
    label = position.get("ai_type")
    label = label.get("type") if isinstance(label, dict) else None
    if label is None and file.exists():
        warn(f"{file.name}: has no position.ai_type.type, the posting has no published label")
    listed = position.get("responsibilities")
    return {
        "published_label": _text(label),
        "responsibilities": [str(item) for item in listed] if isinstance(listed, list) else [],
        "skills": json.dumps(position.get("skills") or {}, ensure_ascii=False),
    }


def _text(value: object) -> str | None:
    return None if value is None or value in _NULLS else str(value)
