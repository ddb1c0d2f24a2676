"""A session is played as its turns and replies call for."""

import contextlib

from stillwatch_range.model import SECOND_US, Call, Reply, Session, Step, Turn
from stillwatch_range.play import play


class Noted:
    """A client that writes down what happens to it."""

    def __init__(self, log):
        self.log = log

    def says(self, prompt):
        self.log.append(f"says {prompt}")

    def sides(self, at_us, prompt):
        yield f"side {at_us}"

    def ask(self, at_us, step):
        return f"ask {at_us}"

    def hears(self, reply):
        self.log.append("hears")

    def runs(self, step, reply):
        self.log.append(f"runs {len(step.calls)}")

    def agent(self, call):
        return Noted(self.log)


def session(*turns):
    return Session(None, None, "claude-code", "2", 0, turns)


def replies(act, *answers):
    """Feed answers to an act; gives what it asked."""
    asked = [next(act)]
    with contextlib.suppress(StopIteration):
        asked += map(act.send, answers)
    return asked


def ok(at_s):
    return Reply(200, at_s * SECOND_US)


def test_a_tool_call_takes_its_time_and_comes_back():
    """The next request leaves when the tool is done."""
    log = []
    call = Call("shell", {"command": "ls"}, "a", took_s=2)
    turn = Turn("look", (Step(calls=(call,)), Step("done")))
    asked = replies(play(session(turn), Noted(log)), ok(0), ok(1), ok(5))
    assert asked == ["side 0", "ask 0", "ask 3000000"]
    assert log == ["says look", "hears", "runs 1", "hears", "runs 0"]


def test_a_person_waits_before_the_next_turn():
    """`wait_s` counts from the last answer."""
    turns = (Turn("one", (Step("a"),)), Turn("two", (Step("b"),), wait_s=10))
    asked = replies(play(session(*turns), Noted([])), ok(0), ok(1), ok(2), ok(12))
    assert asked[2:] == ["side 11000000", "ask 11000000"]


def test_a_busy_provider_is_asked_again_after_what_it_says():
    """As SDKs do; in the end they give up."""
    busy = Reply(429, SECOND_US, retry_after_s=30)
    act = play(session(Turn("one", (Step("a"),))), Noted([]))
    asked = replies(act, ok(0), busy, Reply(429, 40 * SECOND_US), busy, busy)
    assert asked == ["side 0", "ask 0", "ask 31000000", "ask 44000000", "ask 31000000"]


def test_a_refusal_ends_the_session():
    """A banned account's client shows the error and stops."""
    turns = (Turn("one", (Step("a"),)), Turn("two", (Step("b"),)))
    asked = replies(play(session(*turns), Noted([])), ok(0), Reply(403, SECOND_US))
    assert asked == ["side 0", "ask 0"]


def test_a_sub_agent_plays_its_own_turns():
    """Its requests come between the call and the call's result."""
    log = []
    work = (Turn("sub", (Step("found"),)),)
    call = Call("agent", {"title": "t", "prompt": "sub"}, "found", work=work)
    turn = Turn("main", (Step(calls=(call,)), Step("done")))
    replies(play(session(turn), Noted(log)), ok(0), ok(1), ok(2), ok(3), ok(4))
    assert log == ["says main", "hears", "says sub", "hears", "runs 0", "runs 1", "hears", "runs 0"]
