"""Things to do in a room, for tests: look around, start servers, fail, wait for the end."""

import asyncio
import json
import os
import socket
import sys
import time
from pathlib import Path

from stillwatch_range.record import room
from stillwatch_range.record.machines import run, settle
from stillwatch_range.record.process import Program, Running, free_port
from tests.range.record.small import small_story

PERSON = small_story([("mira", "claude", "")]).sessions[0].person


def look(out):
    """Write down what can be seen from inside."""
    interfaces = [name for _, name in socket.if_nameindex()]
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=2).close()
        reached = True
    except OSError:
        reached = False
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=2).close()
    homes = sorted(path.name for path in Path("/home").iterdir())
    seen = {"interfaces": interfaces, "reached": reached, "homes": homes, "pid": os.getpid()}
    Path(out).write_text(json.dumps(seen))


def person(out):
    """What a person sees of their machine."""
    settle([PERSON])
    script = "id -un; id -u; hostname; echo $HOME; echo mine > note; cat note; ls -l note"
    status, said = asyncio.run(run(PERSON, PERSON.home, ["sh", "-c", script], {}))
    Path(out).write_text(json.dumps({"status": status, "said": said.splitlines()}))


def slow(out):
    """A person's command that never ends, cut short."""
    settle([PERSON])
    command = ["sh", "-c", "sleep 3600 & sleep 3600"]
    status, said = asyncio.run(run(PERSON, PERSON.home, command, {}, limit_s=0.5))
    end_s = time.monotonic() + 5
    while (left := _sleeping()) and time.monotonic() < end_s:
        time.sleep(0.01)
    Path(out).write_text(json.dumps({"status": status, "said": said, "left": left}))


def _sleeping():
    """Processes of the room that still sleep; dead ones have no command line."""
    lines = (path / "cmdline" for path in Path("/proc").iterdir() if path.name.isdigit())
    return sum(b"sleep\0" in line.read_bytes() for line in lines if line.exists())


def server():
    """A small program that listens."""
    port = free_port()
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    return Program("small", command, port, env={"PATH": os.environ["PATH"]})


async def serve(then):
    """Start a server and a person's command, then do something."""
    settle([PERSON])
    async with Running(server()):
        waits = asyncio.create_task(run(PERSON, PERSON.home, ["sleep", "3600"], {}))
        await asyncio.sleep(0.1)
        then()
        await waits


def wait(out):
    """Servers up; tell so, and wait for the end."""

    asyncio.run(serve(lambda: Path(out).write_text("up")))


def crash(_):
    """Servers up, then an error."""

    def broken():
        raise RuntimeError("as the test wants it")

    asyncio.run(serve(broken))


def dead(out):
    """A server that ends while it starts."""
    program = Program("dead", ("sh", "-c", "echo no port for me; exit 3"), free_port())

    async def begin():
        async with Running(program):
            pass

    try:
        asyncio.run(begin())
    except Exception as error:  # noqa: BLE001  what it says is the result
        Path(out).write_text(str(error))


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])
    sys.exit(0 if room.inside() else 1)
