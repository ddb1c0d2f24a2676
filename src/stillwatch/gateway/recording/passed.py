"""An exchange that passed, as the request path hands it over; and batches of them on their way.

A batch is a head and then, for each exchange, its length and the exchange as MessagePack. The
writer answers each batch with what became of it.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec import Struct

RawHeaders = list[tuple[bytes, bytes]]

HEAD = struct.Struct("<III")
_LENGTH = struct.Struct("<I")
ANSWER = struct.Struct("<IIII")
# What an exchange and a header line take besides their bytes, as objects.
_EXCHANGE_BYTES = 1024
_HEADER_BYTES = 160


class Passed(Struct, array_like=True):
    """One exchange.

    Attributes:
        id: the gateway's name for it.
        account: its account's name, never a credential.
        began_s: when the request came in, seconds since 1970.
        duration_ms: until the response was complete.
        method, target: as received; the target is path and query.
        headers: of the request, in order and case as received.
        body: of the request, as received.
        status: of the response; 0 where there was none.
        answer_headers: of the response.
        answer: of the response, in the pieces in which it passed.
        organization: who owns the account, if known.
        address: of the caller, if it may be kept.
    """

    id: str
    account: str
    began_s: float
    duration_ms: float
    method: str
    target: str
    headers: RawHeaders
    body: bytes
    status: int
    answer_headers: RawHeaders
    answer: list[bytes]
    organization: str | None = None
    address: str | None = None

    def size(self) -> int:
        """About how many bytes it takes in memory."""
        lines = len(self.headers) + len(self.answer_headers)
        size = _EXCHANGE_BYTES + _HEADER_BYTES * lines + len(self.body)
        for piece in self.answer:
            size += len(piece)
        return size


class Answer(NamedTuple):
    """What became of a batch.

    Attributes:
        number: of the batch.
        stored: exchanges that are on the disk for good.
        left_out: exchanges that are no JSON, or too long for a line.
        lost: exchanges that the disk did not take.
    """

    number: int
    stored: int
    left_out: int
    lost: int


class Packer:
    """Puts exchanges together to a batch."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder()
        self._buffer = bytearray(HEAD.size)
        self.count = 0

    def __len__(self) -> int:
        return len(self._buffer)

    def add(self, passed: Passed) -> bool:
        """Add an exchange.

        Returns:
            Whether it could be: a face may hand over text that is no Unicode.
        """
        buffer, start = self._buffer, len(self._buffer)
        buffer += b"\0\0\0\0"
        try:
            self._encoder.encode_into(passed, buffer, -1)
        except (ValueError, TypeError, msgspec.MsgspecError):
            del buffer[start:]
            return False
        _LENGTH.pack_into(buffer, start, len(buffer) - start - _LENGTH.size)
        self.count += 1
        return True

    def taken(self, number: int) -> tuple[bytearray, int]:
        """The batch and how many exchanges it has; the packer is empty afterwards."""
        buffer, count = self._buffer, self.count
        HEAD.pack_into(buffer, 0, number, count, len(buffer) - HEAD.size)
        self._buffer, self.count = bytearray(HEAD.size), 0
        return buffer, count


_DECODER = msgspec.msgpack.Decoder(Passed)


def exchange(packed: memoryview) -> Passed:
    """An exchange of a batch.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _DECODER.decode(packed)


def unpacked(content: bytes | bytearray) -> Iterator[memoryview]:
    """The exchanges of a batch, each for `exchange`.

    Args:
        content: what follows the head.
    """
    view, at = memoryview(content), 0
    while at < len(view):
        (length,) = _LENGTH.unpack_from(view, at)
        at += _LENGTH.size
        yield view[at : at + length]
        at += length
