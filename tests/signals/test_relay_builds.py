"""Traces of relay builds count while they are fresh."""

from datetime import UTC, datetime

import pytest

from stillwatch.signals.relay_builds import DAY_US, SIGNAL, faded
from stillwatch.traits.packs import builds
from tests.signals.build import START_US, Traffic, ask

BUILD = next(build for build in builds() if build.id == "crs-device")
AS_OF_US = round(datetime(*BUILD.as_of.timetuple()[:3], tzinfo=UTC).timestamp()) * 1_000_000


def traced(*ids, at_us=AS_OF_US):
    traffic = Traffic()
    for name in ids:
        row = traffic.exchange(at_us=at_us - START_US)
        relay = next(build.relay for build in builds() if build.id == name)
        traffic.check(row, f"relay-build:{name}", False, relay)
    return traffic


def test_a_fresh_trace_weighs_what_it_says():
    """The weight of its entry, on its date."""
    evidence = ask(SIGNAL, traced("crs-device"))["acct"]
    assert evidence.log10_lr == BUILD.weight
    assert "claude-relay-service" in evidence.says
    assert evidence.exhibits[0].exchange == "ex_0"


def test_traces_of_one_relay_do_not_add_up():
    """They come together, so only the strongest counts."""
    both = ask(SIGNAL, traced("crs-device", "crs-missing-result"))["acct"]
    assert both.log10_lr == BUILD.weight
    assert both.numbers == {"traces": 2, "relays": 1}


def test_weight_halves_with_age():
    """Old knowledge is weak knowledge."""
    late = AS_OF_US + round(BUILD.half_life_days) * DAY_US
    assert ask(SIGNAL, traced("crs-device", at_us=late))["acct"].log10_lr == BUILD.weight / 2


@pytest.mark.parametrize("build", builds(), ids=lambda build: build.id)
def test_no_trace_ever_weighs_more_than_one(build):
    """Before its date it is as strong as on it, and after years it is nothing."""
    assert 0 < faded(build, 0) == build.weight <= 1
    assert faded(build, AS_OF_US + 3_000 * DAY_US) < 0.01


def test_traces_that_held_or_are_unknown_say_nothing():
    """Absence of a trace is no evidence of honesty."""
    traffic = Traffic()
    row = traffic.exchange()
    traffic.check(row, "relay-build:crs-device", True)
    traffic.check(row, "relay-build:from-a-newer-pack", False, "x")
    traffic.check(row, "claims", False, "version-differs")
    assert ask(SIGNAL, traffic) == {}


def test_nothing_in_gives_nothing_out():
    """An empty day has no answers."""
    assert ask(SIGNAL, Traffic()) == {}
