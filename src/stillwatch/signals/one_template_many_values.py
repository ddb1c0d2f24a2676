"""Whether one account sends one template hundreds of times with ever new texts, unlike its peers.

This is scale that nothing explains yet: batch programs do the same, and so do evaluations. It
counts for little, and not at all where the account has declared what it does.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch.signals.declared_purposes import purpose_of
from stillwatch.signals.group_calls import Ints, as_ints
from stillwatch.signals.model import Evidence, Exhibit, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = "Batch programs: classification, extraction from documents, a nightly run over a database."
MODEL = Tempered(honest=0.25, avoided=0.5)
LEAST_TEXTS = 100
LEAST_PEERS = 20


@dataclass(frozen=True)
class _Loads:
    """The most used template of each account.

    Attributes:
        accounts: names, sorted.
        texts: different texts under the template.
        peers: number of accounts with the same plan that have a template at all.
        above: how many of these have as many texts or more, itself included.
        declared: what each account has declared.
    """

    accounts: list[str]
    texts: Ints
    peers: Ints
    above: Ints
    declared: list[str | None]


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for accounts with a large template and enough peers to compare with."""
    loads = _loads(tables)
    large = (loads.texts >= LEAST_TEXTS) & (loads.peers >= LEAST_PEERS)
    chosen = [
        int(place)
        for place in np.flatnonzero(large)
        if purpose_of(loads.declared[int(place)]) is None
    ]
    if not chosen:
        return []
    shown = _shown(tables, [loads.accounts[place] for place in chosen])
    return [_evidence(loads, place, shown) for place in chosen]


def _openings(tables: Tables) -> Frame:
    """First requests of conversations under a system text."""
    return tables.exchanges.filter(
        (nw.col("messages") <= 1) & ~nw.col("system").is_null() & ~nw.col("prompt").is_null()
    )


def _loads(tables: Tables) -> _Loads:
    asked = _openings(tables).select("account", what="system", text="prompt")
    called = tables.calls.select("account", what="template", text="value")
    pairs = nw.concat([asked, called], how="vertical").unique()
    sizes = pairs.group_by("account", "what").agg(nw.len().cast(nw.Int64).alias("texts"))
    largest = sizes.group_by("account").agg(nw.col("texts").max())
    known = tables.accounts.select("account", "plan", "declared_use")
    table = collect(largest.join(known, on="account", how="left")).sort_by("account")
    texts = as_ints(table["texts"])
    peers, above = _ranks(texts, table["plan"].fill_null(""))
    return _Loads(
        table["account"].to_pylist(), texts, peers, above, table["declared_use"].to_pylist()
    )


def _ranks(texts: Ints, plans: pa.ChunkedArray) -> tuple[Ints, Ints]:
    """For each account, how many have its plan, and how many of these at least its texts."""
    plan = np.unique(np.array(plans.to_pylist(), dtype=np.str_), return_inverse=True)[1]
    peers = np.bincount(plan, minlength=1)[plan]
    above = np.zeros(len(texts), np.int64)
    for one in np.unique(plan):
        held: NDArray[np.bool_] = plan == one
        ordered = np.sort(texts[held])
        above[held] = len(ordered) - np.searchsorted(ordered, texts[held], side="left")
    return peers.astype(np.int64), above


def _shown(tables: Tables, accounts: list[str]) -> dict[str, list[str]]:
    openings = _openings(tables).filter(nw.col("account").is_in(accounts))
    ends = openings.group_by("account").agg(
        nw.col("exchange").min().alias("one"), nw.col("exchange").max().alias("other")
    )
    rows = collect(ends).to_pylist()
    return {row["account"]: sorted({row["one"], row["other"]}) for row in rows}


def log10_ratio(above: int, peers: int) -> float:
    """An e-value from the rank among peers: the calibrator p**-0.5 / 2."""
    share = above / (peers + 1)
    return float(np.log10(0.5) - 0.5 * np.log10(share))


def _evidence(loads: _Loads, place: int, shown: dict[str, list[str]]) -> Evidence:
    account, texts = loads.accounts[place], int(loads.texts[place])
    peers, above = int(loads.peers[place]), int(loads.above[place])
    return Evidence(
        signal=SIGNAL.id,
        family="extraction",
        account=account,
        log10_lr=max(0.0, MODEL.log10_lr(log10_ratio(above, peers))),
        says=(
            f"It fills one template with {texts:,} different texts; of {peers} accounts with its "
            f"plan that use a template, {above - 1} others fill one as often."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(Exhibit(one, "a text under the template") for one in shown.get(account, [])),
        numbers={"texts": texts, "peers": peers, "above": above},
    )


SIGNAL = Signal(
    id="one-template-many-values",
    title="One template, hundreds of texts",
    question="Does the account fill one template far more often than others with its plan?",
    family="extraction",
    exact=False,
    null_model=(
        "Among accounts with the same plan, each is as likely to have the highest count as any "
        "other; the rank is turned into an e-value. A quarter of honest accounts with large "
        "templates are simply large, so it stays small."
    ),
    innocent_twin=TWIN,
    gaps="Campaigns spread thin; accounts whose peers are large as well; plans that nobody knows.",
    references=(
        "Vovk and Wang, E-values: calibration, combination and applications, 2021",
        "Anthropic, Detecting and preventing distillation attacks, 2026-02: one prompt, many times",
    ),
    ask=ask,
    parameters={
        **MODEL.parameters(),
        "least_texts": Parameter(LEAST_TEXTS, "different texts", ASSUMED),
        "least_peers": Parameter(LEAST_PEERS, "accounts with the plan", ASSUMED),
    },
)
