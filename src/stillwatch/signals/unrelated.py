"""Which conversations of an account have something in common: the same place, repository or name.

One person runs several conversations side by side, mostly about the same work. What shares a home,
a user, a host, a git identity, a repository or a directory is related, and so is what a believable
session id or declared place ties together. What is left are groups of conversations that share
nothing at all.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from stillwatch.signals.model import Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.typed_turns import TypedTurns

Ints = NDArray[np.int64]

_EVIDENCED = ("home", "user", "host", "git_email", "repo", "cwd")
_DECLARED = ("home", "user", "cwd")
SESSION_FAMILIES = 8
"""A claimed session over more families than this is taken for a constant of a relay. A session of
Claude Code holds one conversation, its sub-agents and a few small companion calls."""


def unrelated_groups(tables: Tables, turns: TypedTurns) -> Ints:
    """For each typed turn, a number of its group; groups of one account share nothing.

    Two turns with equal numbers are of the same account and of related families.
    """
    known = numbered(turns.account, turns.family)
    families = _Families(
        turns.accounts, turns.account[known.first], turns.family[known.first], known.count
    )
    evidenced = _ties(_shown(tables, "evidenced", _EVIDENCED), families)
    label = _components(known.count, [evidenced])
    named = np.zeros(known.count, bool)
    named[evidenced[0]] = True
    claims = [_shown(tables, "declared", _DECLARED), _sessions(tables)]
    believed = [_believable(_ties(claim, families), label, named) for claim in claims]
    return _components(known.count, [evidenced, *believed])[known.number]


@dataclass(frozen=True)
class _Families:
    """The families with typed turns: names of accounts, and account and family of each."""

    accounts: list[str]
    account: Ints
    family: Ints
    count: int


def _shown(tables: Tables, origin: str, kinds: tuple[str, ...]) -> pa.Table:
    """Account, family, kind and value of what is no common name."""
    facts = tables.facts.filter(
        nw.col("kind").is_in(kinds)
        & (nw.col("origin") == origin)
        & nw.col("label").is_null()
        & ~nw.col("family").is_null()
    )
    return collect(facts.select("account", "family", "kind", "value").unique())


def _sessions(tables: Tables) -> pa.Table:
    """Claimed sessions that hold a handful of families."""
    seen = tables.exchanges.filter(~nw.col("session").is_null())
    seen = seen.select("account", "family", "session").unique()
    small = (
        seen.group_by("account", "session")
        .agg(nw.len().alias("families"))
        .filter(nw.col("families") <= SESSION_FAMILIES)
        .select("account", "session")
    )
    kept = seen.join(small, on=["account", "session"], how="inner")
    return collect(
        kept.select("account", "family", nw.lit("session").alias("kind"), value="session")
    )


def _ties(shown: pa.Table, families: _Families) -> tuple[Ints, Ints]:
    """Pairs of a family's position and a value's number; unknown families are left out."""
    account = pc.index_in(
        shown["account"], value_set=pa.array(families.accounts, pa.string())
    ).to_numpy()
    kind = shown["kind"].combine_chunks().dictionary_encode()
    both = numbered(
        np.concatenate([families.account, account]),
        np.concatenate([families.family, shown["family"].to_numpy()]),
    )
    position = np.full(both.count, -1, np.int64)
    position[both.number[: families.count]] = np.arange(families.count)
    family = position[both.number[families.count :]]
    value = numbered(account, kind.indices.to_numpy(), shown["value"].to_numpy()).number
    known = family >= 0
    return family[known], value[known]


def _believable(
    ties: tuple[Ints, Ints], label: Ints, named: NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """Leave out claims that tie together what evidence holds apart: a relay wrote them."""
    family, value = ties
    sure = named[family]
    pairs = numbered(value[sure], label[family[sure]])
    groups = np.bincount(value[sure][pairs.first], minlength=int(value.max(initial=-1)) + 1)
    kept = np.flatnonzero(groups[value] <= 1)
    return family[kept], value[kept]


def _components(count: int, ties: list[tuple[Ints, Ints]]) -> Ints:
    """Number of the connected part that each family is in."""
    shift, left, right = count, [], []
    for family, value in ties:
        left.append(family)
        right.append(value + shift)
        shift += int(value.max(initial=-1)) + 1
    edges = np.concatenate(left), np.concatenate(right)
    graph = coo_array((np.ones(len(edges[0]), np.int8), edges), shape=(shift, shift))
    _, label = connected_components(graph, directed=False)
    part: Ints = label[:count].astype(np.int64)
    return part
