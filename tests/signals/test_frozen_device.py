"""Many people's machines behind one claimed device are found."""

from stillwatch.signals.frozen_device import DAY_US, LEAST_CLEAN, SIGNAL, log10_e
from tests.signals.build import Traffic, ask
from tests.signals.people import works

CLIENT = {"client": "claude-code", "client_version": "2.1.330"}


def test_six_people_behind_one_device_are_found():
    """The relay writes one device id into everybody's requests."""
    traffic = Traffic()
    for person in ("ada", "grace", "linus", "barbara", "ken", "joan"):
        works(traffic, person, device="pinned", **CLIENT)
    evidence = ask(SIGNAL, traffic)["acct"]
    assert evidence.log10_lr > 1
    assert "1 device" in evidence.says
    assert "6 different people" in evidence.says
    assert len({exhibit.exchange for exhibit in evidence.exhibits}) == 5


def test_a_gateway_that_passes_devices_on_is_ordinary():
    """As many devices as people: a company with one key."""
    traffic = Traffic()
    for person in ("ada", "grace", "linus", "barbara", "ken", "joan"):
        works(traffic, person, device=f"device of {person}", **CLIENT)
    assert ask(SIGNAL, traffic)["acct"].log10_lr < 0


def test_one_person_with_several_machines_is_ordinary():
    """Homes differ, the git identity is one."""
    traffic = Traffic()
    for home in ("/home/ada", "/Users/ada", "c:/users/ada"):
        for number in range(3):
            row = traffic.exchange(thread=f"{home} {number}", device="laptop", **CLIENT)
            traffic.fact(row, "home", home)
            traffic.fact(row, "user", "ada")
            traffic.fact(row, "git_email", "ada@x.test")
    assert ask(SIGNAL, traffic)["acct"].log10_lr < 0


def test_guests_seen_once_do_not_count():
    """A colleague's machine in a single conversation."""
    traffic = Traffic()
    works(traffic, "ada", 6, device="laptop", **CLIENT)
    for guest in ("grace", "linus", "ken"):
        works(traffic, guest, 1, device="laptop", **CLIENT)
    assert ask(SIGNAL, traffic)["acct"].numbers["people"] == 1


def test_little_traffic_says_nothing_either_way():
    """Too few conversations to speak for anybody."""
    traffic = Traffic()
    works(traffic, "ada", LEAST_CLEAN - 1, device="laptop", **CLIENT)
    assert ask(SIGNAL, traffic)["acct"].log10_lr == 0


def test_a_version_that_never_moves_adds_to_a_surplus_of_people():
    """Others' clients were updated in those weeks; a constant one alone is no evidence."""
    traffic = Traffic()
    for day in range(0, 40, 5):
        for account in [f"peer {number}" for number in range(8)]:
            traffic.exchange(
                account,
                at_us=day * DAY_US,
                client="claude-code",
                client_version=f"2.1.{300 + day}",
                device=f"of {account}",
            )
        for account in ("still", "quiet"):
            persons = ("ada", "grace", "linus", "ken") if account == "still" else ("ada",)
            for person in persons:
                works(
                    traffic, person, 1, system=f"linux {day}", account=account, at_us=day * DAY_US,
                    device="pinned", **CLIENT,
                )  # fmt: skip
    answers = ask(SIGNAL, traffic)
    assert answers["still"].log10_lr > round(log10_e(4, 1), 2)
    assert "did not change in 35 days" in answers["still"].says
    assert answers["quiet"].log10_lr < 0


def test_more_people_weigh_more_and_more_devices_less():
    """The null lets every device have spurious people."""
    assert log10_e(3, 1) < log10_e(6, 1) <= 2
    assert log10_e(8, 4) < log10_e(8, 1)
    assert log10_e(3, 3) < 0


def test_without_devices_there_is_no_answer():
    """Nothing is claimed, so nothing is contradicted."""
    traffic = Traffic()
    works(traffic, "ada")
    assert ask(SIGNAL, traffic) == {}
    assert ask(SIGNAL, Traffic()) == {}
