"""What an audit did not see, told from its recording: runs that broke off, silence, sealed hosts."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from stillwatch.audit.recording import Outcome, Plan, Recording, Run

LEAST_ENVIRONMENTS = 8
LONGEST = 120
"""Characters of a tool's last words."""
MOST_HOSTS = 10


def limits(recording: Recording, environments: int, least: int) -> Iterable[str]:
    """Sentences about what could not be tested.

    Args:
        recording: what was recorded.
        environments: how many different ones were run.
        least: runs in which a mark has to come so that it can be found; 0 where none can.
    """
    runs, plan = recording.runs, recording.plan
    yield from _broken(recording)
    silent = sum(not run.requests for run in runs)
    if silent:
        yield f"{silent} of {len(runs)} runs sent no request."
    yield from _unread(runs)
    yield from _weak(plan, len(runs), environments, least)
    yield (
        "Marks that three or more factors make together are found only where they come often, "
        "and marks that depend on what was not varied are not found."
    )


def least_runs(runs: int, tests: int, alpha: float) -> int:
    """In how many runs a mark has to come so that it can be found.

    Args:
        runs: how many there are.
        tests: how many tests share the error.
        alpha: the error.

    Returns:
        0 where no number is enough.
    """
    return next((n for n in range(1, runs) if math.comb(runs, n) > tests / alpha), 0)


def _broken(recording: Recording) -> Iterable[str]:
    """Runs that are missing, or that did not come to their end."""
    runs, plan = recording.runs, recording.plan
    if not recording.complete:
        planned = plan.environments * plan.repeats
        yield f"{planned - len(runs)} of {planned} planned runs were not made."
    if recording.cut:
        yield "The recording's last line was broken off."
    ended = Counter(run.outcome for run in runs if run.outcome is not Outcome.FINISHED)
    for outcome, number in ended.most_common():
        yield (
            f"{number} of {len(runs)} runs {_ENDINGS[outcome]}: "
            f"what comes after is not known.{_last_words(runs, outcome)}"
        )


_ENDINGS = {
    Outcome.FAILED: "failed",
    Outcome.TIMED_OUT: "timed out, as they hung or waited for somebody",
    Outcome.FLOODED: "flooded: they went past a limit on requests, bytes or output",
    Outcome.RUBBISH: "sent what is no HTTP",
}


def _last_words(runs: Sequence[Run], outcome: Outcome) -> str:
    """What most runs with an outcome printed last."""
    words = Counter(
        run.said.splitlines()[-1][:LONGEST] for run in runs if run.outcome is outcome and run.said
    )
    return f" The last words: \u201c{words.most_common(1)[0][0]}\u201d" if words else ""


def _unread(runs: Sequence[Run]) -> Iterable[str]:
    """Hosts that a tool called by itself without a request that could be read."""
    called = Counter[str]()
    for run in runs:
        read = {request.server for request in run.requests if request.method != "CONNECT"}
        tunnels = {request.server for request in run.requests if request.method == "CONNECT"}
        called.update((tunnels | set(run.lookups)) - read)
    for host, number in called.most_common(MOST_HOSTS):
        yield (
            f"What it sends to {host}: {number} of {len(runs)} runs asked for that host, and no "
            "request was seen. They did not accept the audit's certificate, or did not speak HTTP."
        )


def _weak(plan: Plan, runs: int, environments: int, least: int) -> Iterable[str]:
    """What the design is too small for."""
    if environments < LEAST_ENVIRONMENTS:
        yield "There are too few environments to find anything."
    if plan.strength < 2:
        yield "Not every two factors meet in all their levels: marks that need both may be missed."
    if least:
        yield f"Marks that come in fewer than about {least} of the {runs} runs are not found."
