"""The machines of people: homes, user names and host names, in a room (`room`).

A home is a folder of the room. Each command of a person runs with its home at the path that its
machine has, under the user name and the host name of that machine, and with nothing of the
recording machine's own. Everything ends with the room; nothing has to be cleaned up.
"""

import asyncio
import os
import shlex
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from stillwatch_range.record import room
from stillwatch_range.record.story import Person

UID = 1000
"""Of everybody: people have machines of their own."""
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
LIMIT_S = 300.0


def settle(people: Iterable[Person]) -> None:
    """Make the homes of people, with their git identity."""
    for person in people:
        home = home_of(person)
        home.mkdir(parents=True, exist_ok=True)
        gitconfig = f"[user]\n\tname = {person.name}\n\temail = {person.mail}\n"
        (home / ".gitconfig").write_text(gitconfig, encoding="utf-8")
        entry = f"{person.user}:x:{uid_of(person)}:{uid_of(person)}::{person.home}:/bin/bash\n"
        system = "" if person.user == "root" else "root:x:0:0:root:/root:/bin/bash\n"
        _beside(home, "passwd").write_text(system + entry, encoding="utf-8")
        _beside(home, "group").write_text(
            ("" if person.user == "root" else "root:x:0:\n")
            + f"{person.user}:x:{uid_of(person)}:\n",
            encoding="utf-8",
        )
        Path(person.home).mkdir(parents=True, exist_ok=True)
        own(person, home)


def uid_of(person: Person) -> int:
    """The number of a person's user."""
    return 0 if person.user == "root" else UID


def home_of(person: Person) -> Path:
    """Where a person's home really lies."""
    return room.root() / "homes" / person.machine.host / person.user


def _beside(home: Path, name: str) -> Path:
    return home.with_name(f"{home.name}.{name}")


def own(person: Person, folder: Path) -> None:
    """Give a folder and all in it to a person."""
    if room.is_root():
        for path in (folder, *folder.rglob("*")):
            os.lchown(path, uid_of(person), uid_of(person))


def in_person(person: Person, folder: str, command: Sequence[str]) -> list[str]:
    """The command line that runs a command as a person, on their machine, in a folder."""
    home = home_of(person)
    binds = {
        _beside(home, "passwd"): "/etc/passwd",
        _beside(home, "group"): "/etc/group",
        home: person.home,
    }
    steps = [f"hostname {shlex.quote(person.machine.host)}"]
    steps += [f"mount --bind {shlex.quote(str(a))} {shlex.quote(b)}" for a, b in binds.items()]
    steps += [f"cd {shlex.quote(folder)}", 'exec "$@"']
    spaces = ["unshare", "--uts", "--mount", "--propagation", "private"]
    return [*spaces, "sh", "-c", " && ".join(steps), "sh", *room.as_user(uid_of(person)), *command]


def environment(person: Person, more: Mapping[str, str]) -> dict[str, str]:
    """A person's environment: nothing of the recording machine's own."""
    node = Path(shutil.which("node") or "/usr/bin/node").parent
    return {
        "HOME": person.home,
        "USER": person.user,
        "LOGNAME": person.user,
        "SHELL": "/bin/bash",
        "PATH": f"{SYSTEM_PATH}:{node}",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "TZ": person.zone,
        **more,
    }


async def run(
    person: Person,
    folder: str,
    command: Sequence[str],
    env: Mapping[str, str],
    typed: str = "",
    limit_s: float = LIMIT_S,
) -> tuple[int, str]:
    """Run a command as a person.

    Returns:
        The exit status, and what the command said.
    """
    process = await asyncio.create_subprocess_exec(
        *in_person(person, folder, command),
        env=environment(person, env),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(typed.encode()), limit_s)
    except TimeoutError:
        return 124, f"stopped after {limit_s} s"
    finally:
        room.end(process.pid)
        await process.wait()
    return process.returncode or 0, said.decode(errors="replace")
