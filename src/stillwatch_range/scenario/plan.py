"""Cuts a scenario into cells, and cells into shards, the same for any number of processes."""

from dataclasses import dataclass

from stillwatch_range import campaigns, honest, relays, twins
from stillwatch_range.campaigns import CampaignSpec
from stillwatch_range.honest import HonestSpec
from stillwatch_range.model import Cell, Provider, World
from stillwatch_range.relays import RelaySpec
from stillwatch_range.scenario.file import Part, Scenario
from stillwatch_range.seeds import draw_for, seed_for
from stillwatch_range.twins import TwinSpec

PEOPLE_A_CELL = 25
SHARDS = 32


@dataclass(frozen=True, slots=True)
class CellPlan:
    """What a cell is made from.

    Attributes:
        part: the table of the scenario file.
        name: name of the cell, unique in the scenario; groups of accounts are called by it.
        first: number of its first person, of an honest population.
        people: how many people, of an honest population.
    """

    part: Part
    name: str
    first: int = 0
    people: int = 0

    def seed(self, world: World) -> int:
        """The cell's own seed."""
        return seed_for(world.seed, "cell", self.name)

    def open(self, world: World, provider: Provider) -> Cell:
        """Make the cell."""
        spec, seed = self.part.spec, self.seed(world)
        match spec:
            case HonestSpec():
                return honest.open_cell(
                    spec, world, provider, seed, self.name, self.first, self.people
                )
            case RelaySpec():
                return relays.open_cell(spec, world, provider, seed, self.name)
            case CampaignSpec():
                return campaigns.open_cell(spec, world, provider, seed, self.name)
            case TwinSpec():
                return twins.open_cell(spec, world, provider, seed, self.name)


def cells(scenario: Scenario) -> list[CellPlan]:
    """All cells of a scenario, in the order of the file."""
    plans: list[CellPlan] = []
    for part in scenario.parts:
        for number in range(part.count):
            name = f"{part.name}-{number + 1}" if part.count > 1 else part.name
            if isinstance(part.spec, HonestSpec):
                plans += _crowd(part, part.spec, name)
            else:
                plans.append(CellPlan(part, f"{part.kind}:{name}"))
    return plans


def _crowd(part: Part, spec: HonestSpec, name: str) -> list[CellPlan]:
    return [
        CellPlan(part, f"honest:{name}:{first}", first, min(PEOPLE_A_CELL, spec.people - first))
        for first in range(0, spec.people, PEOPLE_A_CELL)
    ]


def shards(scenario: Scenario, seed: int) -> list[list[CellPlan]]:
    """Deal the cells out to files, so that a file's name says nothing about what is in it."""
    plans = cells(scenario)
    draw_for(seed, "shards").shuffle(plans)
    count = min(SHARDS, len(plans))
    return [plans[number::count] for number in range(count)]
