"""A command brings what it needs into the room, and no more."""

import sys
from pathlib import Path

import pytest

from stillwatch.audit.profiles import of_command
from stillwatch.audit.runner_subject import interpreters, standing, subject_of
from stillwatch.errors import SettingsError


def program(path, text="#!/bin/sh\n"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def subject(path, **more):
    words = (str(path), "go")
    return subject_of(words, of_command(words), **more)


def kept(found):
    return {path for path, inside in found.kept if str(path) == inside} - set(interpreters())


def test_a_single_program_comes_alone(tmp_path):
    """What lies beside it may be a person's own."""
    tool = program(tmp_path / "bin" / "tool")
    program(tmp_path / "bin" / "secret")
    found = subject(tool)
    assert (found.name, found.program) == ("tool", str(tool))
    assert kept(found) == {tool}


def test_a_link_is_followed(tmp_path):
    """The folder of links is a person's as well; the name stays."""
    tool = program(tmp_path / "lib" / "tool-1.2")
    link = tmp_path / "bin" / "tool"
    link.parent.mkdir()
    link.symlink_to(tool)
    found = subject(link)
    assert (found.name, found.program) == ("tool", str(tool))
    assert kept(found) == {tool}


@pytest.mark.parametrize("linked", [False, True], ids=["direct", "by a link"])
def test_a_virtual_environment_comes_whole(tmp_path, linked):
    """With the Python that it was made from."""
    python = program(tmp_path / "python" / "bin" / "python3")
    tool = program(tmp_path / "venv" / "bin" / "tool")
    (tmp_path / "venv" / "pyvenv.cfg").write_text(f"home = {python.parent}\nother = 1\n")
    called = tool
    if linked:
        called = tmp_path / "bin" / "tool"
        called.parent.mkdir()
        called.symlink_to(tool)
    found = subject(called)
    assert found.program == str(tool)
    assert kept(found) == {tmp_path / "venv", tmp_path / "python"}


def test_packages_of_node_come_whole(tmp_path):
    """The link in `.bin` stays a link: the program finds its parts by it."""
    packages = tmp_path / "node_modules"
    program(packages / "tool" / "cli.js")
    link = packages / ".bin" / "tool"
    link.parent.mkdir()
    link.symlink_to("../tool/cli.js")
    found = subject(link)
    assert found.program == str(link)
    assert kept(found) == {packages}


def test_what_is_asked_for_comes_as_well(tmp_path):
    """Folders in kept folders are there already."""
    tool = program(tmp_path / "a" / "b" / "tool")
    more = tmp_path / "more"
    more.mkdir()
    assert kept(subject(tool, keep=[more, tmp_path / "a"])) == {more, tmp_path / "a"}


def test_the_systems_folders_are_there_anyway():
    """Nothing stands twice."""
    assert standing({Path("/usr/bin"), Path("/usr/lib/x")}) == ()
    assert all(not str(path).startswith("/usr/") for path, _ in standing(set(interpreters())))


def test_a_program_that_is_not_there_is_refused():
    """Before anything is made."""
    with pytest.raises(SettingsError, match="is not there"):
        subject("/nowhere/tool")


def test_pythons_own_folder_is_kept():
    """Tools written in Python need one."""
    assert Path(sys.base_prefix).resolve() in interpreters()
