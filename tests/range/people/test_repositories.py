"""Repositories in memory against real git on disk."""

import subprocess

import pytest

from stillwatch_range.people.repositories import (
    LANGUAGES,
    offset,
    repository,
    state,
    write_to,
)
from stillwatch_range.seeds import draw_for

AUTHORS = [("Mina Example", "mina@mail.example"), ("Ove Example", "ove@post.example")]
ZONES = ["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Asia/Tokyo", "UTC"]


def git(folder, *words):
    return subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.parametrize(("language", "zone"), list(zip(LANGUAGES, ZONES, strict=True)))
def test_hashes_are_those_of_git(tmp_path, language, zone):
    """Commits in memory have the hashes, authors and dates that git gives the files on disk."""
    made = repository(draw_for(1, language), AUTHORS, language=language, zone=zone)
    write_to(made, tmp_path / made.name)
    lines = git(tmp_path / made.name, "log", "--format=%H|%an|%ae|%at|%s").splitlines()
    assert lines == ["|".join(map(str, commit)) for commit in made.commits]
    assert git(tmp_path / made.name, "status", "--short") == ""


def test_newest_commit_holds_all_files():
    """The state after the last commit is the repository's files, and the first holds fewer."""
    made = repository(draw_for(2, "x"), AUTHORS)
    count = len(made.commits)
    assert state(made.files, count, count) == dict(made.files)
    assert sum(map(len, state(made.files, 1, count).values())) < sum(map(len, made.files.values()))


def test_repositories_differ_and_repeat():
    """Another draw gives another repository, the same draw the same one."""
    many = [repository(draw_for(3, number), AUTHORS) for number in range(60)]
    assert len({made.commits[0][0] for made in many}) == 60
    assert len({made.name for made in many}) > 50
    assert repository(draw_for(3, 7), AUTHORS) == many[7]


def test_commits_are_old_enough():
    """No commit is younger than asked for, and they stand newest first."""
    made = repository(draw_for(4, "x"), AUTHORS, before_s=1_700_000_000)
    times = [commit[3] for commit in made.commits]
    assert times == sorted(times, reverse=True)
    assert times[0] <= 1_700_000_000


def test_offset_knows_summer_and_half_hours():
    """Offsets follow the zone's rules at the time of the commit."""
    assert offset("Europe/Berlin", 1_783_000_000) == "+0200"
    assert offset("Europe/Berlin", 1_768_000_000) == "+0100"
    assert offset("Asia/Kolkata", 1_768_000_000) == "+0530"
