"""A room for one run of a tool: namespaces in which it sees made-up things only, and loopback.

The room is built from nothing. Its root lies in memory and holds the system's programs (read-only),
the tool (read-only), a made-up `/etc` and a made-up home; no home, mount or temporary folder of the
person who audits is in it. Its network is loopback, and every address there is leads to it; the
sockets on it are made inside and answered by this process, which stays outside: a tool cannot touch
the recorder, and whatever host it calls, it reaches nothing else. With the room's first process everything in it ends and is gone, also after
Ctrl-C or kill -9. Works as root, or without root where user namespaces are allowed; a system with
neither is refused, since a tool that is let into one's real home can read what it likes.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import msgspec

from stillwatch.errors import EngineError, SettingsError

NEEDED = ("unshare", "setpriv", "mount", "umount", "pivot_root")
INSIDE = "stillwatch.audit.room_inside"
PORTS = (80, 443, 8080, 3128)
"""Where the room listens: plain and encrypted HTTP, a port as local servers have it, a proxy's."""
START_S = 20.0
_ENDS_WITH_US = ("setpriv", "--pdeathsig", "KILL", "--")


class Furnishing(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a room. Travels to the room's first process as JSON.

    Attributes:
        command: the tool's words.
        environment: all of its environment variables.
        directory: where it starts; made.
        host_name: the room's.
        files: text of files by absolute path; folders are made.
        packed: bytes of files that are no text, by absolute path.
        links: where links go, by absolute path.
        programs: absolute paths of those files that may be run.
        owned: folders that belong to the tool's user, with all in them.
        kept: folders outside that stand in the room, read-only: path outside, path inside.
        rootless: whether the room is made without root.
        terminal: whether standard input and output are a terminal.
        processes: how many processes and threads the tool may have.
        grace_s: how long what the tool left running may go on after it.
        memory: largest size of all that lies in the room, in bytes.
    """

    command: tuple[str, ...]
    environment: dict[str, str]
    directory: str
    host_name: str
    files: dict[str, str]
    packed: dict[str, bytes] = {}
    links: dict[str, str] = {}
    programs: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    rootless: bool = False
    terminal: bool = False
    processes: int = 512
    grace_s: float = 2.0
    memory: int = 1 << 30


@dataclass(frozen=True, slots=True)
class Sockets:
    """Sockets on the loopback of a room, open in this process.

    Attributes:
        streams: listening sockets by port.
        names: where names are looked up (UDP, port 53).
    """

    streams: dict[int, socket.socket]
    names: socket.socket

    def close(self) -> None:
        """Close all of them."""
        for one in (*self.streams.values(), self.names):
            one.close()


def check() -> None:
    """See whether this system makes rooms.

    Raises:
        SettingsError: it does not.
    """
    if not sys.platform.startswith("linux"):
        raise SettingsError(
            "An audit needs Linux namespaces to keep the tool from your files",
            "Run it on a Linux machine or in a virtual one.",
        )
    missing = [name for name in NEEDED if not shutil.which(name, path=_path())]
    if missing:
        raise SettingsError(f"{missing[0]} is missing", "Install util-linux and mount.")
    probe = subprocess.run(  # noqa: S603
        [*_doors(), "true"], capture_output=True, text=True, check=False, timeout=START_S
    )
    if probe.returncode:
        said = probe.stderr.strip().splitlines() or ["unshare failed"]
        raise SettingsError(
            f"No room can be made here, and without one no tool is started: {said[-1]}",
            "Run as root, or allow unprivileged user namespaces.",
        )


class Room:
    """One room.

    Args:
        furnishing: what stands in it.
        output: file descriptor that the tool's output goes to, and its input comes from where it
            has a terminal; it stays the caller's.
    """

    def __init__(self, furnishing: Furnishing, output: int) -> None:
        self._furnishing = msgspec.structs.replace(furnishing, rootless=os.geteuid() != 0)
        self._output = output
        self._line: socket.socket | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._handle = -1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end()

    async def open(self) -> Sockets:
        """Make the room; the tool does not run yet.

        Returns:
            Its sockets, which are the caller's to close.

        Raises:
            EngineError: the room could not be made.
        """
        ours, theirs = socket.socketpair()
        self._line = ours
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                *_doors(),
                *(sys.executable, "-m", INSIDE, str(theirs.fileno()), str(self._output)),
                pass_fds=(theirs.fileno(), self._output),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=_environment(),
            )
        self._handle = os.pidfd_open(self._process.pid)
        ours.settimeout(START_S)
        try:
            return await asyncio.to_thread(self._furnish, ours)
        except (OSError, EOFError) as error:
            raise EngineError(f"The room was not made: {await self._why()}") from error

    def start(self) -> None:
        """Start the tool."""
        assert self._line is not None
        # Where the room broke down, `wait` says so.
        with contextlib.suppress(ConnectionError):
            self._line.send(b"go")

    async def wait(self) -> int | None:
        """Wait for the end of the tool.

        Returns:
            Its exit status, negative for a signal; None if the room was ended before it.

        Raises:
            EngineError: the tool could not be started.
        """
        assert self._line is not None
        assert self._process is not None
        self._line.setblocking(False)
        told = b""
        with contextlib.suppress(ConnectionError):
            told = await asyncio.get_running_loop().sock_recv(self._line, 64)
        status = await self._process.wait()
        if told.startswith(b"exit "):
            return int(told[5:])
        if status != -signal.SIGKILL:
            raise EngineError(f"The tool was not started: {await self._why()}")
        return None

    async def end(self) -> None:
        """End everything in the room."""
        if self._process is not None and self._process.returncode is None:
            # Not by `kill` of the process object: it takes the exit status from the event loop.
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            await self._process.wait()
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
        if self._line is not None:
            self._line.close()
            self._line = None

    def _furnish(self, line: socket.socket) -> Sockets:
        message = msgspec.json.encode(self._furnishing)
        line.sendall(len(message).to_bytes(8, "big") + message)
        told, descriptors, _, _ = socket.recv_fds(line, 16, len(PORTS) + 1)
        if told != b"open" or len(descriptors) != len(PORTS) + 1:
            raise EOFError
        *streams, names = (socket.socket(fileno=one) for one in descriptors)
        return Sockets(dict(zip(PORTS, streams, strict=True)), names)

    async def _why(self) -> str:
        assert self._process is not None
        assert self._process.stderr is not None
        await self.end()
        said = (await self._process.stderr.read()).decode(errors="replace").strip().splitlines()
        return said[-1] if said else "no reason was given"


def _doors() -> list[str]:
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    kinds = ["--net", "--mount", "--pid", "--uts", "--ipc"]
    return [*_ENDS_WITH_US, "unshare", *user, *kinds, "--fork", "--kill-child=SIGKILL", "--"]


def _environment() -> dict[str, str]:
    """What the room's first process gets; nothing of it goes to the tool."""
    modules = [str(Path(entry).resolve()) for entry in sys.path if entry]
    return {"PATH": _path(), "PYTHONPATH": os.pathsep.join(modules)}


def _path() -> str:
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
