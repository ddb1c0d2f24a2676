"""Groups that never go on after an answer are compared with everybody else."""

from stillwatch.signals.answers_unused import SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.groups import GROUP, TEMPLATE


def talk(traffic, account, number, turns, group=None):
    for turn in range(turns):
        thread = f"{account} {number}"
        row = traffic.exchange(account, thread=thread, messages=2 * turn + 1)
        if group and not turn:
            traffic.call(row, TEMPLATE, f"text {account} {number}", group)


def traffic_of(members, others, size=8):
    """Members and others whose conversations have so many turns."""
    traffic = Traffic()
    for who in range(size):
        traffic.member(GROUP, f"acct_{who}", calls=6, exchanges=6)
        for number in range(6):
            talk(traffic, f"acct_{who}", number, members, GROUP)
    for who in range(30):
        for number in range(6):
            talk(traffic, f"other_{who}", number, others)
    return traffic


def test_an_open_loop_among_people_who_go_on_is_told():
    """All others hold conversations."""
    evidence = ask(SIGNAL, traffic_of(1, 3))[GROUP]
    assert evidence.log10_lr > 0.2
    assert "8 of 8 customers" in evidence.says
    assert "0 of 30" in evidence.says


def test_among_one_shot_programs_it_weighs_nothing():
    """Everybody's answers are unused, so the group's are no sign."""
    assert abs(ask(SIGNAL, traffic_of(1, 1))[GROUP].log10_lr) < 0.05


def test_answers_that_are_used_speak_for_innocence():
    """The members go on like everybody."""
    assert ask(SIGNAL, traffic_of(3, 3))[GROUP].log10_lr < -0.2


def test_two_members_are_too_few():
    """Nothing is said about fewer than three customers."""
    assert ask(SIGNAL, traffic_of(1, 3, size=2)) == {}
