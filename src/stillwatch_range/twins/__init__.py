"""Innocent twins: honest accounts that look like relays or campaigns, one file a story.

Each file of `kinds` says which suspicion it resembles and why it is innocent. A detector that
accuses one of them has found a coincidence and not an offence.
"""

from collections.abc import Callable, Mapping

from stillwatch_range.model import Cell, Provider, World
from stillwatch_range.twins.kinds import (
    account_change,
    agent_platform,
    audit_capture,
    batch_classification,
    ci_runners,
    class_assignment,
    corporate_gateway,
    drift_monitor,
    fallback_router,
    key_migration,
    nightly_evals,
    one_developer,
    open_source_framework,
    release_day,
    shared_house,
    support_bot,
    synthetic_data,
    travelling_person,
)
from stillwatch_range.twins.spec import Kind, TwinSpec
from stillwatch_range.twins.stage import Stage

__all__ = ["KINDS", "TwinSpec", "open_cell"]

KINDS: Mapping[Kind, Callable[[Stage], Cell]] = {
    "account-change": account_change.open_cell,
    "agent-platform": agent_platform.open_cell,
    "audit-capture": audit_capture.open_cell,
    "batch-classification": batch_classification.open_cell,
    "ci-runners": ci_runners.open_cell,
    "class-assignment": class_assignment.open_cell,
    "corporate-gateway": corporate_gateway.open_cell,
    "drift-monitor": drift_monitor.open_cell,
    "fallback-router": fallback_router.open_cell,
    "key-migration": key_migration.open_cell,
    "nightly-evals": nightly_evals.open_cell,
    "one-developer": one_developer.open_cell,
    "open-source-framework": open_source_framework.open_cell,
    "release-day": release_day.open_cell,
    "shared-house": shared_house.open_cell,
    "support-bot": support_bot.open_cell,
    "synthetic-data": synthetic_data.open_cell,
    "travelling-person": travelling_person.open_cell,
}


def open_cell(spec: TwinSpec, world: World, provider: Provider, seed: int, name: str) -> Cell:
    """Set a twin on its stage.

    Args:
        spec: which twin, and how large.
        world: what all cells share.
        provider: where its requests end.
        seed: the cell's own seed.
        name: name of the cell, unique in the scenario.

    Raises:
        SettingsError: if the spec sets what its kind has no choice in.
    """
    return KINDS[spec.kind](Stage(spec, world, provider, seed, name))
