"""Whether the accounts of a group come from one place: sign-up day, mail domain, payer, address.

This only supports what other families say. Classes and companies sign up together too, so the mean
of several weights counts, and little.
"""

from collections import defaultdict
from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import logsumexp

from stillwatch.signals.commonness import LOOSE, log10_shared, share_of_others
from stillwatch.signals.group_calls import HOUR_US, Ints, as_ints, customer_numbers
from stillwatch.signals.model import Evidence, Frame, Parameter, Signal, Tables, collect
from stillwatch.signals.numbering import numbered
from stillwatch.signals.share_model import ASSUMED
from stillwatch.signals.tempered import Tempered

TWIN = "A class or a company whose members sign up on one day, from one network and mail domain."
MODEL = Tempered(honest=0.15, avoided=0.6)
BATCH_US = 24 * HOUR_US
LEAST_UNITS = 3
LEAST_OTHERS = 20
TOLD = 3
OPERATED = (2.0, 1.0)
"""Beta distribution of the share of an operator's accounts that have the commonest origin."""
WORDS = {
    "created": "signed up within the same 24 hours",
    "email_domain": "have one mail domain",
    "payer": "pay with one instrument",
    "address": "call from one address",
    "plan": "have the same plan",
}


@dataclass(frozen=True)
class _Origins:
    """Known origins of one kind, one for each customer and group.

    Attributes:
        group: name of the group, "" for customers whose accounts are in none.
        value: the origin as a number; for sign-ups the time.
    """

    group: NDArray[np.str_]
    value: Ints


@dataclass(frozen=True)
class _Shared:
    """How many of a group's customers share the origin that most have, and how many others do."""

    kind: str
    sharers: int
    known: int
    elsewhere: int
    others: int
    tried: float

    @property
    def log10(self) -> float:
        """How much this weighs by itself."""
        share = share_of_others(self.elsewhere, self.others)
        return log10_shared(self.sharers, self.known, share, operated=OPERATED, tried=self.tried)


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every group about whose origins enough is known."""
    shared: dict[str, list[_Shared]] = defaultdict(list)
    for kind, frame in _known(tables).items():
        origins = _origins(frame, tables)
        count = _same_day if kind == "created" else _same_value
        names, group = np.unique(origins.group, return_inverse=True)
        others = origins.value[origins.group == ""]
        for place, name in enumerate(names):
            values = origins.value[group == place]
            if name and len(values) >= LEAST_UNITS and len(others) >= LEAST_OTHERS:
                shared[str(name)].append(count(kind, values, others))
    return [_evidence(name, seen) for name, seen in sorted(shared.items())]


def _known(tables: Tables) -> dict[str, Frame]:
    """By kind of origin: account, organisation (or null) and value."""
    names = {
        "created": "created_us",
        "email_domain": "email_domain",
        "payer": "payer",
        "plan": "plan",
    }
    kinds: dict[str, Frame] = {
        kind: tables.accounts.select("account", customer="organization", value=nw.col(column))
        for kind, column in names.items()
    }
    # The address that an account used first: one for each account.
    seen = tables.exchanges.filter(~nw.col("address").is_null())
    first = seen.group_by("account").agg(nw.col("ts_us").min())
    used = seen.join(first, on=["account", "ts_us"], how="inner").group_by("account")
    address = used.agg(nw.col("address").min().alias("value"))
    whose = tables.accounts.select("account", customer="organization")
    kinds["address"] = whose.join(address, on="account", how="inner")
    return {kind: frame.filter(~nw.col("value").is_null()) for kind, frame in kinds.items()}


def _origins(frame: Frame, tables: Tables) -> _Origins:
    """One origin for each customer: of several accounts of an organisation, the lowest value."""
    groups = tables.groups.select("group_id", "account").unique()
    table = collect(frame.join(groups, on="account", how="left"))
    words = table.schema.field("value").type != pa.int64()
    value = np.unique(table["value"], return_inverse=True)[1] if words else as_ints(table["value"])
    group = np.array(table["group_id"].fill_null("").to_pylist(), dtype=np.str_)
    customer = numbered(np.unique(group, return_inverse=True)[1], customer_numbers(table))
    lowest = np.full(customer.count, np.iinfo(np.int64).max)
    np.minimum.at(lowest, customer.number, value)
    return _Origins(group[customer.first], lowest)


def _same_value(kind: str, values: Ints, others: Ints) -> _Shared:
    """The value that most customers of the group have."""
    kinds, counts = np.unique(values, return_counts=True)
    most = kinds[counts == counts.max()]
    known = np.sort(others)
    # Of several that are shared alike, the commonest elsewhere is taken.
    elsewhere = np.searchsorted(known, most, "right") - np.searchsorted(known, most, "left")
    return _Shared(
        kind, int(counts.max()), len(values), int(elsewhere.max()), len(others), len(kinds)
    )


def _same_day(kind: str, values: Ints, others: Ints) -> _Shared:
    """The 24 hours in which most customers of the group signed up."""
    created = np.sort(values)
    counts = np.searchsorted(created, created + BATCH_US, side="right") - np.arange(len(created))
    since = created[int(counts.argmax())]
    elsewhere = ((others >= since) & (others <= since + BATCH_US)).sum()
    windows = 1.0 + float(created[-1] - created[0]) / BATCH_US
    return _Shared(kind, int(counts.max()), len(values), int(elsewhere), len(others), windows)


def _evidence(name: str, shared: list[_Shared]) -> Evidence:
    weights = np.array([seen.log10 for seen in shared])
    # The mean of likelihood ratios holds its error rate however they depend on each other.
    mean = float(logsumexp(weights * np.log(10)) / np.log(10) - np.log10(len(weights)))
    ordered = sorted(shared, key=lambda seen: (-seen.log10, seen.kind))
    told = [seen for seen in ordered if seen.sharers > 1][:TOLD]
    parts = [
        f"{seen.sharers} of {seen.known} {WORDS[seen.kind]} (elsewhere {seen.elsewhere} of "
        f"{seen.others})"
        for seen in told
    ]
    return Evidence(
        signal=SIGNAL.id,
        family="infrastructure",
        account=name,
        log10_lr=MODEL.log10_lr(mean),
        says=f"Of the group's customers, {', '.join(parts) or 'no two have one origin'}.",
        innocent_twin=TWIN,
        numbers={seen.kind: seen.sharers for seen in shared}
        | {f"{seen.kind}_known": seen.known for seen in shared},
    )


SIGNAL = Signal(
    id="shared-origin",
    title="Shared origin",
    question="Do the group's customers come from one sign-up day, payer, mail domain or address?",
    family="infrastructure",
    exact=False,
    null_model=(
        "The share of an honest group's customers with one origin varies widely around its share "
        "among everybody else (beta-binomial, concentration 3). The mean of the kinds' likelihood "
        "ratios counts, so that a class does not count three times."
    ),
    innocent_twin=TWIN,
    gaps="Accounts bought one by one over months; proxies and mailboxes of their own for each.",
    references=(
        "Anthropic, Detecting and preventing distillation attacks, 2026-02: shared payment",
        "Vovk and Wang, E-values: calibration, combination and applications, 2021",
    ),
    ask=ask,
    about="group",
    parameters={
        **MODEL.parameters(),
        "batch_h": Parameter(BATCH_US / HOUR_US, "hours", ASSUMED),
        "least_units": Parameter(LEAST_UNITS, "customers whose origin is known", ASSUMED),
        "least_others": Parameter(LEAST_OTHERS, "other customers, to judge what is rare", ASSUMED),
        "loose": Parameter(LOOSE, "concentration of honest groups", ASSUMED),
    },
)
