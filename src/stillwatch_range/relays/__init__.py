"""Relays: emulations of the programs that pool accounts and sell access, on a hardening ladder."""

from collections.abc import Sequence

from stillwatch.errors import SettingsError
from stillwatch_range.model import Account, Cell, Provider, World
from stillwatch_range.people.addresses import address
from stillwatch_range.people.population import People
from stillwatch_range.relays import cell
from stillwatch_range.relays.families.cc_gateway import CcGateway
from stillwatch_range.relays.families.cpa import CliProxyApi
from stillwatch_range.relays.families.crs import ClaudeRelayService
from stillwatch_range.relays.families.gpt_load import GptLoad
from stillwatch_range.relays.families.litellm_pool import LitellmPool
from stillwatch_range.relays.families.new_api import NewApi
from stillwatch_range.relays.families.sub2api import Sub2api
from stillwatch_range.relays.family import Family
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.relay import Exit, Relay
from stillwatch_range.relays.spec import RelaySpec
from stillwatch_range.seeds import draw_for

__all__ = ["KINDS", "Relay", "RelaySpec", "open_cell", "open_relay", "switches_of"]

KINDS: dict[str, Family] = {
    family.name: family
    for family in (
        Sub2api(),
        ClaudeRelayService(),
        CliProxyApi(),
        NewApi(),
        CcGateway(),
        LitellmPool(),
        GptLoad(),
    )
}
"""The programs, by the names that scenario files use."""


def open_relay(
    spec: RelaySpec,
    accounts: Sequence[Account],
    provider: Provider,
    world: World,
    seed: int,
    reserve: Sequence[Account] = (),
) -> Relay:
    """A running relay.

    Args:
        spec: what it is.
        accounts: in use from the start, at least one.
        provider: answers.
        world: span and detail.
        seed: the relay's own seed.
        reserve: accounts that take the places of banned ones.

    Raises:
        SettingsError: an unknown kind or setting, or no account.
    """
    if not accounts:
        raise SettingsError("a relay has no account", "Give it at least one.")
    how = switches_of(spec)
    exits = _exits([*accounts, *reserve], how, seed)
    return Relay(KINDS[spec.kind], how, (accounts, reserve), provider, exits, world, seed)


def open_cell(spec: RelaySpec, world: World, provider: Provider, seed: int, name: str) -> Cell:
    """A relay's cell: its accounts, and its customers at work.

    Args:
        spec: what it is.
        world: the scenario.
        provider: answers.
        seed: the cell's seed.
        name: name of the group of accounts.

    Raises:
        SettingsError: an unknown kind or setting.
    """
    used, reserve = cell.pool(spec, switches_of(spec), world, seed, name)
    relay = open_relay(spec, used, provider, world, seed, reserve)
    people = People(spec.people, world, seed)
    lives = cell.lives(spec, people, relay, provider, world, seed)
    return Cell((*used, *reserve), cell.actors(lives, world))


def switches_of(spec: RelaySpec) -> Switches:
    """How a relay is set: its program, its rung, and what the scenario file changes.

    Raises:
        SettingsError: an unknown kind or setting.
    """
    family = KINDS.get(spec.kind)
    if family is None:
        known = ", ".join(sorted(KINDS))
        raise SettingsError(f"no relay of kind {spec.kind!r}", f"There are: {known}.")
    return family.switches(spec.level).but(spec.settings)


def _exits(accounts: Sequence[Account], how: Switches, seed: int) -> dict[str, Exit]:
    """Where each account's requests come from, of the networks that everybody uses."""
    server = address(draw_for(seed, "exit"))
    if how.egress == "one":
        return {account.id: server for account in accounts}
    return {account.id: address(draw_for(seed, "exit", account.id)) for account in accounts}
