"""Whether a group works through a list: from one pool, nothing twice, and no answer gone on from.

Each of the three is common by itself. Programs over one's own data never repeat a text; one-shot
jobs never go on; testers draw from one benchmark. All three at once are rare among strangers.
"""

from math import log10

from stillwatch.signals import answers_unused, one_pool, values_never_repeat
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables

TWIN = (
    "Many owners who run one public data set through one public tool, each a part of its own, by "
    "agreement: a community that shares the work of labelling it."
)
PARTS = {one_pool: 0.2, values_never_repeat: 0.1, answers_unused: -0.1}
"""Signals, and the weight from which each says yes."""

HONEST = 0.03
"""Share of honest groups with all three. In the tuning scenarios none of 62 that could be asked."""

HARVEST = 0.8
"""Share of harvests with all three. In the tuning scenarios 33 of 35 that could be asked."""

EXHIBITS = 4


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group of which all three are true."""
    asked = [
        {one.account: one for one in part.ask(tables) if one.log10_lr >= least}
        for part, least in PARTS.items()
    ]
    together = sorted(set.intersection(*(set(part) for part in asked)))
    return [_evidence([part[name] for part in asked]) for name in together]


def log10_more(weights: list[float]) -> float:
    """What the three together say beyond the sum of what each says by itself, log10."""
    return round(log10(HARVEST / HONEST) - sum(weights), 2)


def _evidence(lines: list[Evidence]) -> Evidence:
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=lines[0].account,
        log10_lr=log10_more([line.log10_lr for line in lines]),
        says=(
            "All at once: the questions come from one pool, none is asked twice, and nobody goes "
            "on from an answer. Each is common by itself; this line weighs that they meet."
        ),
        innocent_twin=TWIN,
        exhibits=lines[0].exhibits[:EXHIBITS],
        numbers={line.signal.replace("-", "_"): line.log10_lr for line in lines},
    )


SIGNAL = Signal(
    id="list-worked-through",
    title="A list worked through",
    question="Do one pool, no repeats and no follow-up meet in one group?",
    family="extraction",
    exact=False,
    null_model=(
        "Honest groups with one of the three seldom have the others: whoever shares a pool with "
        "others repeats it, and whoever runs over data of their own shares no pool. What the three "
        "signals say each for itself is taken off, so that nothing is counted twice."
    ),
    innocent_twin=TWIN,
    gaps="Harvests of whole agent sessions, which go on; groups that one of the three cannot judge.",
    references=("Groups of the range's tuning scenarios, 2026-11-23; nothing is published",),
    ask=ask,
    about="group",
    parameters={
        "honest": Parameter(HONEST, "share of honest groups", "0 of 62 in tuning, 2026-11"),
        "harvest": Parameter(HARVEST, "share of harvests", "33 of 35 in tuning, 2026-11"),
    },
)
