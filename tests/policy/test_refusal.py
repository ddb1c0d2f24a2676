"""Refusals have the shape of each wire, and the form that makes clients stop."""

import json

import pytest
from msgspec.structs import replace as changed

from stillwatch.policy.decision import ALLOW, Decision
from stillwatch.policy.refusal import SHOWN_BY_CODEX, refusal
from stillwatch.policy.statements import statements

WIRES = ("anthropic", "chat", "responses", "unknown")


def held(outcome, **more):
    return Decision(outcome=outcome, rule="r", reason="banned", message="No. Case {case}.", **more)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("outcome", "status"), [("block", 403), ("step-up", 403), ("throttle", 429)]
)
def test_a_person_reads_text_case_and_reason(wire, outcome, status):
    """Where each wire's clients look for a message; with 400 only where they stop at it."""
    made = refusal(held(outcome), wire, "K1234-AB")
    body = json.loads(made.body)
    assert made.status == (400 if wire == "responses" and status == 403 else status)
    assert body["error"]["message"] == "No. Case K1234-AB. [banned]"
    assert body["error"]["code"] == "banned"
    assert (body.get("type") == "error") == (wire == "anthropic")
    headers = dict(made.headers)
    assert headers["content-type"] == "application/json"
    assert int(headers["content-length"]) == len(made.body)


@pytest.mark.parametrize(
    ("wait_s", "after", "stops"),
    [(0, "1", False), (0.2, "1", False), (60, "60", False), (61, "61", True)],
)
def test_a_throttle_names_a_time_that_clients_wait(wait_s, after, stops):
    """Longer than they wait, they are told not to come back by themselves."""
    headers = dict(refusal(held("throttle", retry_after_s=wait_s), "chat", "").headers)
    assert headers["retry-after"] == after
    assert (headers.get("x-should-retry") == "false") == stops


def test_a_block_tells_clients_not_to_try_again():
    """And names no time."""
    headers = dict(refusal(held("block"), "anthropic", "").headers)
    assert headers["x-should-retry"] == "false"
    assert "retry-after" not in headers


@pytest.mark.parametrize(
    "message", ["Write to\nus.", "Nicht so schnell, später.", "a\x00b\x7f\u2028"]
)
def test_a_long_throttle_is_told_codex_in_a_header(message):
    """It shows no other text of a 429; a header is one line of ASCII, whatever the operator wrote."""
    nasty = Decision(outcome="throttle", rule="r", reason="x", message=message + " {case}")
    made = refusal(changed(nasty, retry_after_s=3600), "responses", "K1234-AB")
    told = dict(made.headers)[SHOWN_BY_CODEX]
    assert told.isascii()
    assert told.isprintable()
    assert "K1234-AB" in told
    error = json.loads(made.body)["error"]
    assert (made.status, error["type"]) == (429, "usage_limit_reached")
    assert SHOWN_BY_CODEX not in dict(refusal(nasty, "responses", "K1234-AB").headers)
    assert SHOWN_BY_CODEX not in dict(
        refusal(changed(nasty, retry_after_s=3600), "chat", "K1234-AB").headers
    )


@pytest.mark.parametrize("decision", [ALLOW, held("flag"), held("reroute")])
def test_what_holds_nothing_back_is_no_refusal(decision):
    """A face that asks for one has a mistake in it."""
    with pytest.raises(ValueError, match="nothing is held back"):
        refusal(decision, "chat", "")


def test_statements_know_strings_and_comments():
    """A semicolon in a text or a comment ends nothing; lines are those of the first word."""
    text = '// one; two\n@id("a;b") // c;\nforbid;\n\n  // d\n  permit;  \n// the end'
    assert [(one.line, one.text.split()[0]) for one in statements("f", text)] == [
        (2, '@id("a;b")'),
        (6, "permit;"),
    ]
