"""Puts a repository on a disk: its files and a history like the one that it has on paper."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from stillwatch_range.model import Repository


def plant(repository: Repository, folder: Path) -> None:
    """Make a git repository; the files come in one part with each commit, oldest first.

    Args:
        repository: what it holds.
        folder: a new folder for it.
    """
    folder.mkdir(parents=True)
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "remote", "add", "origin", repository.remote)
    names = list(repository.files)
    commits = list(reversed(repository.commits))
    for number, (_, author, mail, time_s, subject) in enumerate(commits):
        for name in names[number :: len(commits)]:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(repository.files[name], encoding="utf-8")
            os.utime(path, (time_s, time_s))
        _git(folder, "add", "-A")
        who = {"NAME": author, "EMAIL": mail, "DATE": f"{time_s} +0000"}
        roles = ("AUTHOR", "COMMITTER")
        env = {f"GIT_{role}_{key}": value for role in roles for key, value in who.items()}
        _git(folder, "commit", "-q", "--allow-empty", "-m", subject, env=env)


def _git(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> None:
    own = {"HOME": str(folder), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *words], cwd=folder, check=True, env=own | dict(env or {}))  # noqa: S603, S607
