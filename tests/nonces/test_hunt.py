"""Test purchases from the making of a nonce to the verdict."""

import json
import random
from datetime import timedelta
from itertools import product

import pyarrow.parquet as pq
import pytest

from stillwatch.cli import run
from stillwatch.nonces.file import write as write_nonces
from stillwatch.nonces.make import nonces
from stillwatch.nonces.phrases import languages
from tests.nonces.shop import (
    CHANGES,
    MADE,
    buried,
    cut,
    honest,
    same,
    through_chat,
    through_messages,
    wrapped,
)
from tests.traffic import accounts, write

ABOUT = "shop X behind the Waterbuck, key 3"
FORMATS = (through_messages, through_chat)
BOUGHT = 4


@pytest.fixture
def hunt(tmp_path, monkeypatch, capfd):
    """Hunts through lines; the evidence by account, what was said, and the verdicts."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STILLWATCH_KEY_FILE", str(tmp_path / "key"))
    (tmp_path / "key").write_bytes(b"a key that does not change here!")

    def hunted(lines, *options):
        write(tmp_path / "traffic" / "t.jsonl", lines)
        words = ["hunt", "traffic", "--store", "store", "--json", "v.json", "--report", "r.html"]
        assert run([*words, "--processes", "1", *options]) == 0
        said = " ".join("".join(capfd.readouterr()).split())
        found = json.loads((tmp_path / "v.json").read_text())["verdicts"]
        by_account = {
            verdict["subject"]["id"]: line
            for verdict in found
            for line in verdict["evidence"]
            if line["signal"] == "test-purchase" and verdict["subject"]["kind"] == "account"
        }
        return by_account, said, {verdict["subject"]["id"]: verdict for verdict in found}

    return hunted


def bought(count=1, about=ABOUT, code="en", seed=1):
    """The same nonces in every run."""
    choose = random.Random(f"{seed} {code} {about}").randrange
    return list(nonces(count, MADE, code=code, about=about, choose=choose))


def sell(made, account, change=same, through=through_messages, at_s=600.0):
    """The prompts as a shop sends them on."""
    return [
        through(change(one.text), account, at_s + place, f"{account} {place} {at_s}")
        for place, one in enumerate(made)
    ]


def test_every_account_of_a_shop_is_found_and_nobody_else(hunt):
    """In every language, whatever the relay does to the request, among prompts of the same kind."""
    sold, made, least = [], [], {}
    for number, (code, change) in enumerate(product(languages(), CHANGES)):
        account = f"{code} {change.__name__}"
        own = bought(BOUGHT, about=account, code=code)
        sold += sell(own, account, change, FORMATS[number % 2])
        least[account] = 1 if change is buried else BOUGHT - (change is cut)
        made += own
    write_nonces("n.jsonl", made)
    found, said, _ = hunt([*honest(400, languages()), *sold], "--nonces", "n.jsonl")
    assert set(found) == set(least)
    for account, line in found.items():
        assert line["numbers"]["nonces"] >= least[account], account
        assert line["log10_lr"] >= 5, account
    assert f"of {len(made)} nonces came in, through {len(found)} accounts" in said


def test_a_shop_that_spreads_a_purchase_is_a_pool(hunt, tmp_path):
    """Its accounts are linked; the names of nonces are told, and where to look."""
    made = bought(4)
    write_nonces("n.jsonl", made)
    lines = [*honest(40), *sell(made[:2], "one"), *sell(made[2:], "two", wrapped, through_chat)]
    accounts(tmp_path / "traffic", one="payer 1", two="payer 2")
    found, _, verdicts = hunt(lines, "--nonces", "n.jsonl")
    assert found["one"]["linked"] == ["two"]
    assert (verdicts["one"]["verdict"], verdicts["one"]["level"]) == ("relay", "act")
    pool = next(verdict for name, verdict in verdicts.items() if name.startswith("pool-"))
    assert pool["subject"]["accounts"] == ["one", "two"]
    assert {exhibit.split()[0] for exhibit in found["one"]["exhibits"]} == {"ex"}
    assert any(one.nonce in str(found["one"]) for one in made[:2])


def test_a_store_that_was_read_before_needs_no_second_reading(hunt):
    """The nonces are named afterwards."""
    made = bought(2)
    lines = [*honest(30), *sell(made, "shop", wrapped)]
    assert hunt(lines)[0] == {}
    write_nonces("n.jsonl", made)
    assert set(hunt(lines, "--nonces", "n.jsonl")[0]) == {"shop"}


def test_own_accounts_and_early_deliveries_are_left_out_and_told(hunt):
    """The analyst's own test, and a clock that is wrong."""
    made = bought(3)
    write_nonces("n.jsonl", made, own=["ours"])
    early = (MADE - timedelta(hours=2)).timestamp() - MADE.timestamp()
    lines = [*honest(30), *sell(made, "ours"), *sell(made[:1], "odd", at_s=early)]
    found, said, _ = hunt(lines, "--nonces", "n.jsonl")
    assert found == {}
    assert "0 of 3 nonces came in, through 0 accounts" in said
    assert "3 deliveries by your own accounts" in said
    assert "1 from before the nonce was made" in said


def test_a_licensed_reseller_stays_ordinary(hunt, tmp_path):
    """A gateway that may resell delivers what is bought from it."""
    made = bought(2)
    write_nonces("n.jsonl", made)
    lines = [*honest(20), *sell(made, "gateway")]
    known = {"account": "gateway", "payer": "p", "licensed_reseller": True}
    write(tmp_path / "traffic" / "accounts.jsonl", [known])
    _, _, verdicts = hunt(lines, "--nonces", "n.jsonl")
    assert (verdicts["gateway"]["verdict"], verdicts["gateway"]["level"]) == ("ordinary", "none")


def test_prompts_and_notes_stay_in_the_file(hunt, tmp_path):
    """Neither the store nor the report nor the JSON nor the screen shows them."""
    made = bought(3)
    write_nonces("n.jsonl", made)
    _, said, _ = hunt([*honest(10), *sell(made, "shop")], "--nonces", "n.jsonl")
    columns = [str(pq.read_table(file).to_pylist()) for file in tmp_path.rglob("*.parquet")]
    files = [tmp_path / "r.html", tmp_path / "v.json", *(tmp_path / "store").rglob("*.json")]
    shown = [said, *columns, *(file.read_text() for file in files)]
    for text in shown:
        assert ABOUT not in text
        for one in made:
            assert one.text not in text
            assert not any(sentence in text for sentence in one.text.split(". "))


def test_files_may_be_several_but_a_nonce_stands_once(hunt, capfd):
    """Two purchases, two files; the same file twice is an error that names the line."""
    first, second = bought(1, about="a"), bought(1, about="b")
    write_nonces("a.jsonl", first)
    write_nonces("b.jsonl", second)
    lines = [*honest(20), *sell(first, "one"), *sell(second, "two")]
    found, _, _ = hunt(lines, "--nonces", "a.jsonl", "--nonces", "b.jsonl")
    assert set(found) == {"one", "two"}
    assert found["one"]["linked"] == []
    assert run(["hunt", "traffic", "--nonces", "a.jsonl", "--nonces", "a.jsonl"]) == 3
    assert "a.jsonl, line 1" in capfd.readouterr().err
