"""A short story: a few people, each at one machine, with one small repository."""

from dataclasses import replace

from stillwatch_range.model import (
    SECOND_US,
    Account,
    Call,
    Label,
    Machine,
    Person,
    Repository,
    Session,
    Step,
    Turn,
)
from stillwatch_range.record.develop import Address
from stillwatch_range.record.recording import Story, Way
from stillwatch_range.record.relays.catalogue import RELAYS
from stillwatch_range.record.story_of import Casting, story_of

START_US = 1_780_000_000 * SECOND_US
FILES = {"README.md": "# tides\n", "tides.py": "def high(level):\n    return level > 3\n"}
COMMITS = (
    ("b" * 40, "Mira Lind", "mira@example.org", 1_779_000_000, "Say what it is"),
    ("a" * 40, "Mira Lind", "mira@example.org", 1_778_000_000, "Begin"),
)
TIDES = Repository(
    "tides", "git@git.example.org:tides.git", "python", FILES, COMMITS, "python3 -m compileall ."
)


def person(user, zone="Europe/Riga"):
    """Somebody with one machine."""
    machine = Machine(
        host=f"{user}-desk",
        system="linux",
        release="6.1.0-18-amd64",
        arch="x64",
        user=user,
        home=f"/home/{user}",
        shell="/bin/bash",
        zone=zone,
        locale="C.UTF-8",
        ip="192.0.2.7",
        asn=64500,
    )
    mail = f"{user}@example.org"
    return Person(f"person-{user}", user.title(), mail, "en", zone, (machine,), (TIDES,), "", "", 1)


def turns(user):
    """Two human turns: look and change, then a question."""
    look = Call("shell", {"command": "git log --oneline && pwd && whoami", "why": "Look"}, "")
    read = Call("read", {"path": "tides.py"}, "")
    change = Call("edit", {"path": "tides.py", "old": "> 3", "new": f">= 3  # {user}"}, "")
    check = Call("shell", {"command": "git diff --stat; uname -r; id -un", "why": "Check"}, "")
    first = (
        Step("A look first.", "I should look before I answer.", (look, read)),
        Step("", "", (change,)),
        Step(f"So, {user}."),
    )
    second = (Step("", "", (check,)), Step(f"That is it, {user}."))
    return (
        Turn(f"Hello, this is {user}: count a level of 3 as high.", first),
        Turn("show me what changed", second, wait_s=240.0),
    )


def account(name, kind="honest", family="developer"):
    """An account with a label."""
    label = Label(kind, family, group="group" if kind == "relay" else "")
    return Account(name, label, f"org_{name}", f"pay_{name}", "post.example", START_US - SECOND_US)


def small_story(players):
    """A story of one session for each (user, client, relay or nothing)."""
    sessions, ways, people, repositories = [], [], {}, {}
    for number, (user, client, relay) in enumerate(players):
        someone = person(user)
        start_us = START_US + number * 300 * SECOND_US
        work = Session(
            someone, someone.machines[0], client, "", start_us, turns(user), repository=TIDES
        )
        name = f"session-{number}"
        session = story_of(work, Casting(name, client, relay or name, 2), set())
        model = RELAYS[relay].model if relay else ""
        sessions.append(replace(session, model=model))
        people[name] = someone.id
        repositories[name] = TIDES
        if not relay:
            ways.append(Way(name, (account(f"acct_{number}"),)))
        elif relay not in [way.name for way in ways]:
            pool = tuple(account(f"acct_{relay}_{key}", "relay", relay) for key in "ab")
            ways.append(Way(relay, pool, relay, Address("203.0.113.9", 64501)))
    end_us = START_US + 3600 * SECOND_US
    return Story("small", 1, START_US, end_us, tuple(sessions), people, tuple(ways), repositories)
