"""What tools print, held against the real commands on a copy of the checkout."""

import os
import re
import subprocess
from dataclasses import replace

import pytest

from stillwatch_range.model import Machine, Person
from stillwatch_range.people import edits, tools
from stillwatch_range.people.checkout import place
from stillwatch_range.people.prompts import PromptPool
from stillwatch_range.people.repositories import LANGUAGES, repository, write_to
from stillwatch_range.people.work import CodingWork
from stillwatch_range.seeds import draw_for

MACHINE = Machine(
    host="birch-box",
    system="linux",
    release="6.8.0-52-generic",
    arch="x64",
    user="mina",
    home="/home/mina",
    shell="/bin/bash",
    zone="Europe/Berlin",
    locale="C.UTF-8",
    ip="100.64.0.9",
    asn=64512,
)
NOW_S = 1_780_300_000


def desk(language="python", machine=MACHINE, seed=5):
    made = repository(
        draw_for(seed, language),
        [("Mina Example", "mina@mail.example")],
        language=language,
        zone=machine.zone,
    )
    person = Person(
        "p", "Mina Example", "mina@mail.example", "en", machine.zone, (machine,), (made,), "", "", 3
    )
    return place(person, machine, made, NOW_S)


def edited(checkout, count=3):
    draw = draw_for(6, "edits")
    paths = edits.code_files(checkout)
    return [edits.make(draw, checkout, paths[number % len(paths)]) for number in range(count)]


def on_disk(checkout, folder):
    write_to(checkout.repository, folder)
    for path in checkout.changes:
        (folder / path).write_text(checkout.files[path], encoding="utf-8")


def run(folder, command):
    env = {**os.environ, "LC_ALL": "C", "TZ": "Europe/Berlin", "GIT_CONFIG_GLOBAL": os.devnull}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, env=env, check=False
    )
    return done.stdout.rstrip("\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_git_says_the_same(tmp_path, language):
    """Log, status, short status and diff are those of git, with and without edits."""
    checkout = desk(language)
    folder = tmp_path / "clean"
    on_disk(checkout, folder)
    assert tools.git_log(checkout, 3) == run(folder, "git log -3")
    assert tools.git_status(checkout) == run(folder, "git status")
    edited(checkout)
    assert checkout.changes
    folder = tmp_path / "edited"
    on_disk(checkout, folder)
    assert tools.git_status(checkout) == run(folder, "git status")
    assert tools.git_short(checkout) == run(folder, "git status --short").strip("\n")
    assert tools.git_diff(checkout) == run(folder, "git diff")
    assert tools.git_oneline(checkout, 5) == run(folder, "git log --oneline -5")
    assert tools.git_who(checkout, 3) == run(folder, "git log -3 --format='%h %an <%ae> %s'")
    assert tools.remotes(checkout) == run(folder, "git remote -v")


@pytest.mark.parametrize("seed", range(4))
def test_diffs_of_many_edits(tmp_path, seed):
    """Hunks near each other join, and line numbers move, as in git's own diff."""
    checkout = desk("python", seed=seed)
    draw = draw_for(seed, "many")
    for _ in range(9):
        path = draw.choice(edits.code_files(checkout))
        made = edits.make(draw, checkout, path)
        if made:
            assert made.new in checkout.files[path]
    on_disk(checkout, tmp_path / "x")
    files, added, gone = tools.diff_stat(checkout)
    assert tools.git_diff(checkout) == run(tmp_path / "x", "git diff")
    assert run(tmp_path / "x", "git diff --shortstat").strip().startswith(f"{files} file")
    short = run(tmp_path / "x", "git diff --shortstat")
    assert [added, gone] == [
        sum(map(int, re.findall(rf"(\d+) {word}", short))) for word in ("insertion", "deletion")
    ]


def test_a_commit_has_the_hash_that_git_gives(tmp_path):
    """Committing prints what git prints, hash and counts, and leaves a clean tree."""
    checkout = desk()
    edited(checkout)
    folder = tmp_path / "x"
    on_disk(checkout, folder)
    said = tools.git_commit(checkout, "Handle a late reading")
    dates = f"GIT_AUTHOR_DATE='{NOW_S} +0200' GIT_COMMITTER_DATE='{NOW_S} +0200'"
    real = run(
        folder,
        f"{dates} git -c user.name='Mina Example' -c user.email=mina@mail.example "
        "commit -am 'Handle a late reading'",
    )
    assert said.splitlines()[0] == real.splitlines()[0]
    assert said.splitlines()[-1] == real.splitlines()[-1]
    assert tools.git_status(checkout).endswith("working tree clean")


def test_plain_commands_say_the_same(tmp_path):
    """grep, cat -n and wc print what the real commands print."""
    checkout = desk()
    folder = tmp_path / "x"
    on_disk(checkout, folder)
    path, name = edits.functions(checkout)[1]
    real = run(folder, f"grep -rn {name} . --exclude-dir=.git")
    assert sorted(tools.grep(checkout, name).splitlines()) == sorted(real.splitlines())
    assert tools.numbered(checkout.files[path]) == run(folder, f"cat -n {path}")
    assert tools.count_lines(checkout) == run(folder, "wc -l $(git ls-files)")


def test_a_listing_has_sizes_times_and_names(tmp_path):
    """Files of `ls -la` have the mode, links, size, time and name of the real listing."""
    checkout = desk("shell")
    checkout.now_s = int(checkout.repository.commits[0][3]) + 60
    folder = tmp_path / "x"
    on_disk(checkout, folder)
    # The real `ls` decides by today's clock whether it shows the year, so both show full times.
    real = run(folder, "ls -la --time-style='+%b %e %H:%M'").splitlines()[1:]
    mine = tools.listing(checkout).splitlines()[1:]
    names = lambda rows: [row.split()[-1] for row in rows]  # noqa: E731
    assert names(mine) == names(real)
    for ours, theirs in zip(mine, real, strict=True):
        if not ours.startswith("d"):
            left, right = ours.split(), theirs.split()
            assert (left[0], left[1], left[4]) == (right[0], right[1], right[4])


def test_listing_times_are_those_of_the_commits(tmp_path):
    """A file shows the time of the commit that last touched it, on the machine's clock."""
    checkout = desk("shell")
    checkout.now_s = int(checkout.repository.commits[0][3]) + 60
    folder = tmp_path / "x"
    on_disk(checkout, folder)
    real = run(folder, "stat -c '%n %y' test.sh README.md").splitlines()
    mine = {row.split()[-1]: row for row in tools.listing(checkout).splitlines()[1:]}
    for row in real:
        name, day, clock, *_ = row.split()
        shown = mine[name].split()
        assert int(shown[6]) == int(day[-2:])
        assert shown[7] in (clock[:5], day[:4])


@pytest.mark.parametrize("system", ["linux", "macos", "windows", "wsl"])
def test_places_follow_the_system(system):
    """Paths and `uname` are in the style of the machine."""
    homes = {"macos": "/Users/mina", "windows": "C:\\Users\\mina"}
    machine = replace(MACHINE, system=system, home=homes.get(system, "/home/mina"))
    checkout = desk(machine=machine)
    assert checkout.path("a/b.py").startswith(machine.home)
    assert ("\\" in checkout.path("a/b.py")) == (system == "windows")
    assert tools.pwd(checkout).startswith("/")
    kernel = {"macos": "Darwin", "windows": "MINGW64_NT"}.get(system, "Linux")
    assert tools.uname(machine).startswith(kernel)
    assert machine.host in tools.uname(machine)


def test_a_repository_from_elsewhere_can_be_worked_in():
    """A repository that the grammar did not make has plain words, and its session plays."""
    made = replace(desk().repository, files={"main.txt": "one\ntwo\n"}, language="python")
    person = replace(desk().person, repositories=(made,))
    checkout = place(person, MACHINE, made, NOW_S)
    work = CodingWork(draw_for(1, "x"), checkout, PromptPool(["coding-a"]))
    for number in range(20):
        assert work.turn(number == 0, 9, 0.0).steps[-1].say
    assert work.words["f1"] == "key"
