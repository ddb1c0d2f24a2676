"""From evidence to a verdict: caps, rules and levels."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from stillwatch.signals.model import Evidence
from stillwatch.verdicts.decide import decide
from stillwatch.verdicts.ledger import ACT, CAPS, EXACT, REVIEW, ledger

FAMILIES = sorted(CAPS)


def line(family, log10_lr, signal="s"):
    """One line of evidence."""
    return Evidence(
        signal=signal,
        family=family,
        account="a",
        log10_lr=log10_lr,
        says="It was seen.",
        innocent_twin="Somebody else.",
    )


def verdict(*lines, licensed_reseller=False):
    return decide(tuple(lines), licensed_reseller=licensed_reseller)


def test_an_exact_proof_convicts_alone():
    """Provenance needs no company."""
    found = verdict(line("provenance", 8.0))
    assert (found.verdict, found.grade, found.level) == ("relay", "pool", "act")


def test_one_hop_is_for_review():
    """A single move between strangers is shown to a person, and not acted on."""
    found = verdict(line("provenance", 3.5))
    assert (found.verdict, found.grade, found.level) == ("relay", "pool", "review")


def test_innocent_statistics_do_not_take_from_a_proof():
    """An exact fact stays one, however ordinary the rest is."""
    found = verdict(line("provenance", 3.5), line("plurality", -1.0), line("contradiction", -0.5))
    assert found.level == "review"
    assert found.log10_e == 3.5


def test_many_people_openly_are_a_team_and_no_offence():
    """The innocent twin of every shared account: a company gateway."""
    found = verdict(line("plurality", 2.4), line("contradiction", -0.4))
    assert (found.verdict, found.grade, found.level) == ("ordinary", "team", "none")


def test_many_people_and_concealment_are_a_shared_account():
    """It takes both."""
    found = verdict(line("plurality", 2.2), line("contradiction", 1.8))
    assert (found.verdict, found.grade, found.level) == ("relay", "shared", "review")


def test_contradiction_alone_is_undecided():
    """A privacy tool hides things too."""
    found = verdict(line("contradiction", 2.4))
    assert (found.verdict, found.level) == ("undecided", "none")


def test_infrastructure_alone_is_never_anything():
    """Support, and no more."""
    assert verdict(line("infrastructure", 5.0)).verdict == "ordinary"


def test_a_licensed_reseller_may_do_all_of_it():
    """The operator's word settles it."""
    found = verdict(line("provenance", 8.0), line("plurality", 2.4), licensed_reseller=True)
    assert (found.verdict, found.grade, found.level) == ("ordinary", "team", "none")


def test_a_delivered_purchase_is_called_what_it_is():
    """A pool if other accounts delivered for it too, else a shared account; never a moved talk."""
    delivered = line("provenance", 6.0, "test-purchase")
    assert (verdict(delivered).grade, verdict(delivered).level) == ("shared", "act")
    assert "bought" in verdict(delivered).because
    linked = replace(delivered, linked=("b",))
    assert verdict(linked).grade == "pool"
    assert "bought" not in verdict(linked, line("provenance", 7.0, "thread-moves")).because


def test_no_evidence_is_ordinary():
    """Nothing in, nothing against anybody."""
    found = verdict()
    assert (found.verdict, found.grade, found.level, found.log10_e) == ("ordinary", None, "none", 0)


def test_statistics_lift_no_single_hop_to_act():
    """A member of an open team who goes on in an account of their own is no relay."""
    found = verdict(line("provenance", 4.5), line("plurality", 2.4), line("contradiction", 2.4))
    assert found.level == "review"
    assert found.log10_e < ACT


def test_statistics_never_reach_act():
    """Whatever the statistical families say together, nobody is acted against without a proof."""
    everything = [
        line(family, 9.0, signal)
        for family, signal in itertools.product(set(FAMILIES) - EXACT, "abcdef")
    ]
    found = verdict(
        *[one for one in everything if one.family not in ("coordination", "extraction")]
    )
    assert REVIEW <= found.log10_e < ACT


@given(st.lists(st.tuples(st.sampled_from(FAMILIES), st.floats(-9, 9))))
def test_no_family_counts_more_than_its_cap(found):
    """And the ledger adds up."""
    lines = ledger(line(family, weight) for family, weight in found)
    assert all(one.counted <= CAPS[one.family] for one in lines)
    assert {one.family for one in lines} == {family for family, _ in found}


@given(st.lists(st.tuples(st.sampled_from(FAMILIES), st.floats(-9, 9)), max_size=8), st.randoms())
def test_the_order_of_evidence_does_not_matter(found, random):
    """A verdict depends on what was found, not on who was asked first."""
    lines = [line(family, weight) for family, weight in found]
    mixed = list(lines)
    random.shuffle(mixed)
    assert verdict(*lines) == verdict(*mixed)


@pytest.mark.parametrize("family", sorted(EXACT))
def test_lines_of_an_exact_family_do_not_add_up(family):
    """They are the same fact, seen twice."""
    (one,) = ledger([line(family, 3.5), line(family, 3.5, "other")])
    assert one.counted == 3.5
