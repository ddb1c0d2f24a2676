"""What one turn shows, worked out once and remembered by the turn's key."""

from collections.abc import Iterable

from msgspec import Struct

from stillwatch.exchange import Message, Reasoning, ToolCall
from stillwatch.hashing import Hasher
from stillwatch.memo import Memo
from stillwatch.traits import declared, environment, language
from stillwatch.traits.artefacts import (
    ArtefactText,
    id_shape,
    is_artefact,
    presented,
    presented_by_opening,
)
from stillwatch.traits.model import Fact
from stillwatch.traits.turns import is_human, normal_form, words_of

HashedArtefact = tuple[str, int, str | None]  # kind, artefact, shape
HashedFact = tuple[str, str, int, str | None]  # kind, origin, value, label


IDS = frozenset({"tool_call", "message"})


class TurnTraits(Struct, frozen=True):
    """What a turn adds to its thread, hashed.

    Attributes:
        link: its value in the hash chain; None where it leaves no trace.
        chars: length of its normal form when it is the assistant's, else 0.
        human: it carries typed words and no tool result.
        prompt: hash of its words.
    """

    link: int | None
    chars: int
    human: bool
    prompt: int
    presented: tuple[HashedArtefact, ...]
    facts: tuple[HashedFact, ...]
    tool_calls: int
    reasoning: int


class Opening(Struct, frozen=True):
    """What a conversation's first user turn shows.

    Attributes:
        presented: what it quotes of earlier answers.
        facts: the language it is typed in.
    """

    presented: tuple[HashedArtefact, ...]
    facts: tuple[HashedFact, ...]


class TurnReader:
    """Reads turns into traits, remembering those it has seen.

    Args:
        hasher: keyed hashing for stored values.
        budget: how many turns to remember.
    """

    def __init__(self, hasher: Hasher, budget: int = 10_000) -> None:
        self._hasher = hasher
        self._turns: Memo[int, TurnTraits] = Memo(budget)
        self._openings: Memo[int, Opening] = Memo(budget // 10)

    def turn(self, message: Message) -> TurnTraits:
        """The traits of a turn in a request's history."""
        known = self._turns.get(message.key)
        return known or self._turns.put(message.key, self._read(message))

    def opening(self, message: Message) -> Opening:
        """What the first user turn of a conversation shows beside what every turn does."""
        known = self._openings.get(message.key)
        if known is None:
            spoken = language.language_of(message)
            quoted = self.artefacts(presented_by_opening(message))
            known = Opening(quoted, self.facts([spoken] if spoken else []))
            self._openings.put(message.key, known)
        return known

    def link(self, form: str) -> int | None:
        """A normal form's value in the hash chain."""
        return self._hasher.of(form) if form else None

    def artefacts(self, found: Iterable[ArtefactText]) -> tuple[HashedArtefact, ...]:
        """Artefacts, hashed by kind and text, with the shape of ids."""
        return tuple(
            dict.fromkeys(
                (one.kind, self.hashed(one), id_shape(one.text) if one.kind in IDS else None)
                for one in found
            )
        )

    def hashed(self, artefact: ArtefactText) -> int:
        """The stored value of an artefact."""
        return self._hasher.of(f"{artefact.kind} {artefact.text}")

    def facts(self, found: Iterable[Fact]) -> tuple[HashedFact, ...]:
        """Facts, hashed by kind and value, so that declared and evidenced values compare."""
        return tuple(
            dict.fromkeys(
                (fact.kind, fact.origin, self._hasher.of(f"{fact.kind} {fact.value}"), fact.label)
                for fact in found
            )
        )

    def _presented(
        self, message: Message, form: str, link: int | None
    ) -> tuple[HashedArtefact, ...]:
        minted = self.artefacts(presented(message))
        whole = message.role == "assistant" and is_artefact(form)
        return (*minted, ("turn", link, None)) if whole and link is not None else minted

    def _read(self, message: Message) -> TurnTraits:
        words = words_of(message)
        form = normal_form(message, words)
        parts, link = message.parts, self.link(form)
        return TurnTraits(
            link=link,
            chars=len(form) if message.role == "assistant" else 0,
            human=is_human(message, words),
            prompt=self._hasher.of(words),
            presented=self._presented(message, form, link),
            facts=self.facts(_facts(message)),
            tool_calls=sum(isinstance(part, ToolCall) for part in parts),
            reasoning=sum(isinstance(part, Reasoning) for part in parts),
        )


def _facts(message: Message) -> list[Fact]:
    return [*environment.message_facts(message), *declared.message_facts(message)]
