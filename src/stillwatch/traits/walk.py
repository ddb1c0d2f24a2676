"""A request's history walked along the hash chain, from where the last walk of it ended.

A conversation sends its whole history again with every request. The walk remembers how far it had
come, so that a request costs what is new in it and not what it repeats.
"""

from collections.abc import Sequence
from itertools import islice

from msgspec import Struct

from stillwatch.exchange import Message
from stillwatch.hashing import Hasher
from stillwatch.memo import Memo
from stillwatch.traits.messages import TurnReader, TurnTraits

PREFIXES_KEPT = 4
STEPS_BUDGET = 30_000

# Clients move cache markers along the last few turns, which changes their bytes.
_TAIL = 6


class Step(Struct, frozen=True):
    """The state of a walk after a turn.

    Attributes:
        root: chain over the first user turn; 0 before it.
        chain: chain over all turns so far.
        chars: characters of the assistant's turns so far.
        spoken: turns so far that leave a trace in the chain.
        reasoning, tool_calls: how many so far.
        prompt: hash of the words of the last turn that leaves a trace, or None.
        prefixes: the last few places where an assistant's turn ended: chain before it, chain with
            it, characters.
        human: the turn holds words and no tool result.
    """

    root: int = 0
    chain: int = 0
    chars: int = 0
    spoken: int = 0
    reasoning: int = 0
    tool_calls: int = 0
    prompt: int | None = None
    prefixes: tuple[tuple[int, int, int], ...] = ()
    human: bool = False


class New(Struct, frozen=True):
    """A turn that the walk had not passed before; `opening`: nothing was said before it."""

    position: int
    message: Message
    traits: TurnTraits
    opening: bool


class _Path(Struct, frozen=True):
    messages: tuple[Message, ...]
    steps: list[Step]


class Walker:
    """Walks histories, remembering the paths it went.

    Args:
        hasher: keyed hashing for chains.
        reader: reads single turns.
    """

    def __init__(self, hasher: Hasher, reader: TurnReader) -> None:
        self._hasher = hasher
        self._reader = reader
        self._paths: Memo[int, _Path] = Memo(STEPS_BUDGET)

    def walk(self, account: int, messages: tuple[Message, ...]) -> tuple[Step, list[New]]:
        """The state after the last turn, and the turns that are new on this path.

        Args:
            account: a number for the account; paths of different accounts are kept apart.
            messages: the request's history.
        """
        if not messages:
            return Step(), []
        name = account ^ messages[0].key
        known = self._paths.get(name)
        shared = _shared(known.messages, messages) if known else 0
        steps = known.steps[:shared] if known else []
        new = self._go_on(messages, shared, steps)
        self._paths.put(name, _Path(messages, steps), len(messages))
        return steps[-1], new

    def _go_on(self, messages: Sequence[Message], start: int, steps: list[Step]) -> list[New]:
        step = steps[-1] if steps else Step()
        new = []
        for position, message in enumerate(islice(messages, start, None), start):
            traits = self._reader.turn(message)
            new.append(New(position, message, traits, opening=not step.spoken))
            step = self._step(step, message, traits)
            steps.append(step)
        return new

    def _step(self, before: Step, message: Message, turn: TurnTraits) -> Step:
        spoken = turn.link is not None
        chain = before.chain if turn.link is None else self._hasher.chain(before.chain, turn.link)
        prefixes, root = before.prefixes, before.root
        if spoken and message.role == "assistant":
            place = (before.chain, chain, before.chars + turn.chars)
            prefixes = (*prefixes[1 - PREFIXES_KEPT :], place)
        if spoken and message.role == "user" and not root and turn.link is not None:
            root = self._hasher.chain(0, turn.link)
        return Step(
            root=root,
            chain=chain,
            chars=before.chars + turn.chars,
            spoken=before.spoken + spoken,
            reasoning=before.reasoning + turn.reasoning,
            tool_calls=before.tool_calls + turn.tool_calls,
            prompt=turn.prompt if spoken else before.prompt,
            prefixes=prefixes,
            human=turn.human,
        )


def _shared(known: tuple[Message, ...], messages: tuple[Message, ...]) -> int:
    """How many turns two histories share at their beginning; exact near the ends, else 0."""
    most = min(len(known), len(messages))
    for length in range(most, max(most - _TAIL, 0), -1):
        if known[length - 1] is messages[length - 1] and known[:length] == messages[:length]:
            return length
    return 0
