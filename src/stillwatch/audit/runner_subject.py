"""What is audited: a program, and the folders that it needs in the room."""

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stillwatch.audit.profiles import Profile
from stillwatch.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Subject:
    """What is audited.

    Attributes:
        name: of the tool.
        version: its version; empty if unknown.
        profile: how it is run.
        program: its program, as an absolute path in the room.
        folder: where it lies in the room.
        kept: folders that stand in the room, read-only: path outside, path inside.
        path: folders that come first on the PATH.
    """

    name: str
    version: str
    profile: Profile
    program: str
    folder: str
    kept: tuple[tuple[Path, str], ...]
    path: tuple[str, ...] = ()

    def check(self) -> None:
        """See whether the tool's user may read what it needs.

        Raises:
            SettingsError: a folder is for its owner only, and root does not lend its rights.
        """
        for path, _ in self.kept:
            if os.geteuid() == 0 and path.stat().st_mode & 0o5 != 0o5:
                raise SettingsError(
                    f"{path} can be read by its owner only, and no tool is run as root",
                    "Run as another user, or `chmod -R a+rX` it.",
                )

    def variables(self, given: dict[str, str]) -> dict[str, str]:
        """Environment variables in which the tool's own folders come first on the PATH.

        Args:
            given: those of an environment.
        """
        return given | {"PATH": ":".join((*self.path, given["PATH"]))}


def subject_of(words: Sequence[str], profile: Profile, keep: Sequence[Path] = ()) -> Subject:
    """What is audited when a person gives a command.

    Args:
        words: the command.
        profile: made from it.
        keep: further folders that the command needs.

    Raises:
        SettingsError: its program or a folder is not there.
    """
    for path in keep:
        if not path.exists():
            raise SettingsError(f"{path} is not there", "Name a folder that the command needs.")
    found = shutil.which(words[0])
    if found is None:
        raise SettingsError(f"{words[0]} is not there", "Name a program that can be run.")
    program, needed = _needed(Path(os.path.abspath(found)))  # noqa: PTH100 - links are followed late
    folders = {*needed, *(path.resolve() for path in keep), *interpreters()}
    return Subject(
        name=Path(found).name,
        version="",
        profile=profile,
        program=str(program),
        folder=str(program.parent),
        kept=standing(folders),
        path=node_path(),
    )


def _needed(program: Path) -> tuple[Path, tuple[Path, ...]]:
    """A program as it is to be called, and what must stand in the room for it.

    A program in a virtual environment or in `node_modules` needs all of that, any other only
    itself: what else lies beside it may be a person's own.
    """
    for one in (program, program.resolve()):
        settings = one.parents[1] / "pyvenv.cfg"
        if settings.is_file():
            return one, (one.parents[1], *_python(settings))
        packages = [path for path in one.parents if path.name == "node_modules"]
        if packages:
            return one, (packages[-1],)
    return program.resolve(), (program.resolve(),)


def _python(settings: Path) -> tuple[Path, ...]:
    """Where the Python of a virtual environment lies."""
    for line in settings.read_text("utf-8").splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "home":
            return (Path(value.strip()).resolve().parent,)
    return ()


def interpreters() -> tuple[Path, ...]:
    """Where Python and node lie, for tools that are written in them."""
    node = shutil.which("node")
    python = Path(sys.base_prefix).resolve()
    return (python, Path(node).resolve().parents[1]) if node else (python,)


def node_path() -> tuple[str, ...]:
    """What the PATH needs so that node is found, where it lies in an unusual folder."""
    node = shutil.which("node")
    if node is None or Path(node).resolve().is_relative_to("/usr"):
        return ()
    return (str(Path(node).resolve().parent),)


def standing(folders: set[Path]) -> tuple[tuple[Path, str], ...]:
    """Folders that are to stand in the room at their own paths.

    Args:
        folders: all that are needed, or single files; those in the system's folders are there anyway.
    """
    here = {path for path in folders if not path.resolve().is_relative_to("/usr")}
    outer = {
        path for path in here if not any(path != one and path.is_relative_to(one) for one in here)
    }
    return tuple((path, str(path)) for path in sorted(outer))
