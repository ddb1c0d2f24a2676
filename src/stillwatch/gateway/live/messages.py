"""What a process and the store say to each other at a merge, as MessagePack arrays.

`merge.lua` reads and writes the same; a field added here is added there.
"""

import msgspec
from msgspec import Struct


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

    under_way: int
    slot: int
    bits: str
    bits_before: str


class Total(Struct, array_like=True):
    """An account, as all processes saw it.

    Attributes:
        others: what each other process said; Lua writes an empty list as an empty map.
    """

    seals: int
    foreign: int
    others: list[Other] | dict[str, str]


class Level(Struct, array_like=True):
    """A bucket, as all took from it.

    Attributes:
        missing_s: time until it is full again.
        demand: calls that asked lately, of all processes, fading.
    """

    missing_s: float
    demand: float


class Merged(Struct, array_like=True):
    """The store's answer: rows and buckets in the order of the batch."""

    processes: int
    rows: list[Total] | dict[str, str]
    buckets: list[Level] | dict[str, str]


_ANSWER = msgspec.msgpack.Decoder(Merged, strict=False)


def packed(batch: Batch) -> bytes:
    """A batch as bytes."""
    return msgspec.msgpack.encode(batch)


def merged(raw: bytes) -> Merged:
    """The answer to a batch.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _ANSWER.decode(raw)
