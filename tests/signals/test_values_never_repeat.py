"""A pool that is used up is told from a tool whose users repeat themselves and each other."""

import random

from stillwatch.signals.values_never_repeat import SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.groups import GROUP, TEMPLATE, add_group, dealt, one_class


def weigh(calls, **columns):
    traffic = Traffic()
    add_group(traffic, calls, **columns)
    answer = ask(SIGNAL, traffic)
    return answer[GROUP].log10_lr if answer else 0.0


def heavy_tail(draw, accounts, calls):
    """Users of a public tool, who mostly ask the same few things."""
    return [
        (60 * number, f"acct_{draw.randrange(accounts)}", f"text {int(draw.paretovariate(0.7))}")
        for number in range(calls)
    ]


def test_a_list_that_is_dealt_out_never_repeats():
    """Every text once, over ten accounts."""
    traffic = Traffic()
    add_group(traffic, dealt(random.Random(1), 10, 200))
    evidence = ask(SIGNAL, traffic)[GROUP]
    assert evidence.log10_lr > 0.2
    assert evidence.numbers == {"customers": 10, "calls": 200, "within": 0, "across": 0}


def test_a_class_sends_the_same_texts():
    """The assignment has few steps, and everybody takes them."""
    assert weigh(one_class(random.Random(1), 20)) < -0.4


def test_users_of_a_public_tool_repeat_with_a_heavy_tail():
    """Popular questions come again and again."""
    assert weigh(heavy_tail(random.Random(1), 20, 200)) < -0.4


def test_own_data_that_never_repeat_weigh_little():
    """Honest users over data of their own look the same, so it never says much."""
    assert weigh(dealt(random.Random(1), 20, 2000)) < 0.4


def test_failed_calls_that_come_again_are_no_repeats():
    """A text that failed is sent again for a good reason."""
    calls = dealt(random.Random(1), 10, 100)
    traffic = Traffic()
    add_group(traffic, [(second + 1, who, text) for second, who, text in calls], status=429)
    add_group(traffic, [(second + 5, who, text) for second, who, text in calls])
    assert ask(SIGNAL, traffic)[GROUP].numbers["within"] == 0


def test_below_a_shared_system_text_the_questions_count():
    """The system text is equal in all calls; what is asked under it is not."""
    traffic = Traffic()
    for number in range(60):
        call = (60.0 * number, f"acct_{number % 6}", "the system text")
        add_group(traffic, [call], prompt=f"question {number}")
    traffic.template(TEMPLATE, place="system")
    traffic.rows["groups"] = list({row["account"]: row for row in traffic.rows["groups"]}.values())
    assert ask(SIGNAL, traffic)[GROUP].numbers["within"] == 0


def test_few_calls_or_one_owner_say_nothing():
    """Too little to tell."""
    assert weigh(dealt(random.Random(1), 10, 20)) == 0
    assert weigh(dealt(random.Random(1), 10, 200), owner="firm") == 0
