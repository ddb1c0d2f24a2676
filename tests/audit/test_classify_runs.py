"""Rules for runs as a whole: the way to a host, requests of one kind, times."""

from msgspec.structs import replace

from stillwatch.audit.classify_runs import WAY
from stillwatch.audit.findings import judge
from stillwatch.audit.model import Aspect, Group
from stillwatch.audit.recording import Recording, Request
from tests.audit.made_up import recording

HOST = "updates.example.org"


def calling(run, *, always):
    """A run that also calls a host of its own, by name or through the proxy."""
    proxied = run.environment["proxy"] == "set"
    get = Request(at_ms=1.0, method="GET", path="/v", headers=(), server=HOST, host="other")
    tunnel = replace(get, method="CONNECT", path=f"{HOST}:443", at_ms=0.5)
    if proxied:
        return replace(run, requests=(tunnel, get, *run.requests))
    if always:
        return replace(run, requests=(get, *run.requests), lookups=(HOST,))
    return run


def judged(change, plant=None):
    """Findings of an audit whose runs are changed, but for what the tool shows in plain."""
    made = recording(plant)
    document = judge(Recording(made.plan, tuple(change(run) for run in made.runs)))
    return [one for one in document.findings if "home" not in one.shows]


def test_a_host_that_is_always_called_is_not_hidden_by_the_proxy():
    """By name without a proxy and by a tunnel with one: that is what a proxy is for."""
    (one,) = judged(lambda run: calling(run, always=True))
    assert (one.group, one.channel, one.factors) == (Group.EXPECTED, WAY, ("proxy",))
    assert {place.aspect for place in one.places} == {Aspect.PRESENCE}


def test_a_host_that_is_called_behind_a_proxy_only_is_not_expected():
    """Nobody is called without the proxy, so the call tells that there is one."""
    found = judged(lambda run: calling(run, always=False))
    assert found
    assert all(one.group is not Group.EXPECTED for one in found)


def sent_again(levels, drafts, _):
    """The same request twice for one user."""
    if levels["user"] == "two":
        drafts.append(dict(drafts[0]))


def test_one_more_of_the_same_is_concealed():
    """A request that cannot be told from the others says something by its number."""
    (one,) = judged(lambda run: run, sent_again)
    assert (one.group, one.channel, one.factors) == (
        Group.CONCEALED,
        "number of requests",
        ("user",),
    )


def slower(by_ms):
    """What makes a tool slower for one user."""

    def plant(levels, drafts, _):
        drafts[0]["gap_ms"] += by_ms * (levels["user"] == "two")

    return plant


def test_times_that_overlap_are_not_called_concealed():
    """A tool that is a little slower is found, and nothing is made of it."""
    (one,) = judged(lambda run: run, slower(20))
    assert (one.group, one.channel, one.factors) == (Group.UNDECLARED, "timing", ("user",))


def test_times_that_lie_apart_are_concealed():
    """The gap is wider than what chance makes."""
    (one,) = judged(lambda run: run, slower(200))
    assert (one.group, one.channel) == (Group.CONCEALED, "timing")


def test_a_list_in_place_of_a_text_is_one_open_difference():
    """Its members are no differences of their own."""

    def plant(levels, drafts, _):
        if levels["host"] == "lab":
            turn = drafts[0]["body"]["messages"][0]
            turn["content"] = [{"type": "text", "text": turn["content"]}]

    (one,) = judged(lambda run: run, plant)
    assert (one.group, one.channel) == (Group.UNDECLARED, "kind of JSON value")
    assert [place.path for place in one.places] == ["body.messages[0].content"]
