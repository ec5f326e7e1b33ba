"""Build a corpus from the YAML files of the public AI Engineering Field Guide.

The guide (github.com/alexeygrigorev/ai-engineering-field-guide, folder ``job-market``) keeps one file a
posting in ``data_raw`` and what an LLM made of it in ``data_structured``. The texts are not ours to
ship; our labels of them are, by id, in ``fieldguide_labels.csv``.
"""

import csv
from collections.abc import Collection, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from roleclass.errors import CorpusError, InputError
from roleclass.tables.yamlfile import FIELD_GUIDE_KEYS, MAX_FILE_BYTES, parse_yaml
from roleclass.training.corpus import Warn

_NULLS = ("", "~", "null")


def read_fieldguide(folder: Path, *, warn: Warn) -> list[dict[str, Any]]:
    """Read the guide's postings, with our label where there is one.

    Parameters
    ----------
    folder : Path
        The guide's ``job-market`` folder: it holds ``data_raw`` and, as a rule, ``data_structured``.
    warn : callable
        Called with a sentence for each file that is malformed, and says whether it could be read.

    Returns
    -------
    list of dict
        Rows of the corpus, sorted by file name: ``id, title, company, location, level, posted,
        description, published_label, role, confidence, runner_up, agreed, split``; the last five
        are None for a posting that we have not labelled.

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
    rows = []
    for file in raw:
        posting = _read_yaml(file, warn, FIELD_GUIDE_KEYS)
        if posting is None:
            continue
        identifier = str(posting.get("job_id") or file.name.partition("_")[0])
        rows.append(
            {
                "id": identifier,
                "title": _text(posting.get("title")),
                "company": _text(posting.get("company")),
                "location": _text(posting.get("location")),
                "level": _text(posting.get("level")),
                "posted": _text(posting.get("posted_date")),
                "description": (_text(posting.get("description")) or "").strip(),
                "published_label": _published(folder / "data_structured" / file.name, warn),
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


def build_corpus(folder: Path, output: Path, *, warn: Warn) -> Mapping[str, int]:
    """Write ``fieldguide.parquet`` (labelled) and ``fieldguide_unlabelled.parquet`` to a folder.

    Parameters
    ----------
    folder, warn
        As for `read_fieldguide`.
    output : Path
        The folder to write to; it is made where it does not exist.

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
    written = {}
    for name, part in (
        ("fieldguide.parquet", [row for row in rows if row["role"]]),
        ("fieldguide_unlabelled.parquet", [row for row in rows if not row["role"]]),
    ):
        if part:
            partial = output / f"{name}.part"
            table = datasets.Dataset.from_list(part)
            if not part[0]["role"]:
                table = table.remove_columns(list(_UNLABELLED))
            table.to_parquet(str(partial))
            partial.replace(output / name)
            written[name] = len(part)
    return written


def _read_yaml(
    file: Path, warn: Warn, keys: Collection[str] | None = None
) -> Mapping[str, Any] | None:
    """Read one file; a block of text that lost its indentation is mended and reported.

    Where `keys` are given, others show that a line of the text was taken for one.
    """
    if not file.is_file() or not file.resolve().is_relative_to(file.parents[1].resolve()):
        # Through a link any file of this machine could end in the corpus.
        warn(f"{file.name}: passed over, no file of the guide's folder")
        return None
    with file.open("rb") as content:
        data = content.read(MAX_FILE_BYTES + 1)
    try:
        mapping, mended = parse_yaml(data, keys)
    except InputError as error:
        warn(f"{file.name}: passed over, {error}")
        return None
    if mended:
        warn(f"{file.name}: malformed, read after its description was indented again: {mended}")
    return mapping


def _published(file: Path, warn: Warn) -> str | None:
    """Return the label that the guide itself gives, None where it gives none."""
    if not file.exists():
        return None
    content = _read_yaml(file, warn) or {}
    try:
        return _text(content["position"]["ai_type"]["type"])
    except (KeyError, TypeError):
        warn(f"{file.name}: has no position.ai_type.type, the posting has no published label")
        return None


def _text(value: object) -> str | None:
    return None if value is None or value in _NULLS else str(value)
