"""The example day, recorded from real clients and a real relay, against what is true of it."""

import json
from pathlib import Path

import pytest

from stillwatch.cli import run

EXAMPLES = Path(__file__).parents[1] / "examples"
TRUTH = json.loads((EXAMPLES / "truth.json").read_text())
CONCEALED = {"pool", "shared"}


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    """One hunt through the day."""
    folder = tmp_path_factory.mktemp("example")
    words = ["hunt", str(EXAMPLES / "day"), "--store", str(folder / "store")]
    words += ["--key", str(folder / "key"), "--json", str(folder / "v.json"), "--strict"]
    assert run(words) == 0
    return json.loads((folder / "v.json").read_text())


@pytest.fixture
def accounts(document):
    """Verdicts on single accounts."""
    found = [one for one in document["verdicts"] if one["subject"]["kind"] == "account"]
    return {one["subject"]["id"]: one for one in found}


def of_kind(kind):
    return sorted(name for name, true in TRUTH.items() if true["kind"] == kind)


def families(verdict):
    return {line["family"]: line["counted"] for line in verdict["ledger"]}


def test_every_account_of_the_day_is_judged(document, accounts):
    """And nothing was skipped."""
    assert set(accounts) == set(TRUTH)
    assert document["skipped_lines"] == 0


def test_the_pool_is_found_with_proof_and_grouped(document, accounts):
    """Three accounts of three payers, as one pool, to act on."""
    (pool,) = [one for one in document["verdicts"] if one["subject"]["kind"] == "campaign"]
    assert sorted(pool["subject"]["accounts"]) == of_kind("pool")
    for verdict in (pool, *(accounts[name] for name in of_kind("pool"))):
        assert (verdict["verdict"], verdict["grade"], verdict["level"]) == ("relay", "pool", "act")
        assert families(verdict)["provenance"] >= 5
        assert verdict["evidence"][0]["exhibits"]


def test_the_shared_account_is_found_by_its_people_and_its_contradictions(accounts):
    """At least for review, with both families shown."""
    (name,) = of_kind("shared")
    verdict = accounts[name]
    assert (verdict["verdict"], verdict["grade"]) == ("relay", "shared")
    assert verdict["level"] in ("review", "act")
    assert families(verdict)["plurality"] >= 1
    assert families(verdict)["contradiction"] >= 1


@pytest.mark.parametrize("name", sorted(n for n, t in TRUTH.items() if t["kind"] not in CONCEALED))
def test_honest_accounts_stay_honest(accounts, name):
    """Gateway, three machines, build runners, evaluation, fallback, and everybody else."""
    verdict = accounts[name]
    assert verdict["verdict"] in ("ordinary", "undecided")
    assert verdict["level"] == "none"
    expected = "team" if TRUTH[name]["kind"] == "gateway" else None
    assert verdict["grade"] == expected


@pytest.mark.parametrize("kind", ["shared", "gateway", "multi"])
def test_the_number_of_people_lies_in_its_interval(accounts, kind):
    """Where tools show who works."""
    (name,) = of_kind(kind)
    people = accounts[name]["people"]
    assert people["low"] <= TRUTH[name]["people"] <= people["high"]


def test_chat_and_automation_get_no_number_they_cannot_have(accounts):
    """A lower bound that does not exclude the truth."""
    for name, true in TRUTH.items():
        assert accounts[name]["people"]["low"] <= true["people"]
