"""`Scorer`: computes the added columns from texts and titles."""

import hashlib
import os
from collections.abc import Sequence
from math import isnan
from typing import Any, Final

import pyarrow as pa

from roleclass.engine import answers
from roleclass.engine.model_file import ModelFile
from roleclass.errors import ScoringError
from roleclass.roles import AnyRole, Role
from roleclass.scoring.options import ScoreOptions
from roleclass.scoring.readings import extras_of
from roleclass.tables.columns import Column, Selection, columns_of

ERROR: Final = "error: "
"""The beginning of the `reason` of a row that could not be scored."""


class Scorer:
    """Scores tables; may be shared by threads and sent to other processes.

    Parameters
    ----------
    model : path, ModelFile or None
        As for `RoleClassifier`, or one that is in use already.
    options : ScoreOptions or None
        Which columns to add.

    Examples
    --------
    >>> scores = Scorer().score(["", None], None)
    >>> scores["reason"].to_pylist()
    ['no readable words', 'error: no text']
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | ModelFile | None = None,
        options: ScoreOptions | None = None,
    ) -> None:
        self.options = options = options or ScoreOptions()
        self.file = model if isinstance(model, ModelFile) else ModelFile(model)
        self.extras = extras_of(options)
        prefix = "" if options.each_line else options.prefix
        roles = self.roles  # reads the file, so that a bad one is reported at once
        with self.file.path.open("rb") as file:
            self.model_sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        self.schema = pa.schema(
            [
                (f"{prefix}role", pa.string()),
                (f"{prefix}confidence", pa.float32()),
                (f"{prefix}reliable", pa.bool_()),
                *(
                    (f"{prefix}probability_{role.replace('-', '_')}", pa.float32())
                    for role in roles
                ),
                *(
                    field.with_name(prefix + field.name)
                    for extra in self.extras
                    for field in extra.fields
                ),
                (f"{prefix}reason", pa.string()),  # the last one: errors are found by position
            ]
        )

    @property
    def roles(self) -> tuple[AnyRole, ...]:
        """The roles of the model, in the order of their columns."""
        return self.file.model.roles

    def check_names(self, names: Sequence[str]) -> None:
        """Raise a `ScoringError` if an input column has the name of an added one."""
        taken = [name for name in self.schema.names if name in names]
        if taken:
            raise ScoringError(
                f"the input already has columns that would be added: {', '.join(taken)}; "
                "rename them, or choose a prefix for the added names with --prefix"
            )

    def score_table(
        self, table: pa.Table, selection: Selection, faults: dict[int, str]
    ) -> pa.Table:
        """Return the added columns for the rows of `table`, in this thread; see `score`."""
        column = columns_of(table)
        return self.score(selection.texts(column), selection.titles(column), faults)

    def score_columns(self, column: Column, selection: Selection) -> pa.Table:
        """Return the added columns for the rows of columns, in the threads of the options."""
        threads = self.options.threads
        return self.score(selection.texts(column), selection.titles(column), threads=threads)

    def score(
        self,
        texts: Sequence[object],
        titles: Sequence[object] | None,
        faults: dict[int, str] | None = None,
        *,
        threads: int = 1,
    ) -> pa.Table:
        """Return the added columns.

        Parameters
        ----------
        texts, titles : sequence of object, or None
            A text that is not a string is marked; such a title is ignored.
        faults : dict of int to str
            Rows not to score, and their faults.
        threads : int
            As for `RoleClassifier.predict_many`.

        Returns
        -------
        pyarrow.Table
            In the order of `texts`. A row that was not scored has role ``unclear``, no
            probabilities and a reason that begins with "error: ".
        """
        errors = {i: _wrong(text) for i, text in enumerate(texts) if not isinstance(text, str)}
        errors |= faults or {}
        given = ["" if i in errors else str(text) for i, text in enumerate(texts)]
        named = [t if isinstance(t, str) else None for t in titles or [None] * len(given)]
        postings = list(zip(given, named, strict=True))
        further: list[Any] = []
        if self.extras:
            readings = list(self.file.stream(answers.readings, postings, threads))
            predicted = [reading.prediction for reading in readings]
            read = [None if i in errors else reading for i, reading in enumerate(readings)]
            further = [column for extra in self.extras for column in extra.columns(read)]
        else:
            predicted = list(self.file.stream(answers.predictions, postings, threads))
        unscored = dict.fromkeys(self.roles)
        rows = [
            (Role.UNCLEAR, 0.0, False, *unscored.values(), ERROR + errors[i])
            if i in errors
            else (a.role, a.confidence, a.reliable, *a.probabilities.values(), a.reason)
            for i, a in enumerate(predicted)
        ]
        *scores, reasons = zip(*rows, strict=True) if rows else ((),) * (4 + len(unscored))
        arrays = [
            pa.array(column, type_)
            for column, type_ in zip([*scores, *further, reasons], self.schema.types, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=self.schema)


def _wrong(value: object) -> str:
    kind = type(value).__name__
    # The missing values of pandas, by name: it need not be installed.
    if (
        value is None
        or kind in {"NAType", "NaTType"}
        or (isinstance(value, float) and isnan(value))
    ):
        return "no text"
    return f"the text is {kind}, expected a string"
