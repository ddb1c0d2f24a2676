"""Installs of one owner behind another owner's account."""

import pytest

from stillwatch.signals.seal_behind_another_account import SIGNAL
from stillwatch.verdicts.ledger import ACT, REVIEW
from tests.signals.build import DAY_US, HOUR_US, MINUTE_US, Traffic, ask


def talks(traffic, account, installs, *, every_us=10 * MINUTE_US, start_us=0, **columns):
    """One sealed conversation after the other."""
    for turn, install in enumerate(installs):
        at_us = start_us + turn * every_us
        row = traffic.exchange(account, at_us=at_us, thread=f"{account} {start_us} {turn}")
        traffic.seal(row, install, **columns)


def test_strangers_installs_that_alternate_are_acted_on():
    """Four customers at once behind one account, each named with its owner."""
    traffic = Traffic()
    talks(traffic, "relay", [f"in_{turn % 4}" for turn in range(16)], every_us=MINUTE_US)
    found = ask(SIGNAL, traffic)
    assert set(found) == {"relay"}
    line = found["relay"]
    assert line.log10_lr >= ACT
    assert (line.numbers["owners"], line.numbers["installs"]) == (4, 4)
    assert "in_0 of owner of in_0" in line.says
    assert all(f"in_{n} of owner of in_{n}" in str(line.exhibits) for n in range(4))


def test_a_friend_s_machine_is_at_most_for_review():
    """The innocent twin: a stranger's machine, even for weeks beside one's own."""
    traffic = Traffic()
    talks(traffic, "guest", ["in_friend"], start_us=DAY_US)
    talks(traffic, "lodger", ["in_friend"] * 40, every_us=HOUR_US)
    talks(traffic, "lodger", ["in_own"] * 40, every_us=HOUR_US, start_us=MINUTE_US, related=True)
    for line in ask(SIGNAL, traffic).values():
        assert REVIEW <= line.log10_lr < ACT


def test_a_technician_on_many_customers_machines_is_at_most_for_review():
    """Many strangers' machines, but one after the other."""
    traffic = Traffic()
    visits = [f"in_{day}" for day in range(12) for _ in range(3)]
    talks(traffic, "technician", visits, every_us=2 * HOUR_US)
    assert REVIEW <= ask(SIGNAL, traffic)["technician"].log10_lr < ACT


def test_machines_of_one_owner_count_once():
    """A class room: its computers were all enrolled by the school."""
    traffic = Traffic()
    for turn in range(20):
        row = traffic.exchange("pupil", thread=f"t{turn}")
        traffic.seal(row, f"in_{turn % 5}", install_account=f"room {turn % 5}", install_owner="s")
    line = ask(SIGNAL, traffic)["pupil"]
    assert line.numbers["owners"] == 1
    assert line.log10_lr < ACT


@pytest.mark.parametrize("installs", [["in_1"] * 9, ["in_1", "in_2", "in_3"] * 9])
def test_installs_of_the_same_owner_say_nothing(installs):
    """A company that moved its accounts, or has many."""
    traffic = Traffic()
    talks(traffic, "company", installs, related=True)
    talks(traffic, "plain", [None, None])
    assert ask(SIGNAL, traffic) == {}


def test_unknown_owners_weigh_ten_times_less():
    """Nobody can say whether install and account belong together."""
    lines = []
    for known in (True, False):
        traffic = Traffic()
        talks(traffic, "relay", ["in_1", "in_2"] * 3, known=known)
        lines.append(ask(SIGNAL, traffic)["relay"])
    assert lines[0].log10_lr - lines[1].log10_lr == pytest.approx(1)
    assert "not known" in lines[1].says
    assert "not known" not in lines[0].says
