"""Session ids that the named client would not make or use like this."""

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.broken_checks import Asked, among, broken_checks
from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.share_model import ASSUMED, ShareModel
from stillwatch.traits.packs import clients

TWIN = (
    "A script that sets a session id of its own on the genuine client, or one long working day in "
    "which one session starts many helpers."
)
MODEL = ShareModel(honest_mean=0.02, most=1.5)
FAMILIES = 8
"""Conversations that one session id may hold; what goes beyond is counted."""
REQUESTS = 4
"""Requests that a conversation must have before its number of session ids is looked at."""
WORDS = {"session-shape": "the session id is no UUID of the version that the client makes"}


@dataclass(frozen=True)
class _Use:
    """One way to look at an account's session ids: how many units, how many are odd, one of them."""

    asked: int
    broken: int
    exhibit: str
    says: str


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account whose clients make session ids of a known kind."""
    shapes = {one.account: one for one in broken_checks(tables, "session")}
    crowded, restless = _crowded_sessions(tables), _restless_threads(tables)
    accounts = sorted(shapes.keys() | crowded.keys() | restless.keys())
    return [
        _evidence(account, _uses(shapes.get(account), crowded.get(account), restless.get(account)))
        for account in accounts
    ]


def _claimed(tables: Tables) -> Frame:
    """Exchanges with a session id of a client that is known to make them."""
    makers = [client.id for client in clients().values() if client.session_version]
    return tables.exchanges.filter(nw.col("client").is_in(makers) & ~nw.col("session").is_null())


def _crowded_sessions(tables: Tables) -> dict[str, dict[str, Any]]:
    """By account: conversations, and those beyond what one session holds."""
    talks = _claimed(tables).filter(nw.col("messages") >= 3)
    sessions = talks.group_by("account", "session").agg(
        nw.col("family").n_unique().cast(nw.Int64).alias("asked"), nw.col("exchange").min()
    )
    beyond = nw.when(nw.col("asked") > FAMILIES).then(nw.col("asked") - FAMILIES).otherwise(0)
    return _summed(sessions.with_columns(broken=beyond))


def _restless_threads(tables: Tables) -> dict[str, dict[str, Any]]:
    """By account: longer conversations, and those with a new session id in most requests."""
    threads = (
        _claimed(tables)
        .group_by("account", "thread")
        .agg(
            nw.len().cast(nw.Int64).alias("requests"),
            nw.col("session").n_unique().cast(nw.Int64).alias("sessions"),
            nw.col("exchange").min(),
        )
        .filter(nw.col("requests") >= REQUESTS)
    )
    odd = (2 * nw.col("sessions") > nw.col("requests")).cast(nw.Int64)
    return _summed(threads.with_columns(asked=nw.lit(1), broken=odd))


def _summed(units: Frame) -> dict[str, dict[str, Any]]:
    shown = nw.when(nw.col("broken") > 0).then(nw.col("exchange"))
    sums = (
        units.with_columns(shown=shown)
        .group_by("account")
        .agg(
            nw.col("asked").sum().cast(nw.Int64),
            nw.col("broken").sum().cast(nw.Int64),
            nw.col("shown").min(),
        )
    )
    return {row["account"]: row for row in collect(sums).to_pylist()}


def _uses(
    shape: Asked | None, crowded: dict[str, Any] | None, restless: dict[str, Any] | None
) -> list[_Use]:
    uses: list[_Use] = []
    if shape:
        exhibit = shape.details[0].exchange if shape.details else ""
        says = f"in {among(shape.broken, shape.asked)} {WORDS['session-shape']}"
        uses.append(_Use(shape.asked, shape.broken, exhibit, says))
    if crowded:
        says = (
            f"{crowded['broken']} of {crowded['asked']} conversations lie beyond the {FAMILIES} "
            f"that a session id of this client holds"
        )
        uses.append(_Use(crowded["asked"], crowded["broken"], crowded["shown"] or "", says))
    if restless:
        says = (
            f"the session id changes in most requests of "
            f"{among(restless['broken'], restless['asked'], 'longer conversation')}"
        )
        uses.append(_Use(restless["asked"], restless["broken"], restless["shown"] or "", says))
    return uses


def _evidence(account: str, uses: list[_Use]) -> Evidence:
    odd = [use for use in uses if use.broken]
    # What is odd goes before what is in order, and the oddest counts.
    weight = max(MODEL.log10_lr(use.broken, use.asked) for use in odd or uses)
    if odd:
        says = "; ".join(use.says for use in odd)
        says = says[0].upper() + says[1:] + "."
    else:
        says = f"Session ids have the client's shape and life in {among(0, uses[0].asked, 'case')}."
    return Evidence(
        signal=SIGNAL.id,
        family="contradiction",
        account=account,
        log10_lr=weight,
        says=says,
        innocent_twin=TWIN,
        exhibits=tuple(Exhibit(use.exhibit, use.says) for use in odd if use.exhibit),
        numbers={
            "asked": sum(use.asked for use in uses),
            "broken": sum(use.broken for use in uses),
        },
    )


SIGNAL = Signal(
    id="session-shape",
    title="Session ids of an unlikely shape or life",
    question="Are session ids made and used as the named client makes and uses them?",
    family="contradiction",
    exact=False,
    null_model=(
        "A session of a genuine client is a UUID of one version and holds one conversation with "
        "its sub-agents and a few companions. Among honest accounts the share of odd ones is "
        "beta-distributed with nearly all mass at zero. The oddest of three ways to look counts."
    ),
    innocent_twin=TWIN,
    gaps="A relay that makes a random id for every conversation and keeps it.",
    references=(
        "Session ids of CLIProxyAPI are UUID version 5 (source read 2026-10)",
        "One masked session an account in sub2api (source read 2026-08)",
    ),
    ask=ask,
    parameters={
        **MODEL.parameters(),
        "families": Parameter(FAMILIES, "conversations a session", ASSUMED),
        "requests": Parameter(REQUESTS, "requests a conversation", ASSUMED),
    },
)
