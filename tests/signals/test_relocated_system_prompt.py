"""A system text moved into the conversation is found, a client's own is not."""

from stillwatch.signals.relocated_system_prompt import SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.check_groups import checked


def moved(traffic, count, root=None):
    for turn in range(count):
        row = traffic.exchange(
            client="claude-code", messages=3, root=root or f"root {turn}", thread=f"t{turn}"
        )
        traffic.check(row, "relocation", False, "opening-pair")


def test_moved_texts_among_sound_ones_are_found():
    """Customers with and without a system text of their own."""
    evidence = ask(SIGNAL, checked("relocation", 8, *["reminder"] * 15, *["system-turn"] * 5))[
        "acct"
    ]
    assert evidence.log10_lr > 0.6
    assert "20 of 28" in evidence.says


def test_one_opening_for_many_conversations_adds_weight():
    """The moved text is the same turn at the head of each."""
    same, different = Traffic(), Traffic()
    moved(same, 10, root="persona")
    moved(different, 10)
    shared = ask(SIGNAL, same)["acct"]
    assert shared.log10_lr > ask(SIGNAL, different)["acct"].log10_lr
    assert "10 conversations begin with one and the same turn" in shared.says


def test_someone_who_always_opens_with_instructions_stays_low():
    """The innocent twin does so in every conversation, in different words."""
    traffic = Traffic()
    moved(traffic, 12)
    assert ask(SIGNAL, traffic)["acct"].log10_lr < 0.9


def test_few_shot_openings_of_other_clients_do_not_count():
    """Only a client with a system text of its own is asked."""
    traffic = Traffic()
    for turn in range(10):
        traffic.exchange(client="openai-sdk", messages=5, root="examples", thread=f"t{turn}")
    assert ask(SIGNAL, traffic) == {}


def test_a_clean_account_is_spoken_for():
    """The system text stands in its place."""
    assert ask(SIGNAL, checked("relocation", 20))["acct"].log10_lr < 0


def test_nothing_in_gives_nothing_out():
    """An empty day has no answers."""
    assert ask(SIGNAL, Traffic()) == {}
