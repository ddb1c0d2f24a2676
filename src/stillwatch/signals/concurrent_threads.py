"""Unrelated conversations that are typed in at once."""

import numpy as np
from numpy.typing import NDArray

from stillwatch.signals.betting import log10_mean, log10_odds
from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables
from stillwatch.signals.numbering import numbered
from stillwatch.signals.side_by_side import BIN_US, SideBySide, neighbours, side_by_side

TWIN = (
    "One person with sub-agents and several sessions side by side. Conversations that share a "
    "directory, repository, name or session are counted as one; a person still reads before typing."
)
PARAMETERS = {
    "one_elsewhere_a": Parameter(
        1.2,
        "beta",
        (
            "benchmarks/derive_null.py: 5 developers, fit 1.58 and 22.9; widened, "
            "because five are few"
        ),
    ),
    "one_elsewhere_b": Parameter(13.0, "beta", "as one_elsewhere_a"),
    "several_elsewhere_a": Parameter(
        3.0, "beta", "benchmarks/population, tuning settings, 5 to 50 people in chats"
    ),
    "several_elsewhere_b": Parameter(6.0, "beta", "as several_elsewhere_a"),
    "one_rushed_a": Parameter(
        0.5, "beta", "benchmarks/derive_null.py: 2 of 2,374 pairs; widened to a mean of 0.5%"
    ),
    "one_rushed_b": Parameter(100.0, "beta", "as one_rushed_a"),
    "several_rushed_a": Parameter(
        1.0, "beta", "benchmarks/population, tuning settings, 10 to 50 people in chats"
    ),
    "several_rushed_b": Parameter(20.0, "beta", "as several_rushed_a"),
    "most": Parameter(2.5, "log10", "cap"),
    "least": Parameter(-1.0, "log10", "cap: a quiet account may still be shared by turns"),
    "said_from": Parameter(0.1, "log10", "weaker evidence is not worth a line"),
    "automated_from": Parameter(20, "conversations", "fewer need no explanation"),
}
_VALUE = {name: parameter.value for name, parameter in PARAMETERS.items()}
_EXHIBITS = 6


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account whose typing says something."""
    beside = side_by_side(tables)
    automated = beside.turns.automated()
    weights = weigh(beside)
    _, rushed = neighbours(beside.turns, beside.group)
    told = np.abs(weights) >= _VALUE["said_from"]
    silent = automated & (beside.turns.families >= _VALUE["automated_from"])
    bounds = np.searchsorted(beside.turns.account, np.arange(len(automated) + 1))
    return [
        _automated(beside, account)
        if automated[account]
        else _evidence(beside, account, float(weights[account]), bounds, rushed)
        for account in np.flatnonzero(told | silent).tolist()
    ]


def weigh(beside: SideBySide) -> NDArray[np.float64]:
    """The weight for every account, a base-10 logarithm; 0 where nobody types."""
    elsewhere = log10_odds(
        beside.elsewhere.astype(np.float64),
        beside.further.astype(np.float64),
        (_VALUE["several_elsewhere_a"], _VALUE["several_elsewhere_b"]),
        (_VALUE["one_elsewhere_a"], _VALUE["one_elsewhere_b"]),
    )
    rushed = log10_odds(
        beside.rushed.astype(np.float64),
        beside.pairs.astype(np.float64),
        (_VALUE["several_rushed_a"], _VALUE["several_rushed_b"]),
        (_VALUE["one_rushed_a"], _VALUE["one_rushed_b"]),
    )
    weight = np.clip(log10_mean(elsewhere, rushed), _VALUE["least"], _VALUE["most"])
    return np.where(beside.turns.automated(), 0.0, weight)


def _evidence(
    beside: SideBySide,
    account: int,
    weight: float,
    bounds: NDArray[np.int64],
    rushed: NDArray[np.bool_],
) -> Evidence:
    turns = slice(int(bounds[account]), int(bounds[account + 1]))
    elsewhere, further = int(beside.elsewhere[account]), int(beside.further[account])
    groups = int(beside.groups[account])
    says = (
        "All that was typed is in one group of conversations"
        if groups == 1
        else f"People typed in {groups} groups of conversations that share nothing, in up to "
        f"{beside.peak[account]} of them within ten minutes"
    )
    says += (
        f"; {elsewhere} of {further} further turns within ten minutes came from another group, and "
        f"{beside.rushed[account]} of {beside.pairs[account]} neighbouring turns were in two groups "
        "less than five seconds apart."
    )
    return Evidence(
        signal=SIGNAL.id,
        family=SIGNAL.family,
        account=beside.turns.accounts[account],
        log10_lr=round(weight, 2),
        says=says,
        innocent_twin=TWIN,
        exhibits=_rushed_exhibits(beside, turns, rushed) or _peak_exhibits(beside, turns),
        numbers={
            "groups": groups,
            "peak": int(beside.peak[account]),
            "elsewhere": elsewhere,
            "further": further,
            "rushed": int(beside.rushed[account]),
            "pairs": int(beside.pairs[account]),
        },
    )


def _rushed_exhibits(
    beside: SideBySide, turns: slice, rushed: NDArray[np.bool_]
) -> tuple[Exhibit, ...]:
    """The first turns that came too soon after a turn in an unrelated conversation."""
    later = turns.start + 1 + np.flatnonzero(rushed[turns.start : max(turns.stop - 1, turns.start)])
    found = []
    for place in later[: _EXHIBITS // 2].tolist():
        gap_s = (beside.turns.ts_us[place] - beside.turns.ts_us[place - 1]) / 1e6
        found.append(Exhibit(beside.turns.exchange[place - 1].as_py(), "somebody types here"))
        found.append(
            Exhibit(
                beside.turns.exchange[place].as_py(),
                f"{gap_s:.1f} s later somebody types in a conversation that shares nothing with it",
            )
        )
    return tuple(found)


def _peak_exhibits(beside: SideBySide, turns: slice) -> tuple[Exhibit, ...]:
    """One turn from each of the groups that were typed in within the fullest ten minutes."""
    bins = beside.turns.ts_us[turns] // BIN_US
    first = numbered(bins, beside.group[turns]).first
    values, counts = np.unique(bins[first], return_counts=True)
    if not len(counts) or counts.max() < 2:
        return ()
    fullest = first[bins[first] == values[counts.argmax()]]
    return tuple(
        Exhibit(beside.turns.exchange[place].as_py(), "typed within the fullest ten minutes")
        for place in sorted((turns.start + fullest).tolist())[:_EXHIBITS]
    )


def _automated(beside: SideBySide, account: int) -> Evidence:
    families = int(beside.turns.families[account])
    return Evidence(
        signal=SIGNAL.id,
        family=SIGNAL.family,
        account=beside.turns.accounts[account],
        log10_lr=0.0,
        says=(
            f"None of the {families} conversations has the pauses of a person who reads and types, "
            "so what runs side by side here says nothing about how many people there are."
        ),
        innocent_twin=TWIN,
        numbers={"families": families},
    )


SIGNAL = Signal(
    id="concurrent-threads",
    title="Unrelated conversations typed in at once",
    question="Do people type in unrelated conversations closer together than one person can?",
    family="plurality",
    exact=False,
    null_model=(
        "One person types one turn at a time. Of turns in the same ten minutes, a share that "
        "differs between people (beta-binomial) is in another conversation; hardly any follows "
        "within five seconds of a turn elsewhere. Both counts are compared with several people's, "
        "and the mean of the two likelihood ratios is taken."
    ),
    innocent_twin=TWIN,
    gaps=(
        "Two or three people who take turns look like one. Programs that pause like people look "
        "like people. Several people in one repository count as one group. An open team with one "
        "key is several people too: that is no offence by itself."
    ),
    references=(
        "Times of typed turns of real developers (benchmarks/data/README.md)",
        (
            "Shafer (2021), Testing by betting, J. R. Stat. Soc. A 184: likelihood ratios as bets, "
            "whose mean is a bet"
        ),
    ),
    ask=ask,
    parameters=PARAMETERS,
)
