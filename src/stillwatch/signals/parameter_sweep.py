"""Whether a group sends equal texts again under other parameters or to other models.

Answers to one question at several temperatures, lengths or models are what preference data and
best-of-many filters are made of. A person who is not content changes the question instead.
"""

from dataclasses import dataclass

import numpy as np

from stillwatch.signals.betting import Rate, log10_odds
from stillwatch.signals.filled import Filled, filled
from stillwatch.signals.group_calls import Ints, as_ints
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = (
    "Comparisons of models on release day, monitors of drift, and routers that fall back to another "
    "model; a class sends one text with everyone's own settings."
)
MODEL = Tempered(honest=0.02, avoided=0.85)
SWEPT: Rate = (3.0, 2.0)
STRAY: Rate = (0.2, 6.0)
LEAST_TEXTS = 10
EXHIBITS = 4


@dataclass(frozen=True)
class _Sweep:
    """Texts of a group, and how many of them one customer sends under several settings."""

    texts: int
    swept: int
    settings: int
    shown: tuple[int, ...]


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group in which a text comes under two settings."""
    found = filled(tables, "params", "model")
    settings = _settings(found)
    seen = [
        (name, _sweep(found, part, settings[part]))
        for name, part in found.calls.bounds()
        if part.stop > part.start
    ]
    return [
        _evidence(found, name, one) for name, one in seen if one.swept and one.texts >= LEAST_TEXTS
    ]


def _settings(found: Filled) -> Ints:
    """A number for each pair of parameters and model."""
    models = found.calls.table["model"].combine_chunks().dictionary_encode().indices
    model = np.array(models.fill_null(-1), dtype=np.int64)
    return numbered(as_ints(found.calls.table["params"]), model).number


def _sweep(found: Filled, part: slice, settings: Ints) -> _Sweep:
    """A text is swept when it comes under more settings than customers send it.

    So it does not count that strangers with settings of their own send the same text.
    """
    text = numbered(found.text[part])
    under = numbered(text.number, settings)
    senders = numbered(text.number, found.calls.unit[part])
    many = np.bincount(text.number[under.first], minlength=text.count)
    whose = np.bincount(text.number[senders.first], minlength=text.count)
    swept = many > whose
    shown = np.flatnonzero(swept[text.number])[:EXHIBITS]
    return _Sweep(
        texts=text.count,
        swept=int(swept.sum()),
        settings=int(many[swept].max(initial=0)),
        shown=tuple(part.start + int(place) for place in shown),
    )


def log10_ratio(swept: int, texts: int) -> float:
    """How much likelier so many swept texts are in a sweep than where settings change by chance."""
    counts = np.array([float(swept)]), np.array([float(texts)])
    return float(log10_odds(*counts, several=SWEPT, one=STRAY)[0])


def _evidence(found: Filled, name: str, seen: _Sweep) -> Evidence:
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=name,
        log10_lr=MODEL.log10_lr(log10_ratio(seen.swept, seen.texts)),
        says=(
            f"{seen.swept} of {seen.texts} texts come again under other parameters or models, one "
            f"of them under {seen.settings}."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(
            found.calls.exhibit(one, "a text under changing settings") for one in seen.shown
        ),
        numbers={"texts": seen.texts, "swept": seen.swept, "settings": seen.settings},
    )


SIGNAL = Signal(
    id="parameter-sweep",
    title="One text under many settings",
    question="Does the group send equal texts again under other parameters or to other models?",
    family="extraction",
    exact=False,
    null_model=(
        "The share of texts that one sender repeats under other settings is beta-distributed, around "
        "3% where nobody sweeps; one honest group in 50 compares models text by text. Most "
        "campaigns do not sweep, so its absence weighs next to nothing."
    ),
    innocent_twin=TWIN,
    gaps="Sweeps that vary the wording as well; samples of one text under equal settings.",
    references=(
        "Anthropic, September 2026 report: a sweep of 12,000 requests, over techniques",
        "Of sweeps over parameters nothing is published: the numbers are assumptions (2026-11)",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "swept": Parameter(SWEPT[0] / sum(SWEPT), "mean share of texts in a sweep", ASSUMED),
        "stray": Parameter(STRAY[0] / sum(STRAY), "mean share of texts elsewhere", ASSUMED),
        "least_texts": Parameter(LEAST_TEXTS, "texts", ASSUMED),
    },
)
