"""Questions from one pool, and customers who each ask about matters of their own."""

import numpy as np
import pytest

from stillwatch.signals.one_pool import LEAST_ANCHORS, SIGNAL
from tests.signals.build import MINUTE_US, Traffic, ask

GROUP = "group_1"
TOPICS = 12
RNG_SEED = 5


def code(draw, topic):
    """A text about a topic: mostly the topic's own direction, and much of its own."""
    centre = np.random.default_rng(topic).normal(size=64)
    vector = 20 * centre + 30 * draw.normal(size=64)
    return np.clip(np.rint(vector), -127, 127).astype(np.int8).tobytes()


def group(topic_of, customers=12, each=6, anchors=LEAST_ANCHORS, text_of=None, blank=None):
    """Customers who each send the template with texts on topics."""
    draw = np.random.default_rng(RNG_SEED)
    traffic = Traffic()
    traffic.template("template", anchors=anchors)
    known = set()
    for customer in range(customers):
        traffic.member(GROUP, f"acct_{customer}")
        for number in range(each):
            text = text_of(customer, number) if text_of else f"text {customer} {number}"
            at_us = (number * customers + customer) * MINUTE_US
            row = traffic.exchange(f"acct_{customer}", at_us=at_us)
            traffic.call(row, "template", text, GROUP)
            traffic.block(row, text)
            if text not in known:
                known.add(text)
                seen = code(draw, topic_of(customer, number))
                unknown = blank is not None and blank(customer, number)
                traffic.vector(text, bytes(len(seen)) if unknown else seen)
    return traffic


def mixed(customer, number):
    return (7 * customer + 5 * number) % TOPICS


def own(customer, _number):
    return customer


def test_one_list_dealt_out_to_all_is_seen():
    """Every customer asks about everything; half of all honest groups do, so it weighs little."""
    (line,) = ask(SIGNAL, group(mixed)).values()
    assert 0.2 < line.log10_lr < 0.4
    assert line.numbers["log10_ratio"] > 2
    assert line.numbers["spread"] < 0.1
    assert "12 customers" in line.says


def test_texts_that_nothing_is_known_of_say_nothing():
    """An embedding model may know no word of a language; a zero vector is no likeness."""
    assert ask(SIGNAL, group(mixed, blank=lambda _customer, _number: True)) == {}


def test_a_few_unknown_texts_change_little():
    """They are left out; those that are known still tell."""
    (whole,) = ask(SIGNAL, group(mixed)).values()
    (some,) = ask(SIGNAL, group(mixed, blank=lambda _customer, number: number == 0)).values()
    assert some.numbers["texts"] == whole.numbers["texts"] - 12
    assert np.isfinite(some.log10_lr)
    assert some.log10_lr == pytest.approx(whole.log10_lr, abs=0.1)


def test_customers_with_matters_of_their_own_are_honest():
    """Users of one framework: each has a topic."""
    (line,) = ask(SIGNAL, group(own)).values()
    assert line.log10_lr < -0.5
    assert line.numbers["spread"] > 0.1


def test_testers_of_a_public_benchmark_look_alike_and_it_weighs_little():
    """The twin: everybody asks the same questions; it never reaches a third of a review."""
    same = group(lambda _, number: number, text_of=lambda _, number: f"question {number}")
    (line,) = ask(SIGNAL, same).values()
    assert line.log10_lr <= 1.0


@pytest.mark.parametrize(
    ("customers", "each", "anchors"), [(3, 9, 9), (12, 1, 9), (12, 6, LEAST_ANCHORS - 1)]
)
def test_too_little_says_nothing(customers, each, anchors):
    """Few customers, one question each, or a phrase and no template."""
    assert ask(SIGNAL, group(mixed, customers, each, anchors)) == {}
