"""Linux users that stand for people, and the host names of their machines.

Users are real (useradd) and so are their homes, so that whatever a client reads about its machine
is really there. A host name exists only inside the namespace of one command. A box (a container, a
runner) is a user with a fresh folder mounted over its home, again for one command only.
"""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from examples.record.story import Person

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
BOXES = Path("/var/tmp/stillwatch-boxes")


class Machines:
    """Makes users and runs commands as them."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._people = tuple({(person.user, person.machine): person for person in people}.values())
        self._users: list[str] = []
        self._homes: list[Path] = []
        self._folders: list[Path] = []

    def __enter__(self) -> Self:
        try:
            for person in self._people:
                self._make(person)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for user in self._users:
            subprocess.run(["userdel", user], check=False, capture_output=True)
        for home in self._homes:
            shutil.rmtree(home, ignore_errors=True)
        for folder in reversed(self._folders):
            folder.rmdir()
        shutil.rmtree(BOXES, ignore_errors=True)

    def _make(self, person: Person) -> None:
        if person.user not in (*self._users, "root"):
            self._make_user(person)
        home = home_of(person)
        home.mkdir(parents=True, exist_ok=True)
        gitconfig = f"[user]\n\tname = {person.name}\n\temail = {person.mail}\n"
        (home / ".gitconfig").write_text(gitconfig, encoding="utf-8")
        own(person, home)

    def _make_user(self, person: Person) -> None:
        home = Path(person.home)
        if home.exists():
            raise FileExistsError(f"{home} exists: not touching somebody's home")
        command = ["useradd", "--no-create-home", "--home-dir", person.home, "--shell"]
        subprocess.run([*command, "/bin/bash", person.user], check=True, capture_output=True)
        self._users.append(person.user)
        for folder in reversed(home.parents):
            if not folder.exists():
                folder.mkdir()
                self._folders.append(folder)
        home.mkdir()
        self._homes.append(home)


def home_of(person: Person) -> Path:
    """Where a person's home really lies."""
    return BOXES / person.machine.host if person.machine.box else Path(person.home)


def own(person: Person, folder: Path) -> None:
    """Give a folder and all in it to a person."""
    subprocess.run(["chown", "-R", f"{person.user}:", str(folder)], check=True)


def in_person(person: Person, folder: str, command: Sequence[str]) -> list[str]:
    """The command line that runs a command as a person, on their machine, in a folder."""
    setup = f"hostname {person.machine.host}"
    namespaces = ["unshare", "--uts"]
    if person.machine.box:
        namespaces += ["--mount", "--propagation", "private"]
        setup += f" && mount --bind {home_of(person)} {person.home}"
    entry = pwd.getpwnam(person.user)
    become = ["setpriv", f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--init-groups"]
    script = f'{setup} && cd {folder} && exec "$@"'
    return [*namespaces, "sh", "-c", script, "sh", *become, *command]


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
    limit_s: float = 120,
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
        os.killpg(process.pid, 9)
        await process.wait()
        return 124, f"stopped after {limit_s} s"
    return process.returncode or 0, said.decode(errors="replace")
