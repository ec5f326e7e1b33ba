"""Uploaded tables: scored in a temporary folder, kept until newer ones replace them. Needs ``[web]``."""

import os
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from roleclass.errors import RoleclassError
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.run import score_files
from roleclass.scoring.summary import Summary
from roleclass.tables.formats import Format
from roleclass.tables.options import default_threads
from roleclass.web.forms import Body, Fields, FormError, read_table_form

OPTIONS: Final = (
    "text_column", "title_column", "format", "encoding", "delimiter", "records", "table", "prefix",
)  # fmt: skip
"""The fields of the form that are options of ``roleclass score``."""

WRITTEN: Final = ("csv", "tsv", "jsonl", "json", "parquet", "arrow")

_AT_A_TIME: Final = 2
_KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class Scored:
    """A scored table.

    Attributes
    ----------
    file : Path
    summary : Summary
    notes : list of str
        The warnings: guesses, and rows that could not be scored.
    """

    file: Path
    summary: Summary
    notes: list[str]


class Tables:
    """Scores tables, and keeps the last few.

    Parameters
    ----------
    model : Path
        The model file.
    """

    def __init__(self, model: Path) -> None:
        self._model = model
        self._free = threading.BoundedSemaphore(_AT_A_TIME)
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._kept: dict[str, Scored] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="roleclass-web-"))

    def score(self, headers: Message, body: Body, check_client: Callable[[], None]) -> str:
        """Score the table of a form.

        Parameters
        ----------
        headers, body
            Of the request.
        check_client : callable
            Called after each part; an exception ends the run.

        Returns
        -------
        str
            The key for `find`.

        Raises
        ------
        FormError
            If the table cannot be read, scored or saved, or too many are being scored.
        """
        if not self._free.acquire(blocking=False):
            raise FormError(
                "Other tables are being scored: send this one again later.",
                HTTPStatus.SERVICE_UNAVAILABLE,
            )
        key = secrets.token_urlsafe(16)
        folder = self._folder / key
        try:
            (folder / "sent").mkdir(parents=True)
            fields, sent = read_table_form(headers, body, folder / "sent")
            scored = self._score(sent, fields, folder, check_client)
            shutil.rmtree(folder / "sent", ignore_errors=True)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, RoleclassError | ValueError):
                raise FormError(_for_page(str(error), folder)) from error
            if isinstance(error, OSError) and not isinstance(error, ConnectionError | TimeoutError):
                raise FormError(
                    f"The table cannot be saved: {error.strerror or error}.",
                    HTTPStatus.INSUFFICIENT_STORAGE,
                ) from error
            raise
        finally:
            self._free.release()
        with self._lock:
            self._kept[key] = scored
            while len(self._kept) > _KEPT:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                shutil.rmtree(self._folder / oldest, ignore_errors=True)
        return key

    def find(self, key: str) -> Scored | None:
        """Return a table by its key; None if it was deleted."""
        return self._kept.get(key)

    def close(self) -> None:
        """Delete all tables; those being scored stop at their next part."""
        self._closed.set()
        for _ in range(100):  # a table that is being scored may write once more
            shutil.rmtree(self._folder, ignore_errors=True)
            if not self._folder.exists():
                break
            time.sleep(0.02)

    def _score(
        self, sent: Path, fields: Fields, folder: Path, check_client: Callable[[], None]
    ) -> Scored:
        given: dict[str, Any] = {name: fields[name] for name in OPTIONS if fields.get(name)}
        options = ScoreOptions(**given, safe_csv="safe_csv" in fields, threads=default_threads())
        notes: list[str] = []
        output = folder / _name_of(sent.name, options, fields.get("written"))

        def progress(_: Summary) -> None:
            check_client()
            if self._closed.is_set():
                raise BrokenPipeError

        summary = score_files(
            [sent],
            output,
            options,
            model=self._model,
            warn=lambda note: notes.append(_for_page(note, folder)),
            progress=progress,
        )
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
