"""The rows of the output: those of the input with their scores, or one for each line of a posting."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roleclass.scoring.readings import ALL_LINES
from roleclass.scoring.scorer import Scorer
from roleclass.tables.columns import Field, Selection, columns_of
from roleclass.tables.plain import to_json
from roleclass.tables.reader import Chunk
from roleclass.tables.records import holds_json


class RowsWithRoles:
    """The rows of the input, with all their columns and the added ones.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the input.
    scorer : Scorer
    flat : bool
        Whether lists are joined to text, one item per line: for CSV.

    Raises
    ------
    ScoringError
        If the input has a column with the name of an added one.
    """

    def __init__(self, schema: pa.Schema, scorer: Scorer, *, flat: bool) -> None:
        scorer.check_names(schema.names)
        added = [_flattened(field) if flat else field for field in scorer.schema]
        self.schema = pa.schema([*schema, *added], metadata=schema.metadata)

    def of(self, chunk: Chunk, scores: pa.Table) -> pa.Table:
        """Return the rows of `chunk` with their scores."""
        added = self.schema.types[chunk.table.num_columns :]
        columns = [
            column if column.type == type_ else pc.binary_join(column, "\n")
            for column, type_ in zip(scores.columns, added, strict=True)
        ]
        return pa.Table.from_arrays([*chunk.table.columns, *columns], schema=self.schema)


class RowsOfLines:
    """A row for each line of a posting; a posting without lines has one row with its reason.

    Parameters
    ----------
    schema : pyarrow.Schema
        Of the input.
    selection : Selection
    scorer : Scorer
        With all lines.
    flat : bool
        Whether lists are joined to text, for CSV.
    """

    def __init__(
        self, schema: pa.Schema, selection: Selection, scorer: Scorer, *, flat: bool
    ) -> None:
        self._id = _id_of(schema, selection)
        fields = scorer.schema.field(ALL_LINES).type.value_type
        self.schema = pa.schema(
            [
                *([pa.field("id", self._id[1])] if self._id else []),
                *(pa.field("file", pa.string()), pa.field("row", pa.int64())),
                pa.field("line", pa.int32()),
                *(_flattened(field) if flat else field for field in fields),
                *(pa.field("role", pa.string()), pa.field("reason", pa.string())),
            ]
        )

    def of(self, chunk: Chunk, scores: pa.Table) -> pa.Table:
        """Return the lines of the postings of `chunk`."""
        lists = scores[ALL_LINES].combine_chunks()
        number = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
        rows = np.maximum(number, 1)
        parent = np.repeat(np.arange(len(number)), rows)
        within = np.arange(len(parent)) - np.repeat(np.cumsum(rows) - rows, rows)
        none = np.repeat(number == 0, rows)
        place = np.cumsum(~none) - 1
        lines = lists.flatten().take(pa.array(place, pa.int64(), mask=none))
        columns = dict(zip((field.name for field in lines.type), lines.flatten(), strict=True))
        columns |= {
            "file": pa.array([chunk.source]).take(pa.array(np.zeros(len(parent), np.int64))),
            "row": pa.array(chunk.first_row + parent),
            "line": pa.array(within + 1, pa.int32(), mask=none),
            "role": scores["role"].take(parent),
            "reason": scores["reason"].take(parent),
        }
        if self._id:
            columns["id"] = _ids(chunk.table, self._id[0]).take(parent)
        return pa.Table.from_arrays(
            [_as(columns[field.name], field.type) for field in self.schema], schema=self.schema
        )


def _flattened(field: pa.Field) -> pa.Field:
    return field.with_type(pa.string()) if pa.types.is_list(field.type) else field


def _as(column: Any, type_: pa.DataType) -> Any:
    """Join the items of a list if `type_` is text."""
    if column.type == type_:
        return column
    return pc.binary_join(column.cast(pa.list_(pa.string())), ", ")


def _id_of(schema: pa.Schema, selection: Selection) -> tuple[Field, pa.DataType] | None:
    """Return the location of the id of a posting, and its type: text if there may be several."""
    field = Field(((selection.id,),)) if selection.id is not None else selection.others.get("id")
    if field is None:
        return None
    return field, schema.field(field.paths[0][0]).type if _is_plain(field, schema) else pa.string()


def _is_plain(field: Field, schema: pa.Schema) -> bool:
    """Return whether an id is the unchanged value of one column."""
    [(name, *steps), *others] = field.paths
    column = schema.field(name)
    return not (steps or others or holds_json(column) or pa.types.is_nested(column.type))


def _ids(table: pa.Table, field: Field) -> Any:
    if _is_plain(field, table.schema):
        return table[field.paths[0][0]]
    values = field.values(columns_of(table))
    return pa.array(
        [v if v is None or isinstance(v, str) else to_json(v) for v in values], pa.string()
    )
