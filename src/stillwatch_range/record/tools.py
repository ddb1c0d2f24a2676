"""The real clients and relays: which ones, where they are installed, and how.

`programs.toml` pins them. `install` puts each group into a folder of its own under one root, with
the package manager that the machine has, and `Tools` finds them there.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from stillwatch.errors import SettingsError

LIST = Path(__file__).with_name("programs.toml")
LIMIT_S = 1800
DONE = "installed.txt"


@dataclass(frozen=True)
class Group:
    """Programs that are installed together.

    Attributes:
        name: of the folder that they go into.
        installer: `npm` or `pip`.
        about: what they are.
        packages: name and version of each, as the installer wants it.
    """

    name: str
    installer: str
    about: str
    packages: tuple[str, ...]


def groups() -> tuple[Group, ...]:
    """All groups of `programs.toml`."""
    return tuple(
        Group(name, about["installer"], about["about"], tuple(about["packages"]))
        for name, about in _list()["groups"].items()
    )


def _list() -> dict[str, Any]:
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Tools:
    """A folder of installed programs.

    Attributes:
        root: the folder that `install` filled.
        elsewhere: folders of single groups that lie somewhere else.
    """

    root: Path
    elsewhere: Mapping[str, Path]

    @cached_property
    def _programs(self) -> dict[str, tuple[str, str]]:
        return {name: (group, path) for name, (group, path) in _list()["programs"].items()}

    def path(self, program: str) -> Path:
        """Where a program lies."""
        group, path = self._programs[program]
        return self.folder(group) / path

    def folder(self, group: str) -> Path:
        """Where a group lies."""
        return self.elsewhere.get(group, self.root / group)

    def folders(self) -> tuple[Path, ...]:
        """All folders that programs lie in."""
        return tuple(path for path in (self.root, *self.elsewhere.values()) if path.exists())

    def check(self, programs: Iterable[str]) -> None:
        """See that programs are there.

        Raises:
            SettingsError: one is not.
        """
        for program in programs:
            if program not in self._programs:
                raise SettingsError(f"There is no program {program!r}", _known(self._programs))
            if not self.path(program).exists():
                group = self._programs[program][0]
                raise SettingsError(
                    f"{program} is not installed in {self.root}",
                    f"stillwatch range tools --into {self.root} --only {group}",
                )


def _known(programs: Iterable[str]) -> str:
    return f"Known are {', '.join(programs)}."


def install(
    into: Path, only: Iterable[str] = (), watch: Callable[[Group], None] = lambda _: None
) -> list[Group]:
    """Install programs; a group that is there already in the same versions is left alone.

    Args:
        into: the folder for all of them.
        only: names of groups; all of them where empty.
        watch: told which group comes next.

    Returns:
        The groups that were installed now.

    Raises:
        SettingsError: an installer is missing or fails.
    """
    wanted = tuple(only)
    known = {group.name: group for group in groups()}
    if unknown := [name for name in wanted if name not in known]:
        raise SettingsError(f"There is no group {unknown[0]!r}", _known(known))
    fresh = [
        group for group in known.values() if group.name in (wanted or known) and _due(group, into)
    ]
    for group in fresh:
        watch(group)
        folder = into / group.name
        folder.mkdir(parents=True, exist_ok=True)
        (_npm if group.installer == "npm" else _pip)(group, folder)
        (folder / DONE).write_text("\n".join(group.packages), encoding="utf-8")
    return fresh


def _due(group: Group, into: Path) -> bool:
    done = into / group.name / DONE
    return not done.exists() or done.read_text(encoding="utf-8") != "\n".join(group.packages)


def _npm(group: Group, folder: Path) -> None:
    npm = shutil.which("npm")
    if not npm:
        raise SettingsError(f"npm is needed for {group.name}", "Install Node.js 20 or newer.")
    words = ["install", "--prefix", str(folder), "--no-audit", "--no-fund", "--loglevel=error"]
    # Some packages install more on their own, into the home.
    _call(group, [npm, *words, *group.packages], {"HOME": str(folder / "home")})


def _pip(group: Group, folder: Path) -> None:
    _call(group, [sys.executable, "-m", "venv", str(folder)], {})
    pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
    _call(group, [*pip, *group.packages], {})


def _call(group: Group, command: list[str], more: Mapping[str, str]) -> None:
    if "HOME" in more:
        Path(more["HOME"]).mkdir(exist_ok=True)
    env = os.environ | more | _settings_of(more)
    try:
        done = subprocess.run(  # noqa: S603
            command, env=env, capture_output=True, text=True, check=False, timeout=LIMIT_S
        )
    except subprocess.TimeoutExpired as error:
        raise SettingsError(
            f"Installing {group.name} took more than {LIMIT_S} s", "Look at the network."
        ) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise SettingsError(f"{group.name} could not be installed: {last}", " ".join(command))


def _settings_of(more: Mapping[str, str]) -> dict[str, str]:
    """The person's own settings of npm, which another home would hide."""
    settings = Path.home() / ".npmrc"
    if "HOME" not in more or not settings.exists() or "NPM_CONFIG_USERCONFIG" in os.environ:
        return {}
    return {"NPM_CONFIG_USERCONFIG": str(settings)}
