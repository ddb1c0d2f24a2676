"""A program that listens on loopback while a recording runs, and ends with it."""

import asyncio
import contextlib
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from stillwatch.errors import EngineError
from stillwatch_range.record import room
from stillwatch_range.record.machines import SYSTEM_PATH, UID

START_LIMIT_S = 150.0
STOP_LIMIT_S = 10.0
LAST_LINES = 6


@dataclass(frozen=True)
class Program:
    """How a server is started.

    Attributes:
        name: of the program, and of the folder that it works in.
        command: command line.
        port: where it listens.
        ready: path that answers when it is up; any answer of HTTP counts.
        env: further environment variables.
        files: texts of files by their path in its folder, which is its home as well.
    """

    name: str
    command: tuple[str, ...]
    port: int
    ready: str = "/"
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


def home_of(name: str) -> Path:
    """The folder of a program, in the room."""
    return room.root() / "programs" / name


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """A running program; it ends when the block does."""

    def __init__(self, program: Program) -> None:
        """Take what is to be started; it must be inside a room."""
        if not room.inside():
            raise EngineError(f"{program.name} would run outside of a room")
        self._program = program
        self._folder = home_of(program.name)
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        for name, text in self._program.files.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self._folder.mkdir(parents=True, exist_ok=True)
        if room.is_root():
            for path in (self._folder, *self._folder.rglob("*")):
                os.lchown(path, UID, UID)
        with (self._folder / "log").open("w") as log:
            self._process = await asyncio.create_subprocess_exec(
                *room.as_user(UID),
                *self._program.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={"PATH": SYSTEM_PATH, "HOME": str(self._folder), **self._program.env},
                start_new_session=True,
                cwd=self._folder,
            )
        try:
            await asyncio.wait_for(self._until_up(), START_LIMIT_S)
        except TimeoutError as error:
            await self.__aexit__()
            said = f"{self._program.name} did not come up in {START_LIMIT_S:.0f} s: {self._last()}"
            raise EngineError(said) from error
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_LIMIT_S)
        room.end(process.pid)
        await process.wait()

    async def _until_up(self) -> None:
        while not await asyncio.to_thread(_answers, self._program.url + self._program.ready):
            if self._process and self._process.returncode is not None:
                raise EngineError(f"{self._program.name} ended while it started: {self._last()}")
            await asyncio.sleep(0.3)

    def _last(self) -> str:
        lines = (self._folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        return " / ".join(lines[-LAST_LINES:])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # loopback
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
