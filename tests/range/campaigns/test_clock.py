import itertools
import random
import statistics
from datetime import UTC, datetime

import pytest

from stillwatch_range.campaigns.clock import Clock
from stillwatch_range.model import DAY_US, HOUR_US, SECOND_US
from tests.range.campaigns.listening import START_US

END_US = START_US + 10 * DAY_US


def starts(clock, requests=1.0, end_us=END_US):
    draw, at_us, found = random.Random(4), START_US, []
    while (at_us := clock.after(draw, at_us, requests, end_us)) < end_us:
        found.append(at_us)
    return found


@pytest.mark.parametrize("schedule", ["machine", "office"])
@pytest.mark.parametrize("requests", [1.0, 8.0])
def test_the_rate_is_kept(schedule, requests):
    """As many requests come as the pace says, whatever the day's shape and the work's size."""
    count = len(starts(Clock(schedule, "Asia/Tokyo", 800.0, 1.0), requests)) * requests
    assert count == pytest.approx(8_000, rel=0.08)


def test_an_office_sleeps():
    """By the operator's day, almost nothing comes in the operator's night."""
    found = starts(Clock("office", "Asia/Tokyo", 800.0, 1.0))
    nights = sum(datetime.fromtimestamp(at // SECOND_US, UTC).hour in range(15, 22) for at in found)
    assert nights < 0.03 * len(found)


def test_jitter_makes_gaps_irregular():
    """Without jitter gaps are even; with it they spread as those of a Poisson process."""
    spread = []
    for jitter in (0.0, 1.0):
        found = starts(Clock("machine", "UTC", 800.0, jitter))
        gaps = [b - a for a, b in itertools.pairwise(found)]
        spread.append(statistics.stdev(gaps) / statistics.mean(gaps))
    assert spread[0] == pytest.approx(0.25, abs=0.05)
    assert spread[1] == pytest.approx(1.0, abs=0.12)


def test_nothing_starts_in_a_pause():
    """All work stands still in a pause and goes on after it."""
    pause = (START_US + DAY_US, START_US + DAY_US + 7 * HOUR_US)
    found = starts(Clock("machine", "UTC", 800.0, 1.0, (pause,)))
    assert not [at for at in found if pause[0] <= at < pause[1]]
    assert [at for at in found if at >= pause[1]]
