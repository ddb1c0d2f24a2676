"""A hunt with marks: sealed traffic in, verdicts out."""

import json
from datetime import UTC, datetime

import pyarrow.parquet as pq
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
        self.options = OPTIONS

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
        store = [] if "--store" in more else ["--store", "store"]
        words = ["hunt", "traffic", *store, "--json", "v.json", *self.options, *more]
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


def test_it_is_the_same_with_worker_processes(world):
    """Keys reach workers by the name of their file alone."""
    world.account("relay", "payer of the relay")
    for number in range(3):
        world.install(f"in_{number}", f"customer {number}", f"company {number}")
    for turn in range(9):
        world.work("relay", f"in_{turn % 3}", f"sold {turn}", 100 * turn)
    one = world.hunt("--processes", "1")
    world.lines = list(reversed(world.lines))
    two = world.hunt("--processes", "2", "--store", "another")
    assert one["relay"]["level"] == "act"
    assert (
        marks(one["relay"])["seal-behind-another-account"]["says"]
        == (marks(two["relay"])["seal-behind-another-account"]["says"])
    )


def test_seals_of_the_epoch_before_are_read(world):
    """A client that goes on with the texts it was given last week."""
    world.account("relay", "payer of the relay")
    world.install("in_0", "customer", "company")
    before = world.key.install_key("in_0", world.key.epoch(START_S) - 1)
    world.sealers["in_0"] = Sealer(world.grammar, "in_0", before)
    world.work("relay", "in_0", "late", 10)
    assert "in_0 of customer" in str(marks(world.hunt()["relay"]))


def test_an_install_that_is_enrolled_later_is_found_later(world):
    """Readings stay in the store, and are matched with whoever is enrolled by then."""
    world.account("relay", "payer of the relay")
    world.install("in_0", "customer", "company")
    world.install("in_1", "another", "organisation")
    register = world.folder / "installs.jsonl"
    whole = register.read_text()
    register.write_text(whole.splitlines()[1] + "\n")
    world.work("relay", "in_0", "first", 10)
    assert not marks(world.hunt()["relay"])
    register.write_text(whole)
    assert "in_0 of customer" in str(marks(world.hunt()["relay"]))


def test_a_stripped_seal_supports_and_does_not_convict(world):
    """Where everybody else's client seals, a relay that drops its texts stands out."""
    for number in range(6):
        world.account(f"owner {number}", f"payer {number}")
        world.install(f"in_{number}", f"owner {number}")
        for day in range(3):
            world.work(f"owner {number}", f"in_{number}", f"own {number} {day}", day * 86_400)
    world.account("stripped", "payer")
    for turn in range(20):
        world.work("stripped", None, f"bare {turn}", 1_000 * turn)
    found = world.hunt()["stripped"]
    assert "20 of 20" in marks(found)["seal-missing"]["says"]
    assert found["level"] == "none"


def carried_on(world, issuer, account):
    """A conversation of an account whose first answer another account got, before the capture."""
    talk = Talk("carried on")
    talk.send(issuer, 0)
    before = talk.messages[1]["content"][1]["id"]
    history = json.dumps(talk.messages).replace(before, world.ids.issue(issuer, "toolu"))
    talk.messages = json.loads(history)
    world.lines += [talk.send(account, 100), talk.send(account, 200)]


def test_a_sealed_id_tells_of_another_account_without_the_answer_that_issued_it(world):
    """Nothing of the issuer is in the capture, and yet it is named."""
    world.account("issuer", "payer 1")
    world.account("stranger", "payer 2")
    carried_on(world, "issuer", "stranger")
    world.options = OPTIONS[:2]
    found = world.hunt()["stranger"]
    line = marks(found)["sealed-id-of-another-account"]
    assert "issued to issuer" in line["says"]
    assert found["level"] == "review"


@pytest.mark.parametrize("owner", [{"payer": "payer 1"}, {"payer": None, "organization": "org"}])
def test_sealed_ids_within_one_owner_say_nothing(world, owner):
    """The same payer, or the same organisation."""
    world.account("issuer", **owner)
    world.account("colleague", **owner)
    world.install("in_0", "issuer")
    carried_on(world, "issuer", "colleague")
    assert not marks(world.hunt()["colleague"])


def test_neither_keys_nor_texts_are_kept_or_shown(world, capfd):
    """Not the master key, not what is derived from it, not the sealed words."""
    world.account("relay", "payer of the relay")
    world.install("in_0", "customer")
    world.work("relay", "in_0", "sold", 10)
    world.hunt("--report", "r.html", "--explain", "relay")
    secret = json.loads((world.folder / "marks.json").read_text())["keys"][0]["secret"]
    install_key = world.key.install_key("in_0", world.key.epoch(START_S))
    sealed = world.lines[0]["request"]["body"]["system"].splitlines()[3]
    files = [*(world.folder / "store").rglob("*"), world.folder / "r.html", world.folder / "v.json"]
    raws = [file.read_bytes() for file in files if file.is_file()]
    raws += [str(pq.read_table(f).to_pylist()).encode() for f in files if f.suffix == ".parquet"]
    raws.append("".join(capfd.readouterr()).encode())
    for needle in (secret.encode(), bytes.fromhex(secret), install_key, sealed.encode()):
        assert all(needle not in raw for raw in raws)


def test_a_store_reads_marks_from_its_beginning_or_never(world, capsys):
    """What was read without keys is not read again, and that is said."""
    world.account("relay", "payer of the relay")
    world.install("in_0", "customer")
    world.work("relay", "in_0", "sold", 10)
    write(world.folder / "traffic" / "t.jsonl", world.lines)
    assert run(["hunt", "traffic", "--store", "store"]) == 0
    assert run(["hunt", "traffic", "--store", "store", *OPTIONS]) == 4
    assert "has read nothing" in capsys.readouterr().err
    assert run(["hunt", "traffic", "--store", "another", *OPTIONS]) == 0
    assert run(["hunt", "traffic", "--store", "another", *OPTIONS[:2]]) == 4
    assert run(["hunt", "traffic", "--store", "another"]) == 4
    assert "ids and coding-agent" in " ".join(capsys.readouterr().err.split())
    assert run(["forget", "relay", "--store", "another"]) == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--grammar", GRAMMAR], 2, "with keys only"),
        ([*OPTIONS[:4]], 2, "with a grammar and matched with installs"),
        (["--marks-keys", "gone.json"], 4, "cannot be read"),
        (["--marks-keys", "installs.jsonl"], 4, "not a marks key file"),
        ([*OPTIONS[:2], "--installs", "marks.json", *OPTIONS[4:]], 3, "marks.json, line 1"),
        ([*OPTIONS[:4], "--grammar", "gone"], 3, "no grammar"),
    ],
)
def test_wrong_options_are_named_before_anything_is_read(world, words, code, says, capsys):
    """And no store is begun."""
    world.install("in_0", "customer")
    write(world.folder / "traffic" / "t.jsonl", [Talk("one").send("a", 1)])
    assert run(["hunt", "traffic", "--store", "store", *words]) == code
    assert says in " ".join(capsys.readouterr().err.split())
    assert not (world.folder / "store").exists()
