"""The fresh part of a seal: bits that are new in every human turn.

A line at the end of a human turn carries bits that follow from the install's key, from what the
conversation began with, from the number of the turn and from what was typed in it. Somebody who
copies the lasting texts of a seal cannot make them for words of his own. An earlier turn gets the
same line in every request, so that prompt caches hold.
"""

import hashlib
import hmac
import unicodedata
from dataclasses import dataclass

from stillwatch.marks.grammar import Grammar

DIGEST_BYTES = 16
MOST_FRESH = 256
_KEPT = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789")
_LOWER = bytes(range(256)).lower()
_DROPPED = bytes(byte for byte in range(128) if byte not in _KEPT | frozenset(range(65, 91)))


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed in a turn, as a digest.

    Attributes:
        digest: of the letters and digits, so that changed spaces, quotes and forms of letters in
            ASCII text do not matter.
        end: where it ends in the text; the fresh line follows.
    """

    digest: bytes
    end: int


class Cut:
    """Tells what was typed from what a client added before and after.

    Args:
        grammar: its reminder ends, and its fresh line begins, with text that never varies.
    """

    def __init__(self, grammar: Grammar) -> None:
        fresh = grammar.at("fresh")
        self._opening = str(fresh[0].pieces[0]) if fresh else ""
        reminder = grammar.at("reminder")
        self._closing = str(reminder[0].pieces[-1]).rpartition("\n")[2] if reminder else ""

    def of(self, text: str) -> Typed:
        """The typed part of a turn's last text."""
        end = text.rfind(self._opening) if self._opening else -1
        end = len(text) if end < 0 else end
        start = text.rfind(self._closing, 0, end) if self._closing else -1
        start = 0 if start < 0 else start + len(self._closing)
        return Typed(_digest(text[start:end]), end)


def fresh_key(install_key: bytes, context: bytes) -> bytes:
    """The key of the fresh part, which may also speak for a context.

    Args:
        install_key: the key of the install for the epoch.
        context: what the fresh part should be bound to, such as declared classes of the
            environment; empty for nothing.
    """
    if not context:
        return install_key
    return hmac.digest(install_key, b"stillwatch/context/1/" + context, "sha256")


def fresh_bits(install_key: bytes, first: bytes, number: int, own: bytes) -> int:
    """The bits of a turn's line; bit n belongs to the n-th fresh site in the order of the text.

    Args:
        install_key: the key of the install for the epoch, or `fresh_key` of it.
        first: digest of what was typed in the conversation's first human turn.
        number: number of this human turn, from 0.
        own: digest of what was typed in it.
    """
    said = b"stillwatch/fresh/1/" + first + number.to_bytes(4, "little") + own
    return int.from_bytes(hmac.digest(install_key, said, "sha256"), "little")


def _digest(text: str) -> bytes:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
    letters = text.encode("utf-8", "surrogatepass").translate(_LOWER, _DROPPED)
    return hashlib.blake2b(letters, digest_size=DIGEST_BYTES).digest()
