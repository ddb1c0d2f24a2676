"""The benchmark of head counts counts."""

import math

import people
from people import score

from stillwatch.signals.headcount import Headcount


def count(low, best, high):
    return Headcount(low, best, high, 0, 0, 0, "")


def test_a_score_knows_error_coverage_and_silence():
    """Errors are taken over answers, coverage over all."""
    result = score(
        [count(8, 12, 14), count(9, 10, None), count(11, 15, 20), count(1, None, None)], 10
    )
    assert result.error == 0.2
    assert result.answered == 0.75
    assert result.coverage == 0.75


def test_without_answers_there_is_no_error():
    """A lower bound alone can be right or wrong, but has no error."""
    result = score([count(2, None, None), count(11, None, None)], 10)
    assert math.isnan(result.error)
    assert result.coverage == 0.5


def test_a_small_run_meets_the_target_for_ten_people(capsys, monkeypatch):
    """A few trials of one size: all three kinds of traffic are printed and met."""
    monkeypatch.setattr(people, "PEOPLE", (10,))
    people.report(trials=50, seed=3)
    lines = [line for line in capsys.readouterr().out.splitlines() if "met" in line.split()]
    assert [line.split()[0] for line in lines] == ["normal", "pinned", "chat"]
