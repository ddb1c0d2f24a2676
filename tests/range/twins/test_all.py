"""Checks that every twin must pass."""

from functools import cache
from itertools import islice
from typing import get_args

import msgspec
import pytest

from stillwatch.errors import SettingsError
from stillwatch_range.twins import KINDS, TwinSpec
from stillwatch_range.twins.spec import Kind
from tests.range.twins.seen import (
    SMALL,
    START_US,
    Watch,
    opened,
    played,
    prompts,
    seen,
    small,
    world,
)

KINDS_SORTED = sorted(KINDS)


@cache
def day(kind):
    """A day of a small twin."""
    return played(TwinSpec(kind=kind, **SMALL.get(kind, {})), days=1)[1]


def test_every_kind_has_a_story():
    """The kinds that a file may name are those that exist, and each says why it is innocent."""
    assert set(get_args(Kind)) == set(KINDS)
    for open_cell in KINDS.values():
        story = __import__(open_cell.__module__, fromlist=["x"]).__doc__
        assert "Resembles" in story
        assert "Innocent" in story


@pytest.mark.parametrize("kind", KINDS_SORTED)
def test_labels_say_twin(kind):
    """Accounts are labelled as twins of their kind, and grouped where there are several."""
    cell, _ = small(kind)
    labels = {one.label for one in cell.accounts}
    assert len(labels) == 1
    (label,) = labels
    assert (label.kind, label.family, label.level) == ("twin", kind, "")
    assert label.group == ("twin:test" if len(cell.accounts) > 1 else "")


@pytest.mark.parametrize("kind", KINDS_SORTED)
def test_everything_is_answered(kind):
    """Every account is used and no request is refused, with signatures bound to organisations."""
    cell, rows = small(kind)
    assert {one.status for one in rows} == {200}
    assert {one.account.id for one in rows} == {one.id for one in cell.accounts}


@pytest.mark.parametrize("kind", KINDS_SORTED)
def test_truth_stays_out_of_captures(kind):
    """No capture names a person, a kind or the cell."""
    watch = day(kind)
    told = b"\n".join(watch.lines)
    for word in (kind.encode(), b"twin:test", *{one.person.encode() for one in watch.seen}):
        assert word not in told


@pytest.mark.parametrize("kind", KINDS_SORTED)
def test_the_same_seed_gives_the_same_bytes(kind):
    """Two runs agree byte for byte, and another seed differs."""
    spec = TwinSpec(kind=kind, **SMALL.get(kind, {}))
    first = day(kind).lines
    assert first
    assert played(spec, days=1)[1].lines == first


def test_another_seed_differs():
    """Another seed gives other times; a drift monitor's questions are the same for all."""
    spec = TwinSpec(kind="drift-monitor", per_day=20)
    asked = [prompts(played(spec, days=1, seed=seed)[1].seen) for seed in (11, 12)]
    times = [[one.at_us for one in played(spec, days=1, seed=seed)[1].seen] for seed in (11, 12)]
    assert asked[0] == asked[1]
    assert times[0] != times[1]


@pytest.mark.parametrize("kind", KINDS_SORTED)
def test_cells_are_lazy(kind):
    """Ten years can be opened, and the first conversations taken, at once."""
    spec = TwinSpec(kind=kind, **SMALL.get(kind, {}))
    cell = opened(spec, world(days=3650), Watch())
    starts = [one.starts_us for one in islice(cell.actors, 10)]
    assert starts == sorted(starts)
    assert starts[0] >= START_US


@pytest.mark.parametrize("kind", KINDS_SORTED)
def test_starts_are_in_order_and_inside(kind):
    """Conversations begin inside the world and come in the order of time."""
    place = world()
    cell = opened(TwinSpec(kind=kind, **SMALL.get(kind, {})), place, Watch())
    starts = [one.starts_us for one in cell.actors]
    assert starts == sorted(starts)
    assert place.start_us <= starts[0]
    assert starts[-1] < place.end_us


@pytest.mark.parametrize("kind", KINDS_SORTED)
def test_conversations_have_one_person(kind):
    """What is true of a conversation does not change on the way."""
    people = {}
    for one in seen(kind):
        assert people.setdefault(one.conversation, one.person) == one.person


@pytest.mark.parametrize("kind", ["travelling-person", "drift-monitor"])
def test_size_without_a_choice_is_refused(kind):
    """A knob that a story does not have is an error and not ignored."""
    with pytest.raises(SettingsError, match="no choice of people"):
        opened(TwinSpec(kind=kind, people=3), world(), Watch())


def test_unknown_client_is_refused():
    """A client that does not exist is named in the error."""
    with pytest.raises(SettingsError, match="telnet"):
        opened(TwinSpec(kind="drift-monitor", clients=("telnet",)), world(), Watch())


@pytest.mark.parametrize(
    "table",
    [{"kind": "no-such-twin"}, {"kind": "drift-monitor", "accounts": 0}, {"kind": "x", "y": 1}],
)
def test_spec_is_strict(table):
    """A table with a wrong kind, size or field is refused."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(table, TwinSpec, strict=True)


def test_sizes_are_kept():
    """People, accounts, rates and clients are those that the table asks for."""
    spec = TwinSpec(kind="synthetic-data", accounts=4, per_day=40, clients=("go",), declared=False)
    cell, watch = played(spec)
    assert len(cell.accounts) == 4
    assert 80 < len(watch.seen) < 165
    assert {one.headers["user-agent"] for one in watch.seen} == {"Go-http-client/1.1"}
    assert {one.declared_use for one in cell.accounts} == {None}


def test_chosen_clients_hold_for_people():
    """Where people work by their habits they use the clients that the table names."""
    _, watch = played(TwinSpec(kind="shared-house", clients=("claude-code",)))
    assert {one.headers["user-agent"].split("/")[0] for one in watch.seen} == {"claude-cli"}
