"""A room is made as root and without, is refused where it cannot be, and ends however its maker does."""

import ast
import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from stillwatch.audit import room
from stillwatch.errors import EngineError, SettingsError

ROOT = Path(__file__).parents[2]
MARK = "4242.25"
"""Seconds that a tool sleeps; tells it from all other processes."""


def furnished(*command, **more):
    place = {
        "directory": "/home/x",
        "host_name": "x-laptop",
        "files": {},
        "owned": ("/home/x",),
        "environment": {"PATH": "/usr/bin:/bin"},
    }
    return room.Furnishing(command=command, **(place | more))


async def lived(furnishing):
    """What a tool prints in a room, and its exit status."""
    ours, theirs = os.pipe()
    try:
        async with room.Room(furnishing, theirs) as made:
            (await made.open()).close()
            made.start()
            status = await made.wait()
        os.set_blocking(ours, False)
        try:
            return status, os.read(ours, 1 << 16).decode()
        except BlockingIOError:
            return status, ""
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.usefixtures("rooms")
def test_what_is_furnished_is_there():
    """Files, links, programs, variables, names."""
    script = "cat a; readlink b; tool; hostname; id -u; pwd; echo $HOME $MORE; ls -A /home /tmp"
    made = furnished(
        *("/bin/sh", "-c", script),
        environment={"PATH": "/opt/bin:/usr/bin:/bin", "MORE": "more"},
        files={"/home/x/a": "text\n", "/opt/bin/tool": "#!/bin/sh\necho ran\n"},
        packed={"/home/x/p": b"\xff"},
        links={"/home/x/b": "/somewhere"},
        programs=("/opt/bin/tool",),
    )
    status, said = asyncio.run(lived(made))
    assert status == 0
    lines = said.split()
    assert lines == [
        *("text", "/somewhere", "ran", "x-laptop", "1000", "/home/x", "more"),
        *("/home:", "x", "/tmp:"),
    ]


@pytest.mark.usefixtures("rooms")
@pytest.mark.parametrize(
    ("script", "status"), [("exit 7", 7), ("kill -KILL $$", -9), ("sleep 1000 & exit 0", 0)]
)
def test_the_exit_status_is_the_tools(script, status):
    """A signal is negative; what is left running does not hold the room open for long."""
    made = furnished("/bin/sh", "-c", script, grace_s=0.1)
    assert asyncio.run(lived(made))[0] == status


@pytest.mark.usefixtures("rooms")
def test_a_program_that_is_not_there_is_an_error():
    """It is not taken for a tool that failed."""
    with pytest.raises(EngineError, match="not started"):
        asyncio.run(lived(furnished("/opt/none")))


@pytest.mark.usefixtures("rooms")
def test_a_folder_that_is_not_there_is_an_error():
    """Nothing is run in half a room."""
    made = furnished("/bin/true", kept=(("/nowhere/at/all", "/opt/x"),))
    with pytest.raises(EngineError, match="mount"):
        asyncio.run(lived(made))


@pytest.mark.usefixtures("rooms")
def test_a_room_ends_with_its_maker():
    """Also after kill -9, when nobody can tidy up."""
    code = (
        "import asyncio, os; from tests.audit.test_room import MARK, furnished, lived\n"
        "asyncio.run(lived(furnished('/bin/sh', '-c', f'echo up >&2; exec sleep {MARK}')))"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as process:
        while not (found := sleeping()):
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    assert not psutil.wait_procs(found, timeout=20)[1]


def sleeping():
    return [
        one for one in psutil.process_iter(["cmdline"]) if one.info["cmdline"] == ["sleep", MARK]
    ]


@pytest.mark.usefixtures("rooms")
@pytest.mark.skipif(os.geteuid() != 0, reason="is without root already")
@pytest.mark.skipif(not shutil.which("python3", path="/usr/bin"), reason="root's Python only")
def test_a_room_is_made_without_root(tmp_path):
    """In a user namespace; the tool is an ordinary user there as well."""
    probe = ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", "--"]
    doors = [*probe, "unshare", "--user", "--map-root-user", "--net", "--mount", "true"]
    if subprocess.run(doors, check=False, capture_output=True).returncode:
        pytest.skip("no user namespaces")
    # The virtual environment's modules under a Python that every user may run.
    code = (
        "import asyncio; from tests.audit.test_room import furnished, lived\n"
        "print(asyncio.run(lived(furnished('/bin/sh', '-c', 'id -u; cat /proc/self/uid_map'))))"
    )
    path = os.pathsep.join([str(ROOT), *sys.path])
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    if subprocess.run(
        [*probe, "/usr/bin/python3", "-c", "import stillwatch.audit.room"],
        env=environment,
        check=False,
        capture_output=True,
    ).returncode:
        pytest.skip("another user cannot read this checkout")
    done = subprocess.run(
        [*probe, "/usr/bin/python3", "-c", code], env=environment, check=True, capture_output=True
    )
    status, said = ast.literal_eval(done.stdout.decode())
    assert status == 0
    assert said.split()[0] == "1000"


def test_a_system_without_namespaces_is_refused(monkeypatch):
    """A tool is not let into the real home instead."""
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(SettingsError, match="namespaces") as caught:
        room.check()
    assert caught.value.hint
