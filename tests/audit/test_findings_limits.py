"""What an audit did not see is said in sentences."""

import pytest
from msgspec.structs import replace

from stillwatch.audit.findings import judge
from stillwatch.audit.recording import Outcome, Recording, Request
from tests.audit.made_up import recording


def said(change, **more):
    """Sentences about what was not tested, in one text."""
    made = recording()
    changed = tuple(change(run) for run in made.runs)
    return "\n".join(judge(Recording(made.plan, changed, **more)).not_tested)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.FAILED, "failed"),
        (Outcome.TIMED_OUT, "timed out"),
        (Outcome.FLOODED, "flooded"),
        (Outcome.RUBBISH, "sent what is no HTTP"),
    ],
)
def test_runs_that_did_not_end_well_are_told_with_their_last_words(outcome, words):
    """So that a person sees that a tool waits for a login."""
    told = said(
        lambda run: replace(run, outcome=outcome, exit=None, said="Welcome!\nSign in? [y/N]")
    )
    assert f"72 of 72 runs {words}" in told
    assert "Sign in? [y/N]" in told


def test_a_host_without_a_request_that_could_be_read_is_named():
    """Looked up or asked of the proxy, and then nothing: its certificate was not taken."""
    tunnel = Request(
        at_ms=1.0,
        method="CONNECT",
        path="pinned.example.org:443",
        headers=(),
        server="pinned.example.org",
        host="other",
    )

    def change(run):
        if run.environment["proxy"] == "set":
            return replace(run, requests=(*run.requests, tunnel))
        return replace(run, lookups=("pinned.example.org", "seen.example.org"))

    told = said(change)
    assert "What it sends to pinned.example.org: 72 of 72 runs" in told
    assert "seen.example.org: 36 of 72 runs" in told


def test_a_host_whose_requests_were_read_is_not_named():
    """Nothing is missing there."""
    get = Request(
        at_ms=1.0, method="GET", path="/", headers=(), server="seen.example.org", host="other"
    )
    told = said(
        lambda run: replace(run, requests=(*run.requests, get), lookups=("seen.example.org",))
    )
    assert "What it sends to" not in told


def test_silent_runs_and_a_broken_line_are_told():
    """An audit of nothing does not look like a clean one."""
    told = said(lambda run: replace(run, requests=()), cut=True)
    assert "72 of 72 runs sent no request." in told
    assert "broken off" in told
