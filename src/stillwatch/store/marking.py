"""Reading marks while exchanges are read: seals in requests, and sealed ids presented.

Readings are stored as bits, never as text. What a conversation sends again and again is read once:
the system text, the tools and the first turn by their keys, later turns when they are new.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec
from msgspec import Struct

from stillwatch.exchange import Exchange, Message, Request, Text, ToolResult
from stillwatch.hashing import Hasher
from stillwatch.marks.grammar import Grammar, load
from stillwatch.marks.ids import IdReader
from stillwatch.marks.read import Reader
from stillwatch.marks.secrets import read_file
from stillwatch.memo import Memo
from stillwatch.store.worker import MarkSetup
from stillwatch.traits.artefacts import ArtefactText, presented
from stillwatch.traits.columns import Columns
from stillwatch.traits.kernel import Added
from stillwatch.wire.body import open_body
from stillwatch.wire.envelope import Envelope

OPENINGS_REMEMBERED = 2_000
SEEN_BUDGET = 40_000
_IDS = frozenset({"tool_call", "message"})
_INNER = ("function", "custom")


class Said(Struct, frozen=True):
    """What texts say at the sites of a grammar: bit n of `bits` where bit n of `known` is set."""

    bits: int = 0
    known: int = 0

    def __or__(self, other: "Said") -> "Said":
        """Both together; sites that they read differently are not known."""
        clash = (self.bits ^ other.bits) & self.known & other.known
        known = (self.known | other.known) & ~clash
        return Said((self.bits | other.bits) & known, known)


class Marking:
    """Reads the marks of exchanges into the tables `seals` and `sealed_ids`.

    Args:
        setup: where keys and grammar are.
        hasher: keyed hashing for what is stored.
        columns: where rows are collected.

    Raises:
        StillwatchError: the key file or the grammar cannot be used.
    """

    def __init__(self, setup: MarkSetup, hasher: Hasher, columns: Columns) -> None:
        self._ids = _IdMarking(IdReader(read_file(setup.keys)), hasher, columns)
        self._seals = setup.grammar and _SealMarking(load(setup.grammar), columns)

    def add(self, exchange: Exchange, envelope: Envelope, added: Added) -> None:
        """Read one exchange that the kernel has added."""
        self._ids.add(exchange, added)
        if self._seals and exchange.wire != "unknown":
            self._seals.add(exchange.request, envelope, added)


class _IdMarking:
    """Looks at the ids that new turns present."""

    def __init__(self, reader: IdReader, hasher: Hasher, columns: Columns) -> None:
        self._reader = reader
        self._hasher = hasher
        self._columns = columns
        self._seen: Memo[tuple[int, str], bool] = Memo(SEEN_BUDGET)

    def add(self, exchange: Exchange, added: Added) -> None:
        found = chain.from_iterable(presented(turn.message) for turn in added.new)
        if exchange.request.previous_response:
            continued = ArtefactText("message", exchange.request.previous_response)
            found = chain(found, [continued])
        for artefact in found:
            if artefact.kind in _IDS and not self._seen.get((added.scope, artefact.text)):
                self._seen.put((added.scope, artefact.text), value=True)
                self._look(artefact, exchange, added.row)

    def _look(self, artefact: ArtefactText, exchange: Exchange, row: int) -> None:
        standing = self._reader.check(artefact.text, exchange.account, exchange.time_us / 1e6)
        minted = standing.minted
        if minted is not None and not standing.own:
            name = self._hasher.of(f"{artefact.kind} {artefact.text}")
            issued_us = minted.time_s * 1_000_000
            self._columns["sealed_ids"].append(
                (row, artefact.kind, name, minted.key, minted.tag, issued_us)
            )


class _SealMarking:
    """Reads the seals of conversations."""

    def __init__(self, grammar: Grammar, columns: Columns) -> None:
        self._reader = Reader(grammar)
        self._size = -(-grammar.width // 8)
        self._columns = columns
        self._openings: Memo[int, Said] = Memo(OPENINGS_REMEMBERED)
        self._seen: Memo[tuple[int, Said], bool] = Memo(SEEN_BUDGET)

    def add(self, request: Request, envelope: Envelope, added: Added) -> None:
        said = self._opening(request, envelope)
        texts = [text for turn in added.new if not turn.opening for text in _texts(turn.message)]
        if texts:
            said = said | self._read(texts)
        if self._seen.get((added.scope, said)):
            return
        self._seen.put((added.scope, said), value=True)
        bits, known = (value.to_bytes(self._size, "little") for value in (said.bits, said.known))
        self._columns["seals"].append((added.row, bits, known, said.known.bit_count()))

    def _opening(self, request: Request, envelope: Envelope) -> Said:
        """What system text, tools and the turns up to the first of a person say."""
        first = list(_up_to_first_user(request.messages))
        key = request.system_key ^ request.tools_key
        for message in first:
            key ^= message.key
        known = self._openings.get(key)
        if known is not None:
            return known
        texts = chain(
            request.system,
            _tool_texts(envelope) if request.tools else (),
            chain.from_iterable(map(_texts, first)),
        )
        return self._openings.put(key, self._read(texts))

    def _read(self, texts: Any) -> Said:
        reading = self._reader.read(texts)
        return Said(reading.bits & reading.known, reading.known)


def _up_to_first_user(messages: tuple[Message, ...]) -> Iterator[Message]:
    for message in messages:
        yield message
        if message.role == "user":
            return


def _texts(message: Message) -> Iterator[str]:
    """What a client wrote; the model's own words are no seal of the client."""
    if message.role != "assistant":
        for part in message.parts:
            if isinstance(part, Text | ToolResult):
                yield part.text


def _tool_texts(envelope: Envelope) -> Iterator[str]:
    """The descriptions of the offered tools, which exchanges do not hold."""
    fields = open_body(envelope.request.body)
    raw = fields.get("tools") if isinstance(fields, dict) else None
    try:
        tools = msgspec.json.decode(raw) if raw is not None else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return
    for tool in tools if isinstance(tools, list) else ():
        for holder in (tool, *(tool.get(name) for name in _INNER if isinstance(tool, dict))):
            text = holder.get("description") if isinstance(holder, dict) else None
            if isinstance(text, str):
                yield text
