"""Back-pressure for HTTP/2: what a client does not take is not asked for.

Hypercorn (0.17.3) lets an application go on when it has sent little rather than when little is
left: a client that opens no window was given memory without end.
"""

from hypercorn.protocol import h2
from hypercorn.protocol.h2 import BUFFER_LOW_WATER, StreamBuffer


class HeldBuffer(StreamBuffer):
    """What waits to be sent on one stream; `push` waits while there is much."""

    async def pop(self, max_length: int) -> bytes:
        """Take out what may be sent now."""
        data = bytes(self.buffer[:max_length])
        del self.buffer[:max_length]
        if len(self.buffer) < BUFFER_LOW_WATER:
            await self._paused.set()
        if not self.buffer:
            await self._is_empty.set()
        return data


def hold_back() -> None:
    """Use it for all connections from now on."""
    h2.StreamBuffer = HeldBuffer  # type: ignore[misc]
