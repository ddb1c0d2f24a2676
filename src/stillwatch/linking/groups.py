"""Groups: owners that are tied to each other by the things of one community.

Weakly tied owners are peeled off (after FRAUDAR, Hooi and others, KDD 2016, but with a floor in
place of the densest core: of a campaign with six wordings, an account that was seen with one of
them belongs to it as well). What remains must be stable: formed again from nine tenths of the
owners, a member has to be in the group each time that it could be.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from stillwatch.linking.communities import together
from stillwatch.linking.minhash import Ints, mixed
from stillwatch.linking.ties import Floats, Ties

FORMING = 1.3
"""Things that tell less than this (log10) form no group: honest pairs share the like too often.

Set on `tuning-campaigns`: at 1.0, phrases of a few words that 60 unrelated accounts use formed
groups; at 1.3 none of more than 31 honest accounts did, and no campaign was lost.
"""

LEAST_OWNERS = 3
LEAST_MET = 2
"""Two are enough where one met the other's artefact or failed request."""

LOOSE = 0.3
"""Members whose ties weigh less than this share of the group's mean are peeled off."""

RUNS = 20
LEFT_OUT = 10
"""In each of the runs, one owner in so many is left out."""

STABLE = 0.8
_STRONG = ("provenance", "retry")


@dataclass(frozen=True)
class Grouping:
    """Who belongs where.

    Attributes:
        thing: for each thing the number of its group, or -1.
        group, owner: one row a member: the group's number and the owner.
        stability: of each member, the share of runs in which it stayed.
    """

    thing: Ints
    group: Ints
    owner: Ints
    stability: Floats


def grouped(ties: Ties, owners: int) -> Grouping:
    """Form groups.

    Args:
        ties: owners and things.
        owners: how many owners there are at all.
    """
    thing, group, owner = _formed(ties, owners)
    stayed = np.zeros(len(group))
    drawn = np.zeros(len(group))
    for run in range(RUNS):
        _, other_group, other_owner = _formed(_without_some(ties, run), owners)
        stayed += _still(group, owner, other_group, other_owner)
        drawn += _drawn(owner, run)
    stability = stayed / np.maximum(drawn, 1)
    kept = stability >= STABLE
    return _numbered(thing, group[kept], owner[kept], stability[kept])


def _formed(ties: Ties, owners: int) -> tuple[Ints, Ints, Ints]:
    """For each thing its group, and the members as two columns: group, owner."""
    ties = _telling(ties)
    label = together(ties, owners)
    group, owner = _peeled(ties, label)
    thing = np.where(np.isin(label, group), label, -1)
    return thing, group, owner


def _telling(ties: Ties) -> Ties:
    """Without the ties to things that tell little or that too few share."""
    degree = np.bincount(ties.thing[ties.first < ties.last], minlength=len(ties.names))
    least = np.where(np.isin(ties.kinds, _STRONG), LEAST_MET, LEAST_OWNERS)
    held = ((degree >= least) & (ties.log10_lr >= FORMING))[ties.thing]
    return ties.only(held)


def _peeled(ties: Ties, label: Ints) -> tuple[Ints, Ints]:
    """Members after the weakly tied are gone, as two columns: group, owner."""
    group, owner, weight = _again(ties, label)
    strong = np.zeros(len(label), dtype=bool)
    strong[label[np.isin(ties.kinds, _STRONG)]] = True
    least = np.where(strong, LEAST_MET, LEAST_OWNERS)
    while True:
        members = np.bincount(group, minlength=len(label))
        mean = np.bincount(group, weight, len(label)) / np.maximum(members, 1)
        held = (weight >= LOOSE * mean[group]) & (members >= least)[group]
        if held.all():
            return group, owner
        group, owner, weight = group[held], owner[held], weight[held]


def _again(ties: Ties, label: Ints) -> tuple[Ints, Ints, Floats]:
    """Owners that used a community's things in two conversations or more, and their ties' weight.

    Whoever comes upon a public question sends it once; a template is made to be used again.
    """
    pairs = np.stack([label[ties.thing], ties.owner])
    (group, owner), place = np.unique(pairs, axis=1, return_inverse=True)
    first = np.full(len(group), np.iinfo(np.int64).max)
    np.minimum.at(first, place, ties.first)
    last = np.full(len(group), np.iinfo(np.int64).min)
    np.maximum.at(last, place, ties.last)
    weight = np.bincount(place, ties.log10_lr[ties.thing], len(group)).astype(np.float64)
    held = first < last
    return group[held], owner[held], weight[held]


def _drawn(owner: Ints, run: int) -> NDArray[np.bool_]:
    """Which owners take part in a run; the same ones whatever the order of rows."""
    spread = mixed(mixed(owner.view(np.uint64)) + np.uint64(run))
    return np.asarray(spread % np.uint64(LEFT_OUT) != 0)


def _without_some(ties: Ties, run: int) -> Ties:
    return ties.only(_drawn(ties.owner, run))


def _still(group: Ints, owner: Ints, other_group: Ints, other_owner: Ints) -> Floats:
    """For each member 1 if, in the other grouping, it is in the group most like its own."""
    if not len(group) or not len(other_group):
        return np.zeros(len(group))
    names, place = np.unique(np.r_[owner, other_owner], return_inverse=True)
    here, there = place[: len(owner)], place[len(owner) :]
    shape = (int(max(group.max(), other_group.max())) + 1, len(names))
    one = csr_array((np.ones(len(here)), (group, here)), shape=shape)
    two = csr_array((np.ones(len(there)), (other_group, there)), shape=shape)
    common = (one @ two.T).tocoo()
    best = np.full(shape[0], -1)
    order = np.argsort(common.data, kind="stable")
    best[common.coords[0][order]] = common.coords[1][order]
    stays = np.isin(best[group] * shape[1] + here, other_group * shape[1] + there)
    return np.asarray(stays & (best[group] >= 0), dtype=np.float64)


def _numbered(thing: Ints, group: Ints, owner: Ints, stability: Floats) -> Grouping:
    """Groups that are still large enough, without gaps in their numbers."""
    members = np.bincount(group, minlength=len(thing))
    kept = members[group] >= LEAST_MET
    names = np.unique(group[kept])
    number = np.full(len(thing) + 1, -1)
    number[names] = np.arange(len(names))
    return Grouping(number[thing], number[group[kept]], owner[kept], stability[kept])
