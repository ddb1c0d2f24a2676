"""The room's name server: every name is this machine, and what was looked up is kept.

So a tool that calls a host of its own reaches the recorder and nobody else.
"""

import asyncio
import struct
from typing import cast

A_RECORD, INTERNET = 1, 1
LOOPBACK = bytes((127, 0, 0, 1))
_HEAD = struct.Struct(">6H")
_ANSWER = 0x8180  # A response, recursion desired and available, no error (RFC 1035, 4.1.1).
_POINTER = 0xC00C  # The name stands at byte 12, where the question begins.
TTL_S = 60
MOST = 2000
"""Names kept of one run; later ones are answered and not kept."""


class Names(asyncio.DatagramProtocol):
    """Answers for one room.

    Args:
        lookups: where looked-up names are appended, each once in a row.
    """

    def __init__(self, lookups: list[str]) -> None:
        self._lookups = lookups
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        # No assertion: in Python 3.11 the real transport is no DatagramTransport by its class.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question; what is none is passed over."""
        try:
            name, answer = answered(data)
        except ValueError:
            return
        if self._lookups[-1:] != [name] and len(self._lookups) < MOST:
            self._lookups.append(name)
        if self._transport is not None:
            self._transport.sendto(answer, addr)


def answered(question: bytes) -> tuple[str, bytes]:
    """What was looked up, and the answer.

    Args:
        question: a query as on the wire (RFC 1035).

    Raises:
        ValueError: it is none.
    """
    if len(question) < _HEAD.size:
        raise ValueError("too short")
    number, flags, questions, *_ = _HEAD.unpack_from(question)
    if flags & 0x8000 or questions != 1:
        raise ValueError("no question")
    name, end = _name(question, _HEAD.size)
    if len(question) < end + 4:
        raise ValueError("too short")
    kind, _ = struct.unpack_from(">2H", question, end)
    record = struct.pack(">3HLH", _POINTER, A_RECORD, INTERNET, TTL_S, 4) + LOOPBACK
    found = record if kind == A_RECORD else b""
    head = _HEAD.pack(number, _ANSWER, 1, 1 if found else 0, 0, 0)
    return name, head + question[_HEAD.size : end + 4] + found


def _name(question: bytes, at: int) -> tuple[str, int]:
    """The name that stands at a byte, and where it ends."""
    labels = []
    while at < len(question) and (size := question[at]):
        if size > 63:
            raise ValueError("no plain name")
        labels.append(question[at + 1 : at + 1 + size].decode("ascii", "backslashreplace"))
        at += 1 + size
    return ".".join(labels).lower(), at + 1
