"""Fitting and reporting stay apart: what thresholds were set on is not what figures are told on."""

import tomllib
from pathlib import Path

import pytest

import stillwatch_range.scenario
from stillwatch_range.scenario.file import find, read, shipped

FOLDER = Path(stillwatch_range.scenario.__file__).parent / "apart"
TUNING = tomllib.loads((FOLDER / "tuning.toml").read_text())
REPORTING = tomllib.loads((FOLDER / "reporting.toml").read_text())


@pytest.mark.parametrize("what", ["scenarios", "seeds", "sources"])
def test_nothing_serves_both_ends(what):
    """Scenarios, seeds and prompts for tuning are never those for reporting."""
    assert not set(TUNING[what]) & set(REPORTING[what])


def test_whole_families_are_held_back():
    """At least one relay, one method and two twins are met in reporting only."""
    assert len(set(REPORTING["relays"]) - set(TUNING["relays"])) >= 1
    assert len(set(REPORTING["methods"]) - set(TUNING["methods"])) >= 1
    assert len(set(REPORTING["twins"]) - set(TUNING["twins"])) >= 2
    assert set(REPORTING["levels"]) > set(TUNING["levels"])


def test_every_shipped_scenario_is_on_one_list():
    """No scenario is of unknown use."""
    assert sorted((*TUNING["scenarios"], *REPORTING["scenarios"])) == shipped()


@pytest.mark.parametrize("lists", [TUNING, REPORTING], ids=["tuning", "reporting"])
def test_scenarios_hold_what_their_list_allows(lists):
    """A scenario uses no source, relay, rung, method or twin beyond its list."""
    for name in lists["scenarios"]:
        scenario = read(find(name))
        assert set(scenario.sources) <= set(lists["sources"])
        for part in scenario.parts:
            if part.kind == "relay":
                assert part.spec.kind in lists["relays"]
                assert part.spec.level in lists["levels"]
            elif part.kind == "campaign":
                assert part.spec.method in lists["methods"]
                assert part.spec.level in ("", *lists["levels"])
            elif part.kind == "twin":
                assert part.spec.kind in lists["twins"]
