"""What a difference says: which value is sent when, in words, and how many bits that is."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from stillwatch.audit.interactions import Weighed
from stillwatch.audit.model import AWAY, Codes, Column
from stillwatch.audit.recording import Factor, Run
from stillwatch.marks.foreign.scan import scan_text
from stillwatch.marks.foreign.show import spelled

MOST_WORDS = 6
"""Conditions that are spelled out for one value."""


def when(
    codes: Codes, code: int, cause: Weighed, factors: Sequence[Factor], runs: Sequence[Run]
) -> str:
    """Under which levels a value is sent.

    Args:
        codes: what each run sent.
        code: the value.
        cause: what it depends on.
        factors: what was varied.
        runs: the runs.

    Returns:
        Words such as `zone is Asia/Shanghai and host is not official`.
    """
    groups = _groups_of(codes, code, cause)
    chosen = [factor for factor in factors if factor.name in cause.factors]
    found: list[dict[str, set[str]]] = []
    for group in groups:
        here = [
            run.environment for run, cell in zip(runs, cause.cells, strict=True) if cell == group
        ]
        found.append({f.name: {levels[f.name] for levels in here} for f in chosen})
    joined = _shorter(_joined(found), {f.name: set(f.levels) for f in chosen})
    if len(joined) > MOST_WORDS:
        return f"{len(joined)} combinations of {_and(f.name for f in chosen)}"
    return ", or ".join(_condition(one, chosen) for one in joined)


def _groups_of(codes: Codes, code: int, cause: Weighed) -> list[int]:
    """Groups of levels in which the value is the commonest, or more common than elsewhere."""
    there = codes != AWAY
    counts = np.zeros((int(cause.cells.max()) + 1, int(codes.max()) + 1))
    np.add.at(counts, (cause.cells[there], codes[there]), 1)
    totals = np.maximum(1, counts.sum(axis=1))
    shares, overall = counts[:, code] / totals, counts[:, code].sum() / counts.sum()
    top = (counts.argmax(axis=1) == code) & (counts[:, code] > 0)
    often = (shares > 2 * overall) if not top.any() else top
    return np.flatnonzero(often).tolist()


def _joined(found: list[dict[str, set[str]]]) -> list[dict[str, set[str]]]:
    """Conditions that differ in one factor only, as one."""
    joined = list(found)
    again = True
    while again:
        again = False
        for at, one in enumerate(joined):
            for other in joined[at + 1 :]:
                apart = [name for name in one if one[name] != other[name]]
                if len(apart) == 1:
                    joined.remove(other)
                    one[apart[0]] = one[apart[0]] | other[apart[0]]
                    again = True
                    break
            if again:
                break
    return joined


def _shorter(
    conditions: list[dict[str, set[str]]], levels: dict[str, set[str]]
) -> list[dict[str, set[str]]]:
    """Without what another condition says already: "A, or not A and B" is "A, or B"."""
    alone = [one for one in conditions if sum(one[name] != levels[name] for name in one) == 1]
    for one in conditions:
        for other in alone:
            name = next(name for name in other if other[name] != levels[name])
            if one is not other and one not in alone and one[name] == levels[name] - other[name]:
                one[name] = levels[name]
    return conditions


def _condition(one: dict[str, set[str]], factors: Sequence[Factor]) -> str:
    words = []
    for factor in factors:
        here = [level for level in factor.levels if level in one[factor.name]]
        rest = [level for level in factor.levels if level not in one[factor.name]]
        if not rest:
            continue
        if len(rest) < len(here):
            words.append(f"{factor.name} is not {_or(rest)}")
        else:
            words.append(f"{factor.name} is {_or(here)}")
    return " and ".join(words) or "always"


def _or(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _and(names: Iterable[str]) -> str:
    return " and ".join(names)


def bits(codes: Codes, cells: Codes) -> float:
    """Bits that a value tells about the levels that it depends on, in the environments that ran.

    Mutual information with the correction of G. Miller ("Note on the bias of information
    estimates", 1955).

    Args:
        codes: what each run sent.
        cells: group of levels of each run.
    """
    there = codes != AWAY
    _, values = np.unique(codes[there], return_inverse=True)
    _, groups = np.unique(cells[there], return_inverse=True)
    table = np.zeros((int(values.max()) + 1, int(groups.max()) + 1))
    np.add.at(table, (values, groups), 1)
    number = table.sum()
    raw = _entropy(table.sum(axis=1)) + _entropy(table.sum(axis=0)) - _entropy(table.reshape(-1))
    used = int((table > 0).sum())
    bias = (used - table.shape[0] - table.shape[1] + 1) / (2 * number * math.log(2))
    return float(np.clip(raw - bias, 0.0, math.log2(max(2, table.shape[0]))))


def _entropy(counts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum())


def known(column: Column) -> str:
    """What each value says in a scheme that is known from elsewhere; empty if none is.

    Args:
        column: the place, with the text around it.
    """
    said: dict[str, list[str]] = {}
    for text in column.values[:16]:
        window = f"{column.before}{text or ''}{column.after}"
        for finding in scan_text(window, own=True):
            if finding.payload is not None and finding.payload.text:
                means = f"{spelled(text or '')} says {finding.payload.text!r}"
                said.setdefault(finding.channel, []).append(means)
    return "; ".join(
        f"{channel}: {', '.join(texts)}"
        for channel, texts in sorted(said.items())
        if len(texts) < len(column.values)
    )
