"""Test purchases from the making of a nonce to the verdict."""

import json
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from stillwatch.cli import run
from stillwatch.nonces.file import write as write_nonces
from stillwatch.nonces.make import nonces
from stillwatch.nonces.phrases import languages
from tests.nonces.shop import CHANGES, MADE, honest, through_chat, through_messages
from tests.traffic import accounts, write

ABOUT = "shop X behind the Waterbuck, key 3"


@pytest.fixture
def hunt(tmp_path, monkeypatch, capfd):
    """Hunts through lines with a file of nonces; the evidence by account, and all that was said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STILLWATCH_KEY_FILE", str(tmp_path / "key"))

    def hunted(lines, *options):
        write(tmp_path / "traffic" / "t.jsonl", lines)
        words = ["hunt", "traffic", "--store", "store", "--json", "v.json", "--report", "r.html"]
        assert run([*words, *options]) == 0
        said = "".join(capfd.readouterr())
        found = json.loads((tmp_path / "v.json").read_text())["verdicts"]
        return {
            verdict["subject"]["id"]: line
            for verdict in found
            for line in verdict["evidence"]
            if line["signal"] == "test-purchase" and verdict["subject"]["kind"] == "account"
        }, said

    return hunted


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("through", [through_messages, through_chat])
def test_a_shop_s_accounts_are_found_and_nobody_else(hunt, code, change, through):
    """In every language, whatever the relay does to the request."""
    made = list(nonces(5, MADE, code=code, about=ABOUT))
    write_nonces("n.jsonl", made)
    sold = [
        through(change(one.text), f"shop {place % 2}", 600.0 + place, f"s{place}")
        for place, one in enumerate(made)
    ]
    found, said = hunt([*honest(60, (code,)), *sold], "--nonces", "n.jsonl")
    assert set(found) == {"shop 0", "shop 1"}
    assert found["shop 0"]["log10_lr"] == 8
    assert found["shop 0"]["numbers"]["nonces"] == 3
    assert "5 of 5 nonces came in, through 2 accounts" in " ".join(said.split())
