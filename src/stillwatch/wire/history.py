"""A conversation that grows is decoded only where it is new.

Agents send their whole history with every request, so nearly all bytes of a day of traffic were
seen before. Two shortcuts, both exact, leave work only where something is new:

- Each element of the list is looked up by the digest of its bytes.
- The beginning of a long list is looked up as a whole. It is found by a small window of bytes and
  believed only if all its bytes have the digest remembered; equal bytes up to a separator decode
  to equal messages. The last few elements stay out of it, because clients move cache markers there.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Raw, Struct

from stillwatch.exchange import Message
from stillwatch.hashing import digest
from stillwatch.wire.memory import Prefix, WireMemory, message_cost
from stillwatch.wire.values import WireError, as_object, load, load_list

# Elements at the end that are not part of a remembered beginning.
_HELD_BACK = 4
# Beginnings are looked for at multiples of this many bytes, this many of them from the end.
_STEP = 8192
_STEPS = 16
# Bytes before such a place that name it.
_WINDOW = 256


# The beginning that every list has: its bracket.
_START = Prefix(length=1, digest=0, count=0, messages=(), cost=0, key=0)


class Format(Struct, frozen=True):
    """How one wire's list of messages is read.

    Attributes:
        field: the list's name in the body.
        salt: keeps keys of different formats apart.
        decode: from an element and its key to a message.
        joins: whether a message and the one after it belong to one turn; None where they never do.
    """

    field: str
    salt: int
    decode: Callable[[dict[str, Any], int], Message]
    joins: Callable[[Message, Message], bool] | None = None


def salt_of(name: str) -> int:
    """A number that keeps the digests of one kind of value apart from those of others."""
    return digest(name.encode())


def decode_history(raw: Raw, memory: WireMemory, form: Format) -> tuple[Message, ...]:
    """Decode a list of messages.

    Raises:
        WireError: the list or one of its elements is malformed.
    """
    view = memoryview(raw)
    prefix = _find(view, memory, form)
    if prefix is not None:
        elements = load_list(b"[" + view[prefix.length :], form.field)
        tail = _decode_elements(elements, memory, form, prefix.count)
        if tail and not _joins(form, prefix.messages[-1], tail[0]):
            return _grow(view, memory, form, prefix, elements, tail)
    elements = load_list(raw, form.field)
    tail = _decode_elements(elements, memory, form, 0)
    return _grow(view, memory, form, _START, elements, tail)


def _joins(form: Format, message: Message, following: Message) -> bool:
    return form.joins is not None and form.joins(message, following)


def _decode_elements(
    elements: Sequence[Raw], memory: WireMemory, form: Format, start: int
) -> list[Message]:
    known = memory.messages.get
    return [
        known(key := digest(raw) ^ form.salt) or _decode(raw, key, memory, form, start + place)
        for place, raw in enumerate(elements)
    ]


def _decode(raw: Raw, key: int, memory: WireMemory, form: Format, place: int) -> Message:
    what = f"{form.field}[{place}]"
    value = as_object(load(raw, what), what)
    try:
        message = form.decode(value, key)
    except WireError as error:
        raise error.within(what) from None
    return memory.messages.keep(key, message, message_cost(message))


def _find(view: memoryview, memory: WireMemory, form: Format) -> Prefix | None:
    last = len(view) // _STEP
    for step in range(last, max(0, last - _STEPS), -1):
        prefix = memory.prefixes.get(_place(view, step, form))
        if prefix is not None and digest(view[: prefix.length]) == prefix.digest:
            return prefix
    return None


def _place(view: memoryview, step: int, form: Format) -> int:
    end = step * _STEP
    return digest(view[end - _WINDOW : end]) ^ form.salt ^ step


def _grow(
    view: memoryview,
    memory: WireMemory,
    form: Format,
    prefix: Prefix,
    elements: list[Raw],
    tail: list[Message],
) -> tuple[Message, ...]:
    """The whole history; what of it will hardly change any more is remembered as a beginning."""
    cut = len(tail) - _HELD_BACK
    while cut > 0 and _joins(form, tail[cut - 1], tail[cut]):
        cut -= 1
    if cut <= 0 or len(view) - prefix.length < _STEP:
        return prefix.messages + _turns(tail, memory, form)
    closed = _turns(tail[:cut], memory, form)
    length = _end_of(view, prefix.length, elements[:cut])
    if length >= _STEP:
        _remember(view, memory, form, prefix, length, cut, closed)
    return prefix.messages + closed + _turns(tail[cut:], memory, form)


def _end_of(view: memoryview, start: int, elements: list[Raw]) -> int:
    """Where the separator after some elements ends; 0 if they do not stand side by side."""
    first = start + len(elements[0])
    separator = b", " if bytes(view[first : first + 2]) == b", " else b","
    text = separator.join((*elements, b""))
    end = start + len(text)
    return end if view[start:end] == text else 0


def _remember(
    view: memoryview,
    memory: WireMemory,
    form: Format,
    prefix: Prefix,
    length: int,
    cut: int,
    closed: tuple[Message, ...],
) -> None:
    grown = Prefix(
        length=length,
        digest=digest(view[:length]),
        count=prefix.count + cut,
        messages=prefix.messages + closed,
        cost=prefix.cost + sum(map(message_cost, closed)),
        key=_place(view, length // _STEP, form),
    )
    memory.prefixes.forget(prefix.key)
    memory.prefixes.keep(grown.key, grown, grown.cost)


def _turns(tail: list[Message], memory: WireMemory, form: Format) -> tuple[Message, ...]:
    """The messages with those of one turn put together."""
    return tuple(tail) if form.joins is None else tuple(_put_together(tail, memory, form))


def _put_together(tail: list[Message], memory: WireMemory, form: Format) -> Iterator[Message]:
    start = 0
    for end in range(1, len(tail) + 1):
        if end == len(tail) or not _joins(form, tail[end - 1], tail[end]):
            yield tail[start] if end - start == 1 else _joined(tail[start:end], memory, form)
            start = end


def _joined(group: list[Message], memory: WireMemory, form: Format) -> Message:
    key = digest(b"".join(message.key.to_bytes(16) for message in group)) ^ form.salt
    known = memory.messages.get(key)
    if known is None:
        known = join_turn(group, key)
        memory.messages.keep(key, known, message_cost(known))
    return known


def join_turn(group: Sequence[Message], key: int) -> Message:
    """One message for the pieces of a turn.

    Its id is that of the first piece which carries a message's own id; reasoning and calls have
    ids of other kinds.
    """
    ids = [message.id for message in group if message.id]
    own = [name for name in ids if name.startswith("msg")]
    parts = tuple(part for message in group for part in message.parts)
    return Message(group[0].role, parts, next(iter(own or ids), None), key)
