"""One declared machine with several people's machines behind it is found."""

import pytest

from stillwatch.signals.declared_against_evidenced import SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.people import works

PINNED = {"home": "/Users/dev", "os": "macos"}
PEOPLE = ("ada", "grace", "linus", "barbara", "ken", "joan")


def test_a_canonical_machine_over_many_people_is_found():
    """The relay rewrites what is declared; the tools show who is there."""
    traffic = Traffic()
    for person in PEOPLE:
        works(traffic, person, declares=PINNED)
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr > 0.5
    assert "all 18 conversations" in evidence.says
    assert "behind 1 declared: 6" in evidence.says
    assert evidence.exhibits


@pytest.mark.parametrize("system", ["linux", "windows"])
def test_one_persons_second_environment_weighs_nothing(system):
    """WSL, SSH, containers, a virtual machine: one person's place behind every conflict."""
    traffic = Traffic()
    works(traffic, "ada", 20, system=system, declares={"home": "/Users/ada", "os": "macos"})
    assert ask(SIGNAL, traffic)["acct"].log10_lr <= 0.05


def test_a_company_whose_people_declare_themselves_is_ordinary():
    """Many people, each with the machine that they declare."""
    traffic = Traffic()
    for person in PEOPLE:
        works(traffic, person, declares={"home": f"/home/{person}", "os": "linux"})
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr < 0
    assert "18" in evidence.says


def test_mentioned_and_generic_homes_are_not_held_against_anybody():
    """Paths in documentation and a container's root are nobody's home."""
    traffic = Traffic()
    for number in range(10):
        row = traffic.exchange()
        traffic.fact(row, "home", "/home/ada", origin="declared")
        traffic.fact(row, "home", "/root", label="generic")
        traffic.fact(row, "home", f"/home/author{number}", label="mentioned")
    assert ask(SIGNAL, traffic) == {}


def test_a_header_that_disagrees_with_block_and_tools_is_found_for_many():
    """Only the header was rewritten: one system is declared that never shows."""
    traffic = Traffic()
    for number, person in enumerate(PEOPLE):
        system = ("linux", "windows")[number % 2]
        works(traffic, person, system=system, declares={"os": "macos"})
    assert ask(SIGNAL, traffic)["acct"].log10_lr > 0.5


def test_a_date_still_to_come_everywhere_is_found_and_a_zone_is_not():
    """The declared date may be a day ahead or behind, and old dates are resumed conversations."""
    honest, ahead = Traffic(), Traffic()
    for number, day in enumerate(("2026-11-17", "2026-11-18", "2026-11-19", "2026-11-01") * 4):
        row = honest.exchange(at_us=number)
        honest.fact(row, "date", day, origin="declared", label=day)
    for number in range(16):
        row = ahead.exchange(at_us=number)
        day = "2027-03-01" if number % 4 else "2026-11-18"
        ahead.fact(row, "date", day, origin="declared", label=day)
    assert ask(SIGNAL, honest)["acct"].log10_lr < 0
    found = ask(SIGNAL, ahead)["acct"]
    assert 0.3 < found.log10_lr <= 0.8
    assert "12 of 16" in found.says


def test_nothing_in_gives_nothing_out():
    """An empty day has no answers, nor has traffic without declarations."""
    traffic = Traffic()
    works(traffic, "ada")
    assert ask(SIGNAL, traffic) == {}
    assert ask(SIGNAL, Traffic()) == {}
