"""Rows on their way into tables: collected as tuples, turned into Arrow columns once a batch."""

from collections.abc import Mapping

import pyarrow as pa

Row = tuple[object, ...]


class Columns:
    """Rows per table, in the column order of the declared schemas.

    Args:
        schemas: the tables by name.
    """

    def __init__(self, schemas: Mapping[str, pa.Schema]) -> None:
        self._schemas = schemas
        self._rows: dict[str, list[Row]] = {name: [] for name in schemas}

    def __getitem__(self, table: str) -> list[Row]:
        """The rows of a table so far, for appending."""
        return self._rows[table]

    def take(self) -> dict[str, pa.Table]:
        """The tables that have rows, as Arrow; the collection is empty afterwards."""
        tables = {
            name: _table(rows, self._schemas[name]) for name, rows in self._rows.items() if rows
        }
        self._rows = {name: [] for name in self._schemas}
        return tables


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True)
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
