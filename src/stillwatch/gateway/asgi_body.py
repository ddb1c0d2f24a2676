"""Bodies in ASGI: reading one up to a limit, sending one whole."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from stillwatch.gateway.request import RawHeaders
from stillwatch.gateway.room import Room

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def read_body(receive: Receive, most: int) -> bytes | None:
    """A request's body, as far as just past the limit; None if the client went away."""
    message = await receive()
    if message["type"] == "http.disconnect":
        return None
    first: bytes = message.get("body", b"")
    if not message.get("more_body", False):
        return first
    pieces, size = [first], len(first)
    while size <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece = message.get("body", b"")
        pieces.append(piece)
        size += len(piece)
        if not message.get("more_body", False):
            break
    return b"".join(pieces)


async def read_held(receive: Receive, most: int, room: Room) -> tuple[bytes | None, int]:
    """A request's body as `read_body` reads it, within the memory that is there for all of them.

    Args:
        receive: of the application.
        most: bytes of a body.
        room: where a body that comes in pieces is counted; what comes at once is small.

    Returns:
        The body, and how many bytes the caller gives back to the room in the end; -1 if there was
        no room, and nothing is to be given back.
    """
    message = await receive()
    if message["type"] != "http.disconnect" and not message.get("more_body", False):
        first: bytes = message.get("body", b"")
        return first, 0
    held = 0
    waiting: MutableMapping[str, Any] | None = message

    async def counted() -> MutableMapping[str, Any]:
        nonlocal held, waiting
        found, waiting = waiting or await receive(), None
        size = len(found.get("body", b""))
        if not room.take(size):
            raise _Full
        held += size
        return found

    try:
        return await read_body(counted, most), held
    except _Full:
        room.give(held)
        return b"", -1
    except BaseException:
        room.give(held)
        raise


class _Full(Exception):
    """There is no room for more."""


async def send_whole(send: Send, status: int, headers: RawHeaders, body: bytes) -> None:
    """Send an answer that is there as a whole."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
