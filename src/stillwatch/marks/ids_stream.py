"""Puts sealed ids in place of an upstream's own, in answers that pass through a gateway.

Bytes in, bytes out, of the same length. A stream is handled line by line as it comes: what is
held back is at most the unfinished line, which no client could have used yet. Only ids in the
places where the formats have them are exchanged, never text that the model wrote. The same id gets
the same sealed id for as long as the response lasts.

Ids of the Messages and Chat APIs are free to choose: the upstream only asks that those in one
request agree. Where an upstream keeps responses (the Responses API with `store`), it looks its ids
up later, so ids of that API stay unless the caller says that nothing is kept.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec import Struct

from stillwatch.marks.id_shapes import SHAPES, Kind
from stillwatch.marks.ids import IdSealer

FREE_KINDS: frozenset[Kind] = frozenset({"toolu", "msg", "call", "chatcmpl"})
"""Kinds that an upstream never looks up."""

ALL_KINDS: frozenset[Kind] = frozenset(SHAPES)
LONGEST_LINE = 1 << 20
"""A longer unfinished line (an image, say) flows on as it is; ids stand in short lines."""

IDS_A_RESPONSE = 4_096
_PREFIX_BYTES = tuple({f'"{prefix}'.encode() for prefix, _ in SHAPES.values()})


class _Block(Struct):
    id: str | None = None
    call_id: str | None = None
    tool_use_id: str | None = None


class _Message(Struct):
    id: str | None = None
    content: list[_Block] | str | None = None
    tool_calls: list[_Block] | None = None


class _Choice(Struct):
    message: _Message | None = None
    delta: _Message | None = None


class _Response(Struct):
    id: str | None = None
    output: list[_Block] = []


class _Answer(Struct):
    """A body or an event of any of the three formats: where its ids stand."""

    id: str | None = None
    item_id: str | None = None
    response_id: str | None = None
    content: list[_Block] | str | None = None
    output: list[_Block] | str | None = None
    choices: list[_Choice] | None = None
    message: _Message | str | None = None
    content_block: _Block | None = None
    item: _Block | None = None
    response: _Response | None = None


_read = msgspec.json.Decoder(_Answer).decode


class IdRewriter:
    """Rewrites the ids of one response.

    Args:
        sealer: issues the new ids.
        account: whom the response is for.
        kinds: kinds of ids to exchange; `ALL_KINDS` where the upstream keeps no responses.
    """

    def __init__(self, sealer: IdSealer, account: str, kinds: frozenset[Kind] = FREE_KINDS) -> None:
        self._issue: Callable[[Kind], str] = lambda kind: sealer.issue(account, kind)
        self._shapes = [(kind, *SHAPES[kind]) for kind in sorted(kinds)]
        self._known: dict[str, str] = {}
        self._held = b""
        self._over = False

    def body(self, raw: bytes) -> bytes:
        """A whole body, or one event's JSON, with sealed ids; as it was if it is no answer."""
        if not any(prefix in raw for prefix in _PREFIX_BYTES):
            return raw
        try:
            answer = _read(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return raw
        for identifier in dict.fromkeys(_ids(answer)):
            sealed = self._sealed(identifier) if identifier else None
            if sealed is not None:
                raw = raw.replace(f'"{identifier}"'.encode(), f'"{sealed}"'.encode())
        return raw

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes of a stream of events; give back all that can go on."""
        head, newline, tail = (self._held + chunk).rpartition(b"\n")
        out = b"\n".join(map(self._line, head.split(b"\n"))) + newline if newline else b""
        self._held = tail
        if len(tail) > LONGEST_LINE:
            out, self._held, self._over = out + tail, b"", True
        return out

    def end(self) -> bytes:
        """What is left when the stream ends."""
        held, self._held = self._held, b""
        return self._line(held)

    def _line(self, line: bytes) -> bytes:
        if self._over:  # the rest of a line whose beginning is gone already
            self._over = False
            return line
        if not line.startswith(b"data:"):
            return line
        return b"data:" + self.body(line[5:])

    def _sealed(self, identifier: str) -> str | None:
        known = self._known.get(identifier)
        if known is None and len(self._known) < IDS_A_RESPONSE:
            known = next(map(self._issue, self._kinds_of(identifier)), None)
            if known is not None:
                self._known[identifier] = known
        return known

    def _kinds_of(self, identifier: str) -> Iterator[Kind]:
        for kind, prefix, body in self._shapes:
            tail = identifier[len(prefix) :]
            fits = len(tail) == body.length and body.alphabet.has(tail)
            if fits and identifier.startswith(prefix):
                yield kind


def rewrite_stream(
    chunks: Iterable[bytes],
    sealer: IdSealer,
    account: str,
    kinds: frozenset[Kind] = FREE_KINDS,
) -> Iterator[bytes]:
    """A stream of server-sent events with sealed ids; arguments as for `IdRewriter`."""
    rewriter = IdRewriter(sealer, account, kinds)
    for chunk in chunks:
        if out := rewriter.feed(chunk):
            yield out
    if out := rewriter.end():
        yield out


def rewrite_body(
    raw: bytes, sealer: IdSealer, account: str, kinds: frozenset[Kind] = FREE_KINDS
) -> bytes:
    """A whole response body with sealed ids; arguments as for `IdRewriter`."""
    return IdRewriter(sealer, account, kinds).body(raw)


def _ids(answer: _Answer) -> Iterator[str | None]:
    """Every id of an answer, in the places where the formats have them."""
    yield from (answer.id, answer.item_id, answer.response_id)
    for blocks in (answer.content, answer.output):
        yield from _of_blocks(blocks)
    for choice in answer.choices or ():
        for message in (choice.message, choice.delta):
            yield from _of_message(message)
    if isinstance(answer.message, _Message):
        yield from _of_message(answer.message)
    yield from _of_blocks([block for block in (answer.content_block, answer.item) if block])
    if answer.response is not None:
        yield answer.response.id
        yield from _of_blocks(answer.response.output)


def _of_message(message: _Message | None) -> Iterator[str | None]:
    if message is not None:
        yield message.id
        yield from _of_blocks(message.content)
        yield from _of_blocks(message.tool_calls)


def _of_blocks(blocks: list[_Block] | str | None) -> Iterator[str | None]:
    if isinstance(blocks, list):
        for block in blocks:
            yield from (block.id, block.call_id, block.tool_use_id)
