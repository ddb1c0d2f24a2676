"""Another assistant's system text, found where a relay moved it.

Where a request puts its system text is looked at when it is read (`traits/relocation.py`): by shape
and length, not by wording. Here a second trace of the same move is added: an opening pair makes
unrelated conversations start with the same turn, and with three turns at once.
"""

import narwhals.stable.v2 as nw

from stillwatch.signals.broken_checks import Asked, among, broken_checks
from stillwatch.signals.model import Evidence, Parameter, Signal, Tables, collect
from stillwatch.signals.share_model import ASSUMED, ShareModel

TWIN = (
    "Somebody who drives the named client through its SDK with a system text of one line, and "
    "opens every conversation by pasting instructions."
)
MODEL = ShareModel(honest_mean=0.02, most=1.2)
SHARED_OPENING = 0.3
LEAST_SHARED = 3
WORDS = {
    "opening-pair": "a long first turn is merely acknowledged before the conversation begins",
    "system-turn": "a long system turn inside the conversation is not the client's",
    "reminder": "a reminder of pages stands under an empty system field",
}


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account whose headers name a client with a system text on record."""
    asked = broken_checks(tables, "relocation")
    moved = {one.account for one in asked if one.broken}
    openings = _shared_openings(tables) if moved else {}
    return [_evidence(one, openings.get(one.account, 0) if one.broken else 0) for one in asked]


def _shared_openings(tables: Tables) -> dict[str, int]:
    """By account: most conversations that begin with one and the same turn, three turns deep."""
    first = tables.exchanges.filter(nw.col("client").is_in(["claude-code"])).with_columns(
        begun_us=nw.col("ts_us").min().over("account", "thread")
    )
    deep = first.filter((nw.col("ts_us") == nw.col("begun_us")) & (nw.col("messages") >= 3))
    threads = deep.group_by("account", "root").agg(
        nw.col("thread").n_unique().cast(nw.Int64).alias("threads")
    )
    most = threads.group_by("account").agg(nw.col("threads").max())
    return {row["account"]: row["threads"] for row in collect(most).to_pylist()}


def _evidence(asked: Asked, openings: int) -> Evidence:
    weight = MODEL.log10_lr(asked.broken, asked.asked)
    if openings >= LEAST_SHARED:
        weight = round(weight + SHARED_OPENING, 2)
    return Evidence(
        signal=SIGNAL.id,
        family="contradiction",
        account=asked.account,
        log10_lr=weight,
        says=_sentence(asked, openings),
        innocent_twin=TWIN,
        exhibits=asked.exhibits(WORDS),
        numbers=asked.numbers() | {"shared_openings": openings},
    )


def _sentence(asked: Asked, openings: int) -> str:
    if not asked.broken:
        return f"In {among(0, asked.asked)} the system text stands where the client puts it."
    shared = (
        f" {openings} conversations begin with one and the same turn."
        if openings >= LEAST_SHARED
        else ""
    )
    return (
        f"In {among(asked.broken, asked.asked)} a system text seems to have been moved "
        f"into the conversation: {asked.named(WORDS)}.{shared}"
    )


SIGNAL = Signal(
    id="relocated-system-prompt",
    title="System text moved into the conversation",
    question="Does another assistant's system text stand inside the conversation?",
    family="contradiction",
    exact=False,
    null_model=(
        "The named client always sends a system text of its own of several thousand characters. "
        "Among honest accounts the share of conversations with an identity line alone and a long "
        "text elsewhere is beta-distributed with nearly all mass at zero, and a few always do it."
    ),
    innocent_twin=TWIN,
    gaps=(
        "A relay that drops the caller's system text, or adds it behind the client's own. Moved "
        "texts shorter than a page."
    ),
    references=(
        (
            "Relocation by pair, system turn or reminder in sub2api, claude-relay-service and "
            "CLIProxyAPI (source read 2026-08 to 2026-10)"
        ),
    ),
    ask=ask,
    parameters={
        **MODEL.parameters(),
        "shared_opening": Parameter(SHARED_OPENING, "log10", ASSUMED),
        "least_shared": Parameter(LEAST_SHARED, "conversations", ASSUMED),
    },
)
