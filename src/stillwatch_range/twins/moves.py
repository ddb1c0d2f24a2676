"""Roads that change under way: to another account, or to another provider and back."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from stillwatch_range.clients.encode import set_length
from stillwatch_range.model import (
    SECOND_US,
    Account,
    Ask,
    Person,
    Provider,
    Reply,
    Session,
    World,
)
from stillwatch_range.people.population import People

LONG_STEPS = 6
SOON_US = 15 * SECOND_US
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_SEALED = frozenset(("thinking", "redacted_thinking", "reasoning"))


@dataclass(slots=True)
class Moves:
    """One account after the other; conversations that are under way go on.

    Attributes:
        provider: answers.
        accounts: in the order of their use.
        times_us: when the second and later ones take over.
        drops: whether the client leaves signed reasoning of another account out, as clients do
            whose account has changed, since a provider may refuse it.
    """

    provider: Provider
    accounts: Sequence[Account]
    times_us: Sequence[int]
    drops: bool = False
    _began: dict[int, int] = field(default_factory=dict)

    def send(self, ask: Ask) -> Reply:
        """Hand the request to the account of its time."""
        place = bisect_right(self.times_us, ask.at_us)
        # A conversation is remembered until a few hundred others have begun.
        began = self._began.setdefault(ask.truth.conversation, place)
        if len(self._began) > 400:
            del self._began[next(iter(self._began))]
        if self.drops and began < place:
            ask = _without_seals(ask)
        return self.provider.serve(ask, self.accounts[place])


def under_way_us(people: People, person: Person, about_us: int, world: World) -> int:
    """A time soon after a longer conversation of somebody began.

    Args:
        people: whom they belong to.
        person: who.
        about_us: the earliest time wanted, in microseconds since the epoch; an earlier one is
            given where no such conversation begins later, and it where there is none at all.
        world: gives the span that is looked at.
    """
    later = _long(people.sessions(person, about_us, world.end_us))
    earlier = _long(people.sessions(person, world.start_us, about_us))
    found = next(later, None) or next(earlier, None)
    return about_us if found is None else found.start_us + SOON_US


def _long(sessions: Iterator[Session]) -> Iterator[Session]:
    """Those whose first turn calls tools for a while."""
    return (one for one in sessions if len(next(iter(one.turns)).steps) >= LONG_STEPS)


def _without_seals(ask: Ask) -> Ask:
    if ask.wire == "chat":
        return ask
    kept = (_item_without(item) for item in ask.items)
    name = "input" if ask.wire == "responses" else "messages"
    clean = ask.but(body=ask.body | {name: [item for item in kept if item is not None]}, raw=None)
    set_length(clean)
    return clean


def _item_without(item: msgspec.Raw) -> msgspec.Raw | None:
    text = bytes(item)
    if b'"thinking"' not in text and b'"reasoning"' not in text:
        return item
    said: dict[str, Any] = _decode(text)
    if said.get("type") in _SEALED:
        return None
    content = said.get("content")
    if not isinstance(content, list):
        return item
    said["content"] = [block for block in content if block.get("type") not in _SEALED]
    return msgspec.Raw(_encode(said))
