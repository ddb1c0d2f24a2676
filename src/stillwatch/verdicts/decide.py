"""From a ledger to a verdict: the rules, in the order in which they are asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from stillwatch.signals.model import Evidence
from stillwatch.verdicts.ledger import ACT, REVIEW, ledger
from stillwatch.verdicts.model import Grade, LedgerLine, Level, VerdictWord

SEEN = 1.0
"""log10 weight from which a statistical family is taken as seen (ten times likelier)."""

SHORT = 0.1
"""How far below a level a total stops that the rules keep from it."""

PURCHASE = "test-purchase"
"""The signal whose finding is a delivery and not a moved conversation."""

HINT = 0.7
"""log10 weight from which a contradiction leaves the matter open (five times likelier)."""


@dataclass(frozen=True)
class Decision:
    """What the rules make of an account's evidence."""

    verdict: VerdictWord
    grade: Grade | None
    level: Level
    log10_e: float
    ledger: tuple[LedgerLine, ...]
    because: str
    would_change: str


class _Outcome(NamedTuple):
    """A verdict in words."""

    verdict: VerdictWord
    grade: Grade | None
    because: str
    would_change: str


def decide(evidence: tuple[Evidence, ...], *, licensed_reseller: bool) -> Decision:
    """Decide on one account.

    Resale needs provenance or marks at review strength, or plurality together with contradiction
    or coordination. Harvest by a single account needs extraction together with provenance; groups
    are decided in `harvest.py`. Many people without concealment are a team, and no offence.

    Args:
        evidence: the account's lines.
        licensed_reseller: the operator lists the account as allowed to resell.
    """
    lines = ledger(evidence)
    counted = {line.family: line.counted for line in lines}
    total = round(_total(counted), 2)
    outcome = _rule(counted, total, licensed_reseller=licensed_reseller)
    if outcome is _PROOF:
        outcome = _by_what_is_proven(evidence)
    level = _level(total) if outcome.verdict in {"relay", "harvest"} else "none"
    return Decision(*outcome[:2], level, total, lines, *outcome[2:])


def _total(counted: Mapping[str, float]) -> float:
    """The sum, within what the rules allow.

    Statistics may add to an exact proof and never take from it; they lift nothing over the level
    of `act` that the proof does not reach by itself.
    """
    total = sum(counted.values())
    proof = max(counted.get("provenance", 0.0), counted.get("marks", 0.0))
    if proof >= REVIEW:
        total = max(proof, total)
    elif not (_concealed_crowd(counted) or _harvest(counted)):
        total = min(total, REVIEW - SHORT)
    return total if proof >= ACT else min(total, ACT - SHORT)


def _concealed_crowd(counted: Mapping[str, float]) -> bool:
    concealed = max(counted.get("contradiction", 0.0), counted.get("coordination", 0.0))
    return counted.get("plurality", 0.0) >= SEEN and concealed >= SEEN


def _harvest(counted: Mapping[str, float]) -> bool:
    """What is asked looks like harvest, and reasoning is taken out of its conversation for it."""
    return counted.get("extraction", 0.0) >= SEEN and counted.get("provenance", 0.0) >= SEEN


def _level(total: float) -> Level:
    if total >= ACT:
        return "act"
    return "review" if total >= REVIEW else "none"


def _rule(counted: Mapping[str, float], total: float, *, licensed_reseller: bool) -> _Outcome:
    """The first rule that holds."""
    provenance, marks = counted.get("provenance", 0.0), counted.get("marks", 0.0)
    crowd = counted.get("plurality", 0.0) >= SEEN
    doubt = counted.get("contradiction", 0.0)
    rules = (
        (licensed_reseller, _LICENSED),
        (provenance >= REVIEW, _PROOF),
        (marks >= REVIEW, _MARKED),
        (_harvest(counted) and total >= REVIEW, _HARVESTS),
        (_concealed_crowd(counted) and total >= REVIEW, _CONCEALED),
        (crowd and doubt >= HINT, _PERHAPS_CONCEALED),
        (crowd, _OPEN),
        (counted.get("extraction", 0.0) >= SEEN, _ASKS),
        (max(doubt, provenance, marks) >= SEEN, _ODD),
    )
    return next((outcome for holds, outcome in rules if holds), _PLAIN)


def _by_what_is_proven(evidence: tuple[Evidence, ...]) -> _Outcome:
    """What an exact proof shows is told by its strongest line."""
    proofs = [line for line in evidence if line.family == "provenance"]
    strongest = max(proofs, key=lambda line: line.log10_lr)
    if strongest.signal != PURCHASE:
        return _PROOF
    return _PURCHASED if strongest.linked else _PURCHASED._replace(grade="shared")


_LICENSED = _Outcome(
    "ordinary",
    "team",
    "The operator lists this account as a licensed reseller.",
    "The end of the licence.",
)
_PROOF = _Outcome(
    "relay",
    "pool",
    "Conversations that were begun in one owner's account go on in another's. That is an exact "
    "fact, not a likeness.",
    "Proof that the accounts have one owner (the same payer or organisation in accounts.jsonl), "
    "or that one person resumed an own conversation after changing account.",
)
_PURCHASED = _Outcome(
    "relay",
    "pool",
    "What was bought from a shop, and sent nowhere else, came in through this account. Its owner "
    "may be the shop, or somebody whose key was stolen.",
    "Proof that the account is the buyer's own, that it is a gateway that was bought from on "
    "purpose, or that its key was stolen.",
)
_MARKED = _Outcome(
    "relay",
    "shared",
    "Requests of this account carry marks that we made for installs or accounts of other owners. "
    "That is an exact fact, not a likeness.",
    "Proof that they have one owner (the same payer or organisation in accounts.jsonl or in the "
    "register of installs), or that the account's owner works on machines of others.",
)
_CONCEALED = _Outcome(
    "relay",
    "shared",
    "Several people use the account, and what the requests say about their client does not agree "
    "with what they show. No exact proof was found.",
    "An exact proof would raise it. A gateway that names itself, or a listing as a licensed "
    "reseller, would lower it.",
)
_HARVESTS = _Outcome(
    "harvest",
    None,
    "Reasoning is taken out of the conversations that it was issued in, and what is asked for is "
    "what training data are made of.",
    "A declared use that explains it. Other accounts that are run together with this one would "
    "raise it.",
)
_ASKS = _Outcome(
    "undecided",
    None,
    "What the account asks for is what training data are made of, as with evaluations and licensed "
    "data making; nothing ties it to other accounts.",
    "A declared use would settle it; so would accounts of other owners that share its wording.",
)
_PERHAPS_CONCEALED = _Outcome(
    "undecided",
    "team",
    "Several people use the account; there are hints of concealment, too weak for a review.",
    "More traffic, or a test purchase, would settle it.",
)
_OPEN = _Outcome(
    "ordinary",
    "team",
    "Several people use the account and nothing hides it, as with a company gateway.",
    "Signs that the people or the client are being concealed.",
)
_ODD = _Outcome(
    "undecided",
    None,
    "Something does not fit together, but nothing shows that access is resold.",
    "Signs of several people behind the account, or more traffic without the oddity.",
)
_PLAIN = _Outcome(
    "ordinary",
    None,
    "Nothing shows that access is resold.",
    "An artefact of this account in a stranger's account, or signs of many people.",
)
