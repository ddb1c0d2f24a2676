"""Small repositories: code from a grammar, with a history whose hashes are git's own.

A repository in memory holds the newest text of its files only. What stood in an older commit
follows from a rule: files are cut into blocks, and commit k of n holds the first k/n of all blocks,
file after file. So `write_to` can lay the same history on disk.
"""

import os
import random
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from stillwatch_range.model import Repository
from stillwatch_range.people import githash
from stillwatch_range.people.code import Words, source_files, words_for
from stillwatch_range.people.grammar import wording

LANGUAGES = {"python": 0.36, "javascript": 0.26, "go": 0.14, "rust": 0.12, "shell": 0.12}
TESTS = {
    "python": "python -m pytest -q",
    "javascript": "node --test",
    "go": "go test ./...",
    "rust": "cargo test",
    "shell": "bash test.sh",
}
FORGES = ("git.example.com", "git.example.org", "code.example.net", "git.example.net")
DAY_S = 86_400
NEWEST_S = 1_780_272_000
"""No commit is younger than 2026-06-01, unless the caller says so."""


def repository(
    draw: random.Random,
    authors: Sequence[tuple[str, str]],
    *,
    language: str = "",
    zone: str = "UTC",
    before_s: int = NEWEST_S,
) -> Repository:
    """A repository.

    Args:
        draw: chance.
        authors: (name, mail) of those who commit, the busiest first.
        language: one of `LANGUAGES`; drawn where empty.
        zone: time zone of the authors' clocks.
        before_s: all commits are older than this, in seconds since the epoch.
    """
    language = language or draw.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    words = words_for(draw, language)
    files = source_files(draw, words)
    commits = _commits(draw, files, words, authors, (zone, before_s))
    remote = _remote(draw, words.project, authors[0][0])
    return Repository(words.project, remote, language, files, commits, TESTS[language], zone)


def _remote(draw: random.Random, project: str, author: str) -> str:
    owner = author.lower().replace(" ", draw.choice(("", "-")))
    owner = (
        owner if draw.random() < 0.6 else f"{draw.choice(('team', 'lab', 'apps'))}-{project[:4]}"
    )
    forge = draw.choice(FORGES)
    if draw.random() < 0.5:
        return f"git@{forge}:{owner}/{project}.git"
    return f"https://{forge}/{owner}/{project}.git"


def _commits(
    draw: random.Random,
    files: Mapping[str, str],
    words: Words,
    authors: Sequence[tuple[str, str]],
    clock: tuple[str, int],
) -> tuple[tuple[str, str, str, int, str], ...]:
    zone, before_s = clock
    count = min(draw.randrange(3, 16), sum(1 for _ in _blocks(files)))
    at_s = before_s - int(draw.random() * 40 * DAY_S)
    times: list[int] = []
    for _ in range(count):
        times.append(at_s)
        at_s -= 60 + int(draw.expovariate(1 / (3 * DAY_S)))
    grammar = wording("code")
    names = list(files)
    commits: list[tuple[str, str, str, int, str]] = []
    parent = ""
    for number, when_s in enumerate(reversed(times), 1):
        author, mail = authors[min(int(draw.expovariate(1.4)), len(authors) - 1)]
        slots = {**words.slots, "file": draw.choice(names).rpartition("/")[2]}
        subject = "Initial commit" if number == 1 else grammar.say(draw, "subject", slots)
        subject = subject[:1].upper() + subject[1:] if number % 3 else subject
        who = githash.Signed(author, mail, when_s, offset(zone, when_s))
        parent = githash.commit(githash.tree(state(files, number, count)), parent, who, subject)
        commits.append((parent, author, mail, when_s, subject))
    return tuple(reversed(commits))


def offset(zone: str, at_s: int) -> str:
    """Offset of a zone at a time, as git writes it, such as `-0330`."""
    return _offset(zone, at_s // 3600)


@lru_cache(maxsize=8192)
def _offset(zone: str, hour: int) -> str:
    return datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZoneInfo(zone)).strftime("%z")


def _blocks(files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for path, text in files.items():
        block: list[str] = []
        for line in text.splitlines(keepends=True):
            block.append(line)
            if line == "\n" and len(block) > 6:
                yield path, "".join(block)
                block = []
        if block:
            yield path, "".join(block)


def state(files: Mapping[str, str], number: int, count: int) -> dict[str, str]:
    """What the files hold after a commit.

    Args:
        files: newest text by path.
        number: the commit, from 1 for the oldest.
        count: how many commits there are.
    """
    if number >= count:
        return dict(files)
    blocks = list(_blocks(files))
    kept: dict[str, str] = {}
    for path, text in blocks[: -(-len(blocks) * number // count)]:
        kept[path] = kept.get(path, "") + text
    return kept


def touched(repository: Repository) -> dict[str, int]:
    """The commit (0 is the newest) that last changed each file."""
    count = len(repository.commits)
    newest: dict[str, int] = {}
    before: Mapping[str, str] = {}
    for number in range(1, count + 1):
        now = state(repository.files, number, count)
        newest.update(
            {path: count - number for path, text in now.items() if before.get(path) != text}
        )
        before = now
    return newest


def write_to(repository: Repository, folder: Path) -> None:
    """Write a repository to disk, with its git history and the files' times.

    Args:
        repository: made by `repository`.
        folder: must not exist or be empty; it becomes the root of the checkout.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "remote", "add", "origin", repository.remote)
    count = len(repository.commits)
    for number, about in enumerate(reversed(repository.commits), 1):
        for path, text in state(repository.files, number, count).items():
            _write(folder / path, text)
        _git(folder, "add", "-A")
        _commit(folder, about, offset(repository.zone, about[3]))
    for path, newest in touched(repository).items():
        at_s = repository.commits[newest][3]
        os.utime(folder / path, (at_s, at_s))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if path.suffix == ".sh":
        path.chmod(0o755)


def _commit(folder: Path, about: tuple[str, str, str, int, str], zone: str) -> None:
    _, name, mail, at_s, subject = about
    who = {"NAME": name, "EMAIL": mail, "DATE": f"{at_s} {zone}"}
    env = {
        f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()
    }
    _git(folder, "commit", "-q", "--allow-empty", "-m", subject, env=env)


def _git(folder: Path, *words: str, env: Mapping[str, str] | None = None) -> None:
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-c", "core.autocrlf=false", "-c", "commit.gpgsign=false", *words]
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, **alone, **(env or {})})  # noqa: S603
