"""An uploaded table, scored in a temporary folder. Needs ``[web]``."""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple

from multipart import MultipartPart
from waitress.channel import ClientDisconnected

from roleclass.errors import RoleclassError
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.scoring.summary import Summary
from roleclass.tables.formats import WRITTEN, Format
from roleclass.tables.options import default_threads
from roleclass.web.forms import RequestError, safe_name

OPTIONS: Final = (
    "text_column", "title_column", "format", "encoding", "delimiter", "records", "table", "prefix",
)  # fmt: skip
"""The fields of the form that are options of ``roleclass score``."""


class Scored(NamedTuple):
    """A scored table; the notes are the warnings: guesses, and rows that could not be scored."""

    file: Path
    summary: Summary
    notes: list[str]


def score_table(
    sent: MultipartPart,
    fields: Mapping[str, str],
    folder: Path,
    model: Path,
    has_left: Callable[[], bool],
) -> Scored:
    """Score the table of a form in a folder that the caller deletes, also after an error.

    `has_left` is asked after each part; where it returns True, nobody waits for the table any more.

    Raises
    ------
    RequestError
        If the table cannot be read or scored.
    OSError
        If it cannot be saved.
    """
    notes: list[str] = []

    def progress(_: Summary) -> None:
        if has_left():
            raise ClientDisconnected

    table = folder / "sent" / safe_name(sent.filename)
    table.parent.mkdir(parents=True)
    sent.save_as(table)
    sent.close()
    given: dict[str, Any] = {name: fields[name] for name in OPTIONS if fields.get(name)}
    try:
        options = ScoreOptions(**given, safe_csv="safe_csv" in fields, threads=default_threads())
        output = folder / _name_of(table.name, options, fields.get("written"))
        summary = score_files(
            [table],
            output,
            options,
            model=model,
            warn=lambda note: notes.append(_for_page(note, folder)),
            progress=progress,
        )
    except (RoleclassError, ValueError) as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, _for_page(str(error), folder)) from error
    shutil.rmtree(table.parent, ignore_errors=True)
    return Scored(output, summary, notes)


def _name_of(sent: str, options: ScoreOptions, written: str | None) -> str:
    """Name the output: ``jobs.xlsx`` becomes ``jobs.roles.csv``."""
    named = Format.named(sent)
    stem = sent.partition(".")[0] if named else sent
    if written in WRITTEN:
        return f"{stem}.roles.{written}"
    format_ = (named or Format.of(sent, options.format)).written()
    codec = {"gzip": ".gz", "zstd": ".zst"}.get(format_.codec or "", "")
    return f"{stem}.roles.{format_.kind}{codec}"


def _for_page(message: str, folder: Path) -> str:
    """Rewrite a message for the page: fields instead of options, no folders.

    Examples
    --------
    >>> _for_page("/tmp/x/sent/a.csv: no column b; name one with --text-column", Path("/tmp/x"))
    'a.csv: no column b; name one with “text column”'
    """
    for path in (folder / "sent", folder):
        message = message.replace(f"{path}{os.sep}", "")
    return re.sub(r"--([a-z]+(?:-[a-z]+)*)", lambda name: f"“{name[1].replace('-', ' ')}”", message)
