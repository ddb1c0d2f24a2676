"""What a hunt reads marks with."""

from pathlib import Path

from stillwatch.errors import SettingsError
from stillwatch.marks.enrolled import read_installs
from stillwatch.marks.grammar import load
from stillwatch.marks.secrets import read_file
from stillwatch.store.marked import Marks


def marks_of(keys: Path | None, installs: Path | None, grammar: str | None) -> Marks | None:
    """What marks are read with, as the options say; None without keys.

    Raises:
        SettingsError: options that need each other are not all there.
        StillwatchError: one of the files cannot be used.
    """
    if keys is None:
        if installs is not None or grammar is not None:
            raise SettingsError("Marks are read with keys only.", "Add --marks-keys FILE.")
        return None
    if (installs is None) != (grammar is None):
        raise SettingsError(
            "Seals are read with a grammar and matched with installs.",
            "Give both --grammar NAME and --installs FILE, or neither.",
        )
    if installs is None or grammar is None:
        return Marks(keys, read_file(keys))
    return Marks(keys, read_file(keys), read_installs(installs), load(grammar), grammar)
