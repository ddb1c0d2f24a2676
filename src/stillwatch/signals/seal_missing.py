"""A client that seals everywhere else is named, and the seal is not there."""

from collections import defaultdict
from dataclasses import dataclass, field

import narwhals.stable.v2 as nw

from stillwatch.signals.installs import conversations
from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables, collect
from stillwatch.signals.share_model import ASSUMED, ShareModel

TWIN = (
    "A company's proxy that rewrites texts for safety, or somebody who changed the client's texts: "
    "the seal goes and the person is honest."
)
MODEL = ShareModel(honest_mean=0.03, honest_always=0.05, most=1.8)
LEAST_OWNERS = 5
SEALED_SHARE = 0.9
Version = tuple[str, str]


@dataclass
class _Seen:
    """Conversations of an account with one version of a client."""

    sealed: int = 0
    bare: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return self.sealed + len(self.bare)


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that lacks seals where they belong."""
    seen = _seen(tables)
    sealing = _sealing(seen)
    found = []
    for account, versions in sorted(seen.items()):
        judged = {version: one for version, one in versions.items() if version in sealing}
        bare = sorted(name for one in judged.values() for name in one.bare)
        asked = sum(one.asked for one in judged.values())
        weight = MODEL.log10_lr(len(bare), asked) if bare else 0.0
        if weight > 0:
            found.append(_evidence(account, judged, bare, (asked, weight)))
    return found


def _seen(tables: Tables) -> dict[str, dict[Version, _Seen]]:
    found: dict[str, dict[Version, _Seen]] = defaultdict(lambda: defaultdict(_Seen))
    named = conversations(tables).filter(
        ~nw.col("client").is_null() & ~nw.col("client_version").is_null()
    )
    for row in collect(named).to_pylist():
        one = found[row["account"]][(row["client"], row["client_version"])]
        if row["own"] or row["other"]:
            one.sealed += 1
        else:
            one.bare.append(row["exchange"])
    return found


def _sealing(seen: dict[str, dict[Version, _Seen]]) -> set[Version]:
    """Versions whose genuine copies seal: most accounts that seal at all do so nearly always."""
    steady: dict[Version, int] = defaultdict(int)
    patchy: dict[Version, int] = defaultdict(int)
    for versions in seen.values():
        for version, one in versions.items():
            if one.sealed:
                group = steady if one.sealed >= SEALED_SHARE * one.asked else patchy
                group[version] += 1
    return {
        version
        for version, count in steady.items()
        if count >= LEAST_OWNERS and count >= SEALED_SHARE * (count + patchy[version])
    }


def _evidence(
    account: str, judged: dict[Version, _Seen], bare: list[str], weighed: tuple[int, float]
) -> Evidence:
    asked, weight = weighed
    names = ", ".join(
        f"{client} {version}" for (client, version), one in sorted(judged.items()) if one.bare
    )
    return Evidence(
        signal=SIGNAL.id,
        family="marks",
        account=account,
        log10_lr=weight,
        says=(
            f"{len(bare)} of {asked} conversations name {names}, which seals its requests "
            "elsewhere, and carry no seal of an enrolled install."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(
            Exhibit(name, "names a client that seals, and has no seal") for name in bare[:3]
        ),
        numbers={"bare": len(bare), "asked": asked},
    )


PARAMETERS = {
    **MODEL.parameters(),
    "least_owners": Parameter(LEAST_OWNERS, "accounts", ASSUMED),
    "sealed_share": Parameter(SEALED_SHARE, "share of conversations", ASSUMED),
}

SIGNAL = Signal(
    id="seal-missing",
    title="Seal missing where the client puts one",
    question="Does the client that is named here seal everywhere else, but not here?",
    family="marks",
    exact=False,
    null_model=(
        "A version seals if at least five accounts show seals in nine of ten conversations with it, "
        "and few show them now and then; older versions are not judged. Among honest accounts the "
        "share of bare conversations is beta-distributed with nearly all mass at zero, and one in "
        "twenty never seals."
    ),
    innocent_twin=TWIN,
    gaps=(
        "Clients that name themselves otherwise. An install that is not enrolled looks like one "
        "without a seal. By itself it never reaches review."
    ),
    references=("A relay strips marks within a day of learning of them (docs/marks.md)",),
    ask=ask,
    parameters=PARAMETERS,
)
