"""honeypotllm (PyPI, 0.1.3): its own scoring class, as it is, on each account's stream.

It adds up rate, likeness of consecutive prompts, short gaps and volume for each key, lets the sum
decay, and marks answers of keys from 0.75 on. An account's score is the highest that its key had.

What differs from its use in front of a model: its module's clock, which is set to the time of each
exchange, and that the package is not needed to be in the request's way.
"""

from types import SimpleNamespace
from typing import Any

from stillwatch.errors import MissingExtra
from stillwatch_range.peers.embed import Encoder
from stillwatch_range.peers.scores import Scores
from stillwatch_range.peers.traffic import Stream, Traffic

THRESHOLD = 0.75


def score(traffic: Traffic, _history: Traffic | None, _encode: Encoder) -> Scores:
    """Score accounts: the highest suspicion of their key.

    Raises:
        MissingExtra: the package is not installed.
    """
    try:
        from honeypotllm import scoring  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
        from honeypotllm.config import (  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
            ScoringConfig,
        )
    except ImportError as error:
        raise MissingExtra(
            "This peer is a package of its own.", "pip install honeypotllm==0.1.3"
        ) from error
    values = {
        account: _highest(scoring, ScoringConfig(), account, stream)
        for account, stream in traffic.items()
    }
    # It reports a key at its threshold, not only above it.
    return Scores(values, THRESHOLD - 1e-9)


def _highest(scoring: Any, config: Any, account: str, stream: Stream) -> float:
    clock = SimpleNamespace(now_s=0.0)
    real, scoring.time = scoring.time, SimpleNamespace(time=lambda: clock.now_s)
    try:
        scorer = scoring.SuspicionScorer(config, THRESHOLD)
        # A state that the class makes by itself would start with the machine's time.
        state = scoring.ScoringState(key_hash=account, last_seen=stream.times_s[0])
        scorer._states[account] = state  # noqa: SLF001
        highest = 0.0
        for time_s, prompt in zip(stream.times_s, stream.prompts, strict=True):
            clock.now_s = time_s
            highest = max(highest, scorer.score_request(account, prompt=prompt).score_after)
        return highest
    finally:
        scoring.time = real
