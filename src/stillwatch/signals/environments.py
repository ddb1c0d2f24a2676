"""What an account shows of people and their machines, and how they take turns."""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from stillwatch.signals.identities import Clusters
from stillwatch.signals.model import Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.side_by_side import BIN_US, SideBySide

LANGUAGE_FAMILIES = 2
"""A language counts when it is seen in so many conversations: one may be a guess gone wrong."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Environments:
    """What an account shows, one value an account.

    Attributes:
        clusters: person clusters.
        shown: families that show one.
        pairs: neighbouring typed turns in known clusters, less than ten minutes apart.
        switches: those of them in two different clusters.
        hosts: host names of people.
        mails: git identities.
        languages: languages, each seen in several families.
        turn_cluster: for each typed turn, its cluster or -1.
    """

    clusters: Ints
    shown: Ints
    pairs: Ints
    switches: Ints
    hosts: Ints
    mails: Ints
    languages: Ints
    turn_cluster: Ints


def environments(tables: Tables, clusters: Clusters, beside: SideBySide) -> Environments:
    """Count what every account shows of people and their machines."""
    turns, count = beside.turns, len(beside.turns.accounts)
    place = {name: position for position, name in enumerate(turns.accounts)}
    codes = np.array([place[name] for name in clusters.accounts], np.int64)
    of = codes[clusters.cluster_account] if len(codes) else np.zeros(0, np.int64)
    of_family = codes[clusters.family_account] if len(codes) else np.zeros(0, np.int64)
    cluster = _turn_clusters(beside, of_family, clusters)
    near = (turns.account[1:] == turns.account[:-1]) & (np.diff(turns.ts_us) < BIN_US)
    near &= (cluster[1:] >= 0) & (cluster[:-1] >= 0)
    switched = near & (cluster[1:] != cluster[:-1])

    def total(values: NDArray[np.generic]) -> Ints:
        return np.bincount(of, values.astype(np.float64), minlength=count).astype(np.int64)

    return Environments(
        clusters=total(np.ones(len(of))),
        shown=total(clusters.families),
        pairs=np.bincount(turns.account[1:][near], minlength=count),
        switches=np.bincount(turns.account[1:][switched], minlength=count),
        hosts=total(clusters.hosts),
        mails=total(clusters.mails),
        languages=_spoken(tables, turns.accounts),
        turn_cluster=cluster,
    )


def _turn_clusters(beside: SideBySide, of_family: Ints, clusters: Clusters) -> Ints:
    """For each typed turn, the cluster of its family, or -1."""
    both = numbered(
        np.concatenate([of_family, beside.turns.account]),
        np.concatenate([clusters.family, beside.turns.family]),
    )
    cluster = np.full(both.count, -1, np.int64)
    cluster[both.number[: len(of_family)]] = clusters.family_cluster
    return cluster[both.number[len(of_family) :]]


def _spoken(tables: Tables, accounts: list[str]) -> Ints:
    """For each account, how many languages it is written to in; which ones is not looked at."""
    facts = tables.facts.filter((nw.col("kind") == "language") & ~nw.col("family").is_null())
    spoken = facts.group_by("account", "value").agg(nw.col("family").n_unique().alias("families"))
    spoken = spoken.filter(nw.col("families") >= LANGUAGE_FAMILIES)
    counts = collect(spoken.group_by("account").agg(nw.len().alias("languages")))
    place = pc.index_in(counts["account"], value_set=pa.array(accounts, pa.string())).to_numpy()
    result = np.zeros(len(accounts), np.int64)
    result[place] = counts["languages"].to_numpy()
    return result
