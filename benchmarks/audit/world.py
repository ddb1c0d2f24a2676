"""The environments of a made-up audit, and the recording that a made-up client leaves in them."""

import random
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from benchmarks.audit.draft import Draft

from stillwatch.audit import design
from stillwatch.audit.environments import Place, factors, scene
from stillwatch.audit.environments_git import Repository
from stillwatch.audit.recording import Factor, Outcome, Plan, Recording, Run

OFFICIAL = "api.example.com"
Client = Callable[[Mapping[str, str], Mapping[str, str], random.Random, int], Draft]
"""What a client sends: from levels, the environment's own texts, chance, and the run's place."""


def recording(client: Client, rows: int, repeats: int, seed: int) -> Recording:
    """What a client sends in a designed audit.

    Args:
        client: the client.
        rows: number of environments.
        repeats: how often each is run.
        seed: of the design and of all chance.
    """
    varied, chosen = _design(rows, seed % 8)
    rng = random.Random(seed)
    plan = Plan(
        tool="made-up", version="1", command=("made-up",), factors=varied, environments=rows,
        repeats=repeats, strength=2, seed=seed,
    )  # fmt: skip
    cells = design.plan(chosen, repeats, seed)
    runs = tuple(_run(client, cell, rng) for cell in cells)
    return Recording(plan, runs)


def _run(client: Client, cell: design.Cell, rng: random.Random) -> Run:
    place = Place(cell.environment, OFFICIAL)
    values = scene(place, Repository({}, "")).values
    draft = client(cell.environment, values, rng, cell.order)
    return Run(
        environment=cell.environment, repeat=cell.repeat, order=cell.order,
        outcome=Outcome.FINISHED, exit=0, duration_ms=1000.0, requests=draft.sent(values["server"]),
        values=values,
    )  # fmt: skip


@cache
def _design(rows: int, seed: int) -> tuple[tuple[Factor, ...], Sequence[dict[str, str]]]:
    varied = tuple(factor for factor in factors() if factor.name != "clock")
    return varied, design.environments(varied, rows, seed)
