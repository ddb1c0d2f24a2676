"""Installs the tool of a profile into a folder of its own, without running anything of it.

Scripts that packages want to run at installation are left out, and from PyPI only wheels are taken:
a tool's code runs in a room or not at all.
"""

import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from stillwatch.audit.profiles import Profile
from stillwatch.audit.runner_subject import Subject, interpreters, node_path, standing
from stillwatch.errors import InputError, SettingsError

IN_ROOM = "/opt/tool"
LONGEST_S = 600
_VERSION = re.compile(r"[0-9][0-9A-Za-z.+_-]*")
_ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}


def install(name: str, profile: Profile, version: str, cache: Path) -> Subject:
    """Install a release unless it lies in the cache.

    Args:
        name: the profile's.
        profile: of the tool.
        version: the release; empty for the profile's.
        cache: folder for all tools.

    Returns:
        What is audited.

    Raises:
        SettingsError: the version is none, the profile names no package, or npm is missing.
        InputError: the package could not be had.
    """
    wanted = version or profile.version
    if not _VERSION.fullmatch(wanted):
        raise SettingsError(f"{wanted!r} is no version", "Give one as 1.2.3.")
    folder = cache / f"{name}-{wanted}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix=".new-") as made:
            _fill(Path(made) / "tool", profile, wanted)
            (Path(made) / "tool").rename(folder)
    program = _arch(profile.program)
    if not (folder / program).exists():
        raise InputError(
            f"{profile.package} {wanted} has no {program}", "The profile is for another release."
        )
    own = tuple(f"{IN_ROOM}/{_arch(path)}" for path in profile.path)
    return Subject(
        name=name,
        version=wanted,
        profile=profile,
        program=f"{IN_ROOM}/{program}",
        folder=IN_ROOM,
        kept=((folder.resolve(), IN_ROOM), *standing(set(interpreters()))),
        path=(*own, *node_path()),
    )


def _fill(folder: Path, profile: Profile, version: str) -> None:
    folder.mkdir()
    if profile.registry == "npm":
        packages = [f"{profile.package}@{version}", *map(_arch, profile.also)]
        _from_npm(folder, packages)
    elif profile.registry == "pypi":
        _from_pypi(folder, [f"{profile.package}=={version}", *profile.also])
    else:
        raise SettingsError(f"{profile.title} has no package", "Give its command after --.")
    # In a room made by root the tool is another user.
    _run(["chmod", "-R", "a+rX", str(folder)])


def _from_npm(folder: Path, packages: list[str]) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SettingsError("npm is missing", "Install Node.js with npm.")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    _run([npm, "install", "--prefix", str(folder), *quiet, *packages])


def _from_pypi(folder: Path, packages: list[str]) -> None:
    _run([sys.executable, "-m", "venv", "--without-pip", str(folder)])
    python = str(folder / "bin" / "python")
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    pip = (
        [uv, "pip", "install", "--compile-bytecode"]
        if uv
        else [sys.executable, "-m", "pip", "install"]
    )
    _run([*pip, "--python", python, "--only-binary", ":all:", "--quiet", *packages])


def _run(words: list[str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603
            words, capture_output=True, text=True, check=False, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(
            f"{Path(words[0]).name} took more than {LONGEST_S} seconds", "Look at the network."
        ) from error
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no reason was given"]
        raise InputError(
            f"{Path(words[0]).name} could not install it: {said[0]}",
            "Look at the version and at the network.",
        )


def _arch(text: str) -> str:
    machine = platform.machine()
    return text.replace("{arch}", _ARCHITECTURES.get(machine, machine))
