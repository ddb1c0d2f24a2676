"""What a process and the store say to each other at a merge, as MessagePack arrays.

`merge.lua` reads and writes the same; a field added here is added there.
"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

# The store is a server that others can write to: what cannot be is refused as it is read.
Count = Annotated[int, Meta(ge=0, le=2**53)]
Bits = Annotated[str, Meta(pattern="^[0-9a-f]{1,128}$")]
Amount = Annotated[float, Meta(ge=0, le=2**53)]


class Seen(Struct, array_like=True):
    """An account, as one process saw it.

    Attributes:
        seals_known, seals_more: the total as it was known, and what came since.
        foreign_known, foreign_more: likewise.
        under_way: calls under way.
        slot, bits, bits_before: threads; bits in hexadecimal.
    """

    account: str
    seals_known: int
    seals_more: int
    foreign_known: int
    foreign_more: int
    under_way: int
    slot: int
    bits: str
    bits_before: str


class Taken(Struct, array_like=True):
    """A bucket, as one process took from it."""

    account: str
    rule: str
    every_s: float
    burst: int
    taken: int
    asked: int


class Batch(Struct, array_like=True):
    """What one process has to say.

    Attributes:
        process: its name, new for each life.
        number: of the batch; the same when it is sent again.
    """

    process: str
    number: int
    rows: list[Seen]
    buckets: list[Taken]


class Other(Struct, array_like=True):
    """What another process last said of an account."""

    under_way: Count
    slot: Count
    bits: Bits
    bits_before: Bits


class Total(Struct, array_like=True):
    """An account, as all processes saw it.

    Attributes:
        others: what each other process said; Lua writes an empty list as an empty map.
    """

    seals: Count
    foreign: Count
    others: list[Other] | dict[str, str]


class Level(Struct, array_like=True):
    """A bucket, as all took from it.

    Attributes:
        missing_s: time until it is full again.
        demand: calls that asked lately, of all processes, fading.
    """

    missing_s: Amount
    demand: Amount


class Merged(Struct, array_like=True):
    """The store's answer: rows and buckets in the order of the batch.

    Attributes:
        processes: that share.
        ignored: things in the store that are none of ours, and were thrown away.
    """

    processes: Count
    rows: list[Total] | dict[str, str]
    buckets: list[Level] | dict[str, str]
    ignored: Count = 0


_ANSWER = msgspec.msgpack.Decoder(Merged, strict=False)


def packed(batch: Batch) -> bytes:
    """A batch as bytes."""
    return msgspec.msgpack.encode(batch)


def merged(raw: object, batch: Batch) -> Merged:
    """The answer to a batch.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    if not isinstance(raw, bytes):
        raise msgspec.ValidationError("no bytes")
    answer = _ANSWER.decode(raw)
    if (len(answer.rows), len(answer.buckets)) != (len(batch.rows), len(batch.buckets)):
        raise msgspec.ValidationError("not to this batch")
    return answer
