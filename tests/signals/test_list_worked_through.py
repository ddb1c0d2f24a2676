"""One pool, no repeats and no follow-up at once."""

import numpy as np
import pytest

from stillwatch.signals import answers_unused, one_pool, values_never_repeat
from stillwatch.signals.list_worked_through import SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.test_one_pool import GROUP, code

CUSTOMERS, EACH, TOPICS, OTHERS = 12, 6, 12, 30


def traffic_of(*, shared=True, again=False, goes_on=False):
    """A group that shares a pool, asks things again, or goes on from answers; others go on."""
    draw = np.random.default_rng(5)
    traffic = Traffic()
    traffic.template("template", anchors=one_pool.LEAST_ANCHORS)
    known = set()
    for customer in range(CUSTOMERS):
        traffic.member(GROUP, f"acct_{customer}", calls=EACH, exchanges=EACH)
        for number in range(EACH):
            text = f"text {number % 2 if again else number} {'' if again else customer}"
            thread = f"{customer} {number}"
            row = traffic.exchange(f"acct_{customer}", thread=thread, messages=1)
            traffic.call(row, "template", text, GROUP)
            traffic.block(row, text)
            if goes_on:
                traffic.exchange(f"acct_{customer}", thread=thread, messages=3)
            if text not in known:
                known.add(text)
                topic = (7 * customer + 5 * number) % TOPICS if shared else customer
                traffic.vector(text, code(draw, topic))
    for other in range(OTHERS):
        for number in range(EACH):
            for messages in (1, 3):
                thread = f"other {other} {number}"
                traffic.exchange(f"other_{other}", thread=thread, messages=messages)
    return traffic


def test_all_three_at_once_say_more_than_their_sum():
    """What each says by itself is taken off, so that together they reach the whole weight."""
    traffic = traffic_of()
    more = ask(SIGNAL, traffic)[GROUP]
    parts = (one_pool, values_never_repeat, answers_unused)
    alone = sum(ask(part.SIGNAL, traffic)[GROUP].log10_lr for part in parts)
    assert more.log10_lr > 0.3
    assert more.log10_lr + alone == pytest.approx(1.43, abs=0.02)
    assert more.exhibits


@pytest.mark.parametrize(
    "innocent", [{"shared": False}, {"again": True}, {"goes_on": True}], ids=str
)
def test_two_of_three_say_nothing_more(innocent):
    """Programs over one's own data, testers of one benchmark, people who read the answers."""
    assert ask(SIGNAL, traffic_of(**innocent)) == {}
