"""Tests of programs that call an API."""

import random
from collections import Counter

from stillwatch_range.people.population import People, PeopleSpec
from stillwatch_range.programs import SDKS, program, turn
from tests.range.twins.seen import START_US, world

OPERATOR = People(PeopleSpec(habits="program"), world(), 5).person(0)


def many(count=400, clients=None):
    """Programs of one operator."""
    return [program(random.Random(seed), OPERATOR, clients) for seed in range(count)]


def test_all_sdks_are_met():
    """Programs use every SDK, in about the shares of the world."""
    counts = Counter(one.client for one in many())
    assert set(counts) == set(SDKS)
    assert counts["anthropic-python"] > counts["go"]


def test_only_named_clients_are_used():
    """A choice of clients is kept, also of one that is no SDK, which sets its own limits."""
    assert {one.client for one in many(50, ("go", "requests"))} == {"go", "requests"}
    (coder,) = many(1, ("claude-code",))
    assert not coder.params


def test_some_pin_old_versions():
    """Versions of one SDK differ between programs."""
    assert len({one.version for one in many() if one.client == "anthropic-python"}) > 3


def test_programs_run_on_servers_and_on_own_machines():
    """Some run where their operator works, others on one or several servers of one image."""
    runs = many()
    own = [one for one in runs if one.machines == OPERATOR.machines[:1]]
    assert 0.15 < len(own) / len(runs) < 0.45
    several = next(one for one in runs if len(one.machines) > 2)
    assert len({machine.host for machine in several.machines}) == 1
    assert len({machine.ip for machine in several.machines}) == len(several.machines)


def test_sessions_go_around_the_machines():
    """Conversations are spread over a program's servers."""
    run = next(one for one in many() if len(one.machines) > 2)
    asked = [turn(random.Random(1), "hello")]
    used = {run.session(START_US, asked, number=n).machine.ip for n in range(9)}
    assert used == {machine.ip for machine in run.machines}


def test_turns_have_the_length_asked_for():
    """An answer's length follows the caller, and is drawn where it is left out."""
    lengths = [len(turn(random.Random(n), "hello", length=900).steps[0].say) for n in range(20)]
    assert 600 < sum(lengths) / 20 < 1300
    drawn = {len(turn(random.Random(n), "hello").steps[0].say) // 100 for n in range(40)}
    assert len(drawn) > 5
