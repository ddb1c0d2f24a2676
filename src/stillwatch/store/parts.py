"""Parts: small Parquet files, each written once and never changed."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PARTS = "parts"


def write_parts(tables: dict[str, pa.Table], folder: Path, name: str) -> dict[str, str]:
    """Write one part a table.

    Args:
        tables: rows by table name.
        folder: the store's folder.
        name: what the parts are called; must be new.

    Returns:
        File names by table, relative to the folder of parts.

    Raises:
        OSError: the disk is full or not writable.
    """
    written = {}
    for table, rows in tables.items():
        file = f"{table}-{name}.parquet"
        pq.write_table(rows, folder / PARTS / file, compression="lz4")
        written[table] = file
    return written


def remove_strays(folder: Path, known: set[str]) -> None:
    """Remove what an interrupted run left behind: parts that the manifest does not name."""
    for file in (folder / PARTS).iterdir():
        if file.name not in known:
            file.unlink(missing_ok=True)
