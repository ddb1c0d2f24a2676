"""Refusals have the shape of each wire, and the form that makes clients stop."""

import json

import pytest

from stillwatch.policy.decision import ALLOW, Decision
from stillwatch.policy.refusal import refusal
from stillwatch.policy.statements import statements

WIRES = ("anthropic", "chat", "responses", "unknown")


def held(outcome, **more):
    return Decision(outcome=outcome, rule="r", reason="banned", message="No. Case {case}.", **more)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("outcome", "status"), [("block", 403), ("step-up", 403), ("throttle", 429)]
)
def test_a_person_reads_text_case_and_reason(wire, outcome, status):
    """Where each wire's clients look for a message; never with status 400."""
    made = refusal(held(outcome), wire, "K1234-AB", stream=False)
    body = json.loads(made.body)
    assert made.status == status
    assert body["error"]["message"] == "No. Case K1234-AB. [banned]"
    assert body["error"]["code"] == "banned"
    assert (body.get("type") == "error") == (wire == "anthropic")
    headers = dict(made.headers)
    assert headers["content-type"] == "application/json"
    assert int(headers["content-length"]) == len(made.body)
    assert made.event == b""


@pytest.mark.parametrize(
    ("wait_s", "after", "stops"),
    [(0, "1", False), (0.2, "1", False), (60, "60", False), (61, "61", True)],
)
def test_a_throttle_names_a_time_that_clients_wait(wait_s, after, stops):
    """Longer than they wait, they are told not to come back by themselves."""
    headers = dict(
        refusal(held("throttle", retry_after_s=wait_s), "chat", "", stream=False).headers
    )
    assert headers["retry-after"] == after
    assert (headers.get("x-should-retry") == "false") == stops


def test_a_block_tells_clients_not_to_try_again():
    """And names no time."""
    headers = dict(refusal(held("block"), "anthropic", "", stream=False).headers)
    assert headers["x-should-retry"] == "false"
    assert "retry-after" not in headers


@pytest.mark.parametrize("wire", WIRES)
def test_a_stream_that_has_begun_ends_in_the_wires_own_error(wire):
    """Every event is one line of JSON after `data:`, and the text stands in it."""
    nasty = Decision(outcome="block", rule="r", reason="x", message='a\nb "c" \u2028 {case}')
    event = refusal(nasty, wire, "K1", stream=True).event.decode()
    assert event.endswith("\n\n")
    for block in event.rstrip("\n").split("\n\n"):
        *names, data = block.split("\n")
        assert data.startswith("data: ")
        assert all(line.startswith("event: ") for line in names)
        if data != "data: [DONE]":
            assert "K1" in json.dumps(json.loads(data.removeprefix("data: ")))
    assert event.endswith("[DONE]\n\n") == (wire in {"chat", "unknown"})
    assert ("response.failed" in event) == (wire == "responses")


@pytest.mark.parametrize("decision", [ALLOW, held("flag"), held("reroute")])
def test_what_holds_nothing_back_is_no_refusal(decision):
    """A face that asks for one has a mistake in it."""
    with pytest.raises(ValueError, match="nothing is held back"):
        refusal(decision, "chat", "", stream=False)


def test_statements_know_strings_and_comments():
    """A semicolon in a text or a comment ends nothing; lines are those of the first word."""
    text = '// one; two\n@id("a;b") // c;\nforbid;\n\n  // d\n  permit;  \n// the end'
    assert [(one.line, one.text.split()[0]) for one in statements("f", text)] == [
        (2, '@id("a;b")'),
        (6, "permit;"),
    ]
