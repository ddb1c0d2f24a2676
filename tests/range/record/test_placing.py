"""Recorded turns move to where the story wants them."""

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from stillwatch_range.record.placing import by_story, place, spans_of
from stillwatch_range.record.tape import Take
from tests.range.record.small import START_US, small_story

TAKE = Take("session-0", 0, "acct", 0.0, 500, "POST", "/v1/messages", [], "{}", 200, [], None, [])
SESSION = small_story([("mira", "claude", "")]).sessions[0]


def take(turn, time_s, session="session-0"):
    return dataclasses.replace(TAKE, session=session, turn=turn, time_s=time_s)


def test_a_turn_spans_from_its_first_request_to_the_end_of_its_last_answer():
    """Titles and tool steps of a turn belong to it."""
    spans = spans_of([take(0, 100.0), take(0, 103.0), take(1, 110.0)])
    assert spans == {("session-0", 0): (100.0, 103.5), ("session-0", 1): (110.0, 110.5)}


def test_people_think_between_turns_and_not_within():
    """Inside a turn the pace of the recording stays; between turns the person's wait stands."""
    takes = [take(0, 100.0), take(0, 103.0), take(1, 104.0)]
    calendar = by_story([SESSION], takes, START_US / 1e6)
    first, second, third = (calendar.take_s(one) - SESSION.start_s for one in takes)
    assert (first, second) == (0.0, 3.0)
    assert third == 3.5 + SESSION.turns[1].wait_s


def test_a_turn_that_never_reached_the_server_leaves_its_time_empty():
    """A client that failed once does not move the person's later turns away."""
    calendar = by_story([SESSION], [take(1, 50.0)], START_US / 1e6)
    assert calendar.take_s(take(1, 50.0)) == SESSION.start_s + SESSION.turns[1].wait_s


def test_a_session_that_was_not_recorded_has_no_place():
    """Nothing is made up for it."""
    calendar = by_story([SESSION], [], START_US / 1e6)
    assert not calendar._slots


def test_files_made_for_the_recording_belong_to_it_and_old_ones_do_not():
    """Listings show times of both; only the first kind may move."""
    calendar = by_story([SESSION], [take(0, 10_000.0)], START_US / 1e6)
    assert calendar.covers("session-0", 10_000.0 - 600)
    assert not calendar.covers("session-0", 10_000.0 - 86_400)


@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.floats(0.1, 900)), min_size=2, max_size=2),
    st.floats(0, 1e6),
)
def test_turns_never_overlap_and_keep_their_order(shape, start_s):
    """Whatever was recorded when, a person does one thing after the other."""
    takes = [take(turn, 1000.0 * turn + length) for turn, (length, _) in enumerate(shape)]
    slots, ended_s = place(SESSION, spans_of(takes), start_s, [wait for _, wait in shape[1:]])
    ends = [slot.ended_s + slot.shift_s for slot in slots.values()]
    begins = [slot.begun_s + slot.shift_s for slot in slots.values()]
    assert begins[0] >= start_s - 1e-6
    assert begins[1] >= ends[0]
    assert ended_s == ends[-1] or abs(ended_s - ends[-1]) < 1e-6
