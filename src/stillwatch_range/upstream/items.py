"""What a provider reads off a conversation's items: size, identity, marks for its cache, seals.

Each item is read once: what was read is remembered by the hash of its bytes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import xxhash

from stillwatch_range.upstream.memo import Recent

BYTES_A_TOKEN = 4
_REMEMBERED = 8_000
_MARK = re.compile(rb'\s*"cache_control"\s*:\s*\{[^{}]*\}\s*')
_SEALED = re.compile(rb'"(?:signature|encrypted_content|data)"\s*:\s*"')
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a conversation as the provider sees it.

    Attributes:
        digest: identity of its content, without marks for the cache.
        tokens: its size.
        marked: whether it asks the provider to keep what stands up to here.
        seals: signatures and encrypted reasoning in it, each with its block's number.
    """

    digest: int
    tokens: int
    marked: bool
    seals: tuple[tuple[int, str], ...] = ()


class Items:
    """Reads items.

    Args:
        seed: of the hashes.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed & (2**64 - 1)
        self._known: Recent[Item] = Recent(_REMEMBERED)

    def hash(self, raw: bytes | msgspec.Raw) -> int:
        """A hash of bytes, of 64 bits."""
        return xxhash.xxh3_64_intdigest(raw, self._seed)

    def read(self, raws: Sequence[bytes | msgspec.Raw]) -> list[Item]:
        """What stands in items."""
        known, digest, seed = self._known.get, xxhash.xxh3_64_intdigest, self._seed
        return [known(key := digest(raw, seed)) or self._read(bytes(raw), key) for raw in raws]

    def _read(self, raw: bytes, key: int) -> Item:
        plain, digest = raw, key
        if b'"cache_control"' in raw:
            plain = _MARK.sub(b"", raw)
            digest = self.hash(plain.replace(b",}", b"}").replace(b"{,", b"{"))
        seals = tuple(_seals(_decode(raw))) if _SEALED.search(raw) else ()
        marked = len(plain) != len(raw)
        item = Item(digest, 1 + len(plain) // BYTES_A_TOKEN, marked, seals)
        self._known.put(key, item)
        return item


def _seals(item: Any) -> Iterator[tuple[int, str]]:
    """Seals in an item of the messages or of the responses wire."""
    if not isinstance(item, dict):
        return
    if item.get("type") == "reasoning":
        blocks: Any = [item]
    else:
        blocks = item.get("content") if item.get("role") == "assistant" else None
    for number, block in enumerate(blocks if isinstance(blocks, list) else ()):
        seal = _seal(block)
        if seal is not None:
            yield number, seal


def _seal(block: Any) -> str | None:
    kind = block.get("type") if isinstance(block, dict) else None
    field = _SEAL_FIELDS.get(kind) if isinstance(kind, str) else None
    seal = block.get(field) if field else None
    return seal if isinstance(seal, str) else None


_SEAL_FIELDS = {
    "thinking": "signature",
    "redacted_thinking": "data",
    "reasoning": "encrypted_content",
}
