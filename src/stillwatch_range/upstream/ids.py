"""Mints ids in the shapes that providers use; only the shapes, every character is drawn."""

import random
import string

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ALNUM = string.ascii_letters + string.digits


def _table(alphabet: str) -> bytes:
    return bytes(ord(alphabet[byte % len(alphabet)]) for byte in range(256))


_BASE58 = _table(BASE58)
_ALNUM = _table(ALNUM)


class Mint:
    """Mints ids from one source of chance.

    Args:
        draw: where the characters come from.
    """

    def __init__(self, draw: random.Random) -> None:
        self._bytes = draw.randbytes

    def messages(self, kind: str) -> str:
        """An id of the Messages API: `msg` or `toolu`."""
        return f"{kind}_01{self._draw(_BASE58, 22)}"

    def messages_request(self) -> str:
        """A request id of the Messages API, as its header `request-id` gives it."""
        return f"req_011C{self._draw(_BASE58, 20)}"

    def openai_request(self) -> str:
        """A request id of OpenAI's APIs, as their header `x-request-id` gives it."""
        return f"req_{self._bytes(16).hex()}"

    def chat(self) -> str:
        """The id of a chat completion."""
        return f"chatcmpl-{self._draw(_ALNUM, 29)}"

    def call(self) -> str:
        """The id of a function call in chat completions and responses."""
        return f"call_{self._draw(_ALNUM, 24)}"

    def responses(self, kind: str) -> str:
        """An id of the Responses API: `resp`, `msg`, `fc` or `rs`."""
        return f"{kind}_{self._bytes(25).hex()}"

    def _draw(self, table: bytes, count: int) -> str:
        return self._bytes(count).translate(table).decode()
