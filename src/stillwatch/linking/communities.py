"""Things that the same owners share, brought together.

Communities are sought among *things*, not among accounts: an account may be in several groups (it
uses a popular client and takes part in a campaign), a thing that 24,000 accounts share costs as
much as they are and not their square, and one account that copies everybody's wording joins
nothing, since two things belong together only when a good part of their owners is the same.
"""

from dataclasses import dataclass

import networkit as nk
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from stillwatch.linking.minhash import Ints
from stillwatch.linking.ties import Floats, Ties

OVERLAP = 0.55
"""Two things belong together when they have this share of the larger one's owners in common.

Above one half: wording that two equally large campaigns of one method share has half of its owners
in common with the wording of each, and must not join them. Six wordings in turn, each seen from two
thirds of a campaign's accounts, have two thirds in common. On `tuning-campaigns` 0.5 joined three
pairs of campaigns, 0.55 and 0.6 one.
"""

COMMON_OWNERS = 2
FOLLOWS = 3
"""What follows a community has this many owners in it: two members' other work may be alike."""

LIFT = 3.0
"""... and when they have three times as many owners in common as chance would give them."""

OWNER_THINGS = 32
"""Of an owner, so many of the rarest things count: what a copier of everybody's wording costs."""

_SEED = 5


@dataclass(frozen=True)
class Edges:
    """A weighted graph: the two ends of each edge, and its weight."""

    left: Ints
    right: Ints
    weight: Floats


def together(ties: Ties, owners: int) -> Ints:
    """The community of each thing.

    Args:
        ties: owners and things.
        owners: how many owners there are at all.

    Returns:
        For each thing the position of the first thing of its community.
    """
    label = communities(_overlaps(ties, owners), len(ties.names))
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)


def followed(ties: Ties, label: Ints, followers: NDArray[np.bool_], owners: int) -> Ints:
    """Communities with the things that follow them: most of whose owners are in one of them.

    A follower never joins two communities, whoever else sends it.

    Args:
        ties: owners and things.
        label: the community of each thing, as `together` says.
        followers: which things look for a community.
        owners: how many owners there are at all.

    Returns:
        For each thing the position of the first thing of its community; -1 where a follower found
        none.
    """
    names, owner = np.unique(ties.owner, return_inverse=True)
    shape = (len(label), len(names))
    leading = ~followers[ties.thing] & (ties.first < ties.last)
    cells = (np.ones(int(leading.sum()), np.int32), (label[ties.thing[leading]], owner[leading]))
    held = csr_array(cells, shape=shape)
    held.data[:] = 1
    late = followers[ties.thing]
    cells = (np.ones(int(late.sum()), np.int32), (ties.thing[late], owner[late]))
    table = csr_array(cells, shape=shape)
    common = (table @ held.T).tocoo()
    thing, community = common.coords
    degree, size = table.sum(axis=1), held.sum(axis=1)
    fits = (
        (common.data >= FOLLOWS)
        & (common.data >= OVERLAP * degree[thing])
        & (common.data >= LIFT * degree[thing] * size[community] / max(owners, 1))
    )
    found = np.where(followers, -1, label)
    order = np.argsort(common.data[fits], kind="stable")
    found[thing[fits][order]] = community[fits][order]
    return found


def _overlaps(ties: Ties, owners: int) -> Edges:
    """Pairs of things whose owners are largely the same, and the share in common."""
    kept = _rarest(ties)
    _, owner = np.unique(ties.owner, return_inverse=True)
    cells = (np.ones(len(kept), np.int32), (ties.thing[kept], owner[kept]))
    table = csr_array(cells, shape=(len(ties.names), int(owner.max(initial=-1)) + 1))
    common = (table @ table.T).tocoo()
    degree = table.sum(axis=1)
    left, right = common.coords
    expected = degree[left] * degree[right] / max(owners, 1)
    share = common.data / np.maximum(degree[left], degree[right])
    held = (
        (left < right)
        & (common.data >= COMMON_OWNERS)
        & (share >= OVERLAP)
        & (common.data >= LIFT * expected)
    )
    return Edges(left[held].astype(np.int64), right[held].astype(np.int64), share[held])


def _rarest(ties: Ties) -> Ints:
    """Positions of ties, of each owner those to its rarest things."""
    degree = np.bincount(ties.thing, minlength=len(ties.names))
    order = np.lexsort((ties.thing, degree[ties.thing], ties.owner))
    owner = ties.owner[order]
    starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(owner) else order
    rank = np.arange(len(owner)) - np.repeat(starts, np.diff(np.r_[starts, len(owner)]))
    return np.sort(order[rank < OWNER_THINGS])


def communities(edges: Edges, nodes: int) -> Ints:
    """A label for each node, by Leiden's method.

    One thread and a fixed seed, so that every run says the same.
    """
    if not len(edges.left):
        return np.arange(nodes, dtype=np.int64)
    threads = nk.getMaxNumberOfThreads()
    nk.setNumberOfThreads(1)
    nk.setSeed(_SEED, useThreadId=False)
    ends = (edges.left.astype(np.uint64), edges.right.astype(np.uint64))
    graph = nk.GraphFromCoo((edges.weight, ends), n=nodes, weighted=True, directed=False)
    method = nk.community.ParallelLeiden(graph, randomize=False)
    method.run()
    nk.setNumberOfThreads(threads)
    return np.asarray(method.getPartition().getVector(), dtype=np.int64)
