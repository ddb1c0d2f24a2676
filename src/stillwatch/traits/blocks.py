"""The texts of requests, block by block: what they are called, and what they are made of.

A block is one text: the system text, or the words of one human turn. Its name is the keyed hash of
its words with white space folded. What it is made of is worked out once for each different text,
many texts at a time, when a batch is written.
"""

from collections.abc import Iterable, Iterator

from stillwatch.hashing import Hasher
from stillwatch.memo import Memo
from stillwatch.traits.features import Coder, Featurer
from stillwatch.traits.intents import intents
from stillwatch.traits.shingles import Shingler
from stillwatch.traits.turns import folded

SEEN_BUDGET = 100_000
"""Texts that a process remembers; a text that comes again later is written again, no harm done."""
Row = tuple[object, ...]


class Blocks:
    """Names blocks and sketches those that are new.

    Args:
        hasher: keyed hashing for names.
        key: secret bytes for sketches.
        coder: makes codes of texts; lexical ones by default.
    """

    def __init__(self, hasher: Hasher, key: bytes, coder: Coder | None = None) -> None:
        self._hasher = hasher
        self._shingler = Shingler(key)
        self._coder = coder or Featurer(key)
        self._seen: Memo[int, bool] = Memo(SEEN_BUDGET)
        self._systems: Memo[int, int] = Memo(2_000)
        self._waiting: dict[int, str] = {}

    def system(self, key: int, texts: Iterable[str]) -> int:
        """The name of a system text.

        Args:
            key: digest of its raw bytes, by which its name is remembered.
            texts: its blocks in order.
        """
        name = self._systems.get(key)
        if name is None:
            words = folded("\n".join(texts))
            name = self._systems.put(key, self._hasher.of(f"system {words}"))
            self.turn(name, words)
        return name

    def turn(self, name: int, words: str) -> int:
        """Take note of a text under its name, and give the name back."""
        if not self._seen.get(name):
            self._seen.put(name, value=True)
            self._waiting[name] = words
        return name

    def rows(self) -> Iterator[Row]:
        """Rows of the table `anchors` for all texts that were new since the last time."""
        names, texts = list(self._waiting), list(self._waiting.values())
        self._waiting = {}
        sketches, asked = self._shingler.sketch(texts), intents(texts)
        vectors = self._coder.codes(texts)
        for place, name in enumerate(names):
            made_of = sketches.of(place), vectors[place].tobytes()
            yield name, int(sketches.words[place]), int(asked[place]), *made_of
