"""From the people and prompts to the sessions that are played."""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from examples.record import prompts
from examples.record.projects import Project, load_projects
from examples.record.script import Script
from examples.record.wording import Wording
from stillwatch_range.record.story import Machine, Person, Session, Turn

SEED = "example day"
CHATS = 6
EVALUATED = 80
CI_RUNS = 10
CI_NOTES = 12
JUDGE = (
    "You grade an answer to a question.\n\n[Question]\n{question}\n\n[Answer]\n{answer}\n\n"
    "Give a score from 1 (useless) to 5 (complete and correct) and one sentence of reason. "
    'Reply with JSON only: {{"score": n, "reason": "..."}}'
)


@dataclass(frozen=True)
class Cast:
    """Everything that is played."""

    sessions: tuple[Session, ...]
    projects: dict[str, Project]

    @property
    def people(self) -> tuple[Person, ...]:
        """Everyone who appears."""
        return tuple({id(s.person): s.person for s in self.sessions}.values())


def load_cast(folder: Path) -> Cast:
    """Build the sessions.

    Args:
        folder: where the prompt sets lie.
    """
    projects = load_projects()
    wording = Wording(SEED)
    text = (Path(__file__).parent / "people.toml").read_text(encoding="utf-8")
    sessions = [
        session
        for entry in tomllib.loads(text)["people"]
        for session in _developer(entry, projects, wording)
    ]
    sessions += _ci(projects["waybill"], wording)
    sessions += _evaluation(folder, wording)
    sessions += _chatters(folder, wording)
    return Cast(tuple(sessions), projects)


def _developer(
    entry: dict[str, Any], projects: dict[str, Project], wording: Wording
) -> Iterator[Session]:
    person = _person(entry)
    names = entry["projects"]
    seed = person.user + person.machine.host
    scripts = {
        name: Script(projects[name], entry["language"], wording, seed + name) for name in names
    }
    refused = {(turn, step) for turn, step in entry.get("refused", ())}
    for number, typed in enumerate(entry["sessions"]):
        name = names[number % len(names)]
        turns = tuple(
            scripts[name].turn(
                prompt,
                first=turn == 0,
                refused=frozenset(s for t, s in refused if t == turn and number % 2 == 0),
                agent=bool(entry.get("agents")) and turn == 0 and number % 2 == 0,
            )
            for turn, prompt in enumerate(typed)
        )
        yield Session(
            f"{seed}-{number}",
            person,
            entry["client"],
            entry["road"],
            name,
            turns,
            beside=entry.get("beside", {}).get(str(number), ""),
        )


def _person(entry: dict[str, Any]) -> Person:
    machine = Machine(
        entry["host"], entry["ip"], entry["asn"], entry["kernel"], entry.get("box", False)
    )
    first, last = entry["hours"]
    return Person(
        entry["name"],
        entry["user"],
        entry["home"],
        entry["mail"],
        entry["zone"],
        (first, last),
        machine,
    )


def _ci(project: Project, wording: Wording) -> Iterator[Session]:
    draw = random.Random(SEED + "ci")
    for run in range(CI_RUNS):
        host = f"runner-{draw.randrange(16**8):08x}"
        number = draw.randrange(900, 990) * 10 + run
        machine = Machine(
            host, f"198.51.100.{draw.randrange(130, 250)}", 64502, "6.11.0-18-cloud", box=True
        )
        person = _service("Build Runner", "runner", "/home/runner", machine, (5, 21))
        prompt = (
            f"Review merge request !{number} against main: run the checks, look at what changed "
            "and answer with a short list of problems, or with OK."
        )
        turn = Script(project, "en", wording, host).turn(prompt, first=True)
        yield Session(
            f"ci-{run}",
            person,
            "claude",
            "ci",
            project.name,
            (turn,),
            {"CI": "true"},
            burst=f"ci-{run // 4}",
        )
    subjects = ("Check tariff codes", "Refuse empty depots", "Round weights up", "Log the truck")
    for note in range(CI_NOTES):
        subject = f"{subjects[note % 4]} ({draw.randrange(16**7):07x})"
        prompt = f"Write the release note line for this commit: {subject}"
        turn = Turn(prompt, answer=wording.chat(subject))
        yield Session(
            f"ci-note-{note}",
            person,
            "sdk-messages",
            "ci",
            "",
            (turn,),
            {"CI": "true"},
            burst=f"ci-notes-{note // 6}",
        )


def _evaluation(folder: Path, wording: Wording) -> Iterator[Session]:
    machine = Machine("eval-04", "198.51.100.77", 64503, "5.15.0-1071-aws")
    person = _service("Evaluation", "evalbot", "/srv/eval", machine, (13, 15))
    draw = random.Random(SEED + "eval")
    for number, question in enumerate(prompts.questions(folder, EVALUATED)):
        prompt = JUDGE.format(question=question, answer=wording.chat(question))
        verdict = {"score": draw.randrange(1, 6), "reason": wording.chat(question)}
        yield Session(
            f"eval-{number}",
            person,
            "sdk-chat",
            "eval",
            "",
            (Turn(prompt, answer=json.dumps(verdict)),),
            burst="eval",
            system="You are a strict and fair grader.",
            params={"temperature": 0, "max_tokens": 256},
        )


def _chatters(folder: Path, wording: Wording) -> Iterator[Session]:
    talks = prompts.chats(folder, 2 * CHATS, 5)
    roads = (
        ("chat-messages", "sdk-messages", "paavo", "Paavo Kettunmaa", "Europe/Helsinki", 240),
        ("chat-responses", "sdk-responses", "wilda", "Wilda Okonmark", "America/Chicago", 245),
    )
    for number, talk in enumerate(talks):
        road, client, user, name, zone, last = roads[number % 2]
        machine = Machine(f"{user}-pc", f"192.0.2.{last}", 64504, "6.8.0-9-generic")
        person = Person(name, user, f"/home/{user}", f"{user}@example.org", zone, (8, 17), machine)
        turns = tuple(Turn(prompt, answer=wording.chat(prompt)) for prompt in talk)
        yield Session(f"chat-{number}", person, client, road, "", turns)  # type: ignore[arg-type]


def _service(name: str, user: str, home: str, machine: Machine, hours: tuple[int, int]) -> Person:
    return Person(name, user, home, f"{user}@example.com", "UTC", hours, machine)
