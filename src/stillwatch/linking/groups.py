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

from stillwatch.linking.communities import followed, together
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

ENOUGH = 3.0
"""... unless their ties weigh as much as this: nobody is tied by chance in 1,000."""

MOST_ONCE = 1.5
"""Owners that sent a group's wording in one conversation only belong to it while they are not many
more than those that came back to it. Of a public text they are twice as many or more; of wording
that is dealt out at random, two and a half calls an owner, they are half as many."""

LOOSE_PHRASES = 0.5
"""Where short wording alone forms a group, members share more of it: everybody has some."""

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
    label = communities(ties, owners)
    ties = ties.only(label[ties.thing] >= 0)
    group, owner = _peeled(ties, label)
    thing = np.where(np.isin(label, group), label, -1)
    return thing, group, owner


def _sent_again(ties: Ties) -> NDArray[np.bool_]:
    """Things that enough owners used in two conversations or more to form a group."""
    again = np.bincount(ties.thing[ties.first < ties.last], minlength=len(ties.names))
    least = np.where(np.isin(ties.kinds, _STRONG), LEAST_MET, LEAST_OWNERS)
    return again >= least


def communities(ties: Ties, owners: int) -> Ints:
    """For each thing its community, or -1.

    Things that owners come back to and that say much form communities; what is short or was seldom
    sent again follows them. What is short, and follows nothing, forms communities of its own.

    Args:
        ties: owners and things.
        owners: how many owners there are at all.
    """
    telling = ties.log10_lr >= FORMING
    ties = ties.only(telling[ties.thing])
    forms = _sent_again(ties)
    leading = forms & ties.leads
    label = together(ties.only(leading[ties.thing]), owners)
    label = followed(ties, label, telling & ~leading, owners)
    label = np.where(telling, label, -1)
    alone = forms & (label < 0)
    own = together(ties.only(alone[ties.thing]), owners)
    return np.where(alone, own, label)


def _peeled(ties: Ties, label: Ints) -> tuple[Ints, Ints]:
    """Members after the weakly tied are gone, as two columns: group, owner."""
    leading = _sent_again(ties) & ties.leads & (label >= 0)
    led = np.zeros(len(label), dtype=bool)
    led[label[leading]] = True
    found = _members(ties, label, leading)
    found = found.only(found.leads | ~led[found.group])
    once, found = found.only(~found.again), found.only(found.again)
    strong = np.zeros(len(label), dtype=bool)
    strong[label[np.isin(ties.kinds, _STRONG)]] = True
    least = np.where(strong, LEAST_MET, LEAST_OWNERS)
    while True:
        members = np.bincount(found.group, minlength=len(label))
        mean = np.bincount(found.group, found.weight, len(label)) / np.maximum(members, 1)
        bound = np.where(led, np.minimum(LOOSE * mean, ENOUGH), LOOSE_PHRASES * mean)
        held = (found.weight >= bound[found.group]) & (members >= least)[found.group]
        if held.all():
            break
        found = found.only(held)
    late = np.bincount(once.group, minlength=len(label))
    joins = (members > 0) & (late <= MOST_ONCE * members)
    once = once.only((joins & led)[once.group])
    return np.r_[found.group, once.group], np.r_[found.owner, once.owner]


@dataclass(frozen=True)
class _Members:
    """One row for each owner in a community.

    Attributes:
        group, owner: the community and the owner.
        weight: sum of the owner's ties.
        again: whether it used the community's things in two conversations or more. Whoever comes
            upon a public question sends it once; a template is made to be used again.
        leads: whether one of its ties is to a thing that leads: a phrase alone ties nobody.
    """

    group: Ints
    owner: Ints
    weight: Floats
    again: NDArray[np.bool_]
    leads: NDArray[np.bool_]

    def only(self, held: NDArray[np.bool_]) -> "_Members":
        """Some of the rows."""
        return _Members(
            self.group[held],
            self.owner[held],
            self.weight[held],
            self.again[held],
            self.leads[held],
        )


def _members(ties: Ties, label: Ints, leading: NDArray[np.bool_]) -> _Members:
    pairs = np.stack([label[ties.thing], ties.owner])
    (group, owner), place = np.unique(pairs, axis=1, return_inverse=True)
    first = np.full(len(group), np.iinfo(np.int64).max)
    np.minimum.at(first, place, ties.first)
    last = np.full(len(group), np.iinfo(np.int64).min)
    np.maximum.at(last, place, ties.last)
    weight = np.bincount(place, ties.log10_lr[ties.thing], len(group)).astype(np.float64)
    leads = np.bincount(place, leading[ties.thing], len(group)) > 0
    return _Members(group, owner, weight, first < last, leads)


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
