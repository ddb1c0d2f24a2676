"""Rules for what can be told of a run as a whole: which requests it makes, when, by which way.

A request that only some environments see can be read by whoever looks; one more of the same kind
cannot be told from the others, nor can a pause. A tool that has more work to do is slower too: only
times that lie clearly apart are called concealed.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from stillwatch.audit.align import endpoint
from stillwatch.audit.model import Aspect, Column, Figures, Group
from stillwatch.audit.recording import Run

WAY = "way to other hosts"
"""Channel of hosts that every run calls, through the proxy where there is one."""
_LOOKUP = "lookup "
_CONNECT = "CONNECT "
_EDGES = (5, 95)
"""Percentiles that stand for the ends of a range of times; a busy machine has stragglers."""


def of_run(column: Column, runs: Sequence[Run], factors: Sequence[str]) -> tuple[Group, str] | None:
    """The group and the channel of a difference between runs as a whole.

    Args:
        column: where and what.
        runs: the runs.
        factors: what it depends on.

    Returns:
        None where it is a difference within requests.
    """
    place = column.place
    if place.aspect is Aspect.TIMING:
        far = column.figures is not None and apart(column.figures, runs, factors)
        return (Group.CONCEALED if far else Group.UNDECLARED), "timing"
    if place.path == "requests":
        return Group.CONCEALED, f"{place.aspect} of requests"
    if place.path == "outcome":
        return Group.UNDECLARED, "how it ends"
    if place.path == "request" or place.path.startswith(_LOOKUP):
        return _called(column, runs)
    return None


def _called(column: Column, runs: Sequence[Run]) -> tuple[Group, str]:
    """The same for a request, a tunnel or a name that only some runs ask for."""
    host = _host(column)
    if host and all(_calls(run, host) for run in runs):
        return Group.EXPECTED, WAY
    if column.place.path != "request":
        return Group.UNDECLARED, "name that is looked up"
    if _one_of_several(column, runs):
        return Group.CONCEALED, "number of requests"
    return Group.UNDECLARED, "request that is sent or not"


def apart(times: Figures, runs: Sequence[Run], factors: Sequence[str]) -> bool:
    """Whether times under some levels lie clearly beyond those under all others.

    The gap between them has to be wider than what varies on either side of it.

    Args:
        times: of each run; NaN where there is none.
        runs: the runs.
        factors: whose levels count.
    """
    cells: dict[tuple[str | None, ...], list[float]] = defaultdict(list)
    for run, time in zip(runs, times.tolist(), strict=True):
        if not np.isnan(time):
            cells[tuple(run.environment.get(name) for name in factors)].append(time)
    ranked = sorted(cells.values(), key=lambda cell: float(np.median(cell)))
    for cut in range(1, len(ranked)):
        below = np.percentile(np.concatenate(ranked[:cut]), _EDGES)
        above = np.percentile(np.concatenate(ranked[cut:]), _EDGES)
        if above[0] - below[1] > max(below[1] - below[0], above[1] - above[0]):
            return True
    return False


def _host(column: Column) -> str:
    """The host that a place says the tool called by itself; empty where it says none."""
    place = column.place
    if place.path.startswith(_LOOKUP):
        return place.path.removeprefix(_LOOKUP)
    if place.path == "request" and place.request.startswith(_CONNECT):
        return place.request.removeprefix(_CONNECT).rpartition(":")[0].strip("[]").lower()
    return ""


def _calls(run: Run, host: str) -> bool:
    return host in run.lookups or any(request.server == host for request in run.requests)


def _one_of_several(column: Column, runs: Sequence[Run]) -> bool:
    """Whether runs that send a request send others to the same address as well."""
    name = column.place.request.rpartition(" #")[0]
    there = [run for run, c in zip(runs, column.codes, strict=True) if column.values[c] is not None]
    counts = [sum(endpoint(request) == name for request in run.requests) for run in there]
    return bool(counts) and float(np.median(counts)) > 1
