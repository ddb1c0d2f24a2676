"""The scoreboard: what a detector found, whom it accused wrongly, and how sure the figures are.

Definitions, each a test's sentence:

- An account is *found* at a level when a verdict on it, or on a group that names it, has that
  level or a stronger one. Accounts without a verdict, or without an exchange, are never found;
  accounts without an exchange are left out of every figure.
- A *false alarm* is an honest or twin account that is found.
- A guilty *group* is found when at least half of its accounts are; it is *joined* when a single
  verdict covers at least half of it. A guilty account without a group is a group of one.
- A *claim* is a verdict on several accounts at that level, or a found account that no such verdict
  names. It is *right* when at least half of its accounts are of one guilty group; its *purity* is
  the share of its accounts that are of the commonest guilty group in it.
- The *kind* is right when a found relay account is called `relay`, a campaign's `harvest`.
- People: error of the best estimate over the true number, and whether the interval holds it.

Intervals are of 95 per cent and count the accounts of one group as one case where they are alike
(`intervals`).
"""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from stillwatch_range.score.intervals import Middle, Share, median, share
from stillwatch_range.score.labels import Labels
from stillwatch_range.score.verdicts import CALLS, LEVELS, Claim, Document, Judged, judge

REVIEW, ACT = LEVELS.index("review"), LEVELS.index("act")
HALF = 0.5
CALL_OF = {"relay": "relay", "campaign": "harvest"}


class Found(Struct, frozen=True):
    """Accounts of a family, and the share that a detector points at.

    Attributes:
        kind, family, level: as in the labels; `level` is the rung of the hardening ladder.
        act, review: share found at that level; for honest families these are false alarms.
    """

    kind: str
    family: str
    level: str
    act: Share
    review: Share


class GroupsFound(Struct, frozen=True):
    """Guilty groups of a family.

    Attributes:
        kind, family, level: as in the labels.
        act, review: share of groups found at that level.
        joined: share of groups of several accounts that one verdict covers by half or more.
    """

    kind: str
    family: str
    level: str
    act: Share
    review: Share
    joined: Share


class AtLevel(Struct, frozen=True):
    """Figures over all families at one level.

    Attributes:
        level: `act` or `review`.
        recall: guilty accounts that are found.
        precision: found accounts that are guilty.
        false_alarms: innocent accounts that are found.
        group_recall: guilty groups that are found.
        group_precision: claims that are right.
        purity: median purity of the claims on several accounts that are right.
    """

    level: str
    recall: Share
    precision: Share
    false_alarms: Share
    group_recall: Share
    group_precision: Share
    purity: Middle


class PeopleError(Struct, frozen=True):
    """The estimate of people, where there is one.

    Attributes:
        kind, family: as in the labels.
        error: median of |best - true| / true.
        covered: share of intervals that hold the true number.
    """

    kind: str
    family: str
    error: Middle
    covered: Share


class Board(Struct, frozen=True):
    """Everything that `range score` prints.

    Attributes:
        scenario, seed: which traffic.
        accounts: accounts with an exchange.
        unseen: accounts without one; they count nowhere.
        strangers: accounts in the verdicts that the labels do not have.
        found: by family; guilty families first.
        groups: by family, guilty ones only.
        levels: over all families, `act` and `review`.
        kinds: by kind of guilty account, how many of the found ones are called what they are.
        people: by family.
    """

    scenario: str
    seed: int
    accounts: int
    unseen: int
    strangers: int
    found: tuple[Found, ...]
    groups: tuple[GroupsFound, ...]
    levels: tuple[AtLevel, ...]
    kinds: dict[str, Share]
    people: tuple[PeopleError, ...]


def score(labels: Labels, document: Document) -> Board:
    """Score verdicts against what is true."""
    judged = judge(labels, document)
    cases = _Cases(labels, judged)
    return Board(
        scenario=labels.head.scenario,
        seed=labels.head.seed,
        accounts=int(cases.seen.sum()),
        unseen=int((~cases.seen).sum()),
        strangers=judged.strangers,
        found=tuple(cases.found()),
        groups=tuple(cases.groups()),
        levels=tuple(cases.at(level) for level in (ACT, REVIEW)),
        kinds={kind: cases.kind_right(kind) for kind in CALL_OF},
        people=tuple(cases.people()),
    )


class _Cases:
    def __init__(self, labels: Labels, judged: Judged) -> None:
        self.labels, self.judged = labels, judged
        self.seen = labels.exchanges > 0
        self.guilty = labels.guilty & self.seen
        self.group = labels.group.codes.astype(np.int64)
        self.size = np.bincount(self.group[self.seen], minlength=len(labels.group.values))

    def share(self, of: NDArray[np.bool_], hit: NDArray[np.bool_]) -> Share:
        return share(hit[of], self.group[of])

    def families(self, of: NDArray[np.bool_]) -> Iterator[tuple[str, str, str, NDArray[np.bool_]]]:
        """Kind, family, rung of the ladder and rows, guilty kinds first."""
        columns = (self.labels.kind, self.labels.family, self.labels.level)
        codes = np.zeros(len(self.labels), np.int64)
        for column in columns:
            codes = codes * len(column.values) + column.codes
        rows = []
        for code in np.unique(codes[of]):
            here = of & (codes == code)
            first = int(np.argmax(here))
            names = tuple(column.values[column.codes[first]] for column in columns)
            rows.append((*names, here))
        order = ("relay", "campaign", "twin", "honest")
        rows.sort(key=lambda row: (order.index(row[0]), row[1], row[2]))
        yield from rows

    def found(self) -> Iterator[Found]:
        for kind, family, level, here in self.families(self.seen):
            act, review = (self.share(here, self.judged.level >= at) for at in (ACT, REVIEW))
            yield Found(kind, family, level, act, review)

    def groups(self) -> Iterator[GroupsFound]:
        joined = self._joined()
        found = [self._groups_found(at) for at in (ACT, REVIEW)]
        for kind, family, level, here in self.families(self.guilty):
            ids = np.unique(self.group[here])
            several = ids[self.size[ids] > 1]
            act, review = (share(one[ids], ids) for one in found)
            yield GroupsFound(kind, family, level, act, review, share(joined[several], several))

    def _groups_found(self, level: int) -> NDArray[np.bool_]:
        hit = self.seen & (self.judged.level >= level)
        found = np.bincount(self.group[hit], minlength=len(self.size))
        half: NDArray[np.bool_] = (found >= HALF * self.size) & (self.size > 0)
        return half

    def _joined(self) -> NDArray[np.bool_]:
        joined = np.zeros(len(self.size), np.bool_)
        for claim in self._claims(REVIEW):
            ids, counts = np.unique(self.group[claim.rows], return_counts=True)
            joined[ids[counts >= HALF * self.size[ids]]] = True
        return joined

    def _claims(self, level: int) -> list[Claim]:
        return [claim for claim in self.judged.groups if claim.level >= level]

    def at(self, level: int) -> AtLevel:
        hit = self.seen & (self.judged.level >= level)
        ids = np.unique(self.group[self.guilty])
        right, purity = self._claims_right(level, hit)
        return AtLevel(
            level=LEVELS[level],
            recall=self.share(self.guilty, hit),
            precision=self.share(hit, self.guilty),
            false_alarms=self.share(self.seen & ~self.guilty, hit),
            group_recall=share(self._groups_found(level)[ids], ids),
            group_precision=share(right, np.arange(len(right))),
            purity=median(purity, np.arange(len(purity))),
        )

    def _claims_right(
        self, level: int, hit: NDArray[np.bool_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        claims = self._claims(level)
        purity = np.array([self._purity(claim) for claim in claims], np.float64)
        alone = hit.copy()
        for claim in claims:
            alone[claim.rows] = False
        right = np.concatenate([purity >= HALF, self.guilty[alone]])
        return right, purity[purity >= HALF]

    def _purity(self, claim: Claim) -> float:
        guilty = claim.rows[self.guilty[claim.rows]]
        if not len(guilty):
            return 0.0
        counts = np.unique(self.group[guilty], return_counts=True)[1]
        return float(counts.max()) / claim.size

    def kind_right(self, kind: str) -> Share:
        found = self.labels.kind.where(kind) & self.seen & (self.judged.level >= REVIEW)
        return self.share(found, self.judged.call == CALLS.index(CALL_OF[kind]))

    def people(self) -> Iterator[PeopleError]:
        estimated = self.seen & ~np.isnan(self.judged.people[:, 1]) & (self.labels.people > 0)
        low, best, high = self.judged.people.T
        true = self.labels.people
        held = (low <= true) & (true <= high)
        for (kind, family), here in self._without_level(estimated).items():
            error = np.abs(best[here] - true[here]) / true[here]
            middle = median(error, self.group[here])
            yield PeopleError(kind, family, middle, self.share(here, held))

    def _without_level(self, of: NDArray[np.bool_]) -> dict[tuple[str, str], NDArray[np.bool_]]:
        families: dict[tuple[str, str], NDArray[np.bool_]] = {}
        for kind, family, _, here in self.families(of):
            families[kind, family] = families.get((kind, family), np.zeros_like(here)) | here
        return families
