"""The kill switch: a file that stops all enforcement."""

import shutil
from pathlib import Path

import pytest

from stillwatch.gateway.switch import Switch

from .test_serve import BAN, CLAUDE, until


def test_the_file_turns_enforcement_off_while_it_is_there(tmp_path):
    """`touch` and `rm` are all that is needed, in any process that looks."""
    file = tmp_path / "observe-only"
    here, there = Switch(file), Switch(file)
    assert here.enforcing
    file.touch()
    assert not here.look()
    assert not there.look()
    assert not there.enforcing
    file.unlink()
    assert here.look()


def test_turning_it_makes_and_removes_the_file(tmp_path):
    """So one process turns it for all, and for those that start later."""
    file = tmp_path / "not" / "there" / "observe-only"
    switch = Switch(file)
    switch.turn(enforcing=False)
    assert file.exists()
    assert not Switch(file).enforcing
    switch.turn(enforcing=True)
    switch.turn(enforcing=True)
    assert not file.exists()
    assert switch.enforcing


@pytest.mark.parametrize("enforcing", [True, False])
def test_a_folder_that_is_gone_changes_nothing(tmp_path, enforcing):
    """Nobody can tell then what an operator wants, so the last answer stands."""
    folder = tmp_path / "state"
    folder.mkdir()
    switch = Switch(folder / "observe-only")
    switch.turn(enforcing=enforcing)
    shutil.rmtree(folder)
    assert switch.look() == enforcing
    folder.mkdir()
    assert switch.look()


def test_a_link_that_leads_nowhere_is_there(tmp_path):
    """Whoever put it there meant something."""
    file = tmp_path / "observe-only"
    file.symlink_to(tmp_path / "nowhere")
    assert not Switch(file).enforcing


def test_without_a_file_it_is_a_switch_of_one_process():
    """For faces that have no folder."""
    switch = Switch()
    switch.start()
    switch.turn(enforcing=False)
    assert not switch.enforcing
    switch.turn(enforcing=True)
    assert switch.enforcing
    switch.stop()


def test_it_is_looked_at_beside_the_requests(tmp_path):
    """And no more once it was stopped."""
    file = tmp_path / "observe-only"
    switch = Switch(file)
    switch.start()
    file.touch()
    until(lambda: not switch.enforcing)
    switch.stop()
    switch.stop()
    file.unlink()
    assert not switch.enforcing


def test_a_running_gateway_lets_everybody_pass_while_the_file_is_there(gateway):
    """And holds back again afterwards."""
    gate = gateway(BAN)
    file = Path(gate.folder) / "state" / "observe-only"
    assert gate.ask(user_agent=CLAUDE)[0] == 403
    file.touch()
    until(lambda: gate.ask(user_agent=CLAUDE)[0] == 200)
    file.unlink()
    until(lambda: gate.ask(user_agent=CLAUDE)[0] == 403)
