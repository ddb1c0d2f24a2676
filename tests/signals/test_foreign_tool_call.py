"""Tool-call ids that were never issued here."""

from stillwatch.signals.foreign_tool_call import SIGNAL
from tests.signals.build import Traffic, ask


def conversation(
    traffic, account, thread, *, foreign=0, begins=1, answered=True, shape="anthropic"
):
    """Six turns; the first `foreign` presented ids were issued by somebody else."""
    for turn in range(6):
        after = f"{thread} {turn}" if answered or turn != 2 else None
        row = traffic.exchange(account, thread=thread, messages=begins + 2 * turn, after=after)
        traffic.issued(row, "tool_call", f"{thread} call {turn}")
        if turn:
            known = turn > foreign
            name = f"{thread} call {turn - 1}" if known else f"{thread} foreign {turn}"
            traffic.presented(row, "tool_call", name, "anthropic" if known else shape)


def test_ids_never_issued_in_a_conversation_begun_here_are_foreign():
    """They are counted and shown, and a shape like ours weighs more than another vendor's."""
    traffic = Traffic()
    conversation(traffic, "forger", "t1", foreign=2, shape="anthropic")
    conversation(traffic, "router", "t2", foreign=2, shape="openai")
    conversation(traffic, "plain", "t3")
    found = ask(SIGNAL, traffic)
    assert set(found) == {"forger", "router"}
    assert found["forger"].numbers["foreign"] == 2
    assert found["forger"].log10_lr > found["router"].log10_lr


def test_an_honest_fallback_router_stays_far_below_a_review():
    """The innocent twin: history from another provider, however much of it."""
    traffic = Traffic()
    for number in range(10):
        conversation(traffic, "router", f"t{number}", foreign=3, shape="openai")
    assert ask(SIGNAL, traffic)["router"].log10_lr < 1


def test_an_artefact_older_than_the_capture_is_unknown_and_not_foreign():
    """A conversation whose beginning was not seen says nothing."""
    traffic = Traffic()
    conversation(traffic, "old", "t", foreign=3, begins=9)
    assert ask(SIGNAL, traffic) == {}


def test_an_unrecorded_answer_makes_the_conversation_unusable():
    """The id may have been issued in the answer that is missing."""
    traffic = Traffic()
    conversation(traffic, "gap", "t", foreign=3, answered=False)
    assert ask(SIGNAL, traffic) == {}


def test_nothing_in_gives_nothing_out():
    """Empty tables give no evidence."""
    assert ask(SIGNAL, Traffic()) == {}
