"""What a store is asked in order to find nonces: names of texts, and anchors that tell.

A store holds keyed hashes only, so the prompts of the nonces are hashed under its key. Delivered as
it was made, a prompt has the name of its text. Wrapped into other words it has another name, but
keeps most of its anchors (see `traits/shingles.py`). What an anchor tells is how seldom it stands in
other requests from the same phrases, so that the words that all of them share tell nothing.
"""

import math
import random
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
import pyarrow as pa

from stillwatch.hashing import Hasher
from stillwatch.nonces.file import Nonce
from stillwatch.nonces.make import draft
from stillwatch.traits.shingles import Shingler
from stillwatch.traits.turns import folded

DECOYS = 256
"""Other requests from the same phrases that an anchor is compared with."""
TELLS = 1 / 8
"""An anchor that stands in more of them than this is not looked for."""

SHARED_BITS = 1.0
"""What two anchors of one sentence may tell alike: which of its two wordings was chosen."""

_WORD = re.compile("[\u2e80-\u9fff\uff00-\uffef]|[^\\W\u2e80-\u9fff\uff00-\uffef]+")
Span = tuple[int, int, float]
"""The first and the last word of an anchor, and how many bits it tells."""

TEXTS = pa.schema([("nonce", pa.string()), ("block", pa.int64())])
ANCHORS = pa.schema(
    [
        ("nonce", pa.string()),
        ("form", pa.int32()),  # a prompt has several spellings
        ("anchor", pa.int64()),
        ("first", pa.int32()),  # where its words begin and end in the prompt
        ("last", pa.int32()),
        ("share", pa.float64()),  # of other requests, how many hold it
    ]
)


def forms(text: str) -> tuple[str, ...]:
    """A prompt as it was made, and as it is after its characters were brought into NFKC."""
    return tuple(dict.fromkeys((folded(text), folded(unicodedata.normalize("NFKC", text)))))


def texts(nonces: Iterable[Nonce], hasher: Hasher) -> pa.Table:
    """The names that the nonces' prompts have as blocks; rows as in TEXTS.

    Args:
        nonces: what to look for.
        hasher: the keyed hashing that the store's blocks were named with.
    """
    rows = [(one.nonce, hasher.of(form)) for one in nonces for form in forms(one.text)]
    return _table(rows, TEXTS)


def anchors(nonces: Iterable[Nonce], hasher: Hasher) -> pa.Table:
    """The anchors of the nonces' prompts that tell them from others; rows as in ANCHORS.

    Args:
        nonces: what to look for.
        hasher: the keyed hashing that the store's blocks were named with.
    """
    shingler = Shingler(hasher.derived("shingles"))
    common: dict[tuple[str, str], Counter[int]] = {}
    rows = []
    for one in nonces:
        phrases = (one.language, one.kind)
        if phrases not in common:
            common[phrases] = _common(*phrases, shingler)
        for form, text in enumerate(forms(one.text)):
            for anchor, (first, last) in _placed(text, shingler).items():
                share = _share(common[phrases][anchor])
                if share <= TELLS:
                    rows.append((one.nonce, form, anchor, first, last, share))
    return _table(rows, ANCHORS)


def log10_chance(spans: Sequence[Span], anchors: int) -> float:
    """How seldom a text from the same phrases holds these anchors of a prompt by accident.

    Anchors that share a word tell the same again, so of those only one counts; and any choice of so
    many out of all would have done.

    Args:
        spans: the anchors that are there.
        anchors: how many the prompt has.

    Returns:
        A base-10 logarithm, at most 0.
    """
    ends, most = [-1], [0.0]
    for first, last, bits in sorted(spans, key=lambda span: span[1]):
        before = most[bisect_left(ends, first) - 1]
        ends.append(last)
        most.append(max(most[-1], before + max(bits - SHARED_BITS, 0.0)))
    choices = math.log10(math.comb(anchors, len(spans)))
    return min(choices - most[-1] * math.log10(2), 0.0)


def _placed(text: str, shingler: Shingler) -> dict[int, tuple[int, int]]:
    """The anchors of a text with the first and the last of their words.

    An anchor ends where the shortest beginning of the text that holds it ends; and the other way
    round.
    """
    words = list(_WORD.finditer(text))
    heads = shingler.sketch([text[: word.end()] for word in words])
    tails = shingler.sketch([text[word.start() :] for word in words])
    last: dict[int, int] = {}
    first: dict[int, int] = {}
    for place in range(len(words)):
        for anchor in heads.of(place).tolist():
            last.setdefault(anchor, place)
        for anchor in tails.of(place).tolist():
            first[anchor] = place
    whole = shingler.sketch([text]).of(0).tolist()
    spans = {anchor: (first.get(anchor, 0), last.get(anchor, 0)) for anchor in whole}
    return {anchor: (min(span), max(span)) for anchor, span in spans.items()}


def _share(decoys: int) -> float:
    return (decoys + 1) / (DECOYS + 1)


def _common(code: str, kind: str, shingler: Shingler) -> Counter[int]:
    """In how many decoys every anchor stands; the same decoys in every run."""
    choose = random.Random(f"{code} {kind}").randrange  # noqa: S311  # nothing secret
    make = partial(draft, code, kind, choose)
    both = zip(*(_pair(make().text) for _ in range(DECOYS)), strict=True)
    counts: Counter[int] = Counter()
    for texts_of_form in both:
        sketches = shingler.sketch(texts_of_form)
        found, number = np.unique(sketches.anchors, return_counts=True)
        counts |= Counter(dict(zip(found.tolist(), number.tolist(), strict=True)))
    return counts


def _pair(text: str) -> tuple[str, str]:
    both = forms(text)
    return both[0], both[-1]


def _table(rows: Sequence[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
