"""Whether an answer refuses: by stop reason, or by how a short answer begins, in many languages."""

import itertools
import tomllib
from pathlib import Path

import pytest

from stillwatch.exchange import Message, Part, Response, Text, ToolCall
from stillwatch.traits.refusals import SHORT_CHARS, refused

SAID = tomllib.loads((Path(__file__).parent / "refusals.toml").read_text("utf-8"))


def answer(*parts: Part, stop: str | None = "end_turn") -> Response:
    """A response with an assistant's turn."""
    return Response(status=200, message=Message("assistant", parts), stop_reason=stop)


@pytest.mark.parametrize("text", SAID["refuses"], ids=itertools.count())
def test_refusals_are_recognised(text: str) -> None:
    """A short answer that begins like a refusal refuses."""
    assert refused(answer(Text(text))) is True


@pytest.mark.parametrize("text", SAID["answers"], ids=itertools.count())
def test_answers_are_left_alone(text: str) -> None:
    """What an agent cannot do, apologies and offers of help are no refusals."""
    assert refused(answer(Text(text))) is False


@pytest.mark.parametrize("reason", ["refusal", "content_filter"])
def test_stop_reasons_decide(reason: str) -> None:
    """A stop reason of refusal counts, with any words or none."""
    assert refused(answer(Text("Here is the"), stop=reason)) is True
    assert refused(Response(status=200, stop_reason=reason)) is True


def test_nothing_is_said_without_an_answer() -> None:
    """No response, or one without a turn, is neither refused nor not."""
    assert refused(None) is None
    assert refused(Response(status=429, error_type="rate_limit_error")) is None


def test_long_answers_and_calls_do_their_work() -> None:
    """An answer that goes on for long or calls a tool refuses nothing."""
    begin = "I can't help with that part. "
    assert refused(answer(Text(begin))) is True
    assert (
        refused(answer(Text(begin + "But this is how it works. " * (SHORT_CHARS // 20)))) is False
    )
    assert refused(answer(Text(begin), ToolCall("toolu_1", "Bash", "{}"))) is False
