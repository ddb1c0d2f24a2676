"""A tool that hangs in some environments does not take the time of the others."""

from stillwatch.audit.recording import Limits, Outcome, Run
from stillwatch.audit.runner_patience import AT_LEAST_S, HOPELESS, TIMES, Patience


def run(outcome, seconds):
    return Run(
        environment={},
        repeat=0,
        order=0,
        outcome=outcome,
        exit=None,
        duration_ms=seconds * 1e3,
        requests=(),
    )


def patience(*runs, time_s=60.0):
    made = Patience(Limits(time_s=time_s))
    for one in runs:
        made.learn(one)
    return made


def test_before_the_first_run_the_whole_time_is_given():
    """Nothing is known yet; a run that hung says nothing either."""
    assert patience().time_s == 60
    assert patience(run(Outcome.TIMED_OUT, 60)).time_s == 60


def test_the_longest_run_that_ended_says_how_long_is_long():
    """Never more than was allowed, never too little for a busy machine."""
    made = patience(run(Outcome.FINISHED, 2), run(Outcome.FAILED, 8), run(Outcome.FINISHED, 1))
    assert made.time_s == TIMES * 8
    assert patience(run(Outcome.FINISHED, 0.1)).time_s == AT_LEAST_S
    assert patience(run(Outcome.FINISHED, 50)).time_s == 60


def test_it_is_spent_when_nothing_ever_ends():
    """One run that ended keeps it."""
    hung = [run(Outcome.TIMED_OUT, 60)] * HOPELESS
    assert patience(*hung).spent
    assert not patience(*hung[1:]).spent
    assert not patience(run(Outcome.FAILED, 1), *hung).spent
