"""What a client says in one place and in another, compared."""

from stillwatch.signals.broken_checks import Wording, contradictions
from stillwatch.signals.model import Evidence, Signal, Tables
from stillwatch.signals.share_model import ShareModel

TWIN = (
    "A company proxy that adds, drops or rewrites single headers of an otherwise genuine client, "
    "in the same way in every conversation."
)
MODEL = ShareModel(honest_mean=0.02)
WORDING = Wording(
    ways={
        "version-differs": "the version differs between the user agent and the client's own line",
        "originator-differs": "originator and user agent name different programs",
        "session-differs": "the session id differs between header and metadata",
        "device-shape": "the device id is not of the client's making",
        "account-shape": "the account id is derived, not random",
        "sdk-headers-partial": "some of the SDK's headers are missing",
        "sdk-not-js": "the SDK's headers name another language than the client is written in",
        "os-spelling": "the operating system is spelt as the client never spells it",
        "old-user-id-form": "the user id has the form of an older client",
    },
    agrees="the client's claims agree with one another",
    differs="the client's claims contradict one another",
    innocent_twin=TWIN,
)


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account whose headers name a client on record."""
    return contradictions(tables, "claims", SIGNAL.id, MODEL, WORDING)


SIGNAL = Signal(
    id="claims-consistency",
    title="Claims that contradict one another",
    question="Does the client say the same of itself in every place?",
    family="contradiction",
    exact=False,
    null_model=(
        "A genuine client writes its version, session and device in several places, always the "
        "same. Among honest accounts the share of conversations where they differ is "
        "beta-distributed with nearly all mass at zero; resold access shows any share, or none."
    ),
    innocent_twin=TWIN,
    gaps=(
        "A relay that computes every field from one another. The derivation of the three-digit "
        "suffix in one client's version line is not checked, since its constant is not ours."
    ),
    references=(
        "Fields that agreed in every recorded genuine request: traits/packs/clients.toml",
        "Source of sub2api, claude-relay-service and CLIProxyAPI, read 2026-08 to 2026-10",
    ),
    ask=ask,
    parameters=MODEL.parameters(),
)
