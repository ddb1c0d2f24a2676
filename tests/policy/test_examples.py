"""The worked examples in `policies/` can be used as they stand."""

import re
from pathlib import Path

import pytest

from stillwatch.cli import run
from stillwatch.policy.folder import read

FOLDERS = sorted(path for path in (Path(__file__).parents[2] / "policies").iterdir())
NEVER = re.compile(
    r"nationalit|timezone|time zone|locale|citizen|\blang(uage)?\b|geoip", re.IGNORECASE
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_example_checks_and_passes_its_own_cases(folder, capsys):
    """Cases name their days, so this holds next year as well."""
    assert run(["policy", "check", str(folder)]) == 0
    assert run(["policy", "test", str(folder)]) == 0
    assert re.search(r"cases passed, 0 failed", capsys.readouterr().out)
    for case in (folder / "cases").glob("*.toml"):
        text = case.read_text()
        assert text.count("[[case]]") == text.count("\nat = ")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_example_starts_in_shadow_or_holds_nothing_back(folder):
    """Whoever copies it first sees what it would do."""
    for rule in read(folder).rules:
        assert not rule.enforces or rule.outcome == "flag", rule.id


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_an_example_rests_on_nothing_about_a_persons_origin(folder):
    """Only a declared region may be asked for, and comments may say what is never guessed."""
    for file in folder.glob("*.cedar"):
        rules = re.sub(r"//[^\n]*", "", file.read_text())
        assert not NEVER.search(rules)
