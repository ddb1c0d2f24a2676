"""The headers name a client, and the request is not that client's."""

from stillwatch.signals.broken_checks import Wording, contradictions
from stillwatch.signals.model import Evidence, Signal, Tables
from stillwatch.signals.share_model import ShareModel

TWIN = (
    "A harness of one's own that borrowed a client's user agent, or a client with its tools and "
    "system text switched off by its user."
)
MODEL = ShareModel(honest_mean=0.02)
WORDING = Wording(
    ways={
        "other-wire": "the body has another API's format",
        "no-identity": "the client's own words are missing from the system text",
        "foreign-tools": "the tools are not the client's",
        "no-tools": "a long conversation offers no tools",
        "sdk-parameters": "there are parameters that the client never sends",
    },
    agrees="the request is what the named client sends",
    differs="the headers name a client that the body contradicts",
    innocent_twin=TWIN,
)


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account whose headers name a client on record."""
    return contradictions(tables, "body", SIGNAL.id, MODEL, WORDING)


SIGNAL = Signal(
    id="client-against-body",
    title="Named client, other body",
    question="Do requests come from the client that their headers name?",
    family="contradiction",
    exact=False,
    null_model=(
        "Among honest accounts the share of conversations with such a body is beta-distributed: "
        "nearly all have none, a few always do. Resold access shows any share, or none. "
        "The count is beta-binomial on either side."
    ),
    innocent_twin=TWIN,
    gaps=(
        "A relay that lets through only the named client, or copies its tools and system text. "
        "Software that names itself is not asked, nor is a version that is not on record."
    ),
    references=(
        (
            "An operator's count of 641 foreign bodies among 800 requests under a coding client's "
            "name: youxuanxue/sub2api docs/spec-delta-cc-oauth-mimicry-fingerprint-scope.md, 2026-07"
        ),
        "What a genuine body looks like: traits/packs/clients.toml",
    ),
    ask=ask,
    parameters=MODEL.parameters(),
)
