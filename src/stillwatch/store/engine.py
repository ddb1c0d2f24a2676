"""DuckDB over the store's parts: the engine for one machine.

The work database lives in a folder of its own and is thrown away afterwards, so that tables larger
than memory spill to disk.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import pyarrow as pa

from stillwatch.errors import EngineError
from stillwatch.store.frames import Frame
from stillwatch.store.tables import TABLES

MEMORY_LIMIT = "384MB"


class Engine:
    """A few verbs over tables.

    Make one with `engine`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def load(self, table: str, files: Sequence[Path]) -> None:
        """Make the stored parts of a declared table readable under the name `stored_<table>`."""
        if files:
            names = [str(file) for file in files]
            relation = self._connection.read_parquet(names, union_by_name=True)
            relation.create_view(f"stored_{table}")
        else:
            self.put(f"stored_{table}", TABLES[table].empty_table())

    def put(self, name: str, rows: pa.Table) -> None:
        """Make a table of rows in memory."""
        self._connection.register("incoming", rows)
        self.run(f"put {name}", f"CREATE TABLE {name} AS SELECT * FROM incoming")
        self._connection.unregister("incoming")

    def run(self, stage: str, sql: str) -> None:
        """Carry out a statement of ours.

        Raises:
            EngineError: it failed; the message names the stage.
        """
        try:
            self._connection.execute(sql)
        except duckdb.Error as error:
            raise EngineError(f"The stage '{stage}' failed: {error}", _hint(error)) from error

    def rows(self, stage: str, sql: str) -> pa.Table:
        """The rows of a query of ours, in memory."""
        try:
            return self._connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise EngineError(f"The stage '{stage}' failed: {error}", _hint(error)) from error

    def scan(self, table: str) -> Frame:
        """A table as a lazy frame."""
        return nw.from_native(self._connection.table(table))


@contextlib.contextmanager
def engine(work: Path, *, memory_limit: str = MEMORY_LIMIT) -> Iterator[Engine]:
    """An engine whose work files lie in a new folder under `work` and are removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="work-", dir=work))
    connection = duckdb.connect(str(folder / "work.duckdb"))
    try:
        connection.execute(f"SET memory_limit = '{memory_limit}'")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute("SET enable_progress_bar = false")
        yield Engine(connection)
    finally:
        connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def _hint(error: duckdb.Error) -> str:
    if "No space left" in str(error):
        return "The disk is full; make room, or name a --store on another disk."
    return "Run again with --debug and report what it prints."
