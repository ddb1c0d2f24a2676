"""Which places differ because of the environment, at an error rate that is stated for the audit.

Every place is tested against every rule, and against its own repeats. Each test is exact. Tests
that could never find anything, since too few runs carry a value, are not counted (R. Tarone, "A
modified Bonferroni method for discrete data", Biometrics 46, 1990); the others are corrected for
how many there are, so that the chance of any false finding in an audit is below `ALPHA` however
places depend on each other.
"""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from stillwatch.audit.attribute_exact import normal, poisson, tails, together
from stillwatch.audit.attribute_rules import SHARES, Family, Levels, Mask, Rules
from stillwatch.audit.model import AWAY, DERIVED, Codes, Column, Figures

ALPHA = 0.01
"""Chance of any false finding in the audit of a tool that does not look at its environment."""
TIERS = ((False, 0.7), (True, 0.3))
"""How the error is split between what is sent and what is derived of texts that always change, of
which there is far more."""
CUTS = (2, 4, 8, 16, 32, 64, 128)
"""Of quantities, whether they are among the so many largest or smallest is tested too."""
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Sign:
    """Runs that have something in common: a value, or a quantity beyond a cut.

    Attributes:
        runs: which ones.
        low, high: of a quantity, what it is between; None for a value.
    """

    runs: Mask
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """The best test of a column in a family.

    Attributes:
        family: which.
        log_p: natural logarithm of its chance, alone.
        levels: the rule; empty for repeats.
        sign: what was found to depend on it; None where all values were tested together.
        log_adjusted: the same among all tests of the audit.
    """

    family: Family
    log_p: float
    levels: Levels
    sign: Sign | None
    log_adjusted: float = 0.0


@dataclass(slots=True)
class _Ledger:
    """The best test of each column, and how many tests could reach which chance."""

    best: dict[int, Test] = field(default_factory=dict)
    floors: Counter[float] = field(default_factory=Counter)

    def floor(self, log_p: float, number: int = 1) -> None:
        """Count tests by the smallest chance that they could give."""
        self.floors[round(log_p, 9)] += number

    def add(self, column: int, test: Test) -> None:
        if column not in self.best or test.log_p < self.best[column].log_p:
            self.best[column] = test


@dataclass(frozen=True, slots=True)
class Tested:
    """What all tests say.

    Attributes:
        best: by column, the strongest test.
        tests: how many tests could have found something.
    """

    best: dict[int, Test]
    tests: int


def test(
    columns: Sequence[Column], families: Sequence[Rules], environments: Codes, repeats: Codes
) -> Tested:
    """Test every column.

    Args:
        columns: places that differ, no two of them in the same way.
        families: the rules.
        environments: number of the environment of each run.
        repeats: which time it was run.
    """
    best: dict[int, Test] = {}
    counted = 0
    for derived, share in TIERS:
        here = [n for n, one in enumerate(columns) if (one.place.aspect in DERIVED) is derived]
        tier = [columns[number] for number in here]
        for family, ledger in _ledgers(tier, families, environments, repeats).items():
            part = SHARES[family] * share
            number = testable(ledger.floors, ALPHA * part)
            counted += number
            for place, found in ledger.best.items():
                adjusted = min(0.0, found.log_p + float(np.log(number / part)))
                column = here[place]
                if column not in best or adjusted < best[column].log_adjusted:
                    best[column] = replace(found, log_adjusted=adjusted)
    return Tested(best, counted)


def _ledgers(
    columns: Sequence[Column], families: Sequence[Rules], environments: Codes, repeats: Codes
) -> dict[Family, _Ledger]:
    """All tests of some columns, by family."""
    signs = [_signs(column) for column in columns]
    ledgers = {rules.family: _against(columns, signs, rules, repeats) for rules in families}
    ledgers[Family.REPEATS] = _repeated(columns, signs, environments, repeats)
    return ledgers


def testable(floors: Mapping[float, int], alpha: float) -> int:
    """How many tests count: the least number such that no more could find anything.

    Args:
        floors: how many tests could give which smallest chance, as its logarithm.
        alpha: error of the family.
    """
    chances = np.asarray(sorted(floors))
    counts = np.concatenate([[0], np.cumsum([floors[chance] for chance in sorted(floors)])])
    low, high = 1, max(1, int(counts[-1]))
    while low < high:
        number = (low + high) // 2
        able = counts[np.searchsorted(chances, np.log(alpha / number), side="right")]
        if able <= number:
            high = number
        else:
            low = number + 1
    return low


def _signs(column: Column) -> list[Sign]:
    """What is tested of a column."""
    if column.figures is not None:
        return _cuts(column.figures)
    found = []
    for code in range(len(column.values)):
        mask = column.codes == code
        if mask.sum() >= 2:
            found.append(Sign(mask))
        else:
            break  # values come commonest first
    return found


def _cuts(figures: Figures) -> list[Sign]:
    there = np.sort(figures[~np.isnan(figures)])
    found: dict[bytes, Sign] = {}
    for count in CUTS:
        if count >= len(there):
            break
        for low, high in ((there[-count], np.inf), (-np.inf, there[count - 1])):
            mask = (figures >= low) & (figures <= high)
            if mask.sum() < len(there):
                found.setdefault(mask.tobytes(), Sign(mask, float(low), float(high)))
    return list(found.values())


def _against(
    columns: Sequence[Column], signs: Sequence[list[Sign]], rules: Rules, repeats: Codes
) -> _Ledger:
    """Test columns against the rules of a family."""
    ledger = _Ledger()
    if not len(rules.masks):
        return ledger
    by_room: dict[bytes, list[int]] = {}
    for number, column in enumerate(columns):
        by_room.setdefault((column.codes != AWAY).tobytes(), []).append(number)
    for key, numbers in by_room.items():
        there = np.frombuffer(key, dtype=np.bool_)
        masks = (rules.masks & there).astype(np.float64)
        pairs = [(number, sign) for number in numbers for sign in signs[number]]
        for at in range(0, len(pairs), _CHUNK):
            _count(pairs[at : at + _CHUNK], masks, int(there.sum()), rules, ledger)
        for number in numbers:
            figures = columns[number].figures
            if figures is not None:
                _rank(number, figures, masks, repeats, rules, ledger)
    return ledger


def _count(
    pairs: Sequence[tuple[int, Sign]], masks: Figures, room: int, rules: Rules, ledger: _Ledger
) -> None:
    """Count runs that have a sign and follow a rule, for all of both."""
    marked = np.stack([sign.runs for _, sign in pairs]).astype(np.float64)
    both = np.rint(masks @ marked.T).astype(np.int64)
    sizes, rule_kind = np.unique(masks.sum(axis=1).astype(np.int64), return_inverse=True)
    lengths, sign_kind = np.unique(marked.sum(axis=1).astype(np.int64), return_inverse=True)
    table = np.zeros((len(sizes), len(lengths), int(lengths.max()) + 1))
    for row, size in enumerate(sizes.tolist()):
        for place, length in enumerate(lengths.tolist()):
            chances = tails(room, size, length)
            table[row, place, : length + 1] = chances
            number = int((rule_kind == row).sum()) * int((sign_kind == place).sum())
            ledger.floor(float(chances[min(size, length)]), number)
    found = table[rule_kind[:, None], sign_kind[None, :], both]
    best = found.argmin(axis=0)
    for place, (number, sign) in enumerate(pairs):
        row = int(best[place])
        chance = float(found[row, place])
        ledger.add(number, Test(rules.family, chance, rules.levels[row], sign))


def _rank(
    number: int, figures: Figures, masks: Figures, repeats: Codes, rules: Rules, ledger: _Ledger
) -> None:
    """Test by ranks within each round whether a rule's runs have larger quantities."""
    total, spread = np.zeros(len(masks)), np.zeros(len(masks))
    for round_ in np.unique(repeats):
        here = (repeats == round_) & ~np.isnan(figures)
        if here.sum() < 2:
            continue
        ranks = _ranks(figures[here])
        ranks -= ranks.mean()
        inside = masks[:, here]
        size, room = inside.sum(axis=1), here.sum()
        total += inside @ ranks
        spread += size * (room - size) / (room * (room - 1)) * float(ranks @ ranks)
    sure = np.where(spread > 0, total / np.sqrt(np.maximum(spread, 1e-12)), 0.0)
    # Each side of a rule and its opposite is a rule of its own only for factors of many levels.
    chances = np.log(2) + normal(np.abs(sure))
    ledger.floor(-np.inf, len(masks))
    row = int(chances.argmin())
    middle = float(np.nanmedian(figures))
    low, high = (middle, np.inf) if sure[row] > 0 else (-np.inf, middle)
    sign = Sign((figures >= low) & (figures <= high), low, high)
    ledger.add(number, Test(rules.family, float(chances[row]), rules.levels[row], sign))


def _ranks(figures: Figures) -> Figures:
    """Ranks, equal figures with their mean rank."""
    _, back, counts = np.unique(figures, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: Figures = (ends - (counts - 1) / 2)[back]
    return ranks


def _repeated(
    columns: Sequence[Column], signs: Sequence[list[Sign]], environments: Codes, repeats: Codes
) -> _Ledger:
    """Test whether repeats of an environment agree more than they would by chance."""
    ledger = _Ledger()
    rounds = _rounds(environments, repeats)
    for number, column in enumerate(columns):
        for sign in signs[number]:
            _agreeing(number, sign, column.codes != AWAY, rounds, ledger)
        if column.figures is None:
            _all_agreeing(number, column, rounds, ledger)
    return ledger


def _rounds(environments: Codes, repeats: Codes) -> list[tuple[Codes, Codes]]:
    """Runs of the same environments in each round and the next one."""
    found = []
    times = np.unique(repeats)
    for one, other in itertools.pairwise(times.tolist()):
        first, second = (np.flatnonzero(repeats == time) for time in (one, other))
        _, left, right = np.intersect1d(
            environments[first], environments[second], return_indices=True
        )
        found.append((first[left], second[right]))
    return found


def _agreeing(
    number: int, sign: Sign, there: Mask, rounds: Sequence[tuple[Codes, Codes]], ledger: _Ledger
) -> None:
    """Whether the environments that have a sign in one round have it in the next as well."""
    both, most, chains = 0, 0, list[tuple[int, int, int]]()
    for first, second in rounds:
        room = there[first] & there[second]
        one, other = sign.runs[first][room], sign.runs[second][room]
        chains.append((int(room.sum()), int(one.sum()), int(other.sum())))
        both += int((one & other).sum())
        most += min(int(one.sum()), int(other.sum()))
    if not chains:
        return
    table = together(tuple(chains))
    ledger.floor(float(table[most]))
    ledger.add(number, Test(Family.REPEATS, float(table[both]), (), sign))


def _all_agreeing(
    number: int, column: Column, rounds: Sequence[tuple[Codes, Codes]], ledger: _Ledger
) -> None:
    """The same for all values together but the commonest, for those that few runs have."""
    alike, mean, most = 0, 0.0, 0
    for first, second in rounds:
        room = (column.codes[first] != AWAY) & (column.codes[second] != AWAY)
        one, other = column.codes[first][room], column.codes[second][room]
        alike += int(((one == other) & (one > 0)).sum())
        size = len(column.values)
        counts = np.bincount(one, minlength=size)[1:], np.bincount(other, minlength=size)[1:]
        mean += float((counts[0] * counts[1]).sum()) / max(1, int(room.sum()))
        most += int(np.minimum(*counts).sum())
    if most:
        ledger.floor(poisson(most, mean))
        ledger.add(number, Test(Family.REPEATS, poisson(alike, mean), (), None))
