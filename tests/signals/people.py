"""Traffic of people at their machines."""

from typing import Any

from tests.signals.build import Traffic


def works(
    traffic: Traffic,
    person: str,
    conversations: int = 3,
    *,
    system: str = "linux",
    declares: dict[str, str] | None = None,
    **columns: Any,
) -> None:
    """Add conversations in which tools show a person's home, user, git identity and system."""
    for number in range(conversations):
        family = f"{person} at work {number} on {system}"
        row = traffic.exchange(thread=family, **columns)
        for kind, value in (
            ("home", f"/home/{person}"),
            ("user", person),
            ("git_email", f"{person}@x.test"),
        ):
            traffic.fact(row, kind, value)
        traffic.fact(row, "os", system, label=system)
        for kind, value in (declares or {}).items():
            label = value if kind in ("os", "date") else None
            traffic.fact(row, kind, value, origin="declared", label=label)
