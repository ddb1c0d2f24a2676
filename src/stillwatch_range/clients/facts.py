"""What a client knows and shows of its session: ids, machine, folder, date, git state.

Ids are drawn from the person's seed, so that an installation keeps its own over all sessions and
a conversation has its own.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from stillwatch_range.folders import folder_of
from stillwatch_range.model import SECOND_US, Session, System
from stillwatch_range.seeds import draw_for

NODES = ("v20.19.5", "v22.12.0", "v22.20.0", "v22.21.1", "v24.11.1", "v25.2.0")
"""Versions of Node that people have."""
HOST = "api.example.com"
REDACTED = "<redacted>"
NODE_PLATFORM: dict[System, str] = {
    "linux": "linux",
    "wsl": "linux",
    "macos": "darwin",
    "windows": "win32",
}
STAINLESS_OS: dict[System, str] = {
    "linux": "Linux",
    "wsl": "Linux",
    "macos": "MacOS",
    "windows": "Windows",
}
KERNEL: dict[System, str] = {
    "linux": "Linux",
    "wsl": "Linux",
    "macos": "Darwin",
    "windows": "Windows",
}


def uuid4(draw: Random) -> str:
    """A random UUID."""
    return str(UUID(int=draw.getrandbits(128), version=4))


def uuid7(draw: Random, at_us: int) -> str:
    """A UUID that begins with a time in milliseconds."""
    value = (at_us // 1000) << 80 | 7 << 76 | draw.getrandbits(12) << 64 | 2 << 62
    return str(UUID(int=value | draw.getrandbits(62)))


@dataclass(frozen=True, slots=True)
class Ids:
    """Draws for one conversation and for the installation that it runs on.

    Attributes:
        session: whose.
        conversation: goes on through the conversation, so that every draw differs.
    """

    session: Session
    conversation: Random

    @classmethod
    def of(cls, session: Session, number: int) -> "Ids":
        """Ids of a conversation, by its number."""
        return cls(session, draw_for(session.person.seed, "conversation", session.client, number))

    def installation(self) -> Random:
        """A draw that begins anew: a person's client on a machine has the same ids always."""
        session, machine = self.session, self.session.machine
        return draw_for(
            session.person.seed, "installation", session.client, machine.host, machine.user
        )


def day(session: Session) -> datetime:
    """When the session starts, on the machine's own clock."""
    return datetime.fromtimestamp(session.start_us / SECOND_US, ZoneInfo(session.machine.zone))


def folder(session: Session) -> str:
    """Where the client was started: the repository's folder, or home."""
    return folder_of(session.person, session.machine, session.repository)


def full_path(session: Session, path: str) -> str:
    """A path as tools name it, absolute."""
    if path.startswith(("/", "~")) or path[1:2] == ":":
        return path
    slash = "\\" if session.machine.system == "windows" else "/"
    return f"{folder(session)}{slash}{path.replace('/', slash)}"


def shell_name(session: Session) -> str:
    """The login shell without its folder, such as `zsh`."""
    return session.machine.shell.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".exe")


def commits(session: Session, most: int = 5) -> str:
    """The last commits, one a line, as `git log --oneline` prints them."""
    repository = session.repository
    made = repository.commits[:most] if repository else ()
    return "\n".join(f"{commit[0][:7]} {commit[4]}" for commit in made)


def short_hash(*parts: str, length: int) -> str:
    """A short hex digest of texts: the same texts give the same digest."""
    return sha256("\0".join(parts).encode()).hexdigest()[:length]


def quoted(text: str) -> str:
    """A word for a shell."""
    return "'" + text.replace("'", "'\\''") + "'"
