"""The request was written by another HTTP library than the named client uses."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.broken_checks import Asked, among, broken_checks
from stillwatch.signals.model import Evidence, Exhibit, Frame, Signal, Tables, collect
from stillwatch.signals.share_model import ShareModel
from stillwatch.traits.packs import clients

TWIN = (
    "A proxy of one's own or of the company that passes the client's headers on: it writes every "
    "request with its library, as a relay does."
)
MODEL = ShareModel(honest_mean=0.08, honest_always=0.1, most=0.7)
WORDS = {
    "no-beta-query": "the address lacks what the client always adds to it",
    "no-beta-header": "the client's own feature header is missing",
    "no-user-id": "the user id is missing",
    "python-json": "the JSON is spaced or escaped as Python writes it",
}


@dataclass
class _Seen:
    """Conversations of an account by the library that wrote them."""

    expected: int = 0
    other: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    exchange: str = ""

    @property
    def asked(self) -> int:
        return self.expected + sum(self.other.values())


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account with a client whose library is on record."""
    libraries = _libraries(tables)
    transports = {one.account: one for one in broken_checks(tables, "transport")}
    accounts = sorted(libraries.keys() | transports.keys())
    return [_evidence(one, libraries.get(one, _Seen()), transports.get(one)) for one in accounts]


def _libraries(tables: Tables) -> dict[str, _Seen]:
    found: dict[str, _Seen] = defaultdict(_Seen)
    rows = collect(_counts(tables)).to_pylist()
    for row in sorted(rows, key=lambda row: (row["account"], row["exchange"])):
        client = clients()[row["client"]]
        if client.covers(row["client_version"]):
            _add(found[row["account"]], row, client.libraries)
    return dict(found)


def _counts(tables: Tables) -> Frame:
    known = [client.id for client in clients().values() if client.libraries]
    written = tables.exchanges.filter(nw.col("client").is_in(known) & ~nw.col("library").is_null())
    return written.group_by("account", "client", "client_version", "library").agg(
        nw.col("family").n_unique().cast(nw.Int64).alias("families"), nw.col("exchange").min()
    )


def _add(seen: _Seen, row: dict[str, Any], expected: tuple[str, ...]) -> None:
    if row["library"] in expected:
        seen.expected += row["families"]
        return
    seen.other[row["library"]] += row["families"]
    seen.exchange = seen.exchange or row["exchange"]


def _evidence(account: str, seen: _Seen, transport: Asked | None) -> Evidence:
    other = sum(seen.other.values())
    weights = []
    if seen.asked:
        weights.append((other > 0, MODEL.log10_lr(other, seen.asked)))
    if transport:
        weights.append((transport.broken > 0, MODEL.log10_lr(transport.broken, transport.asked)))
    # What is odd goes before what is in order; among equals the heavier counts.
    _, weight = max(weights)
    exhibits = tuple(
        Exhibit(seen.exchange, f"written by {name}") for name in sorted(seen.other)[:1]
    )
    return Evidence(
        signal=SIGNAL.id,
        family="contradiction",
        account=account,
        log10_lr=weight,
        says=_sentence(seen, transport),
        innocent_twin=TWIN,
        exhibits=exhibits + (transport.exhibits(WORDS) if transport else ()),
        numbers={"asked": seen.asked, "broken": other}
        | ({"transport_broken": transport.broken} if transport else {}),
    )


def _sentence(seen: _Seen, transport: Asked | None) -> str:
    parts = []
    if seen.other:
        names = ", ".join(sorted(seen.other))
        parts.append(
            f"the library {names}, which the named client does not use, wrote the requests of "
            f"{among(sum(seen.other.values()), seen.asked)}"
        )
    if transport and transport.broken:
        parts.append(
            f"in {among(transport.broken, transport.asked)} the client's own marks are missing: "
            f"{transport.named(WORDS)}"
        )
    says = "; ".join(parts) or "Requests are written as the named client writes them"
    return says[0].upper() + says[1:] + "."


SIGNAL = Signal(
    id="http-library",
    title="Another HTTP library than the client's",
    question="Were requests written by the library that the named client uses?",
    family="contradiction",
    exact=False,
    null_model=(
        "A genuine client uses one library, but honest proxies are common: about a tenth of honest "
        "accounts always show another one, and the rest a beta-distributed share. So this weighs "
        "little, and supports what contradicts elsewhere."
    ),
    innocent_twin=TWIN,
    gaps=(
        "Captures without the order of headers, HTTP/2, and relays that imitate the order. What a "
        "front proxy of the operator's own changes is the same in all accounts and must be "
        "recorded before it."
    ),
    references=("Recordings of clients, routers and libraries on loopback, 2026-11",),
    ask=ask,
    parameters=MODEL.parameters(),
)
