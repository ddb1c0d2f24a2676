"""Requests of many runs put into line: which request of one run is which of another.

A tool sends several requests, some at the same time, some only sometimes. Requests to one endpoint
are matched by what is in them first and by their order second; what matches nothing is a request of
its own, and that some runs have it and others do not is a difference like any other.
"""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from stillwatch.audit.model import Aspect
from stillwatch.audit.paths import Parts, parts
from stillwatch.audit.recording import Request, Run

WIDTH = 1024
"""Numbers that stand for what is in a request."""
LEAST_ALIKE = 0.2
"""Requests that are less alike than this, from 0 to 1, are not the same one."""
ORDER_WEIGHT = 0.01
"""What one place in the order counts against likeness: decides only between equals."""
MOST_REQUESTS = 120
"""Of one run; a tool that sends more is compared by its first ones, and by their number."""
_CHANGING = re.compile(r"[0-9a-fA-F-]{8,}|\d{3,}")

Vector = NDArray[np.float32]


@dataclass(slots=True)
class Slot:
    """One request as it comes in many runs.

    Attributes:
        endpoint: method and address, with changing parts left out.
        number: which of those to the endpoint, from 1.
        requests: that of each run that has one.
        parts: what stands in it, by run.
    """

    endpoint: str
    number: int = 0
    requests: dict[int, Request] = field(default_factory=dict)
    parts: dict[int, Parts] = field(default_factory=dict)
    vector: Vector | None = None

    @property
    def name(self) -> str:
        """What to call it."""
        return f"{self.endpoint} #{self.number}"


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request of a run on its way into a slot."""

    place: int
    request: Request
    parts: Parts
    vector: Vector


def align(runs: Sequence[Run]) -> list[Slot]:
    """Put the requests of all runs into line.

    Args:
        runs: the runs; a run is called by its place here.

    Returns:
        The different requests, those of one endpoint in the order in which they usually come.
    """
    slots: dict[str, list[Slot]] = {}
    for number in _usual_first(runs):
        by_endpoint: dict[str, list[_Sent]] = {}
        for place, request in enumerate(runs[number].requests[:MOST_REQUESTS]):
            held = parts(request)
            sent = _Sent(place, request, held, _vector(held))
            by_endpoint.setdefault(endpoint(request), []).append(sent)
        for name, sent_here in by_endpoint.items():
            _fit(slots.setdefault(name, []), name, number, sent_here)
    return [slot for name in sorted(slots) for slot in _numbered(slots[name])]


def endpoint(request: Request) -> str:
    """Method and address of a request; the host only where the tool chose it by itself.

    Args:
        request: the request.
    """
    if request.method == "CONNECT":
        return f"CONNECT {request.path}"
    path = request.path.partition("?")[0]
    path = "/".join(_CHANGING.sub("*", step) for step in path.split("/"))
    host = f"{request.server}" if request.host == "other" else ""
    return f"{request.method} {host}{path}"


def _usual_first(runs: Sequence[Run]) -> list[int]:
    """Runs with the commonest number of requests first, so that slots begin with the usual ones."""
    common = Counter(len(run.requests) for run in runs)
    return sorted(range(len(runs)), key=lambda n: (-common[len(runs[n].requests)], n))


def _fit(slots: list[Slot], name: str, run: int, sent: Sequence[_Sent]) -> None:
    """Put one run's requests to an endpoint into their slots."""
    taken: dict[int, Slot] = {}
    if slots:
        held = np.stack([slot.vector for slot in slots if slot.vector is not None])
        alike = np.stack([one.vector for one in sent]) @ held.T
        apart = np.abs(np.arange(len(sent))[:, None] - np.arange(len(slots))[None, :])
        rows, columns = linear_sum_assignment(ORDER_WEIGHT * apart - alike)
        taken = {
            int(row): slots[column]
            for row, column in zip(rows, columns, strict=True)
            if alike[row, column] >= LEAST_ALIKE
        }
    for number, one in enumerate(sent):
        slot = taken.get(number)
        if slot is None:
            slot = Slot(name, vector=one.vector)
            slots.append(slot)
        slot.requests[run] = one.request
        slot.parts[run] = one.parts


def _numbered(slots: list[Slot]) -> list[Slot]:
    """Slots in the order in which they are usually sent."""
    slots.sort(key=lambda slot: float(np.median([r.at_ms for r in slot.requests.values()])))
    for number, slot in enumerate(slots, start=1):
        slot.number = number
    return slots


def _vector(held: Parts) -> Vector:
    """What is in a request as numbers: its paths and the lines of its texts, hashed."""
    found = np.zeros(WIDTH, dtype=np.float32)
    for (path, aspect), part in held.items():
        if not path.startswith("body"):
            continue
        found[zlib.crc32(path.encode(errors="replace")) % WIDTH] += 1
        if aspect is Aspect.VALUE:
            for line in part.text.splitlines():
                found[zlib.crc32(line.encode(errors="replace")) % WIDTH] += 1
    if not found.any():
        found[0] = 1
    # Many equal lines count little more than one.
    found = np.sqrt(found)
    return found / np.float32(np.linalg.norm(found))
