"""Every signal there is: our own in one list, and those that installed packages bring along.

A package adds a signal with an entry point in the group `stillwatch.signals` that names a `Signal`.
"""

from importlib.metadata import entry_points

from stillwatch.errors import SettingsError
from stillwatch.signals import (
    answers_unused,
    artefact_across_accounts,
    asks_for_training_data,
    claims_consistency,
    client_against_body,
    concurrent_threads,
    declared_against_evidenced,
    declared_use,
    distinct_environments,
    even_loads,
    extraction_share,
    foreign_tool_call,
    frozen_device,
    goes_on_elsewhere,
    http_library,
    interleaved_calls,
    list_worked_through,
    moves_together,
    one_pool,
    one_template_many_values,
    parameter_sweep,
    probing_phase,
    relay_builds,
    relocated_system_prompt,
    replacement,
    replayed_conversations,
    same_hours,
    same_setup,
    seal_behind_another_account,
    seal_cloned,
    seal_matches_owner,
    seal_missing,
    sealed_id_of_another_account,
    session_shape,
    shared_infrastructure,
    shared_origin,
    signature_error,
    signature_replayed,
    test_purchase,
    thread_moves,
    values_never_repeat,
)
from stillwatch.signals.model import Signal

ENTRY_POINTS = "stillwatch.signals"

OURS: tuple[Signal, ...] = (
    answers_unused.SIGNAL,
    artefact_across_accounts.SIGNAL,
    asks_for_training_data.SIGNAL,
    claims_consistency.SIGNAL,
    client_against_body.SIGNAL,
    concurrent_threads.SIGNAL,
    declared_against_evidenced.SIGNAL,
    declared_use.SIGNAL,
    distinct_environments.SIGNAL,
    even_loads.SIGNAL,
    extraction_share.SIGNAL,
    foreign_tool_call.SIGNAL,
    frozen_device.SIGNAL,
    goes_on_elsewhere.SIGNAL,
    http_library.SIGNAL,
    interleaved_calls.SIGNAL,
    list_worked_through.SIGNAL,
    moves_together.SIGNAL,
    one_pool.SIGNAL,
    one_template_many_values.SIGNAL,
    parameter_sweep.SIGNAL,
    probing_phase.SIGNAL,
    relay_builds.SIGNAL,
    relocated_system_prompt.SIGNAL,
    replacement.SIGNAL,
    replayed_conversations.SIGNAL,
    same_hours.SIGNAL,
    same_setup.SIGNAL,
    seal_behind_another_account.SIGNAL,
    seal_cloned.SIGNAL,
    seal_matches_owner.SIGNAL,
    seal_missing.SIGNAL,
    sealed_id_of_another_account.SIGNAL,
    session_shape.SIGNAL,
    shared_infrastructure.SIGNAL,
    shared_origin.SIGNAL,
    signature_error.SIGNAL,
    signature_replayed.SIGNAL,
    test_purchase.SIGNAL,
    thread_moves.SIGNAL,
    values_never_repeat.SIGNAL,
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
