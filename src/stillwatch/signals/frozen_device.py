"""One claimed device, many people's machines behind it; or a client that is never updated."""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
from scipy.stats import nbinom

from stillwatch.signals.broken_checks import among
from stillwatch.signals.identities import Clusters, person_clusters
from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.share_model import ASSUMED

TWIN = (
    "A development image that a team shares, with the client's settings baked in; or a machine "
    "that is never updated."
)
SPURIOUS_MEAN = 0.2
SPURIOUS_SHAPE = 0.5
MOST = 2.0
LEAST_CLEAN = 5
DAY_US = 86_400_000_000
STILL_DAYS = 21
STILL_OTHERS = 0.8
STILL_PEERS = 5
STILL_WEIGHT = 0.3
EXHIBITS = 5


@dataclass(frozen=True)
class _Claimed:
    """An account's claimed devices, the person clusters behind them, and the families of both.

    `shown` holds one exchange for each person.
    """

    devices: int
    people: int
    families: int
    shown: tuple[str, ...]


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that claims devices and shows people."""
    claimed = _claimed(tables, person_clusters(tables))
    still = _never_updated(tables)
    return [
        _evidence(account, seen, still.get(account, 0)) for account, seen in sorted(claimed.items())
    ]


def _claimed(tables: Tables, clusters: Clusters) -> dict[str, _Claimed]:
    """By account: devices, and person clusters in conversations that claim one."""
    devices = tables.exchanges.filter(~nw.col("device").is_null() & ~nw.col("family").is_null())
    uses = devices.group_by("account", "family", "device").agg(nw.col("exchange").min())
    rows = collect(uses).to_pylist()
    people = {
        (clusters.accounts[account], int(family)): int(cluster)
        for account, family, cluster in zip(
            clusters.family_account, clusters.family, clusters.family_cluster, strict=True
        )
    }
    seen: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for row in rows:
        person = people.get((row["account"], row["family"]))
        if person is not None:
            seen[row["account"]].append((person, row["device"], row["exchange"]))
    return {account: _counted(uses) for account, uses in seen.items()}


def _counted(uses: list[tuple[int, int, str]]) -> _Claimed:
    """A cluster seen in one conversation alone may be a guest or a mistake, and is left out."""
    exchanges: dict[int, list[str]] = defaultdict(list)
    for person, _, exchange in uses:
        exchanges[person].append(exchange)
    settled = sorted(min(shown) for shown in exchanges.values() if len(shown) >= 2)
    devices = {device for _, device, _ in uses}
    return _Claimed(len(devices), max(len(settled), 1), len(uses), tuple(settled))


def _never_updated(tables: Tables) -> dict[str, int]:
    """Accounts whose client keeps one version for weeks while nearly all others' moves: days."""
    rows = collect(_versions(tables)).to_pylist()
    peers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        peers[row["client"]].append(row)
    still: dict[str, int] = {}
    for group in peers.values():
        moved = sum(row["versions"] > 1 for row in group)
        if len(group) > STILL_PEERS and moved >= STILL_OTHERS * (len(group) - 1):
            unmoved = (row for row in group if row["versions"] == 1)
            still |= {row["account"]: row["span_us"] // DAY_US for row in unmoved}
    return still


def _versions(tables: Tables) -> Frame:
    named = tables.exchanges.filter(
        ~nw.col("client_version").is_null() & ~nw.col("device").is_null()
    )
    return (
        named.group_by("account", "client")
        .agg(
            nw.col("client_version").n_unique().cast(nw.Int64).alias("versions"),
            nw.col("ts_us").min().alias("first_us"),
            nw.col("ts_us").max().alias("last_us"),
        )
        .with_columns(span_us=nw.col("last_us") - nw.col("first_us"))
        .filter(nw.col("span_us") >= STILL_DAYS * DAY_US)
    )


def log10_e(people: int, devices: int) -> float:
    """How surprising so many people behind so few devices are, as the logarithm of an e-value.

    Under the null every device shows one person and a gamma-Poisson number of spurious others. The
    tail probability p becomes the e-value p**-0.5 / 2, a calibrator of Vovk and Wang (E-values:
    calibration, combination and applications, Annals of Statistics 2021).
    """
    extra = people - devices
    if extra <= 0:
        return -0.3
    shape = SPURIOUS_SHAPE * devices
    rate = SPURIOUS_SHAPE / (SPURIOUS_SHAPE + SPURIOUS_MEAN)
    tail = float(nbinom.sf(extra - 1, shape, rate))
    return min(MOST, -0.5 * math.log10(max(tail, 1e-12)) - math.log10(2))


def _evidence(account: str, seen: _Claimed, still_days: int) -> Evidence:
    weight = log10_e(seen.people, seen.devices)
    if seen.people <= seen.devices and seen.families < LEAST_CLEAN:
        weight = 0.0
    if still_days and weight > 0:
        weight = min(MOST, weight + STILL_WEIGHT)
    return Evidence(
        signal=SIGNAL.id,
        family="contradiction",
        account=account,
        log10_lr=round(weight, 2),
        says=_sentence(seen, still_days),
        innocent_twin=TWIN,
        exhibits=_exhibits(seen) if seen.people > seen.devices else (),
        numbers={
            "devices": seen.devices,
            "people": seen.people,
            "conversations": seen.families,
            "still_days": still_days,
        },
    )


def _exhibits(seen: _Claimed) -> tuple[Exhibit, ...]:
    shows = "tools show another person's machine than in the others"
    return tuple(Exhibit(exchange, shows) for exchange in seen.shown[:EXHIBITS])


def _sentence(seen: _Claimed, still_days: int) -> str:
    devices = "1 device" if seen.devices == 1 else f"{seen.devices} devices"
    people = "1 person" if seen.people == 1 else f"{seen.people} different people"
    still = (
        f" The client's version did not change in {still_days} days, while nearly all others' did."
        if still_days
        else ""
    )
    return (
        f"The client claims {devices}; tools show machines of {people} in "
        f"{among(0, seen.families)}.{still}"
    )


SIGNAL = Signal(
    id="frozen-device",
    title="Few claimed devices, many people's machines",
    question="Do more people's machines work behind the claimed devices than devices are claimed?",
    family="contradiction",
    exact=False,
    null_model=(
        "An honest device shows one person, and a gamma-Poisson number of spurious others: guests, "
        "servers, changes of name. The tail probability of the surplus is made an e-value."
    ),
    innocent_twin=TWIN,
    gaps=(
        "A relay that keeps its customers' device ids or makes up one for each; customers whose "
        "tools show no names."
    ),
    references=(
        "One stored device an account in sub2api and cc-gateway (source read 2026-08)",
        "Vovk and Wang, E-values: calibration, combination and applications, 2021",
    ),
    ask=ask,
    parameters={
        "spurious_mean": Parameter(SPURIOUS_MEAN, "people a device", ASSUMED),
        "spurious_shape": Parameter(SPURIOUS_SHAPE, "gamma shape", ASSUMED),
        "most": Parameter(MOST, "log10", "cap"),
        "still_days": Parameter(STILL_DAYS, "days", ASSUMED),
        "still_others": Parameter(STILL_OTHERS, "share of accounts", ASSUMED),
        "still_weight": Parameter(STILL_WEIGHT, "log10", ASSUMED),
    },
)
