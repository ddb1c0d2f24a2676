"""`stillwatch forget`: remove an account from a store."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch.cli.options import KeyFile, key_ring
from stillwatch.errors import SettingsError, StoreError
from stillwatch.store.manifest import MANIFEST
from stillwatch.store.store import opened


def forget(
    account: str,
    /,
    *,
    store: Annotated[
        Path | None, Parameter(help="The store; every store under .stillwatch/ else.")
    ] = None,
    key: KeyFile = None,
) -> int:
    """Forget an account; the help text stands in `help.py`."""
    folders = [store] if store is not None else sorted(Path(".stillwatch").glob("*/"))
    folders = [folder for folder in folders if (folder / MANIFEST).exists()]
    if not folders:
        raise StoreError("There is no store here.", "Name one with --store DIR.")
    removed = 0
    for folder in folders:
        with opened(folder, key_ring(key)) as one:
            removed += one.forget(account)
    if not removed:
        raise SettingsError(f"No store here holds an account {account}.", "Check the spelling.")
    Console().print(f"Removed {removed} exchanges of {account}.")
    return 0
