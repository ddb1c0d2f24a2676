"""The vendors' SDKs, as they are, against the server."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.range.upstream.asks import decoded
from tests.range.upstream.serving import Kept, serving

pytestmark = pytest.mark.clients
# An environment of their own, made by `make test`; see the Makefile for why.
SDKS = Path(__file__).parents[3] / ".venv" / "sdks" / "bin" / "python"
TALK = Path(__file__).parent / "sdk_talk.py"


@pytest.fixture(scope="module")
def talked():
    """What the SDKs said they got, and what the server captured."""
    if not SDKS.exists():
        pytest.skip("no SDKs here; `make test` installs them")
    tape = Kept()
    with serving(tape=tape) as upstream:
        done = subprocess.run(
            [SDKS, "-I", TALK, upstream.url],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), tape


@pytest.mark.parametrize("way", ["messages", "messages stream", "chat", "chat stream",
                                 "responses", "responses stream"])  # fmt: skip
def test_an_agent_works_through_an_sdk(talked, way):
    """It calls tools, hands back their results with thoughts and all, and gets an answer."""
    said, _ = talked
    assert said[way]["calls"] == ["run", "run"]
    assert "the clock" in said[way]["answer"]


def test_errors_reach_the_sdks_as_their_own(talked):
    """A limit is a limit and a lost account a lost account in each SDK's terms."""
    said, _ = talked
    assert said["errors"] == [
        "RateLimitError",
        "PermissionDeniedError",
        "RateLimitError",
        "AuthenticationError",
    ]


def test_counts_and_models_are_read(talked):
    """Both SDKs read the list of models; tokens are counted."""
    said, _ = talked
    assert said["models"][0] == said["models"][1]
    assert said["tokens"] > 0


def test_all_of_it_is_captured(talked):
    """Every exchange decodes."""
    _, tape = talked
    exchanges = [decoded(take.line) for take in tape.takes]
    assert len(exchanges) > 18
    assert {exchange.wire for exchange in exchanges} == {"anthropic", "chat", "responses"}
