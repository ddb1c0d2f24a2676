"""From sessions as people work them to sessions that real clients can play.

Results of tools are left out: the tools are really run.
"""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from stillwatch_range import model
from stillwatch_range.people.checkout import place
from stillwatch_range.record.story import (
    Action,
    Client,
    Delegate,
    EditFile,
    Machine,
    Person,
    ReadFile,
    Session,
    Shell,
    Turn,
    WriteFile,
)

CLIENTS: Mapping[str, Client] = {
    "claude": "claude",
    "claude-old": "claude-old",
    "codex": "codex",
    "opencode": "opencode",
    "sdk-messages": "sdk-messages",
    "sdk-responses": "sdk-responses",
    "sdk-chat": "sdk-chat",
}
"""Names of clients that can be run for real."""
DONE = "Done."


@dataclass(frozen=True, slots=True)
class Casting:
    """What a session of a person becomes.

    Attributes:
        id: name of the session in the recording.
        client: the real client that plays it.
        road: where its requests go.
        turns: the most human turns to play.
    """

    id: str
    client: Client
    road: str
    turns: int


def story_of(session: model.Session, casting: Casting, said: set[str]) -> Session | None:
    """A session to play.

    Args:
        session: as its person works.
        casting: how it is played.
        said: openings that other sessions have; the session's own is added.

    Returns:
        The session, or None where its opening is taken.
    """
    turns = list(_distinct(session.turns, casting))
    if not turns or turns[0].prompt in said:
        return None
    said.add(turns[0].prompt)
    return Session(
        id=casting.id,
        person=person_of(session.person, session.machine),
        client=casting.client,
        road=casting.road,
        repository=_folder(session),
        turns=tuple(turns),
        system=session.system,
        start_s=session.start_us / model.SECOND_US,
    )


def _folder(session: model.Session) -> str:
    """Where the repository lies in the home."""
    if not session.repository:
        return ""
    start_s = session.start_us // model.SECOND_US
    checkout = place(session.person, session.machine, session.repository, start_s)
    return str(PurePosixPath(checkout.folder).relative_to(session.machine.home))


def person_of(person: model.Person, machine: model.Machine) -> Person:
    """A person at one of their machines; all machines of a recording run Linux."""
    return Person(
        name=person.name,
        user=machine.user,
        home=machine.home,
        mail=person.mail,
        zone=machine.zone,
        hours=(0, 24),
        machine=Machine(machine.host, machine.ip, machine.asn, machine.release),
    )


def _distinct(turns: Iterable[model.Turn], casting: Casting) -> Iterable[Turn]:
    """The first turns, without those whose prompt occurs in the conversation already."""
    typed: list[str] = []
    for turn in turns:
        if len(typed) == casting.turns:
            return
        prompt = turn.prompt.strip()
        if not prompt or prompt.startswith("-") or any(prompt in one for one in typed):
            continue
        typed.append(prompt)
        yield replace(_turn(turn, casting.client), prompt=prompt)


def _turn(turn: model.Turn, client: Client) -> Turn:
    steps = [step for step in turn.steps if step.calls]
    if client in ("sdk-responses", "sdk-chat"):
        steps = []
    acted = [tuple(_action(call, client) for call in step.calls) for step in steps]
    last = turn.steps[-1].say
    return Turn(
        prompt=turn.prompt,
        steps=tuple(acted),
        answer=last or DONE,
        notes=tuple(step.say for step in steps),
        thoughts=(*(step.thinking for step in steps), turn.steps[-1].thinking),
        wait_s=turn.wait_s,
    )


def _action(call: model.Call, client: Client) -> Action:  # noqa: PLR0911  one for each tool
    args = call.args
    match call.tool:
        case "shell":
            return Shell(args["command"], args.get("why") or "Run a command")
        case "read":
            return ReadFile(args["path"])
        case "edit":
            return EditFile(args["path"], args["old"], args["new"])
        case "write":
            return WriteFile(args["path"], args["content"])
        case "search":
            words = ["grep", "-rn", "--", args["pattern"], args.get("path") or "."]
            return Shell(shlex.join(words), "Search")
        case "agent":
            if not call.work or not client.startswith("claude"):
                return Shell("git status --short", "Look at the tree")
            return Delegate(args["title"], _turn(call.work[0], client))
