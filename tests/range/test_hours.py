"""Tests of schedules."""

import random
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch_range.hours import arrivals, daily
from stillwatch_range.model import DAY_US, HOUR_US, SECOND_US

MONDAY_US = 1_780_272_000 * SECOND_US


def hours_of(times, zone):
    return [datetime.fromtimestamp(at_us / SECOND_US, ZoneInfo(zone)).hour for at_us in times]


@pytest.mark.parametrize("shape", ["flat", "office", "waking"])
def test_the_mean_is_kept(shape):
    """A working day has about as many arrivals as asked for, whatever its shape."""
    draw = random.Random(3)
    times = list(arrivals(draw, MONDAY_US, MONDAY_US + 4 * DAY_US, 1000, shape))
    assert 3700 < len(times) < 4300


def test_office_hours_are_those_of_the_place():
    """Work comes in the daytime of the zone that is named."""
    draw = random.Random(3)
    times = arrivals(draw, MONDAY_US, MONDAY_US + 4 * DAY_US, 500, "office", "Asia/Tokyo")
    hours = hours_of(times, "Asia/Tokyo")
    assert sum(8 <= hour < 18 for hour in hours) > 0.85 * len(hours)


def test_weekends_are_quiet_in_offices_only():
    """On a Saturday an office sends little and a machine as much as ever."""
    saturday_us = MONDAY_US + 5 * DAY_US
    counts = {
        shape: len(list(arrivals(random.Random(1), saturday_us, saturday_us + DAY_US, 500, shape)))
        for shape in ("flat", "office")
    }
    assert counts["office"] < 80 < 400 < counts["flat"]


@given(
    st.integers(0, 40 * DAY_US),
    st.integers(0, 5 * DAY_US),
    st.floats(0.1, 300),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"]),
)
def test_times_are_ordered_and_inside(offset_us, length_us, per_day, zone):
    """Whatever the span and zone, times come in order and none lies outside."""
    start_us = MONDAY_US + offset_us
    end_us = start_us + length_us
    for times in (
        list(arrivals(random.Random(5), start_us, end_us, per_day, "waking", zone)),
        list(daily(start_us, end_us, 2.5, zone)),
    ):
        assert times == sorted(times)
        assert all(start_us <= at_us < end_us for at_us in times)


def test_a_daily_job_keeps_its_hour_over_a_change_of_clocks():
    """A scheduler starts by the local clock, also in the week when clocks change."""
    zone = "Europe/Berlin"
    start_us = int(datetime(2026, 10, 20, tzinfo=ZoneInfo(zone)).timestamp()) * SECOND_US
    times = list(daily(start_us, start_us + 10 * DAY_US, 6, zone))
    assert set(hours_of(times, zone)) == {6}
    assert {b - a for a, b in pairwise(times)} == {DAY_US, DAY_US + HOUR_US}
