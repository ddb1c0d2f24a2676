"""Verdicts about campaigns and their accounts."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from stillwatch.signals.model import Evidence
from stillwatch.verdicts.decide import Decision
from stillwatch.verdicts.harvest import decide_group, search
from stillwatch.verdicts.ledger import ACT, REVIEW
from stillwatch.verdicts.model import Campaign, LedgerLine, Level, Member, Verdict

MEMBER = "campaign-member"
"""Names the line of evidence that ties an account to a campaign."""

MOST_LINKED = 60
TWIN = "Somebody who uses the same public tool or text as the campaign does."
ORDER: Mapping[Level, int] = {"act": 2, "review": 1, "none": 0}

Lines = Mapping[str, tuple[Evidence, ...]]


@dataclass(frozen=True)
class Judged:
    """A group with its decision and the evidence that it rests on."""

    campaign: Campaign
    decision: Decision
    evidence: tuple[Evidence, ...]


def judge(groups: Mapping[str, Campaign], evidence: Lines, *, watched: bool) -> dict[str, Judged]:
    """Decide on every linked group; those that are merely ordinary are left out.

    Args:
        groups: how each was formed.
        evidence: lines about groups, by group.
        watched: see `harvest.search`.
    """
    tested = {name: tuple(evidence.get(name, ())) for name in groups}
    found = search(tested, watched=watched)
    judged = {
        name: Judged(campaign, decide_group(campaign, tested[name], found.most(name)), tested[name])
        for name, campaign in groups.items()
    }
    return {name: one for name, one in judged.items() if one.decision.verdict != "ordinary"}


def sure_members(campaign: Campaign) -> tuple[str, ...]:
    """The accounts that a verdict on a group names: those that are surely members, sorted.

    Where nobody is, all of them: the verdict says nothing of any of them then.
    """
    sure = [member.account for member in campaign.members if member.log10_e >= REVIEW]
    return tuple(sorted(sure or [member.account for member in campaign.members]))


def with_membership(verdict: Verdict, name: str, judged: Judged) -> Verdict:
    """An account's verdict, raised to that of its campaign as far as its membership is sure.

    Args:
        verdict: what the account shows by itself.
        name: id of the campaign.
        judged: the campaign.
    """
    account = verdict.subject.id
    member = next(one for one in judged.campaign.members if one.account == account)
    size = min(judged.decision.log10_e, member.log10_e)
    level = min(judged.decision.level, _level(size), key=ORDER.__getitem__)
    own = verdict.log10_e if verdict.level != "none" else 0.0
    if level == "none" or (ORDER[level], size) <= (ORDER[verdict.level], own):
        return verdict
    line = _line(member, name, judged.campaign)
    counted = LedgerLine(family=line.family, raw=member.log10_e, counted=member.log10_e)
    return replace(
        verdict,
        verdict="harvest",
        grade=None,
        level=level,
        log10_e=size,
        evidence=(line, *verdict.evidence),
        ledger=(counted, *(one for one in verdict.ledger if one.family != line.family)),
        because=f"It belongs to {name}: {judged.decision.because}",
        would_change=judged.decision.would_change,
    )


def _level(size: float) -> Level:
    if size >= ACT:
        return "act"
    return "review" if size >= REVIEW else "none"


def _line(member: Member, name: str, campaign: Campaign) -> Evidence:
    others = [one.account for one in campaign.members if one.account != member.account]
    return Evidence(
        signal=MEMBER,
        family="coordination",
        account=member.account,
        log10_lr=member.log10_e,
        says=(
            f"{member.calls} of its {member.exchanges} exchanges carry the rare wording of {name}, "
            f"which {len(others)} accounts of other owners send as well."
        ),
        innocent_twin=TWIN,
        linked=tuple(others[:MOST_LINKED]),
        numbers={"calls": member.calls, "exchanges": member.exchanges},
    )
