"""What tool traffic shows about the machine that the tools ran on.

Relays rewrite headers and prompts but not the arguments and results of tools, since that breaks
their customers' agents. So paths, users, hosts, shells and repositories seen there are evidence.
Prose is not looked at, nor is the content of files that the model writes.

Labels that are no values: `generic` marks names that everybody has (`/home/ubuntu`), `mentioned` a
home that only stands somewhere in output or in a command for another machine, `history` the author
of a commit, who may be any contributor. Signals that count people leave the three out.
"""

import re
from collections.abc import Iterator
from itertools import islice

import msgspec

from stillwatch.exchange import Message, ToolCall, ToolResult
from stillwatch.traits.model import Fact
from stillwatch.traits.outputs import git_settings, machine_facts
from stillwatch.traits.paths import (
    directory,
    home_facts,
    home_of,
    homes_in,
    is_absolute,
    os_of,
)

FACTS_A_MESSAGE = 64
# Enough for any listing; a longer output repeats itself, and the time a message takes is bounded.
TEXT_CHARS = 1_000_000
# `whoami`, `uname` and prompts answer in a few lines or stand at an end of a long output.
END_CHARS = 4_000

_PATH_KEYS = frozenset(
    {
        *("file_path", "filePath", "path", "notebook_path", "absolute_path", "dir_path"),
        *("cwd", "workdir", "directory", "working_directory", "dir"),
    }
)
_CWD_KEYS = frozenset({"cwd", "workdir", "working_directory"})
_COMMAND_KEYS = frozenset({"command", "cmd", "script"})
# A command that holds one of these talks about another machine.
_ELSEWHERE = ("ssh ", "scp ", "rsync ", "docker ", "podman ", "kubectl ", "wsl ", "vagrant ")

_CD = re.compile(r"cd (?:\\?[\"'])?((?:/|[A-Za-z]:[\\/])[^\s;&|\"')<>$`]{1,200})")
_LONE_PATH = re.compile(r"\s{0,4}((?:/|[A-Za-z]:[\\/])[^\s.:*?\"'<>|]{2,200})\s{0,4}\Z")


def message_facts(message: Message) -> tuple[Fact, ...]:
    """What a turn's tool calls and tool results show about their machine.

    Returns:
        At most `FACTS_A_MESSAGE` evidenced facts, none twice, in the order they were met.
    """
    return tuple(islice(dict.fromkeys(_facts(message)), FACTS_A_MESSAGE))


def _facts(message: Message) -> Iterator[Fact]:
    for part in message.parts:
        if isinstance(part, ToolCall):
            yield from _of_arguments(part.arguments[:TEXT_CHARS])
        elif isinstance(part, ToolResult):
            yield from _of_result(part.text[:TEXT_CHARS])


def _of_arguments(arguments: str) -> Iterator[Fact]:
    try:
        values = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        values = {"command": arguments}
    if not isinstance(values, dict):
        return
    for key, value in values.items():
        if key in _COMMAND_KEYS:
            yield from _of_command(_command_text(value))
        elif key in _PATH_KEYS and isinstance(value, str) and is_absolute(value):
            yield from _of_path(value, is_directory=key in _CWD_KEYS)


def _command_text(value: object) -> str:
    if isinstance(value, list):
        return " ".join(word for word in value if isinstance(word, str))
    return value if isinstance(value, str) else ""


def _of_path(path: str, *, is_directory: bool) -> Iterator[Fact]:
    path = path[:240]
    if home := home_of(path):
        yield from home_facts(home, "evidenced")
    if system := os_of(path):
        yield Fact("os", "evidenced", system, system)
    if is_directory:
        yield Fact("cwd", "evidenced", directory(path))


def _of_command(command: str) -> Iterator[Fact]:
    elsewhere = any(word in command for word in _ELSEWHERE)
    for home in sorted(homes_in(command)):
        yield from home_facts(home, "evidenced", "mentioned" if elsewhere else None)
        if not elsewhere and (system := os_of(home)):
            yield Fact("os", "evidenced", system, system)
    if "cd " in command and not elsewhere:
        for path in _CD.findall(command):
            yield from _of_path(path, is_directory=True)
    yield from git_settings(command)


def _of_result(text: str) -> Iterator[Fact]:
    if len(text) < 250 and (lone := _LONE_PATH.match(text)) and home_of(lone[1]):
        yield from _of_path(lone[1], is_directory=True)
    for home in sorted(homes_in(text)):
        yield from home_facts(home, "evidenced", "mentioned")
    if "\r\n" in text:
        yield Fact("eol", "evidenced", "crlf", "crlf")
    ends = text if len(text) <= 2 * END_CHARS else text[:END_CHARS] + "\n" + text[-END_CHARS:]
    yield from machine_facts(ends)
    yield from git_settings(ends)
