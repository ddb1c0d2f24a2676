"""Every signal there is: our own in one list, and those that installed packages bring along.

A package adds a signal with an entry point in the group `stillwatch.signals` that names a `Signal`.
"""

from importlib.metadata import entry_points

from stillwatch.errors import SettingsError
from stillwatch.signals import (
    artefact_across_accounts,
    foreign_tool_call,
    signature_error,
    signature_replayed,
    thread_moves,
)
from stillwatch.signals.model import Signal

ENTRY_POINTS = "stillwatch.signals"

OURS: tuple[Signal, ...] = (
    artefact_across_accounts.SIGNAL,
    foreign_tool_call.SIGNAL,
    signature_error.SIGNAL,
    signature_replayed.SIGNAL,
    thread_moves.SIGNAL,
)


def signals() -> tuple[Signal, ...]:
    """All signals, sorted by id.

    Raises:
        SettingsError: an entry point does not name a signal, or two signals have one id.
    """
    found = {signal.id: signal for signal in OURS}
    for entry in entry_points(group=ENTRY_POINTS):
        signal = entry.load()
        if not isinstance(signal, Signal):
            raise SettingsError(f"The entry point {entry.name} in {ENTRY_POINTS} is no signal.")
        if signal.id in found:
            raise SettingsError(
                f"Two signals have the id {signal.id}.", f"Rename that of {entry.name}."
            )
        found[signal.id] = signal
    return tuple(found[name] for name in sorted(found))
