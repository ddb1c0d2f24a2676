"""The first process of a room: builds it, starts the tool, and tells how it ended.

Runs as `python -m stillwatch.audit.room_inside LINE OUTPUT` inside new namespaces; what it is told
comes over the socket LINE from `stillwatch.audit.room`.
"""

import contextlib
import fcntl
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from stillwatch.audit.room import PORTS, Furnishing

ANY = "0.0.0.0"  # noqa: S104 - in a network of its own
USER = 1000
"""User and group that the tool runs as."""
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
"""From linux/sockios.h and linux/if.h."""
RTM_NEWROUTE, NEW_REQUEST = 24, 0x1 | 0x4 | 0x200 | 0x400
RT_TABLE_LOCAL, RTPROT_STATIC, RT_SCOPE_HOST, RTN_LOCAL, RTA_OIF = 255, 4, 254, 2, 4
"""From linux/rtnetlink.h and linux/netlink.h."""
LARGEST_FILE = 256 << 20
_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_SYSTEM = (
    "alternatives",
    "gai.conf",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "mime.types",
    "os-release",
    "protocols",
    "services",
    "ssl/openssl.cnf",
    "terminfo",
)
"""What of the real /etc stands in the room: nothing that tells about a person or a machine."""


def main() -> None:
    """Build the room and run the tool in it."""
    line, output = socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2])
    furnishing = _told(line)
    _loopback_up()
    _all_is_here()
    socket.sethostname(furnishing.host_name)
    _send_sockets(line)
    _build(furnishing)
    if line.recv(2) != b"go":
        return
    process = _start(furnishing, output)
    os.close(output)
    line.sendall(b"exit %d" % _ended(process, furnishing.grace_s))


def _told(line: socket.socket) -> Furnishing:
    size = int.from_bytes(line.recv(8, socket.MSG_WAITALL), "big")
    return msgspec.json.decode(line.recv(size, socket.MSG_WAITALL), type=Furnishing)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | IFF_UP, b""))


def _all_is_here() -> None:
    """Make every IPv4 address one of this machine, so that fixed addresses lead to the recorder.

    The same as `ip route add local default dev lo`, which not every system has.
    """
    kinds = (RT_TABLE_LOCAL, RTPROT_STATIC, RT_SCOPE_HOST, RTN_LOCAL)
    route = struct.pack("8BI", socket.AF_INET, 0, 0, 0, *kinds, 0)
    route += struct.pack("HHi", 8, RTA_OIF, socket.if_nametoindex("lo"))
    head = struct.pack("IHHII", 16 + len(route), RTM_NEWROUTE, NEW_REQUEST, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as line:
        line.bind((0, 0))
        line.send(head + route)
        (error,) = struct.unpack_from("i", line.recv(4096), 16)
    if error:
        raise OSError(-error, os.strerror(-error))


def _send_sockets(line: socket.socket) -> None:
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(socket.create_server((ANY, port))) for port in PORTS]
        names = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        names.bind((ANY, 53))
        socket.send_fds(line, [b"open"], [one.fileno() for one in (*opened, names)])


def _build(furnishing: Furnishing) -> None:
    """Build a root in memory and make it the only one."""
    stage = Path("/sys")  # Is everywhere, and nothing here has need of what lies in it.
    _mount("--make-rprivate", "/")
    _mount("-t", "tmpfs", "-o", f"nosuid,mode=755,size={furnishing.memory}", "tmpfs", stage)
    _system(stage)
    for outside, inside in furnishing.kept:
        _bind(Path(outside), stage / inside.lstrip("/"))
    _write(stage, furnishing)
    old = stage / "old"
    old.mkdir()
    os.chdir(stage)
    _run("pivot_root", ".", "old")
    os.chdir("/")
    # Other users' processes are hidden: the first one's words tell who is watching.
    _mount("-t", "proc", "-o", "hidepid=2", "proc", "/proc")
    _run("umount", "-l", "/old")
    Path("/old").rmdir()


def _system(stage: Path) -> None:
    """The system's programs, devices and the harmless part of its settings."""
    for name in ("etc", "proc", "root", "run", "dev/pts", "dev/shm", "home"):
        (stage / name).mkdir(parents=True)
    for name in ("tmp", "var/tmp"):
        (stage / name).mkdir(parents=True)
        (stage / name).chmod(0o1777)
    _bind(Path("/usr"), stage / "usr")
    for name in _LINKS:
        real = Path("/", name)
        if real.is_symlink():
            (stage / name).symlink_to(real.readlink())
        elif real.is_dir():
            _bind(real, stage / name)
    for name in _SYSTEM:
        if Path("/etc", name).exists():
            _bind(Path("/etc", name), stage / "etc" / name)
    _devices(stage / "dev")


def _devices(folder: Path) -> None:
    for name in _DEVICES:
        (folder / name).touch()
        _mount("--bind", f"/dev/{name}", folder / name)
    _mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620", "devpts", folder / "pts")
    _mount("-t", "tmpfs", "-o", "mode=1777,size=64m", "tmpfs", folder / "shm")
    (folder / "ptmx").symlink_to("pts/ptmx")
    (folder / "fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (folder / name).symlink_to(f"/proc/self/fd/{number}")


def _bind(outside: Path, inside: Path) -> None:
    """Let something outside stand in the room, read-only."""
    if outside.is_dir():
        inside.mkdir(parents=True, exist_ok=True)
    else:
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.touch()
    _mount("--bind", outside, inside)
    _mount("-o", "remount,bind,ro,nosuid", inside)


def _write(stage: Path, furnishing: Furnishing) -> None:
    """The made-up files, and the folders that belong to the tool's user."""
    texts = {name: text.encode() for name, text in furnishing.files.items()}
    for name, content in (texts | furnishing.packed).items():
        file = stage / name.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        file.chmod(0o755 if name in furnishing.programs else 0o644)
    for name, goal in furnishing.links.items():
        link = stage / name.lstrip("/")
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(goal)
    (stage / furnishing.directory.lstrip("/")).mkdir(parents=True, exist_ok=True)
    if not furnishing.rootless:
        for folder in furnishing.owned:
            for path in _below(stage / folder.lstrip("/")):
                os.chown(path, USER, USER, follow_symlinks=False)


def _below(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")


def _start(furnishing: Furnishing, output: int) -> "subprocess.Popen[bytes]":
    """Start the tool as a user without rights; nothing in the room gives any back."""
    mapped = ["/usr/bin/unshare", "--user", f"--map-user={USER}", f"--map-group={USER}", "--"]
    rootless = furnishing.rootless
    return subprocess.Popen(  # noqa: S603
        [*(mapped if rootless else []), *furnishing.command],
        env=furnishing.environment,
        cwd=furnishing.directory,
        stdin=output if furnishing.terminal else subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
        user=None if rootless else USER,
        group=None if rootless else USER,
        extra_groups=None if rootless else [],
        preexec_fn=lambda: _limit(furnishing),  # noqa: PLW1509 - this process has one thread
    )


def _limit(furnishing: Furnishing) -> None:
    """Runs in the tool's process just before the tool."""
    if furnishing.terminal:
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for what, most in (
        (resource.RLIMIT_NPROC, furnishing.processes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
    ):
        resource.setrlimit(what, (most, most))


def _ended(process: "subprocess.Popen[bytes]", grace_s: float) -> int:
    """Wait for the tool, then for what it left running, and give the tool's exit status.

    The first process of a namespace inherits whatever lost its parent.
    """
    status = None
    until = float("inf")
    while time.monotonic() < until:
        # In the grace period look from time to time, else sleep until a child ends.
        flags = 0 if status is None else os.WNOHANG
        try:
            ended, code = os.waitpid(-1, flags)
        except ChildProcessError:
            break
        if ended == process.pid:
            status = os.waitstatus_to_exitcode(code)
            until = time.monotonic() + grace_s
        elif ended == 0:
            signal.sigtimedwait({signal.SIGCHLD}, 0.05)
    process.returncode = status
    return 0 if status is None else status


def _mount(*words: str | Path) -> None:
    _run("mount", *map(str, words))


def _run(*words: str) -> None:
    """Run a system program, or end with what it said."""
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{' '.join(words[:2])}: {done.stderr.strip()}")


if __name__ == "__main__":
    main()
