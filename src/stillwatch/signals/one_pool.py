"""Whether the customers of a group all draw what they ask from one pool.

Whoever uses a public tool or framework uses it on matters of their own, so what one of them asks is
more alike than what different ones ask. Questions that are dealt out from one list are as mixed
within an account as between accounts.
"""

from dataclasses import dataclass, replace

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from stillwatch.signals.distribution import Spreads, Sums, directions, one_pool, spread
from stillwatch.signals.filled import Filled, filled
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.tempered import Tempered

TWIN = (
    "Testers who try the same public benchmark on a new model: their questions come from one pool "
    "as well, though they ask the same ones and not different ones."
)
MODEL = Tempered(honest=0.5, avoided=0.05)
"""Of 62 honest groups of the tuning scenarios that could be asked, 37 look like one pool."""

LEAST_ANCHORS = 6
"""Sampled shingles of a template below which it is a phrase; a quarter of all are sampled."""
LEAST_CUSTOMERS = 4
LEAST_TEXTS = 12
LEAST_EACH = 1.5
"""Texts a customer, on average, below which a group says nothing."""
SAMPLE = 4_000
"""Texts by which the number of directions is estimated."""
EXHIBITS = 4

TUNED = "tuning-campaigns of the range: random groups of ten honest accounts, and groups of one campaign"
SPREADS = Spreads(honest=0.33, honest_sigma=0.8, pool=0.004, pool_sigma=1.2, freedom=30.0)
"""Spreads of the codes of whole texts; `freedom` is estimated anew from each store."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Looks:
    """What texts look like: sorted names, and a row of length one for each."""

    names: Ints
    rows: NDArray[np.float32]

    def places(self, texts: Ints) -> Ints:
        """Positions of texts among the rows, -1 where a text is not known."""
        found = np.searchsorted(self.names, texts)
        found = np.minimum(found, max(len(self.names) - 1, 0))
        known = len(self.names) > 0 and self.names[found] == texts
        return np.where(known, found, -1)


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group whose customers ask enough different things."""
    found = filled(_of_templates(tables))
    if not len(found.text):
        return []
    looks = _looks(tables)
    if not len(looks.names):
        return []
    return [
        evidence
        for name, part in found.calls.bounds()
        if (evidence := _about(found, name, part, looks)) is not None
    ]


def _of_templates(tables: Tables) -> Tables:
    """The tables with calls of whole templates only: a phrase is in everybody's mouth."""
    whole = tables.templates.filter(nw.col("anchors") >= LEAST_ANCHORS).select("template").unique()
    return replace(tables, calls=tables.calls.join(whole, on="template", how="inner"))


def _looks(tables: Tables) -> _Looks:
    """Vectors of the texts that people and programs send, system texts left out.

    A zero vector means that nothing is known of a text: neither like others nor unlike them.
    """
    asked = tables.blocks.filter(nw.col("place") == "user").select("block").unique()
    table = collect(tables.vectors.join(asked, on="block", how="inner"))
    names = table["block"].to_numpy().astype(np.int64)
    raw = b"".join(table["vector"].to_pylist())
    rows = np.frombuffer(raw, np.int8).reshape(len(names), -1).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1)
    order = np.argsort(names, kind="stable")
    order = order[lengths[order] > 0]
    return _Looks(names[order], rows[order] / lengths[order, None])


def _about(found: Filled, name: str, part: slice, looks: _Looks) -> Evidence | None:
    unit, text = found.calls.unit[part], found.text[part]
    first = numbered(unit, text).first
    place = looks.places(text[first])
    customers = numbered(unit[first]).number
    kept = place >= 0
    group = Sums.of(looks.rows[place[kept]], customers[kept], int(customers.max()) + 1)
    count, texts = int(np.count_nonzero(group.texts)), int(group.texts.sum())
    difference, each = spread(group)
    if count < LEAST_CUSTOMERS or texts < LEAST_TEXTS or each < LEAST_EACH:
        return None
    ratio = one_pool(group, _spreads(looks))
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=name,
        log10_lr=MODEL.log10_lr(ratio),
        says=(
            f"What {count} customers ask in {texts:,} different texts differs between them by "
            f"{max(difference, 0):.2f} of how it differs within one of them; among honest "
            f"strangers it is about {SPREADS.honest:.2f}."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(
            found.calls.exhibit(part.start + int(one), "draws from the pool")
            for one in np.sort(first)[:EXHIBITS]
        ),
        numbers={
            "customers": count,
            "texts": texts,
            "spread": round(difference, 4),
            "log10_ratio": round(ratio, 2),
        },
    )


def _spreads(looks: _Looks) -> Spreads:
    step = max(len(looks.names) // SAMPLE, 1)
    sample = looks.rows[::step]
    freedom = directions(sample) if len(sample) > 2 else SPREADS.freedom
    return Spreads(SPREADS.honest, SPREADS.honest_sigma, SPREADS.pool, SPREADS.pool_sigma, freedom)


SIGNAL = Signal(
    id="one-pool",
    title="Questions dealt out from one pool",
    question="Do the customers of a group ask about matters of their own, or from one common list?",
    family="extraction",
    exact=False,
    null_model=(
        "Each honest customer asks about matters of their own, so the means of their texts differ "
        "by more than chance. The ratio of the variances between and within customers, over "
        "lexical features, is compared with that of one pool; both spreads are log-normal ranges."
    ),
    innocent_twin=TWIN,
    gaps=(
        "A list that is cut by topic, a topic for each account, looks like honest customers. Groups "
        "whose customers ask once only say nothing."
    ),
    references=(
        "Analysis of variance, one way, unequal groups",
        "Anderson, A new method for non-parametric multivariate analysis of variance, 2001",
    ),
    ask=ask,
    about="group",
    parameters=MODEL.parameters()
    | {
        "least_anchors": Parameter(LEAST_ANCHORS, "sampled shingles of a template", "assumption"),
        "honest_spread": Parameter(SPREADS.honest, "variance between over within", TUNED),
        "honest_sigma": Parameter(SPREADS.honest_sigma, "of its natural logarithm", TUNED),
        "pool_spread": Parameter(SPREADS.pool, "variance between over within", TUNED),
        "pool_sigma": Parameter(SPREADS.pool_sigma, "of its natural logarithm", TUNED),
        "least_each": Parameter(LEAST_EACH, "texts a customer", "below it, chance rules"),
    },
)
