"""Stored conversations that are sent again are told from retries and long sessions."""

from stillwatch.signals.replayed_conversations import SIGNAL
from tests.signals.build import DAY_US, HOUR_US, SECOND_US, Traffic, ask
from tests.signals.groups import GROUP, TEMPLATE


def group(traffic, accounts=4):
    for who in range(accounts):
        traffic.member(GROUP, f"acct_{who}", calls=5, exchanges=5)


def dated(label, conversations=20, later_us=0):
    """Conversations that declare a date; the clock says 2026-11-18."""
    traffic = Traffic()
    group(traffic)
    for number in range(conversations):
        thread = f"thread {number}"
        row = traffic.exchange(f"acct_{number % 4}", at_us=number * HOUR_US // 10, thread=thread)
        traffic.fact(row, "date", label, origin="declared", label=label)
        traffic.call(row, TEMPLATE, f"text {number}", GROUP)
        if later_us:
            again = number * HOUR_US // 10 + later_us
            row = traffic.exchange(f"acct_{number % 4}", at_us=again, thread=thread, messages=3)
            traffic.fact(row, "date", label, origin="declared", label=label)
    return ask(SIGNAL, traffic).get(GROUP)


def asked_twice(gap_us, other_account, times=20):
    """Whole histories that are answered, and answered anew after a while."""
    traffic = Traffic()
    group(traffic)
    for number in range(times):
        for once in range(2):
            whose = (number + once * other_account) % 4
            traffic.exchange(
                f"acct_{whose}",
                at_us=number * SECOND_US + once * gap_us,
                head=f"history {number}",
                messages=5,
            )
    return ask(SIGNAL, traffic).get(GROUP)


def test_old_dates_in_new_conversations():
    """Half a year behind the clock."""
    evidence = dated("2026-05-01")
    assert evidence.log10_lr > 0.5
    assert "20 of 20 conversations" in evidence.says
    assert evidence.exhibits


def test_today_and_yesterday_are_no_replay():
    """Time zones put a date one day off."""
    assert dated("2026-11-18") is None
    assert dated("2026-11-17") is None


def test_a_session_that_stays_open_for_days_is_no_replay():
    """The date is that of its beginning."""
    assert dated("2026-11-18", later_us=6 * DAY_US) is None


def test_the_same_history_answered_anew_elsewhere_later():
    """Two accounts send one conversation, a day apart."""
    evidence = asked_twice(DAY_US, other_account=True)
    assert evidence.log10_lr > 0.3
    assert evidence.numbers["again"] == 20


def test_retries_within_the_hour_are_no_replay():
    """A person or a router asks again at once."""
    assert asked_twice(60 * SECOND_US, other_account=False) is None
