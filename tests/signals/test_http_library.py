"""Another library than the client's is found, and weighs little."""

from stillwatch.signals.http_library import MODEL, SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.check_groups import checked


def written(*libraries, version="2.1.330", client="claude-code"):
    traffic = Traffic()
    for library in libraries:
        traffic.exchange(client=client, client_version=version, library=library)
    return traffic


def test_two_libraries_under_one_clients_name_are_found():
    """Part of the traffic goes through a relay."""
    libraries = ["bun-fetch"] * 10 + ["go-net-http"] * 30
    evidence = ask(SIGNAL, written(*libraries))["acct"]
    assert 0.2 < evidence.log10_lr <= MODEL.most
    assert "30 of 40" in evidence.says
    assert "go-net-http" in evidence.says


def test_a_company_proxy_stays_low():
    """The innocent twin writes everything with its own library."""
    assert ask(SIGNAL, written(*["python-httpx"] * 40))["acct"].log10_lr <= 0.4


def test_missing_marks_of_the_client_count_too():
    """Python's way to write JSON under a JavaScript client's name."""
    evidence = ask(SIGNAL, checked("transport", 10, *["python-json"] * 20))["acct"]
    assert 0.1 < evidence.log10_lr <= MODEL.most
    assert "spaced or escaped" in evidence.says


def test_the_clients_own_library_speaks_for_it():
    """All as expected."""
    assert ask(SIGNAL, written(*["bun-fetch"] * 20))["acct"].log10_lr < 0


def test_a_version_that_is_not_on_record_is_not_judged():
    """Next week's release may well use another library."""
    assert ask(SIGNAL, written(*["go-net-http"] * 20, version="3.0.0")) == {}


def test_clients_without_a_known_library_are_not_asked():
    """A gateway that names itself uses what it likes."""
    assert ask(SIGNAL, written(*["python-httpx"] * 20, client="litellm")) == {}


def test_nothing_in_gives_nothing_out():
    """An empty day has no answers."""
    assert ask(SIGNAL, Traffic()) == {}
