"""Folders that vanish, disks that refuse, and rules that change while requests come in."""

import re
import shutil
import signal
import threading
from itertools import cycle

import pytest

from stillwatch.cli import run
from stillwatch.sources.inputs import find_inputs

from .test_cases import number_in
from .test_serve import BAN, CLAUDE, rule, until

BODY = b'{"model":"m","messages":[]}'


def stored(said):
    """How many exchanges were stored, as the gateway says at its end."""
    return int(re.search(r"stored: (\d+)", said)[1])


def test_rules_are_read_again_under_load_without_a_wrong_answer(gateway):
    """Whom both old and new rules ban is banned all the time, and nobody else is."""
    gate = gateway(BAN)
    rules = gate.folder / "policy" / "rules.cedar"
    over, wrong, served = threading.Event(), [], []

    def ask(agent, expected):
        while not over.is_set():
            status, _, said = gate.ask(body=BODY, user_agent=agent)
            served.append(status)
            if status != expected:
                wrong.append((agent, status, said))

    work = [("curl/8", 200), (CLAUDE, 403), ("codex_exec/0.169.0", 200)]
    threads = [threading.Thread(target=ask, args=one) for one in work]
    for one in threads:
        one.start()
    texts = cycle(
        [
            rule("ban-too", "block", 'context.client == "claude-code" && context.model == "m"'),
            "forbid (principal",
            BAN + rule("watched", "flag", "true"),
            BAN,
        ]
    )
    for _ in range(20):
        seen = len(served)
        rules.write_text(next(texts))
        gate.process.send_signal(signal.SIGHUP)
        until(lambda seen=seen: len(served) >= seen + 6)
    over.set()
    for one in threads:
        one.join(20)
    assert not wrong
    assert "The old rules stay" in gate.stop()


def test_where_captures_cannot_be_written_requests_pass_all_the_same(gateway, tmp_path):
    """They are counted as lost, and the operator is told so."""
    blocked = tmp_path / "captures"
    gate = gateway(BAN, "--record", blocked)
    blocked.rmdir()
    blocked.write_text("no folder")
    for _ in range(5):
        assert gate.ask(body=BODY)[0] == 200
    said = gate.stop(signal.SIGTERM)
    assert gate.process.returncode == 0
    assert stored(said) == 0
    assert "seen: 5" in said


def test_a_folder_of_captures_that_vanishes_is_made_anew(gateway, tmp_path):
    """What is called stored can be found; a file without a name is no place for it."""
    folder = tmp_path / "captures"
    gate = gateway(BAN, "--record", folder)
    assert gate.ask(body=BODY)[0] == 200
    until(lambda: folder.exists() and any(file.stat().st_size for file in folder.iterdir()))
    shutil.rmtree(folder)
    for _ in range(3):
        assert gate.ask(body=BODY)[0] == 200
    said = gate.stop(signal.SIGTERM)
    assert stored(said) == 4
    assert find_inputs([folder])


@pytest.mark.parametrize("instead", ["nothing", "a file"])
def test_without_its_state_folder_the_gateway_decides_as_before(gateway, tmp_path, instead):
    """Who is banned stays so, with a number, and who is not is served.

    Where the folder can be made anew it is, so that numbers that were told can be looked up.
    """
    gate = gateway(BAN)
    assert gate.ask(user_agent=CLAUDE)[0] == 403
    shutil.rmtree(tmp_path / "state")
    if instead == "a file":
        (tmp_path / "state").write_text("no folder")
    for n in range(5):
        status, _, said = gate.ask(user_agent=CLAUDE, X_Api_Key=f"key {n}")
        assert status == 403
        assert number_in(said)
        assert gate.ask(user_agent="curl/8", X_Api_Key=f"key {n}")[0] == 200
    if instead == "nothing":
        words = ["cases", "show", number_in(said), "--state", str(tmp_path / "state")]
        until(lambda: run(words) == 0)
    said = gate.stop()
    assert gate.process.returncode == 0, said


def test_who_was_let_off_stays_so_when_the_book_is_deleted(gateway, tmp_path):
    """Somebody looked at the case and decided; a lost file must not block an innocent again."""
    gate = gateway(BAN)
    state = tmp_path / "state"
    number = number_in(gate.ask(user_agent=CLAUDE, X_Api_Key="one")[2])
    words = ["cases", "undo", number, "--by", "M. Okafor", "--state", str(state)]
    until(lambda: run(words) == 0)
    until(lambda: gate.ask(user_agent=CLAUDE, X_Api_Key="one")[0] == 200)
    shutil.rmtree(state)
    until((state / "cases.sqlite").exists)
    other = number_in(gate.ask(user_agent=CLAUDE, X_Api_Key="two")[2])
    until(lambda: run(["cases", "show", other, "--state", str(state)]) == 0)
    assert gate.ask(user_agent=CLAUDE, X_Api_Key="one")[0] == 200
