"""The commands from a new key file to the verdict on a request."""

import io
import json
import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from stillwatch.cli.marks.enrol import enrol
from stillwatch.cli.marks.grammar import check_grammar
from stillwatch.cli.marks.keys import add, new, show
from stillwatch.cli.marks.request import spans
from stillwatch.cli.marks.seal import seal
from stillwatch.cli.marks.verify import verify
from stillwatch.client.environment import contexts
from stillwatch.client.policy import load_policy
from stillwatch.errors import InputError, KeyFileError, SettingsError
from stillwatch.marks.seal import Sealer
from stillwatch.marks.secrets import DAY_S, read_file
from tests.client.test_environment import POLICY
from tests.marks.bodies import chat


@pytest.fixture
def files(tmp_path):
    new(tmp_path / "marks.json")
    return tmp_path / "marks.json", tmp_path / "installs.jsonl"


@pytest.fixture
def request_file(tmp_path, coding):
    file = tmp_path / "request.json"
    file.write_text(json.dumps(chat(coding, "fix the parser", "and the docs")))
    return file


def enrolled(files, capsys, account="acct_1", organization=None):
    capsys.readouterr()
    enrol(files[1], account=account, organization=organization)
    return capsys.readouterr().out.strip()


def test_a_sealed_request_is_its_owners_or_someone_elses(files, request_file, tmp_path, capsys):
    """Enrol, seal, verify: 0 for the owner, 1 for another account."""
    keys, installs = files
    enrol(installs, account="acct_2", count=20)
    install = enrolled(files, capsys)
    seal(request_file, keys=keys, install=install)
    sealed = tmp_path / "sealed.json"
    sealed.write_text(capsys.readouterr().out)
    assert verify(sealed, keys=keys, installs=installs, account="acct_1") == 0
    assert re.search(r"^owner$", capsys.readouterr().out, re.MULTILINE)
    assert verify(sealed, keys=keys, installs=installs, account="acct_9", as_json=True) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["kind"], said["install"]["install"]) == ("resale", install)
    assert said["agreed"] == said["read"] == 256
    assert said["log10_p"] < -60
    assert said["fresh"] == {"agreed": 16, "read": 16}


def test_an_unsealed_request_is_missing_a_seal(files, request_file, capsys):
    """Our texts in plain wording."""
    keys, installs = files
    enrolled(files, capsys)
    assert verify(request_file, keys=keys, installs=installs, account="acct_1") == 1
    assert "without a seal" in capsys.readouterr().out


def test_a_revoked_install_stays_in_the_register_with_its_date(files, capsys):
    """So that what it sealed before is still known."""
    _, installs = files
    install = enrolled(files, capsys)
    enrol(installs, revoke=install)
    last = json.loads(installs.read_text().splitlines()[-1])
    assert last["install"] == install
    assert datetime.fromisoformat(last["revoked"]) > datetime.now(UTC) - timedelta(minutes=1)
    with pytest.raises(SettingsError, match="no install in_none"):
        enrol(installs, revoke="in_none")


def test_enrolling_needs_an_account_or_a_revocation(files):
    """Neither and both are refused."""
    for options in ({}, {"account": "a", "revoke": "in_1"}):
        with pytest.raises(SettingsError, match="either"):
            enrol(files[1], **options)


def test_keys_are_listed_without_their_secrets(files, capsys):
    """Also after one was added."""
    keys, _ = files
    add(keys, seals_from=datetime(2026, 1, 1))  # noqa: DTZ001  # as the command line gives it
    show(keys)
    shown = capsys.readouterr().out
    read = json.loads(keys.read_text())
    assert len(read["keys"]) == 2
    for key in read["keys"]:
        assert key["id"] in shown
        assert key["secret"] not in shown


def test_sealing_outside_every_span_is_a_key_error(files, request_file):
    """An expired key does not seal."""
    with pytest.raises(KeyFileError, match="No marks key is valid"):
        seal(request_file, keys=files[0], install="in_1", at=datetime(2020, 1, 1))  # noqa: DTZ001


def test_the_epochs_in_question_are_this_one_and_the_last(files):
    """But none before the key began."""
    keys = read_file(files[0])
    begun = keys.keys[0].seals_from_s
    later = begun + 40 * DAY_S
    epoch = keys.keys[0].epoch(later)
    assert [span.epoch for span in spans(keys, later)] == [epoch, epoch - 1]
    assert [span.epoch for span in spans(keys, begun)] == [keys.keys[0].epoch(begun)]


@pytest.mark.parametrize("raw", [b"not json", b"[1]", b"\xff", b"[" * 5000])
def test_what_is_no_request_is_refused(files, tmp_path, raw):
    """With the file's name."""
    file = tmp_path / "request.json"
    file.write_bytes(raw)
    with pytest.raises(InputError, match=r"request\.json"):
        seal(file, keys=files[0], install="in_1")


def test_a_request_may_come_from_standard_input(files, request_file, capsys, monkeypatch):
    """A dash stands for it."""
    stdin = io.TextIOWrapper(io.BytesIO(request_file.read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    capsys.readouterr()
    seal(type(request_file)("-"), keys=files[0], install="in_1")
    assert json.loads(capsys.readouterr().out)["model"] == "m"


def test_a_grammar_is_checked_and_shown(capsys, tmp_path):
    """0 for the ones that come along; 1 for one with problems."""
    assert check_grammar("coding-agent") == 0
    shown = capsys.readouterr().out
    assert "256 lasting bits, 8 fresh bits a turn" in shown
    assert "128 sites (112 to 144" in shown
    assert "not counted" in shown
    file = tmp_path / "g.toml"
    file.write_text(
        'stillwatch_grammar = 1\nname = "g"\nabout = "a"\n'
        "[[region]]\nid = 'r'\nplace = 'system'\ntext = 'It is [[0|big|large]] here'\n"
    )
    assert check_grammar(file, as_json=True) == 1
    assert json.loads(capsys.readouterr().out)["lasting"] == 1


def test_a_seal_bound_to_the_environment_check_needs_its_policy(files, tmp_path, coding, capsys):
    """With the policy the fresh lines hold; without it they fit nothing."""
    keys, installs = files
    install = enrolled(files, capsys)
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY.replace("reads =", "in_seal = true\nreads ="))
    context = contexts(load_policy(policy))[1]
    key = read_file(keys).sealing(time.time())
    secret = key.install_key(install, key.epoch(time.time()))
    body = Sealer(coding, install, secret, context).seal(chat(coding, "fix it", "and the docs"))
    sealed = tmp_path / "sealed.json"
    sealed.write_text(json.dumps(body))
    asked = {"keys": keys, "installs": installs, "account": "acct_1", "as_json": True}
    assert verify(sealed, **asked, policy=policy) == 0
    assert json.loads(capsys.readouterr().out)["fresh"] == {"agreed": 16, "read": 16}
    verify(sealed, **asked)
    assert json.loads(capsys.readouterr().out)["fresh"]["agreed"] < 16
