"""Campaigns: groups of accounts that harvest a model's answers to train another one.

A method says what is asked, `operation` how it is spread over accounts, people and time. Facts
about real campaigns come from what providers published in 2026: their methods, sizes and rates.
"""

from collections.abc import Mapping

from stillwatch.errors import SettingsError
from stillwatch_range.campaigns.agents import Agents
from stillwatch_range.campaigns.clock import Clock
from stillwatch_range.campaigns.cover import Cover
from stillwatch_range.campaigns.desk import Desk
from stillwatch_range.campaigns.dispatch import Dispatch
from stillwatch_range.campaigns.lanes import Pool
from stillwatch_range.campaigns.material import Material
from stillwatch_range.campaigns.methods import METHODS
from stillwatch_range.campaigns.operation import Operation
from stillwatch_range.campaigns.roster import Entry, roster
from stillwatch_range.campaigns.seats import Seats
from stillwatch_range.campaigns.spec import Ban, CampaignSpec, Habits, habits
from stillwatch_range.campaigns.through import doors, workers
from stillwatch_range.clients import NAMES
from stillwatch_range.model import DAY_US, Cell, Person, Provider, World
from stillwatch_range.people.population import People, PeopleSpec
from stillwatch_range.people.prompts import PromptPool
from stillwatch_range.seeds import draw_for, seed_for

__all__ = ["METHODS", "Ban", "CampaignSpec", "open_cell"]


def open_cell(spec: CampaignSpec, world: World, provider: Provider, seed: int, name: str) -> Cell:
    """Make a campaign.

    Args:
        spec: what the scenario asks for.
        world: what all cells share.
        provider: where its requests end.
        seed: the cell's own seed.
        name: name of the cell, unique in the scenario; accounts are grouped by it.

    Raises:
        SettingsError: if there is no prompt to ask, or no such relay, client or source.
    """
    how = habits(spec, draw_for(seed, "habits"))
    operator = People(PeopleSpec(), world, seed_for(seed, "operator")).person(0)
    entries = roster(spec, how, world, seed, name)
    used = workers(spec, entries, seed) if spec.through else entries
    desk = Desk(
        spec=spec,
        habits=how,
        world=world,
        seed=seed,
        operator=operator,
        material=_material(spec, world, seed),
        agents=Agents(world, seed),
        pool=_pool(spec, how, provider, used, operator, seed),
    )
    work = Operation(
        desk=desk,
        method=METHODS[spec.method](desk),
        entries=used,
        clock=_clock(spec, how, world, operator),
        cover=Cover(spec, world, seed) if spec.cover else None,
        doors=doors(spec, entries, provider, world, seed) if spec.through else None,
    )
    return Cell(tuple(entry.account for entry in entries), work.actors())


def _material(spec: CampaignSpec, world: World, seed: int) -> Material:
    pool = PromptPool(world.sources)
    harvest = tuple(source for source in world.sources if pool.kind(source) in _FED[spec.method])
    sources = spec.sources or harvest or world.sources
    prompts = [prompt for source in sources for prompt in pool.pool(source)]
    if not prompts:
        raise SettingsError("a campaign has no prompts", "Name `sources` that hold some.")
    return Material(prompts, seed)


def _pool(
    spec: CampaignSpec,
    how: Habits,
    provider: Provider,
    entries: list[Entry],
    operator: Person,
    seed: int,
) -> Pool:
    able = METHODS[spec.method].clients or tuple(NAMES)
    for client in spec.clients:
        if client not in able:
            raise SettingsError(
                f"{spec.method} cannot work with the client {client!r}",
                f"Name some of: {', '.join(able)}.",
            )
    clients = spec.clients or METHODS[spec.method].clients
    seats = Seats(entries, operator, clients, how, seed)
    return Pool(provider, seats, Dispatch(how.dispatch, draw_for(seed, "dispatch")))


def _clock(spec: CampaignSpec, how: Habits, world: World, operator: Person) -> Clock:
    pauses = tuple(
        (world.start_us + int(day * DAY_US), world.start_us + int((day + length) * DAY_US))
        for day, length in spec.pauses
    )
    per_day = spec.accounts * spec.requests_per_account_day
    return Clock(how.schedule, operator.zone, per_day, how.jitter, pauses)


_HARVEST = ("harvest", "benchmark")
_USERS = ("chat", "coding", "function")
_FED: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(METHODS, _HARVEST),
    "own-users": _USERS,
    "store-replay": _USERS,
}
"""Kinds of sources that methods take their material from, where the file names none."""
