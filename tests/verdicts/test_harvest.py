"""From the evidence about linked groups to campaigns and their members."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.signals.model import Evidence
from stillwatch.verdicts.campaigns import MEMBER, judge, with_membership
from stillwatch.verdicts.harvest import CAPS
from stillwatch.verdicts.ledger import ACT, REVIEW
from stillwatch.verdicts.model import Campaign, Member, Subject, Tie, Verdict


def line(family, log10_lr, signal="s"):
    """One line about the group."""
    return Evidence(
        signal=signal,
        family=family,
        account="group_1",
        log10_lr=log10_lr,
        says="It was seen.",
        innocent_twin="Somebody else.",
    )


def formed(*shared, tested=1):
    """A group whose members share that much with it."""
    members = tuple(
        Member(f"acct_{place}", calls=9, exchanges=90, stability=1.0, log10_e=size)
        for place, size in enumerate(shared)
    )
    tie = Tie("template", "0" * 16, len(members), 4.0)
    return Campaign((tie,), (), members, 0, 1, tested)


def only(campaign, *lines, watched=False):
    """What becomes of a single group; None when it is merely ordinary."""
    return judge({"g": campaign}, {"g": tuple(lines)}, watched=watched).get("g")


def own(verdict="ordinary", level="none", log10_e=0.0, account="acct_0"):
    """What an account shows by itself."""
    subject = Subject(kind="account", id=account, accounts=(account,))
    return Verdict(subject, verdict, None, level, log10_e, None, ())


def test_harvest_takes_both_what_is_asked_and_how_it_is_dealt_out():
    """Each alone leaves it open."""
    asked, dealt = line("extraction", 3.0), line("coordination", 3.0)
    both = only(formed(6, 6, 6), asked, dealt)
    assert (both.decision.verdict, both.decision.level) == ("harvest", "act")
    for alone in (asked, dealt):
        found = only(formed(6, 6, 6), alone)
        assert (found.decision.verdict, found.decision.level) == ("undecided", "none")


def test_users_of_one_tool_are_nothing():
    """A shared wording forms a group and says nothing more."""
    assert only(formed(6, 6, 6)) is None
    assert only(formed(6, 6, 6), line("extraction", 0.4), line("coordination", -1.0)) is None


def test_infrastructure_supports_and_never_carries():
    """A shared payer is no coordination."""
    found = only(formed(6, 6, 6), line("extraction", 3.0), line("infrastructure", 9.0))
    assert found.decision.level == "none"


def test_many_groups_cost():
    """What is enough for one group is not enough where ten thousand were tested."""
    lines = (line("extraction", 1.1), line("coordination", 1.1))
    names = [f"g{place}" for place in range(10_000)]
    groups = dict.fromkeys(names, formed(6, 6))
    assert only(groups["g0"], *lines).decision.level == "review"
    assert judge(groups, {"g0": lines}, watched=False)["g0"].decision.level == "none"


def test_looking_again_and_again_costs():
    """A barely sufficient group stands only where it was looked at once."""
    lines = (line("extraction", 0.9), line("coordination", 0.9))
    assert only(formed(6, 6), *lines).decision.level == "review"
    assert only(formed(6, 6), *lines, watched=True).decision.level == "review"
    many = {f"g{place}": formed(6, 6) for place in range(20)}
    assert judge(many, {"g0": lines}, watched=False)["g0"].decision.level == "review"
    assert judge(many, {"g0": lines}, watched=True)["g0"].decision.level == "none"


@pytest.mark.parametrize(("shared", "level"), [(6.0, "act"), (4.0, "review"), (2.0, "none")])
def test_a_member_is_no_surer_than_its_membership(shared, level):
    """An account that shares little with the group is not taken along with it."""
    judged = only(formed(shared, 6, 6), line("extraction", 3.0), line("coordination", 3.0))
    verdict = with_membership(own(), "g", judged)
    assert verdict.level == level
    assert (verdict.verdict == "harvest") == (level != "none")
    assert any(one.signal == MEMBER for one in verdict.evidence) == (level != "none")
    assert verdict.log10_e <= shared


def test_a_stronger_verdict_of_its_own_stays():
    """A resale pool that also harvests keeps its exact proof."""
    judged = only(formed(6, 6, 6), line("extraction", 3.0), line("coordination", 3.0))
    pool = own("relay", "act", 8.0)
    assert with_membership(pool, "g", judged) == pool
    weaker = own("relay", "review", 3.5)
    assert with_membership(weaker, "g", judged).verdict == "harvest"


@given(
    st.lists(st.tuples(st.sampled_from(sorted(CAPS)), st.floats(-9, 9)), max_size=9),
    st.booleans(),
)
def test_levels_keep_what_they_promise(found, watched):
    """Whatever the evidence, act needs 5 and review 3, and undecided stays below."""
    judged = only(formed(6, 6), *[line(*one) for one in found], watched=watched)
    if judged is None:
        return
    size, level = judged.decision.log10_e, judged.decision.level
    assert level != "act" or size >= ACT
    assert level != "review" or size >= REVIEW
    assert judged.decision.verdict == "harvest" or size < REVIEW
