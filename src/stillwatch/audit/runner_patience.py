"""How long an audit waits for a tool that does not end.

A tool that asks its user a question in some environments would take the whole time of an audit;
what its other runs took says how long is long.
"""

from stillwatch.audit.recording import Limits, Outcome, Run

AT_LEAST_S = 15.0
TIMES = 5.0
"""A run that takes this many times as long as the longest that ended is taken to hang."""
HOPELESS = 8
"""After so many runs of which none ended there is no use in more."""


class Patience:
    """Learns from the runs of an audit.

    Args:
        limits: what a person allowed.
    """

    def __init__(self, limits: Limits) -> None:
        self._most_s = limits.time_s
        self._longest_s: float | None = None
        self._ended = 0
        self._seen = 0

    @property
    def time_s(self) -> float:
        """Seconds that the next run may take."""
        if self._longest_s is None:
            return self._most_s
        return min(self._most_s, max(AT_LEAST_S, TIMES * self._longest_s))

    @property
    def spent(self) -> bool:
        """Whether no run ended by itself among enough of them."""
        return self._ended == 0 and self._seen >= HOPELESS

    def learn(self, run: Run) -> None:
        """Take a run into account.

        Args:
            run: that is over.
        """
        self._seen += 1
        if run.outcome in {Outcome.TIMED_OUT, Outcome.FLOODED}:
            return
        self._ended += 1
        self._longest_s = max(self._longest_s or 0.0, run.duration_ms / 1e3)
