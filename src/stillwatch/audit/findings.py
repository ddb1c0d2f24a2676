"""From a recording to findings: what the environment changed in a tool's requests."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from stillwatch.audit import decode, interactions
from stillwatch.audit.align import Slot, align
from stillwatch.audit.attribute import ALPHA, Test, Tested, test
from stillwatch.audit.attribute_rules import rules
from stillwatch.audit.classify import classify, kind
from stillwatch.audit.classify_runs import WAY
from stillwatch.audit.decode_digests import digest
from stillwatch.audit.findings_limits import least_runs, limits
from stillwatch.audit.findings_merge import Alike, alike, without_echoes
from stillwatch.audit.findings_show import variants
from stillwatch.audit.interactions import Weighed
from stillwatch.audit.model import (
    AWAY,
    Aspect,
    Cause,
    Codes,
    Column,
    Document,
    Exhibit,
    Finding,
    Group,
    Tally,
)
from stillwatch.audit.paths_columns import table
from stillwatch.audit.recording import Factor, Recording, Run

GROUPS = (Group.CONCEALED, Group.UNDECLARED, Group.EXPECTED)


def judge(recording: Recording) -> Document:
    """Compare the runs of an audit.

    Args:
        recording: what was recorded.
    """
    runs = recording.runs
    factors = _varied(recording.plan.factors, runs)
    slots = align(runs)
    found = table(runs, slots)
    groups = alike(found.columns)
    made = interactions.design(factors, runs)
    families = rules(factors, runs)
    first = [group.first for group in groups]
    tested = test(first, families, made.environments, made.repeats)
    findings = []
    for number, one in sorted(tested.best.items()):
        if one.log_adjusted <= math.log(ALPHA):
            weighed = interactions.causes(first[number], one, made, families)
            names = weighed[0].factors if weighed else ()
            kinds = groups[number].split(partial(kind, runs=runs, factors=names))
            findings += [_finding(part, one, weighed, factors, runs) for part in kinds]
    kept = without_echoes(findings)
    kept.sort(key=lambda finding: (GROUPS.index(finding.group), -finding.bits, finding.places))
    return Document(
        tool=recording.plan.tool,
        version=recording.plan.version,
        factors={factor.name: factor.levels for factor in factors},
        alpha=ALPHA,
        tally=_tally(recording, slots, found.places, len(found.columns), tested),
        findings=tuple(kept),
        not_tested=(*recording.plan.not_tested, *_not_tested(recording, made, tested.tests)),
    )


def _varied(factors: Sequence[Factor], runs: Sequence[Run]) -> list[Factor]:
    """Factors with those of their levels that were run."""
    found = []
    for factor in factors:
        used = {run.environment.get(factor.name) for run in runs}
        levels = tuple(level for level in factor.levels if level in used)
        if len(levels) > 1:
            found.append(Factor(factor.name, levels))
    return found


def _finding(
    alike_: Alike, test_: Test, weighed: Sequence[Weighed], factors: Sequence[Factor],
    runs: Sequence[Run],
) -> Finding:  # fmt: skip
    column = alike_.first
    codes = interactions.seen(column, test_)
    best = weighed[0] if weighed else None
    names = best.factors if best else ()
    group_, channel, shows = classify(column, runs, names)
    shown = variants(column, codes, best, factors, runs)
    total = int(codes.max()) + 1
    gained = decode.bits(codes, best.cells) if best else _all_bits(codes, runs)
    causes = _causes(weighed)
    return Finding(
        id=_id(column, names, channel),
        group=group_,
        channel=channel,
        says=_says(column, channel, names, gained, shows),
        places=alike_.places,
        variants=shown,
        all_variants=total,
        factors=names,
        cause=causes[0] if causes else None,
        rivals=tuple(causes[1:]),
        test=test_.family,
        p=math.exp(test_.log_adjusted),
        bits=round(gained, 2),
        shows=shows,
        before=column.before,
        after=column.after,
        scheme="; ".join(f"{v.shown} when {v.when}" for v in shown if v.when),
        known=_known(column, runs) if group_ is not Group.EXPECTED else "",
        exhibits=tuple(_exhibits(codes, names, runs, len(shown))),
    )


def _known(column: Column, runs: Sequence[Run]) -> str:
    return "; ".join(filter(None, (decode.known(column), digest(column, runs))))


def _all_bits(codes: Codes, runs: Sequence[Run]) -> float:
    """Bits about the environment as a whole, as far as so few environments can tell."""
    environments = {repr(run.environment) for run in runs}
    counts = np.bincount(codes[codes != AWAY]).astype(np.float64)
    share = counts[counts > 0] / counts.sum()
    return min(float(-(share * np.log2(share)).sum()), math.log2(max(2, len(environments))))


def _causes(weighed: Sequence[Weighed]) -> list[Cause]:
    if not weighed:
        return []
    weights = [2.0 ** (weighed[0].bits - one.bits) for one in weighed]
    return [
        Cause(one.factors, round(weight / sum(weights), 4), round(one.explained, 4))
        for one, weight in zip(weighed, weights, strict=True)
    ]


def _says(
    column: Column, channel: str, names: Sequence[str], gained: float, shows: Sequence[str]
) -> str:
    """The finding in a sentence."""
    if shows:
        return f"Shows {_list(shows)} in plain text."
    if channel == WAY:
        return "Hosts that every run calls are called through the proxy where there is one."
    place = column.place
    on = _list(names) or "the environment as a whole"
    told = f"{gained:.1f} bit{'' if round(gained, 1) == 1 else 's'}"
    if place.aspect is Aspect.PRESENCE:
        what = place.request if place.path == "request" else place.path
        return f"Whether there is {what} depends on {on}: {told}."
    where = f"of {place.request}" if place.path == "request" else f"at {place.path}"
    return f"{channel[:1].upper()}{channel[1:]} {where} depends on {on}: {told}."


def _list(names: Iterable[str]) -> str:
    every = list(names)
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


def _id(column: Column, names: Sequence[str], channel: str) -> str:
    place = column.place
    what = (place.request, place.path, place.aspect, channel, *sorted(names))
    return hashlib.sha256("\0".join(what).encode("utf-8", "replace")).hexdigest()[:12]


def _exhibits(
    codes: Codes, names: Sequence[str], runs: Sequence[Run], number: int
) -> Iterable[Exhibit]:
    for code in range(number):
        at = np.flatnonzero(codes == code)
        if len(at):
            run = runs[int(at[0])]
            levels = {name: run.environment[name] for name in names}
            yield Exhibit(run.order, code, levels or dict(run.environment))


def _tally(
    recording: Recording, slots: Sequence[Slot], places: int, varying: int, tested: Tested
) -> Tally:
    runs = recording.runs
    return Tally(
        runs=len(runs),
        by_outcome=dict(Counter(str(run.outcome) for run in runs).most_common()),
        environments=len({repr(sorted(run.environment.items())) for run in runs}),
        requests=sum(len(run.requests) for run in runs),
        slots=len(slots),
        places=places,
        varying=varying,
        tests=tested.tests,
    )


def _not_tested(recording: Recording, made: interactions.Design, tests: int) -> Iterable[str]:
    least = least_runs(len(recording.runs), tests, ALPHA)
    return limits(recording, len(np.unique(made.environments)), least)
