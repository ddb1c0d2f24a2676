"""`stillwatch cases`, on the book of a running gateway."""

import json
import re

from stillwatch.cli import run

from .test_serve import BAN, CLAUDE, until


def number_in(said):
    """The case number that a refusal tells."""
    found = re.search(r"Case ([0-9A-Z]{5}-[0-9A-Z]{5})", said.decode())
    assert found, said
    return found[1]


def test_a_case_is_found_by_its_number_and_undone_while_the_gateway_runs(gateway, capsys):
    """Who was held back wrongly can work again within a second, and others still cannot."""
    gate = gateway(BAN)
    state = ["--state", str(gate.folder / "state")]
    number = number_in(gate.ask(user_agent=CLAUDE, X_Api_Key="one")[2])
    assert number_in(gate.ask(user_agent=CLAUDE, X_Api_Key="one")[2]) == number
    assert number_in(gate.ask(user_agent=CLAUDE, X_Api_Key="two")[2]) != number

    def listed():
        capsys.readouterr()
        assert run(["cases", "list", "--json", *state]) == 0
        return {case["number"]: case for case in json.loads(capsys.readouterr().out)}

    until(lambda: listed().get(number, {}).get("times") == 2)
    assert run(["cases", "appeal", number.lower(), "We have a licence.", *state]) == 0
    assert next(iter(listed())) == number
    assert run(["cases", "undo", number, "--by", "M. Okafor", *state]) == 0
    until(lambda: gate.ask(user_agent=CLAUDE, X_Api_Key="one")[0] == 200)
    assert gate.ask(user_agent=CLAUDE, X_Api_Key="two")[0] == 403
    capsys.readouterr()
    assert run(["cases", "show", number, *state]) == 0
    shown = capsys.readouterr().out
    assert "undone by M. Okafor" in shown
    assert "We have a licence." in shown


def test_cases_outlive_a_killed_gateway(gateway, capsys):
    """A number that was told can be looked up, whatever happened to the process."""
    gate = gateway(BAN)
    number = number_in(gate.ask(user_agent=CLAUDE, X_Api_Key="one")[2])
    gate.process.kill()
    gate.process.wait(20)
    gateway(BAN)
    capsys.readouterr()
    assert run(["cases", "show", number, "--state", str(gate.folder / "state")]) == 0
    assert number in capsys.readouterr().out


def test_wrong_numbers_and_folders_are_told_in_words(gateway, tmp_path, capsys):
    """To look must not make a book."""
    assert run(["cases", "list", "--state", str(tmp_path / "nothing")]) == 3
    assert "no book of cases" in capsys.readouterr().err
    assert not (tmp_path / "nothing").exists()
    gate = gateway(BAN)
    state = ["--state", str(gate.folder / "state")]
    assert run(["cases", "show", "00000-00000", *state]) == 3
    number = number_in(gate.ask(user_agent=CLAUDE)[2])
    until(lambda: run(["cases", "show", number, *state]) == 0)
    assert run(["cases", "undo", number, "--by", " ", *state]) == 3
    assert run(["cases", "appeal", number, "", *state]) == 3
