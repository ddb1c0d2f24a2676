"""Traces that known relay builds leave, weighed by how fresh the knowledge is."""

from collections import defaultdict
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.broken_checks import among
from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables, collect
from stillwatch.traits.packs import Build, builds
from stillwatch.traits.relay_traces import PREFIX

TWIN = (
    "One person who runs such software for themselves, or another program that happens to leave "
    "the same trace."
)
MOST = 1.0
DAY_US = 86_400_000_000
EXHIBITS = 4


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that shows a trace."""
    known = {PREFIX + build.id: build for build in builds()}
    found = tables.checks.filter(nw.col("check").is_in(sorted(known)) & ~nw.col("held"))
    counts = found.group_by("account", "check").agg(
        nw.col("family").n_unique().cast(nw.Int64).alias("families"),
        nw.col("ts_us").max(),
        nw.col("exchange").min(),
    )
    accounts: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(collect(counts).to_pylist(), key=lambda row: row["check"]):
        accounts[row["account"]].append(row | {"build": known[row["check"]]})
    return [_evidence(account, rows) for account, rows in sorted(accounts.items())]


def faded(build: Build, ts_us: int) -> float:
    """A trace's weight at a time: it halves with every half-life after its date."""
    as_of_us = (build.as_of.toordinal() - 719_163) * DAY_US  # days from year 1 to 1970
    age_days = max(0.0, (ts_us - as_of_us) / DAY_US)
    return float(build.weight * 0.5 ** (age_days / build.half_life_days))


def _evidence(account: str, rows: list[dict[str, Any]]) -> Evidence:
    # Traces of one relay come together, so only its strongest counts.
    by_relay: dict[str, float] = defaultdict(float)
    for row in rows:
        build = row["build"]
        by_relay[build.relay] = max(by_relay[build.relay], faded(build, row["ts_us"]))
    names = "; ".join(
        f"{row['build'].what} ({row['build'].relay}, known on {row['build'].as_of}, "
        f"in {among(row['families'], row['families'])})"
        for row in rows
    )
    return Evidence(
        signal=SIGNAL.id,
        family="contradiction",
        account=account,
        log10_lr=round(min(MOST, sum(by_relay.values())), 2),
        says=f"Requests carry traces of known relay builds: {names}.",
        innocent_twin=TWIN,
        exhibits=tuple(Exhibit(row["exchange"], row["build"].what) for row in rows[:EXHIBITS]),
        numbers={"traces": len(rows), "relays": len(by_relay)},
    )


SIGNAL = Signal(
    id="relay-builds",
    title="Trace of a known relay build",
    question="Do requests carry what a known relay build is documented to leave?",
    family="contradiction",
    exact=False,
    null_model=(
        "No genuine client leaves these traces, but programs change and knowledge ages: each trace "
        "weighs at most 1 on its date and half as much after every half-life. Of one relay only "
        "the strongest trace counts."
    ),
    innocent_twin=TWIN,
    gaps="Every relay that is not in the list, or was updated since. Absence means nothing.",
    references=tuple(f"{build.id}: {build.source}, {build.as_of}" for build in builds()),
    ask=ask,
    parameters={"most": Parameter(MOST, "log10", "cap")}
    | {
        f"weight of {build.id}": Parameter(
            build.weight, f"log10, halves in {build.half_life_days:g} days", build.source
        )
        for build in builds()
    },
)
