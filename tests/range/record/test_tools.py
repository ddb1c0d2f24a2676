"""The real programs: pinned in one file, found in one folder."""

import re
import subprocess

import pytest

from stillwatch.errors import SettingsError
from stillwatch_range.record import tools as module
from stillwatch_range.record.plan import DEFAULT_CLIENTS, DEFAULT_RELAYS
from stillwatch_range.record.relays.catalogue import RELAYS
from stillwatch_range.record.tools import DONE, Tools, groups, install


def test_every_version_is_pinned():
    """A recording says what it was made with."""
    for group in groups():
        for package in group.packages:
            assert re.search(r"(==|.@)\d+(\.\d+)+$", package), package


def test_the_programs_of_all_relays_are_known(tmp_path):
    """And have a place."""
    tools = Tools(tmp_path, {})
    for kind in RELAYS.values():
        assert all(tools.path(program).is_relative_to(tmp_path) for program in kind.needs)
    assert {"claude", "codex", "opencode"} <= set(DEFAULT_CLIENTS)
    assert len(DEFAULT_RELAYS) == 2


def test_a_missing_program_is_told_with_the_command_that_installs_it(tmp_path):
    """Nobody should have to search."""
    with pytest.raises(SettingsError) as told:
        Tools(tmp_path, {}).check(["codex"])
    assert told.value.hint == f"stillwatch range tools --into {tmp_path} --only npm"


def test_programs_may_lie_elsewhere(tmp_path):
    """CI has some of them already."""
    tools = Tools(tmp_path / "none", {"npm": tmp_path})
    (tmp_path / "node_modules" / ".bin").mkdir(parents=True)
    (tmp_path / "node_modules" / ".bin" / "codex").touch()
    tools.check(["codex"])


def calls(monkeypatch, status=0):
    made = []

    def run(command, **about):
        made.append(command)
        return subprocess.CompletedProcess(command, status, "", "went wrong\n")

    monkeypatch.setattr(module.subprocess, "run", run)
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/bin/{name}")
    return made


def test_what_is_installed_is_not_installed_again(tmp_path, monkeypatch):
    """Until a version changes."""
    made = calls(monkeypatch)
    assert [group.name for group in install(tmp_path, ["npm-ccr"])] == ["npm-ccr"]
    assert install(tmp_path, ["npm-ccr"]) == []
    (tmp_path / "npm-ccr" / DONE).write_text("an older one")
    assert len(install(tmp_path, ["npm-ccr"])) == 1
    assert len(made) == 2


def test_a_failed_installation_is_told_and_tried_again(tmp_path, monkeypatch):
    """A half-filled folder does not count."""
    calls(monkeypatch, status=1)
    for _ in range(2):
        with pytest.raises(SettingsError, match="went wrong"):
            install(tmp_path, ["npm-ccr"])


def test_groups_that_do_not_exist_are_told(tmp_path):
    """With those that do."""
    with pytest.raises(SettingsError) as told:
        install(tmp_path, ["everything"])
    assert "litellm" in told.value.hint
