"""Session ids of another make or an unlikely life are found."""

from stillwatch.signals.session_shape import FAMILIES, SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.check_groups import checked


def talk(traffic, session, family, *, client="claude-code", requests=1, sessions=1):
    for turn in range(requests):
        name = f"{session}-{turn % sessions}" if sessions > 1 else session
        traffic.exchange(
            client=client, session=name, thread=family, family=family, messages=3 + 2 * turn
        )


def test_one_session_over_everything_is_found():
    """A relay that masks sessions gives one id to unrelated conversations."""
    traffic = Traffic()
    for number in range(40):
        talk(traffic, "masked", f"family {number}")
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr > 0.5
    assert f"{40 - FAMILIES} of 40" in evidence.says


def test_a_session_with_sub_agents_and_a_few_companions_is_ordinary():
    """Sub-agents belong to the family of their conversation."""
    traffic = Traffic()
    for number in range(12):
        for helper in range(4):
            traffic.exchange(
                client="claude-code",
                session=f"s{number}",
                thread=f"t{number}-{helper}",
                family=f"f{number}",
                messages=3,
            )
    assert ask(SIGNAL, traffic)["acct"].log10_lr < 0


def test_a_new_session_for_every_request_is_found():
    """An id made up per request cannot be the client's."""
    traffic = Traffic()
    for number in range(10):
        talk(traffic, f"s{number}", f"f{number}", requests=6, sessions=6)
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr > 0.4
    assert "all 10 longer conversations" in evidence.says


def test_a_conversation_resumed_under_a_second_session_is_ordinary():
    """Resuming may make a new id; twice in a long conversation is no rhythm."""
    traffic = Traffic()
    for number in range(10):
        talk(traffic, f"s{number}", f"f{number}", requests=8, sessions=2)
    assert ask(SIGNAL, traffic)["acct"].log10_lr < 0


def test_ids_of_another_make_are_found():
    """Version 5 where the client makes version 4."""
    evidence = ask(SIGNAL, checked("session", 5, *["session-shape"] * 20))["acct"]
    assert evidence.log10_lr > 0.5
    assert "20 of 25" in evidence.says


def test_clients_without_known_sessions_are_not_asked():
    """A harness of one's own may use one id for ever."""
    traffic = Traffic()
    for number in range(40):
        talk(traffic, "constant", f"family {number}", client="other")
    assert ask(SIGNAL, traffic) == {}


def test_nothing_in_gives_nothing_out():
    """An empty day has no answers."""
    assert ask(SIGNAL, Traffic()) == {}
