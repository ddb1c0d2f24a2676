"""Long words that are no words: stretches of text that encode something.

An island belongs where the text says what it is (a hash, a token, base64), in code, in addresses
and in ids. In the middle of prose none belongs.
"""

import re
from bisect import bisect
from dataclasses import dataclass
from typing import Final

from stillwatch.marks.foreign.view import View

LEAST: Final = 24
MOST: Final = 1 << 16
_RUN = re.compile(r"[A-Za-z0-9+/=_-]+")
_RUN_CHARS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-")
_ANNOUNCED = re.compile(
    r"base-?(?:16|32|64|85)|b(?:16|32|64)|hex|[de]n?code|cipher|crypt|hash|digest|sha-?\d|md5|"
    r"token|secret|key|jwt|cert|ssh|basic|bearer|cookie|signature|cursor|etag|commit|blob|uuid|"
    r"\bids?\b|payload|password|serial|checksum|nonce|salt|binary|string|data|version",
    re.IGNORECASE,
)
_CODE = frozenset("\"'`(){}[]<>$@#%&|\\:;,.?=~*")
_REACH = 200
_BLOCK = 300
_LINES_OF_BLOCK = 3


@dataclass(frozen=True, slots=True)
class Island:
    """A stretch of at least `LEAST` letters, digits and signs of encodings.

    Attributes:
        start: its offset.
        text: the characters, at most `MOST`.
    """

    start: int
    text: str


class Islands(list[Island]):
    """All islands of a view."""


def islands(view: View) -> Islands:
    """Stretches that could encode something; worked out once a view."""
    return view.once(Islands, _islands)


def _islands(view: View) -> Islands:
    found, end = Islands(), 0
    for at in view.long_runs:
        if at < end:
            continue
        start = at
        while start > end and view.text[start - 1] in _RUN_CHARS:
            start -= 1
        run = _RUN.match(view.text, start)
        assert run is not None
        end = run.end()
        found.extend(_pieces(start, view.text[start : min(end, start + MOST)]))
    return found if view.own else _alone(found)


def _alone(found: Islands) -> Islands:
    """Those that are no lines of a block of data, which is three or more close together."""
    starts = [island.start for island in found]
    kept = Islands()
    for island in found:
        near = bisect(starts, island.start + _BLOCK) - bisect(starts, island.start - _BLOCK)
        if near < _LINES_OF_BLOCK:
            kept.append(island)
    return kept


def out_of_place(view: View, island: Island) -> bool:
    """Whether an island stands free in prose, and nothing before it says what it is."""
    start, end = island.start, island.start + len(island.text)
    before, after = view.before(start), view.char(end)
    if before in _CODE - {"("} or (after in _CODE and after not in ".,;)" and after):
        return False
    if after == "." and view.char(end + 1) and not view.char(end + 1).isspace():
        return False
    ahead = view.text[max(0, start - _REACH) : start]
    if ahead.count("```") % 2 or "://" in ahead.rpartition(" ")[2]:
        return False
    return not _ANNOUNCED.search(ahead)


def _pieces(start: int, text: str) -> list[Island]:
    """The stretch, without what stands before an equals sign that is no padding."""
    body = text.rstrip("=")
    cut = body.rfind("=") + 1
    piece = text[cut:]
    return [Island(start + cut, piece)] if len(piece) >= LEAST else []
