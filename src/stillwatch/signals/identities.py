"""Which names, mail addresses and machines belong to one person: person clusters.

Tool traffic shows user names, git identities and host names. Two of them that are seen together in
one family (a conversation with its sub-agents) most likely belong to one person. Joined up, they
form clusters. A cluster is nobody's name: it is a group of keyed hashes.

What does not join: repositories, which colleagues share; names that everybody has (label
`generic`); places and authors that are only mentioned (labels `mentioned`, `history`); anything
that a client declares, since relays rewrite it; and hubs, such as a build host with many users.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from stillwatch.signals.model import Tables, collect
from stillwatch.signals.numbering import numbered

KINDS = ("user", "git_email", "host")
USER, MAIL, HOST = range(3)

# How large a share of the rarer one's families must show both, by pair of kinds. A git setting is
# somebody's own, so it may join a name it is rarely seen with; two user names in one family may be
# a listing of strangers' files.
_SHARE = np.array([[0.5, 0.1, 0.3], [0.1, 0.1, 0.3], [0.3, 0.3, 0.5]])
# How many families must show both.
_TOGETHER = np.array([[2, 1, 1], [1, 1, 1], [1, 1, 2]])
# To how many of the column's kind a value of the row's kind may be joined before it is a hub: one
# person has a few names, two or three git identities and a handful of machines.
_FAN = np.array([[2, 3, 8], [4, 2, 8], [2, 2, 2]])
LISTING = 12
"""A family that shows more values than this holds listings; it joins nothing."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Clusters:
    """Person clusters of all accounts.

    Families and clusters are sorted by account. A family that shows values of several clusters is
    given to the one that is seen most in the account.

    Attributes:
        accounts: names of accounts with any evidence, sorted.
        family_account: for each family that shows a person, position of its account.
        family: that family.
        family_cluster: its cluster.
        cluster_account: for each cluster, position of its account.
        families: for each cluster, how many families are its own; at least 1.
        names: for each cluster, how many user names.
        mails: for each cluster, how many git identities.
        hosts: for each cluster, how many host names.
        names_with_mail: for each cluster, how many of its user names were seen with a git identity.
    """

    accounts: list[str]
    family_account: Ints
    family: Ints
    family_cluster: Ints
    cluster_account: Ints
    families: Ints
    names: Ints
    mails: Ints
    hosts: Ints
    names_with_mail: Ints


def person_clusters(tables: Tables) -> Clusters:
    """Join the identities that every account shows into person clusters."""
    seen = _seen(tables)
    accounts = pc.unique(seen["account"]).to_pylist()
    kinds = pc.index_in(seen["kind"], value_set=pa.array(KINDS)).to_numpy()
    account = pc.index_in(seen["account"], value_set=pa.array(accounts, pa.string())).to_numpy()
    family = seen["family"].to_numpy()
    node = numbered(account, kinds, seen["value"].to_numpy())
    place = numbered(account, family)
    shown = _Shown(
        place=place.number,
        node=node.number,
        kind=kinds[node.first].astype(np.int64),
        node_account=account[node.first].astype(np.int64),
        family_account=account[place.first].astype(np.int64),
        family=family[place.first],
    )
    return _clusters(accounts, shown, _edges(shown))


@dataclass(frozen=True)
class _Shown:
    """Which family (position `place`) shows which value (position `node`), and what those are."""

    place: Ints
    node: Ints
    kind: Ints
    node_account: Ints
    family_account: Ints
    family: Ints


def _seen(tables: Tables) -> pa.Table:
    people = tables.facts.filter(
        nw.col("kind").is_in(KINDS)
        & (nw.col("origin") == "evidenced")
        & nw.col("label").is_null()
        & ~nw.col("family").is_null()
    )
    table = collect(people.select("account", "family", "kind", "value").unique())
    return table.sort_by([(name, "ascending") for name in ("account", "family", "kind", "value")])


def _edges(shown: _Shown) -> tuple[Ints, Ints]:
    """Pairs of values that belong together, hubs left out."""
    size = len(shown.kind)
    if not size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    few = np.bincount(shown.place, minlength=len(shown.family))[shown.place] <= LISTING
    ones = np.ones(int(few.sum()), np.int32)
    table = csr_array((ones, (shown.place[few], shown.node[few])), shape=(len(shown.family), size))
    together = coo_array(table.T @ table)
    left, right, both = together.row, together.col, together.data
    alone = np.bincount(shown.node, minlength=size)
    kinds = shown.kind[left], shown.kind[right]
    share = both / np.minimum(alone[left], alone[right])
    kept = (left != right) & (share >= _SHARE[kinds]) & (both >= _TOGETHER[kinds])
    left, right = left[kept].astype(np.int64), right[kept].astype(np.int64)
    return _without_hubs(left, right, shown.kind)


def _without_hubs(left: Ints, right: Ints, kind: Ints) -> tuple[Ints, Ints]:
    """Leave out edges at a value that has too many neighbours of the other end's kind."""
    slot = left * len(KINDS) + kind[right]
    fan = np.bincount(slot, minlength=len(kind) * len(KINDS))
    hub = fan[slot] > _FAN[kind[left], kind[right]]
    back = right * len(KINDS) + kind[left]
    kept = ~hub & ~np.isin(back, slot[hub])
    return left[kept], right[kept]


def _clusters(accounts: list[str], shown: _Shown, edges: tuple[Ints, Ints]) -> Clusters:
    size = len(shown.kind)
    graph = coo_array((np.ones(len(edges[0]), np.int8), edges), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    label = label.astype(np.int64)
    person = np.zeros(int(label.max(initial=-1)) + 1, bool)
    person[label[shown.kind != HOST]] = True
    owner = _owners(shown, label, person)
    owned = owner >= 0
    used, cluster = np.unique(owner[owned], return_inverse=True)
    counts = _composition(shown.kind, label, edges, len(person))
    first = np.zeros(len(person), np.int64)
    first[label] = shown.node_account
    return Clusters(
        accounts=accounts,
        family_account=shown.family_account[owned],
        family=shown.family[owned],
        family_cluster=cluster.astype(np.int64),
        cluster_account=first[used],
        families=np.bincount(cluster, minlength=len(used)).astype(np.int64),
        names=counts[USER][used],
        mails=counts[MAIL][used],
        hosts=counts[HOST][used],
        names_with_mail=counts[len(KINDS)][used],
    )


def _composition(kind: Ints, label: Ints, edges: tuple[Ints, Ints], size: int) -> list[Ints]:
    """For each cluster: user names, git identities, hosts, and user names with a git identity."""
    left, right = edges
    known = np.zeros(len(kind), bool)
    known[left[kind[right] == MAIL]] = True
    masks = [*(kind == k for k in range(len(KINDS))), known & (kind == USER)]
    return [np.bincount(label[mask], minlength=size).astype(np.int64) for mask in masks]


def _owners(shown: _Shown, label: Ints, person: NDArray[np.bool_]) -> Ints:
    """For each family, the person cluster that most of its sightings speak for, or -1."""
    alone = np.bincount(shown.node, minlength=len(shown.kind))
    cluster = label[shown.node]
    of_person = person[cluster] if len(cluster) else np.zeros(0, bool)
    place, cluster = shown.place[of_person], cluster[of_person]
    pairs = numbered(place, cluster)
    weight = np.bincount(pairs.number, alone[shown.node[of_person]], minlength=pairs.count)
    place, cluster = place[pairs.first], cluster[pairs.first]
    order = np.lexsort((-cluster, weight, place))
    owner = np.full(len(shown.family), -1, np.int64)
    owner[place[order]] = cluster[order]  # the heaviest comes last and stays
    return owner
