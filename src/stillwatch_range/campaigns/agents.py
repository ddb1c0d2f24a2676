"""Agentic material: somebody's coding session, taken for a harness that the campaign drives."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from stillwatch_range.campaigns.cover import brought
from stillwatch_range.model import DAY_US, Session, Turn, World
from stillwatch_range.people.population import People, PeopleSpec
from stillwatch_range.seeds import seed_for

HARNESSES = ("claude-code", "codex", "opencode", "qwen-code")
AHEAD_US = 60 * DAY_US
ENVIRONMENTS = 200
"""Environments, each a person's machine and repositories, that tasks are set in."""
Change = Callable[[Turn], Turn]


@dataclass(frozen=True, slots=True)
class Changed:
    """The turns of a session, each changed on its way.

    Attributes:
        session: whose turns.
        change: gives the new turn for one.
    """

    session: Session
    change: Change

    def __iter__(self) -> Iterator[Turn]:
        """All turns in order."""
        return map(self.change, self.session.turns)


class Agents:
    """Coding sessions by number.

    Args:
        world: what all cells share.
        seed: of the campaign.
    """

    def __init__(self, world: World, seed: int) -> None:
        spec = PeopleSpec(habits="developer")
        self._people = People(spec, world, seed_for(seed, "environments"))
        self._begins_us = world.start_us

    def session(
        self, number: int, at_us: int, change: Change, *, dated_us: int | None = None
    ) -> Session:
        """A session in an environment.

        Args:
            number: the same number gives the same session.
            at_us: when it is played.
            change: what is done to each turn.
            dated_us: what the clocks in its content show; the time of playing where None.
        """
        round_, place = divmod(number, ENVIRONMENTS)
        person = self._people.person(place)
        # A round begins where no sitting of the one before can be met again.
        from_us = self._begins_us + round_ * AHEAD_US
        session = next(self._people.sessions(person, from_us, from_us + AHEAD_US))
        dated = brought(session, at_us if dated_us is None else dated_us)
        return replace(dated, turns=Changed(dated, change), start_us=at_us)
