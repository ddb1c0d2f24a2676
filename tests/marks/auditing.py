"""What somebody needs who compares requests and holds what differs against an open grammar.

It works on the text as sent, with a general library for edit distances, and uses nothing that
seals or reads seals.
"""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from stillwatch.marks.grammar import RESULT, Site
from stillwatch.marks.manifest import header_of

TOKENS = re.compile(r"\w+|\W")


@dataclass(frozen=True)
class Difference:
    """`base[start:end]` is `new` in the other text."""

    start: int
    end: int
    new: str


def differences(base, other):
    """Where two texts differ, by the fewest words and signs."""
    ours, theirs = TOKENS.findall(base), TOKENS.findall(other)
    at = [0]
    for token in ours:
        at.append(at[-1] + len(token))
    return [
        Difference(at[op.src_start], at[op.src_end], "".join(theirs[op.dest_start : op.dest_end]))
        for op in Levenshtein.opcodes(ours, theirs)
        if op.tag != "equal"
    ]


def written(text):
    """A text as it stands in JSON."""
    return json.dumps(text)[1:-1]


def patterns(grammar):
    """The grammar's texts with both ways at every site; frames around results in two halves."""
    for region in grammar.regions:
        halves = [""]
        for piece in region.pieces:
            if isinstance(piece, Site):
                ways = "|".join(re.escape(written(way)) for way in piece.ways)
                halves[-1] += f"(?P<s{piece.number}_{region.place == 'fresh':d}>{ways})"
                continue
            first, *rest = piece.split(RESULT)
            halves[-1] += re.escape(written(first))
            halves += [re.escape(written(text)) for text in rest]
        yield from (re.compile(half) for half in halves if "(?P<" in half)


@dataclass
class Audit:
    """What comparing requests has shown so far.

    Attributes:
        sites: declared sites at which something differed, each both ways round.
        headers: declared headers that differed.
        undeclared: everything else.
    """

    grammar: object
    sites: set = field(default_factory=set)
    headers: set = field(default_factory=set)
    undeclared: list = field(default_factory=list)

    def __post_init__(self):
        self._ways = {
            f"s{site.number}_{region.place == 'fresh':d}": set(map(written, site.ways))
            for region in self.grammar.regions
            for site in region.sites
        }
        self._patterns = list(patterns(self.grammar))

    @property
    def declared(self):
        """All sites of the grammar."""
        return set(self._ways)

    def hold(self, base, other):
        """Compare two requests and hold every difference against what is declared."""
        (head, body), (other_head, other_body) = parted(base), parted(other)
        self._hold_heads(head, other_head)
        spans = [
            (match.start(name), match.end(name), name)
            for pattern in self._patterns
            for match in pattern.finditer(body)
            for name in match.groupdict()
        ]
        here = defaultdict(list)
        for one in differences(body, other_body):
            place = next((s for s in spans if s[0] <= one.start and one.end <= s[1]), None)
            if place is None:
                self.undeclared.append((body[one.start : one.end], one.new))
            else:
                here[place].append(one)
        for (start, end, name), some in here.items():
            way = _applied(body, start, end, some)
            if way in self._ways[name]:
                self.sites.add(name)
            else:
                self.undeclared.append((body[start:end], way))

    def _hold_heads(self, head, other):
        lines = [line for line in other if line not in head] + [
            line for line in head if line not in other
        ]
        for line in lines:
            declared = header_of(line.partition(":")[0])
            if declared is not None:
                self.headers.add(declared.name)
            elif not line.lower().startswith("content-length:"):
                self.undeclared.append(("header", line))
        kept = [[_name(line) for line in some] for some in (head, other)]
        ours = [name for name in kept[1] if name in kept[0]]
        if ours != kept[0]:
            self.undeclared.append(("order of headers", ours))


def _name(line):
    return line.partition(":")[0]


def parted(request):
    """Lines of the head, and the body."""
    head, _, body = request.rpartition("\n\n")
    return head.splitlines(), body


def _applied(body, start, end, some):
    out = []
    for one in some:
        out += [body[start : one.start], one.new]
        start = one.end
    return "".join([*out, body[start:end]])
