"""A small audit of a made-up tool: five factors, and requests that a test may change."""

import json
import random

from stillwatch.audit import design
from stillwatch.audit.recording import Factor, Outcome, Plan, Recording, Request, Run

FACTORS = (
    Factor("host", ("official", "plain", "lab")),
    Factor("zone", ("UTC", "Asia/Shanghai", "Europe/Berlin")),
    Factor("user", ("one", "two")),
    Factor("machine", ("one", "two")),
    Factor("proxy", ("none", "set")),
)
SYSTEM = "You help.\nToday's date is 2026-11-23.\nWorking directory: {home}\nDon't guess."
USERS = {"one": "rowan", "two": "svc-build7"}


def request(values, rng):
    """The request as the tool sends it before anything is planted, as plain data."""
    return {
        "path": "/v1/messages",
        "headers": [
            ["User-Agent", "tool/1.0"],
            ["Content-Type", "application/json"],
            ["X-Request-Id", f"{rng.getrandbits(64):016x}"],
        ],
        "body": {
            "model": "large",
            "system": SYSTEM.format(**values),
            "messages": [{"role": "user", "content": "Say hello."}],
            "temperature": 0.5,
        },
        "gap_ms": 100 + 30 * rng.random(),
        "separators": (",", ":"),
    }


def recording(plant=None, rows=36, repeats=2, seed=1):
    """An audit of the tool; `plant` takes levels, requests and chance, and changes requests."""
    chosen = design.environments(FACTORS, rows, seed)
    rng = random.Random(seed)
    plan = Plan(
        tool="tool",
        version="1.0",
        command=("tool",),
        factors=FACTORS,
        environments=rows,
        repeats=repeats,
        strength=2,
        seed=seed,
    )
    return Recording(
        plan, tuple(run(cell, plant, rng) for cell in design.plan(chosen, repeats, seed))
    )


def run(cell, plant, rng):
    """One run."""
    name = USERS[cell.environment["user"]]
    values = {"user_name": name, "home": f"/home/{name}", "zone": cell.environment["zone"]}
    drafts = [request(values, rng)]
    if plant:
        plant(cell.environment, drafts, rng)
    at, sent = 0.0, []
    for draft in drafts:
        at += draft["gap_ms"]
        sent.append(received(draft, at))
    return Run(
        environment=cell.environment,
        repeat=cell.repeat,
        order=cell.order,
        outcome=Outcome.FINISHED,
        exit=0,
        duration_ms=500.0,
        requests=tuple(sent),
        values=values,
    )


def received(draft, at):
    """A request as the endpoint wrote it down."""
    text = json.dumps(draft["body"], ensure_ascii=False, separators=draft["separators"])
    text = text.encode("utf-8", "backslashreplace").decode()
    return Request(
        at_ms=at,
        method="POST",
        path=draft["path"],
        headers=tuple((name, value) for name, value in draft["headers"]),
        body=text,
        server="api.example.com",
        host="official",
    )


def write(draft, old, new):
    """Change a text in the system prompt that must be there."""
    assert old in draft["body"]["system"]
    draft["body"]["system"] = draft["body"]["system"].replace(old, new)
