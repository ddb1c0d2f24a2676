"""The made-up project's repository, with two commits by a made-up author."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

WHEN = "2025-03-03T10:00:00+00:00"
SHORT = 7
"""Digits to which git shortens the names of commits in a small repository."""

FILES = {
    "README.md": "# A small project\n\nNothing to see yet.\n",
    "main.py": 'print("hello")\n',
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository as files.

    Attributes:
        files: bytes of the files in `.git` by their path in it, without its settings; empty where
            git is missing.
        settings: text of its settings.
    """

    files: dict[str, bytes]
    settings: str

    @property
    def commits(self) -> dict[str, str]:
        """Names of the commits, the last one first, whole and as git shortens them."""
        log = self.files.get("logs/HEAD", b"").decode().splitlines()
        names = [line.split()[1] for line in reversed(log)]
        whole = {f"commit {place}": name for place, name in enumerate(names, start=1)}
        return whole | {f"short {key}": name[:SHORT] for key, name in whole.items()}

    def config(self, remote: str) -> str:
        """Text of the repository's settings with a remote.

        Args:
            remote: address of `origin`.
        """
        if not self.files:
            return ""
        fetch = "+refs/heads/*:refs/remotes/origin/*"
        return f'{self.settings}[remote "origin"]\n\turl = {remote}\n\tfetch = {fetch}\n'


def repository(name: str, email: str) -> Repository:
    """Make the repository of an author.

    Args:
        name: the author's.
        email: the author's.
    """
    if not shutil.which("git"):
        return Repository({}, "")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        who = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", name), ("EMAIL", email), ("DATE", WHEN))
        }
        _git(folder, who, "init", "--quiet", "--template=", "--initial-branch=main")
        for file, text in FILES.items():
            (folder / file).write_text(text)
            _git(folder, who, "add", file)
            _git(folder, who, "commit", "--quiet", "-m", f"Add {file}")
        return _read(folder / ".git")


def _read(folder: Path) -> Repository:
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    settings = files.pop("config").read_text()
    return Repository({name: path.read_bytes() for name, path in files.items()}, settings)


def _git(folder: Path, who: dict[str, str], *words: str) -> None:
    alone = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(folder)}
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin"} | alone | who
    subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True)  # noqa: S603, S607
