"""Ids and opaque blobs shaped like those that providers mint.

Only the shapes are like a provider's: every character is random, nothing is signed.
"""

import base64
import random
import string

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ALNUM = string.ascii_letters + string.digits

_random = random.SystemRandom()


def _draw(alphabet: str, count: int) -> str:
    return "".join(_random.choices(alphabet, k=count))


def messages_id(kind: str) -> str:
    """An id of the Messages API: `msg` or `toolu`."""
    return f"{kind}_01{_draw(BASE58, 22)}"


def request_id() -> str:
    """A request id, as sent in a response header."""
    return f"req_011C{_draw(BASE58, 20)}"


def chat_id() -> str:
    """The id of a chat completion."""
    return f"chatcmpl-{_draw(ALNUM, 29)}"


def call_id() -> str:
    """The id of a function call in chat completions and responses."""
    return f"call_{_draw(ALNUM, 24)}"


def responses_id(kind: str) -> str:
    """An id of the Responses API: `resp`, `msg`, `fc` or `rs`."""
    return f"{kind}_{_draw('0123456789abcdef', 50)}"


def signature() -> str:
    """A stand-in for the signature of a thinking block: opaque base64."""
    return "Eq" + base64.b64encode(_random.randbytes(_random.randrange(150, 260))).decode()


def sealed_reasoning() -> str:
    """A stand-in for encrypted reasoning: opaque base64."""
    return (
        "gAAAAAB"
        + base64.urlsafe_b64encode(_random.randbytes(_random.randrange(240, 420))).decode()
    )
