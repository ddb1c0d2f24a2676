"""Cells run in the order of time, whatever their actors do."""

from hypothesis import given
from hypothesis import strategies as st

from stillwatch_range.cell import run
from stillwatch_range.model import Actor, Ask, Cell, Plan, Reply, Truth


class Recorder:
    """A road that remembers when what passed, and answers after a while."""

    def __init__(self, takes_us=5):
        self.seen = []
        self.takes_us = takes_us

    def send(self, ask):
        self.seen.append((ask.at_us, ask.truth.person))
        return Reply(200, ask.at_us + self.takes_us)


def ask(at_us, person):
    truth = Truth(person, 0)
    return Ask(at_us, "chat", "/v1/chat/completions", [], {"messages": []}, Plan(), "", 0, truth)


def act(person, times):
    """Ask at these times, but never before the last answer."""
    ready_us = 0
    for at_us in times:
        reply = yield ask(max(at_us, ready_us), person)
        ready_us = reply.at_us


TIMES = st.lists(st.lists(st.integers(0, 100), max_size=6).map(sorted), max_size=6)


@given(TIMES)
def test_requests_pass_in_the_order_of_time(plans):
    """No request overtakes another, and none is lost."""
    road = Recorder()
    starts = sorted((times[0] if times else 0, number) for number, times in enumerate(plans))
    actors = (Actor(start, road, act(str(number), plans[number])) for start, number in starts)
    run(Cell((), actors), 10_000)
    moments = [at_us for at_us, _ in road.seen]
    assert moments == sorted(moments)
    assert len(moments) == sum(map(len, plans))


def test_nothing_is_sent_at_or_after_the_end():
    """The scenario's end is an end."""
    road = Recorder()
    run(Cell((), [Actor(0, road, act("a", [0, 10, 20, 30]))]), 20)
    assert [at_us for at_us, _ in road.seen] == [0, 10]


def test_actors_are_made_as_late_as_possible():
    """A cell of any length holds only actors that have begun."""
    road = Recorder()
    made = []

    def actors():
        for number in range(5):
            made.append((number, len(road.seen)))
            yield Actor(number * 100, road, act(str(number), [number * 100]))

    run(Cell((), actors()), 10_000)
    assert made == [(0, 0), (1, 0), (2, 1), (3, 2), (4, 3)]
