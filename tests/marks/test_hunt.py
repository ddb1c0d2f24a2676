"""A hunt with marks: sealed traffic in, verdicts out."""

import json
from datetime import UTC, datetime

import pytest

from stillwatch.cli import run
from stillwatch.marks.enrolled import Install, add_installs
from stillwatch.marks.grammar import load
from stillwatch.marks.ids import IdSealer
from stillwatch.marks.seal import Sealer
from stillwatch.marks.secrets import new_file
from tests.traffic import START_S, Talk, write

GRAMMAR = "coding-agent"
HEADERS = {"user-agent": "claude-cli/2.1.330 (external, cli)"}
OPTIONS = ["--marks-keys", "marks.json", "--installs", "installs.jsonl", "--grammar", GRAMMAR]


class World:
    """Installs with their sealers, and the lines of a capture."""

    def __init__(self, folder):
        self.folder = folder
        self.keys = new_file(folder / "marks.json", START_S - 86_400)
        self.key = self.keys.sealing(START_S)
        self.grammar = load(GRAMMAR)
        self.ids = IdSealer(self.keys, lambda: START_S + 1)
        self.lines = []
        self.accounts = {}
        self.sealers = {}

    def install(self, name, account, organization=None):
        """Enrol an install."""
        enrolled = datetime.fromtimestamp(START_S, UTC)
        add_installs(
            self.folder / "installs.jsonl", [Install(name, account, organization, enrolled)]
        )
        epoch = self.key.epoch(START_S)
        self.sealers[name] = Sealer(self.grammar, name, self.key.install_key(name, epoch))

    def account(self, name, payer, **known):
        """Say whose account it is."""
        self.accounts[name] = {"account": name, "payer": payer} | known

    def plain(self, body):
        """The request as an unsealed client would send it."""
        texts = {place: [r.plain for r in self.grammar.at(place)] for place in ("system", "tool")}
        tools = [
            {"name": region.tool, "description": region.plain, "input_schema": {}}
            for region in self.grammar.at("tool")
        ]
        return body | {"system": "\n\n".join(texts["system"]), "tools": tools}

    def work(self, account, install, name, at_s, turns=2):
        """A conversation by an install through an account; no install sends it unsealed."""
        talk = Talk(name)
        for turn in range(turns):
            line = talk.send(account, at_s + 20 * turn)
            body = self.plain(line["request"]["body"])
            line["request"]["body"] = self.sealers[install].seal(body) if install else body
            line["request"]["headers"] = HEADERS
            self.lines.append(line)
        return talk

    def hunt(self, *more):
        """Verdicts by account."""
        write(self.folder / "traffic" / "t.jsonl", self.lines)
        write(self.folder / "traffic" / "accounts.jsonl", list(self.accounts.values()))
        words = ["hunt", "traffic", "--store", "store", "--json", "v.json", *OPTIONS, *more]
        assert run(words) == 0
        found = json.loads((self.folder / "v.json").read_text())["verdicts"]
        return {verdict["subject"]["id"]: verdict for verdict in found}


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STILLWATCH_KEY_FILE", str(tmp_path / "key"))
    return World(tmp_path)


def marks(verdict):
    """The lines of evidence of the family, by signal."""
    return {line["signal"]: line for line in verdict["evidence"] if line["family"] == "marks"}


def test_resale_is_acted_on_and_innocent_twins_are_not(world):
    """Customers' installs alternate behind a relay's account; everybody else is at home."""
    for number in range(6):
        world.account(f"customer {number}", f"payer {number}")
        world.install(f"in_{number}", f"customer {number}")
        for day in range(3):
            world.work(f"customer {number}", f"in_{number}", f"own {number} {day}", day * 86_400)
    world.account("relay", "payer of the relay")
    for turn in range(12):
        world.work("relay", f"in_{turn % 4}", f"sold {turn}", 5_000 + 300 * turn)
    world.account("old", "payer old", organization="company")
    world.account("new", "payer new", organization="company")
    world.install("in_company", "old", "company")
    for day in range(4):
        world.work("new", "in_company", f"moved {day}", day * 86_400)
    world.account("guest", "payer of the guest")
    world.install("in_guest", "guest")
    for turn in range(4):
        world.work("guest", "in_guest", f"at home {turn}", turn * 3_600)
    world.work("guest", "in_5", "at a friend's", 20_000)
    found = world.hunt()
    relay = found["relay"]
    assert (relay["verdict"], relay["level"]) == ("relay", "act")
    line = marks(relay)["seal-behind-another-account"]
    assert line["numbers"]["installs"] == 4
    assert all(f"in_{number} of customer {number}" in str(line["shows"]) for number in range(4))
    assert line["numbers"]["log10_p"] < -9
    for owner in [f"customer {number}" for number in range(6)]:
        assert found[owner]["level"] == "none"
        assert list(marks(found[owner])) == ["seal-matches-owner"]
    assert found["new"]["level"] == "none"
    assert list(marks(found["new"])) == ["seal-matches-owner"]
    assert found["guest"]["level"] == "review"
    assert "in_5 of customer 5" in marks(found["guest"])["seal-behind-another-account"]["says"]
