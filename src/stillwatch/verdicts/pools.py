"""Pools: accounts that one operator uses as one, found over provenance links."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from stillwatch.signals.model import Evidence

HUB_DEGREE = 20
"""An account with more partners than this is joined only to partners it shares a partner with.

The accounts of a real pool are tied to each other as well; a chance hub is not (its partners are
strangers to one another). The value is an assumption, see docs/calibration.md.
"""


def pools(evidence: Iterable[Evidence], least: float) -> dict[str, tuple[str, ...]]:
    """Groups of at least two accounts that are linked by provenance.

    Args:
        evidence: lines of all accounts.
        least: the log10 weight from which a provenance line links.

    Returns:
        Members in order, by the pool's id. The id is made from the members, so that the same pool
        has the same id in every run.
    """
    partners = _without_chance_hubs(_partners(evidence, least))
    groups = _connected(partners)
    return {_name(group): group for group in groups if len(group) > 1}


def _partners(evidence: Iterable[Evidence], least: float) -> dict[str, set[str]]:
    partners: dict[str, set[str]] = defaultdict(set)
    for one in evidence:
        if one.family == "provenance" and one.log10_lr >= least:
            for other in one.linked:
                partners[one.account].add(other)
                partners[other].add(one.account)
    return partners


def _without_chance_hubs(partners: Mapping[str, set[str]]) -> dict[str, set[str]]:
    hubs = {account for account, others in partners.items() if len(others) > HUB_DEGREE}
    return {
        account: {
            other for other in others if not (hubs & {account, other}) or others & partners[other]
        }
        for account, others in partners.items()
    }


def _connected(partners: Mapping[str, set[str]]) -> list[tuple[str, ...]]:
    groups: list[tuple[str, ...]] = []
    left = set(partners)
    for start in sorted(partners):
        if start not in left:
            continue
        group, edge = {start}, [start]
        while edge:
            fresh = partners[edge.pop()] - group
            group |= fresh
            edge.extend(fresh)
        left -= group
        groups.append(tuple(sorted(group)))
    return groups


def _name(members: tuple[str, ...]) -> str:
    return "pool-" + blake2b("\0".join(members).encode(), digest_size=4).hexdigest()
