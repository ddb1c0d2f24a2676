"""People at work, written with the builder of small tables: who types when, on what machine."""

from tests.signals.build import MINUTE_US, SECOND_US, Traffic


def talk(
    traffic: Traffic,
    family: str,
    *,
    start_us: int,
    turns: int = 4,
    pause_us: int = 90 * SECOND_US,
    account: str = "acct",
    shows: dict[str, str] | None = None,
    **columns,
) -> None:
    """One conversation: a person types, the answer takes a second, the person reads and types.

    `shows` are facts of the second turn, by kind. Pauses differ, as people's do.
    """
    at_us = start_us
    for turn in range(turns):
        row = traffic.exchange(
            account, at_us=at_us, thread=family, messages=2 * turn + 1, **columns
        )
        if turn == 1:
            for kind, value in (shows or {}).items():
                traffic.fact(row, kind, value)
        at_us += SECOND_US + pause_us * (1 + 5 * (turn % 3)) // 6


def developer(name: str, machine: int = 0) -> dict[str, str]:
    """What the tools of a developer show on one of their machines."""
    home = ("/Users/", "/home/", "c:/users/")[machine % 3] + name
    return {"user": name, "home": home, "host": f"{name}-{machine}", "git_email": f"{name}@a.dev"}


def office(traffic: Traffic, people: int, *, account: str = "acct", talks: int = 6) -> None:
    """Several people who work at the same time, each on a machine and a repository of their own."""
    for person in range(people):
        for one in range(talks):
            talk(
                traffic,
                f"{account} {person} {one}",
                start_us=one * 20 * MINUTE_US + person * 7 * SECOND_US,
                account=account,
                shows=developer(f"dev{person}") | {"repo": f"repo{person}"},
            )
