"""A client that seals everywhere else is named, and the seal is not there."""

from collections import defaultdict
from dataclasses import dataclass

import narwhals.stable.v2 as nw

from stillwatch.signals.installs import by_version
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
    """Conversations of an account with one version of a client.

    Attributes:
        bare_in: an exchange without a seal, empty where there is none.
    """

    sealed: int
    bare: int
    bare_in: str

    @property
    def asked(self) -> int:
        return self.sealed + self.bare


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that lacks seals where they belong."""
    seen = _seen(tables)
    sealing = _sealing(seen)
    found = []
    for account, versions in sorted(seen.items()):
        judged = {version: one for version, one in versions.items() if version in sealing}
        bare, asked = (sum(getattr(one, of) for one in judged.values()) for of in ("bare", "asked"))
        weight = MODEL.log10_lr(bare, asked) if bare else 0.0
        if weight > 0:
            found.append(_evidence(account, judged, weight))
    return found


def _seen(tables: Tables) -> dict[str, dict[Version, _Seen]]:
    named = by_version(tables).filter(
        ~nw.col("client").is_null() & ~nw.col("client_version").is_null()
    )
    found: dict[str, dict[Version, _Seen]] = defaultdict(dict)
    for row in collect(named).to_pylist():
        version = (row["client"], row["client_version"])
        sealed = row["own"] + row["other"]
        found[row["account"]][version] = _Seen(sealed, row["bare"], row["bare_in"] or "")
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


def _evidence(account: str, judged: dict[Version, _Seen], weight: float) -> Evidence:
    lacking = {version: one for version, one in sorted(judged.items()) if one.bare}
    bare = sum(one.bare for one in lacking.values())
    asked = sum(one.asked for one in judged.values())
    names = ", ".join(f"{client} {version}" for client, version in lacking)
    return Evidence(
        signal=SIGNAL.id,
        family="marks",
        account=account,
        log10_lr=weight,
        says=(
            f"{bare} of {asked} conversations name {names}, which seals its requests elsewhere, "
            "and carry no seal of an enrolled install."
        ),
        innocent_twin=TWIN,
        exhibits=tuple(
            Exhibit(one.bare_in, "names a client that seals, and has no seal")
            for one in list(lacking.values())[:3]
        ),
        numbers={"bare": bare, "asked": asked},
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
