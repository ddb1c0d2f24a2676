"""A room: Linux namespaces in which programs run and from which nothing leaks.

A room has a network of its own with nothing but loopback, since some relays listen on every
interface; its own homes and temporary folders, so that no program sees or touches those of the
person who records; and its own processes, which all end when the room does, also after kill -9.
It is made as root, or without root in a user namespace where the system allows that.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from stillwatch.errors import SettingsError

NEEDED = ("unshare", "setpriv", "mount", "hostname")
COVERED = (Path("/home"), Path("/root"), Path("/srv"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108
STAGES = (Path("/mnt"), Path("/media"), Path("/opt"))
INSIDE = "STILLWATCH_ROOM"
ROOTLESS = "STILLWATCH_ROOM_ROOTLESS"
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
"""From linux/sockios.h and linux/if.h."""


def inside() -> bool:
    """Whether this process runs in a room."""
    return INSIDE in os.environ


def root() -> Path:
    """The folder of the room's own that holds its homes and states; it lives in memory."""
    return Path(os.environ[INSIDE])


def is_root() -> bool:
    """Whether the room has more users than one: not so in a user namespace."""
    return ROOTLESS not in os.environ


def as_user(uid: int) -> list[str]:
    """The words before a command that runs it as a user of the room."""
    if uid == 0:
        return []
    if is_root():
        return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--"]
    return ["unshare", "--user", f"--map-user={uid}", f"--map-group={uid}", "--"]


def end(group: int) -> None:
    """End a process group that this process started, if anything of it is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def run_inside(module: str, words: Sequence[str], keep: Iterable[Path]) -> int:
    """Run a Python module in a room and wait for it.

    Args:
        module: what `python -m` gets.
        words: its arguments.
        keep: folders that stay reachable at their paths although they lie in a home or in a
            temporary folder.

    Returns:
        The exit status; 130 after Ctrl-C.

    Raises:
        SettingsError: this system makes no rooms.
    """
    check()
    kept = [path.resolve() for path in (*keep, *_own_folders())]
    covered = [str(path) for path in kept if path in COVERED]
    if covered:
        raise SettingsError(f"{covered[0]} would be covered by the room", "Name a folder in it.")
    command = [*_doors(), sys.executable, "-m", __spec__.name, *map(str, kept), "--", module]
    # The room outlives neither this process nor, through unshare, its own first process.
    process = subprocess.Popen([*command, *words], env=os.environ | _environment())  # noqa: S603
    try:
        return process.wait()
    except KeyboardInterrupt:
        return _after_interrupt(process)


def _after_interrupt(process: "subprocess.Popen[bytes]") -> int:
    """Ctrl-C went to the room as well: give it time to stop its servers."""
    try:
        process.wait(timeout=30)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()
    return 128 + signal.SIGINT


def check() -> None:
    """See whether this system makes rooms.

    Raises:
        SettingsError: it does not.
    """
    if not sys.platform.startswith("linux"):
        raise SettingsError("Recording needs Linux namespaces", "Run it on a Linux machine.")
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        raise SettingsError(f"{missing[0]} is missing", "Install util-linux, mount and hostname.")
    probe = subprocess.run([*_doors(), "true"], capture_output=True, text=True, check=False)  # noqa: S603
    if probe.returncode:
        said = probe.stderr.strip().splitlines() or ["unshare failed"]
        raise SettingsError(
            f"No network namespace can be made here, and without one no relay is started: {said[0]}",
            "Run as root, or allow unprivileged user namespaces.",
        )


def _doors() -> list[str]:
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    kinds = ["--net", "--mount", "--pid", "--uts", "--ipc", "--mount-proc"]
    unshare = ["unshare", *user, *kinds, "--fork", "--kill-child=SIGKILL", "--"]
    return ["setpriv", "--pdeathsig", "KILL", "--", *unshare]


def _own_folders() -> Iterable[Path]:
    """What Python and node need to run, where it lies."""
    yield from (Path(sys.prefix), Path(sys.base_prefix))
    yield from (path for path in _module_folders() if path.is_dir())
    node = shutil.which("node")
    if node:
        yield Path(node).resolve().parents[1]


def _module_folders() -> list[Path]:
    """Where this process finds modules, besides Python's own folders."""
    found = [Path(entry).resolve() for entry in sys.path]
    own = (Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve())
    return [path for path in found if not any(path.is_relative_to(one) for one in own)]


def _environment() -> dict[str, str]:
    """What the room is told: the same modules, however this process found them."""
    found = {"PYTHONPATH": os.pathsep.join(map(str, _module_folders()))}
    return found if os.geteuid() == 0 else found | {ROOTLESS: "1"}


def _furnish(kept: Sequence[Path]) -> Path:
    """Cover homes and temporary folders, and bring back what is kept."""
    stage = next(
        path
        for path in STAGES
        if path.is_dir() and not any(one.is_relative_to(path) for one in kept)
    )
    _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", stage)
    hidden = [one for one in dict.fromkeys(kept) if _is_covered(one)]
    for number, one in enumerate(hidden):
        place = stage / "kept" / str(number)
        place.mkdir(parents=True)
        _mount("--bind", one, place)
    for folder in COVERED:
        if folder.is_dir():
            mode = "1777" if folder.name == "tmp" else "755"
            _mount("-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", folder)
    for number, one in enumerate(hidden):
        one.mkdir(parents=True, exist_ok=True)
        _mount("--bind", stage / "kept" / str(number), one)
    return stage


def _is_covered(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in COVERED)


def _mount(*words: str | Path) -> None:
    subprocess.run(["mount", *map(str, words)], check=True)  # noqa: S603, S607


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | IFF_UP, b""))


def main() -> None:
    """Furnish the room that this process is the first in, then become the module."""
    here = Path.cwd()
    split = sys.argv.index("--")
    stage = _furnish([Path(word) for word in sys.argv[1:split]])
    _loopback_up()
    os.environ[INSIDE] = str(stage)
    os.chdir(here if here.is_dir() else "/")
    os.execv(sys.executable, [sys.executable, "-m", *sys.argv[split + 1 :]])  # noqa: S606


if __name__ == "__main__":
    main()
