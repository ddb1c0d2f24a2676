"""Times inside texts move along with their exchange."""

import dataclasses
import datetime as dt

from stillwatch_range.record.placing import Calendar, Slot
from stillwatch_range.record.retime import Retime
from tests.range.record.small import small_story

RECORDED_S = dt.datetime(2026, 11, 22, 21, 0, tzinfo=dt.UTC).timestamp()
STORY_S = dt.datetime(2026, 6, 1, 23, 30, tzinfo=dt.UTC).timestamp()
SESSION = small_story([("mira", "claude", "")]).sessions[0]
SLOT = Slot(RECORDED_S, RECORDED_S + 60, STORY_S - RECORDED_S)
CALENDAR = Calendar({SESSION.id: {0: SLOT}}, STORY_S)


def moved(text, kernel="6.1.0-99-machine"):
    return Retime(CALENDAR, SESSION, kernel).text(text, STORY_S)


def test_the_date_line_is_the_persons_local_day():
    """Half past eleven in UTC is the next day in Riga."""
    assert moved("Today's date is 2026-11-22.") == "Today's date is 2026-06-02."
    assert moved("<current_date>2026/11/22<") == "<current_date>2026/06/02<"


def test_ids_that_hold_a_time_hold_the_storys_time():
    """Version 7 UUIDs begin with milliseconds."""
    old_ms, new_ms = int(RECORDED_S * 1000) + 5000, int(STORY_S * 1000) + 5000
    old, new = f"{old_ms:012x}", f"{new_ms:012x}"
    tail = "-7abc-8def-0123456789ab"
    assert moved(f"{old[:8]}-{old[8:]}{tail}") == f"{new[:8]}-{new[8:]}{tail}"


def test_ids_of_other_times_stay():
    """A version 7 UUID from last year is not of this recording."""
    assert moved("01890000-0000-7abc-8def-0123456789ab").startswith("01890000-0000")


def test_the_kernel_is_the_persons():
    """There is only one on the recording machine; the text keeps its length."""
    text = moved("Linux desk 6.1.0-99-machine x86_64")
    assert SESSION.person.machine.kernel in text
    assert len(text) == len("Linux desk 6.1.0-99-machine x86_64")


def test_fields_of_answers_move():
    """The provider's own `created` agrees with the story."""
    shown = Retime(CALENDAR, SESSION, "x").fields({"created": int(RECORDED_S), "n": [1]})
    assert shown == {"created": int(STORY_S), "n": [1]}


def test_nothing_changes_where_nothing_moved():
    """A session that is placed where it was recorded keeps its texts."""
    still = Calendar({SESSION.id: {0: dataclasses.replace(SLOT, shift_s=0.0)}}, RECORDED_S)
    text = "Today's date is 2026-11-22."
    assert Retime(still, SESSION, "x").text(text, RECORDED_S) == text
