"""Answers that are made up on the spot, so that any client with any prompt gets a conversation.

It looks at the tools that are offered and works like an agent would: list, read, edit if it was
asked to change something, check, then say what it found. What it does follows from the request
alone. No model runs here.
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any

from stillwatch_range.model import Plan, Planned
from stillwatch_range.seeds import draw_for
from stillwatch_range.upstream.answer import model_of
from stillwatch_range.upstream.script import Cue, Heard, Offered, Utterance

_ROOT = re.compile(
    r"(?:[Ww]orking directory|<cwd>|Workspace root folder|current folder)[: ]*\s*(/[^\s<\"']+)"
)
_FILE = re.compile(r"(?<![\w/.-])[\w-][\w./-]*\.(?:py|js|ts|go|rs|md|toml|txt|json|c|java)\b")
_NUMBERED = re.compile(r"^\s*\d+(?:\t|→|\||: )")
_CHANGE = re.compile(r"\b(?:add|change|edit|fix|implement|refactor|rename|replace|update|write)\b")
_COMMANDS = ("command", "cmd", "script")
_PATHS = ("file_path", "filePath", "absolute_path", "path", "filename", "file")
_OLD = ("old_string", "oldString", "old_str", "old")
_NEW = ("new_string", "newString", "new_str", "new")
_LIST = "ls -la && git log --oneline -5"
_CHECK = "git status --short && git diff --stat"
_SAYINGS = (
    "On '{topic}': I looked, and I would keep it as it is.",
    "On '{topic}': the cause is small, and the change is safe to make.",
    "On '{topic}': done. Nothing else had to change for it.",
    "On '{topic}': there are two ways to do this. The shorter one is enough here.",
)


class Generated:
    """Makes up answers.

    Args:
        seed: of the words it chooses.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def cue(self, heard: Heard) -> Cue:
        """What comes next in any conversation."""
        steps = [call for step in (_list, _read, _edit, _check) if (call := step(heard))]
        if heard.calls < len(steps):
            return Cue(self._step(heard, steps[heard.calls]))
        return Cue(Plan(say=self._answer(heard)))

    def _step(self, heard: Heard, call: Planned) -> Plan:
        if heard.calls:
            return Plan(calls=(call,))
        topic = _topic(heard.prompt)
        thought = f"I am asked: {topic}. I should see what is there before I answer."
        return Plan(f"First I look around: {topic}.", thought, (call,))

    def _answer(self, heard: Heard) -> str:
        topic = _topic(heard.prompt)
        draw = draw_for(self._seed, model_of(heard.body), heard.prompt)
        return draw.choice(_SAYINGS).format(topic=topic)


def _topic(prompt: str) -> str:
    words = prompt.split()
    return " ".join(words[:6]).strip(".,:;!?`\"'") or "this"


def _list(heard: Heard) -> Planned | None:
    return _shell(heard, _LIST, "List the folder and its last commits")


def _check(heard: Heard) -> Planned | None:
    return _shell(heard, _CHECK, "See what changed") if _CHANGE.search(heard.prompt) else None


def _read(heard: Heard) -> Planned | None:
    tool = _find(heard, lambda tool: _has(tool, _PATHS) and _says(tool, "read", "view", "open"))
    if tool is None:
        return _shell(heard, f"sed -n 1,80p {_file(heard)}", "Read the file")
    return _call(tool, heard, {})


def _edit(heard: Heard) -> Planned | None:
    tool = _find(heard, lambda tool: _has(tool, _OLD) and _has(tool, _NEW))
    old = _line(heard)
    if tool is None or not old or not _CHANGE.search(heard.prompt):
        return None
    return _call(tool, heard, {**dict.fromkeys(_OLD, old), **dict.fromkeys(_NEW, f"{old} ")})


def _shell(heard: Heard, command: str, why: str) -> Planned | None:
    tool = _find(heard, lambda tool: _has(tool, _COMMANDS))
    known = {**dict.fromkeys(_COMMANDS, command), "description": why}
    return _call(tool, heard, known) if tool else None


def _find(heard: Heard, fits: Callable[[Offered], bool]) -> Offered | None:
    return next(filter(fits, heard.tools), None)


def _has(tool: Offered, names: tuple[str, ...]) -> bool:
    return any(name in tool.fields for name in names)


def _says(tool: Offered, *words: str) -> bool:
    return any(word in tool.name.lower() for word in words)


def _call(tool: Offered, heard: Heard, known: Mapping[str, Any]) -> Planned:
    """A call with the fields that are known by name, and a value for all others that it needs."""
    path = posixpath.join(_root(heard), _file(heard))
    values = {**dict.fromkeys(_PATHS, path), **known}
    return Planned(
        tool.name,
        {
            name: values[name] if name in values else _value(schema)
            for name, schema in tool.fields.items()
            if name in tool.required or name in known
        },
    )


def _value(schema: Any) -> Any:
    """A value that a schema allows, as far as its type and its list of values say."""
    if not isinstance(schema, dict):
        return ""
    allowed = schema.get("enum")
    if isinstance(allowed, list) and allowed:
        return allowed[0]
    kind = schema.get("type")
    plain = {"integer": 1, "number": 1, "boolean": False, "array": [], "object": {}, "null": None}
    return plain.get(kind, "") if isinstance(kind, str) else ""


def _root(heard: Heard) -> str:
    places = (place for said in heard.talk for place in _ROOT.findall(said.text))
    system = str(heard.body.get("system") or heard.body.get("instructions") or "")
    return next(places, None) or next(iter(_ROOT.findall(system)), "")


def _file(heard: Heard) -> str:
    """A file that the prompt names, else one that a tool has shown, else the usual one."""
    named = _FILE.findall(heard.prompt)
    shown = (name for said in _results(heard)[:1] for name in _FILE.findall(said.text))
    return named[0] if named else next(shown, "README.md")


def _line(heard: Heard) -> str:
    """A line of the file that was read, for an edit."""
    results = _results(heard)
    lines = results[1].text.splitlines() if len(results) > 1 else []
    plain = (_NUMBERED.sub("", line) for line in lines)
    return next((line for line in plain if len(line.strip()) >= 8), "")


def _results(heard: Heard) -> list[Utterance]:
    """What tools gave back since somebody last typed."""
    return [said for said in heard.turn if said.role == "tool"]
