"""More people than one developer's machines explain speak for a shared account."""

from stillwatch.signals.distinct_environments import SIGNAL
from tests.signals.build import MINUTE_US, SECOND_US, Traffic, ask
from tests.signals.crowd import developer, office, talk


def test_it_fires_on_several_people():
    """Ten people who take turns within minutes are told apart and counted."""
    traffic = Traffic()
    office(traffic, 10)
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr == 2.5
    assert evidence.numbers["clusters"] == 10
    assert "10 people that nothing joins" in evidence.says
    assert len(evidence.exhibits) == 5
    assert len({exhibit.exchange for exhibit in evidence.exhibits}) == 5


def test_one_developer_with_three_machines_speaks_for_innocence():
    """A laptop, WSL and a server over ssh, joined by one git identity."""
    traffic = Traffic()
    for one in range(12):
        talk(traffic, f"t{one}", start_us=one * 60 * MINUTE_US, shows=developer("ada", one % 3))
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr < -0.5
    assert "1 person" in evidence.says


def test_containers_with_everybodys_name_add_nobody():
    """Root in fresh containers is no second person."""
    traffic = Traffic()
    talk(traffic, "own", start_us=0, shows=developer("ada"))
    for one in range(20):
        start_us = (one + 1) * 30 * MINUTE_US
        talk(traffic, f"box{one}", start_us=start_us)
        row = traffic.exchange(at_us=start_us + 3 * SECOND_US, thread=f"box{one}", messages=2)
        traffic.fact(row, "user", "root", label="generic")
        traffic.fact(row, "host", f"{one:012x}", label="generic")
    assert not any(evidence.log10_lr > 0 for evidence in ask(SIGNAL, traffic).values())


def test_a_contractor_who_works_one_after_the_other_stays_below_review():
    """Three clients' machines with their own names, a day each."""
    traffic = Traffic()
    for client in range(3):
        for one in range(6):
            start_us = (client * 24 + one) * 60 * MINUTE_US
            shows = developer(f"client{client}")
            talk(traffic, f"{client} {one}", start_us=start_us, turns=6, shows=shows)
    assert ask(SIGNAL, traffic)["acct"].log10_lr < 1.0


def test_a_ci_farm_with_many_committers_says_nothing():
    """Names in jobs that nobody types in are no people at the keyboard."""
    traffic = Traffic()
    for job in range(40):
        row = traffic.exchange(at_us=job * SECOND_US, thread=f"job{job}")
        traffic.fact(row, "git_email", f"dev{job}@a.dev")
    assert ask(SIGNAL, traffic) == {}


def test_languages_are_counted_and_only_support():
    """Many languages add to several people, and do nothing where there is one."""
    weights = {}
    for languages in (1, 5):
        for people in (1, 2):
            traffic = Traffic()
            office(traffic, people, talks=10)
            rows = {entry["family"]: entry["row"] for entry in traffic.rows["exchanges"]}
            for number, row in enumerate(rows.values()):
                traffic.fact(row, "language", f"language {number % languages}")
            weights[people, languages] = ask(SIGNAL, traffic)["acct"].log10_lr
    assert weights[1, 5] == weights[1, 1] < 0
    assert 0 < weights[2, 5] - weights[2, 1] <= 0.7


def test_chats_say_nothing():
    """Without tools there are no environments to tell apart."""
    traffic = Traffic()
    talk(traffic, "t", start_us=0, turns=10)
    assert ask(SIGNAL, traffic) == {}


def test_nothing_in_nothing_out():
    """No traffic, no evidence."""
    assert ask(SIGNAL, Traffic()) == {}
