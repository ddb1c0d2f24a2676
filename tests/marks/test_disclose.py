"""Disclosure: everything in plain words, no key, and the same as what is sent."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stillwatch.cli.marks.disclose import disclose
from stillwatch.cli.marks.explain import explain
from stillwatch.cli.marks.join import join
from stillwatch.cli.marks.notice import notice
from stillwatch.client.enrolment import write_enrolment
from stillwatch.client.policy import parse_policy
from stillwatch.client.sealing import Draft
from stillwatch.client.wrapping import Choices, sealing_for
from stillwatch.errors import InputError, KeyFileError, SettingsError
from stillwatch.marks import manifest
from stillwatch.marks.grammar import load
from stillwatch.marks.secrets import EPOCH_DAYS
from tests.client.installs import ENROLMENT, NOW_S, SECRET
from tests.client.test_environment import POLICY
from tests.marks.bodies import anthropic

NOW = datetime.fromtimestamp(NOW_S, UTC).replace(tzinfo=None)
GRAMMAR = load("coding-agent")
SERVER = "https://enrol.example.com"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a record and a policy, on a machine in Berlin."""
    write_enrolment(tmp_path / "enrolment.json", replace(ENROLMENT, url=SERVER))
    (tmp_path / "policy.toml").write_text(POLICY)
    for read in manifest.READS:
        for name in read.variables:
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "Europe/Berlin")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:geheim@gate.example.com:3128")
    monkeypatch.setenv("COLUMNS", "500")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sealed():
    """What the client sends, as a line of a capture."""
    body = json.dumps(anthropic(GRAMMAR, "Find the bug.", "Now fix it, please.")).encode()
    draft = Draft("POST", "https://api.example.com/v1/messages", [(b"X-Own", b"1")], body)
    choices = Choices(GRAMMAR, parse_policy(POLICY), clock=lambda: NOW_S)
    sent = sealing_for(ENROLMENT, choices).sealed(draft)
    headers = [[name.decode(), value.decode()] for name, value in sent.headers]
    return {"account": "a", "request": {"headers": headers, "body": json.loads(sent.body)}}


def printed(capsys, command, *words, **options):
    assert command(*words, **options) == 0
    return capsys.readouterr().out


def test_everything_is_disclosed_with_this_machine_s_values(place, capsys):
    """Whose requests they are, what is read, each class, each header, each wording, each bit."""
    out = printed(
        capsys,
        disclose,
        place / "enrolment.json",
        policy=place / "policy.toml",
        url="https://api.example.com",
        at=NOW,
    )
    for text in (
        ENROLMENT.install,
        "account acct_1 of org_1",
        "Europe/Berlin",
        "europe",
        "gate.example.com",
        "The European terms apply.",
        "policy=example;sha-256=",
        manifest.IDS,
        manifest.NEVER,
        *(header.name for header in manifest.HEADERS),
        *(contact.path for contact in manifest.CONTACTS),
        *(kept.what for kept in manifest.kept()),
    ):
        assert text in out
    lines = out.splitlines()
    for site in GRAMMAR.lasting:
        assert any(
            line.split()[:1] == [str(site.number)] and site.ways[0] in line for line in lines
        )


def test_values_are_shown_whole(place, capsys, monkeypatch):
    """Also on a narrow terminal, where a digest is broken into lines."""
    monkeypatch.setenv("COLUMNS", "60")
    out = printed(capsys, disclose, place / "enrolment.json", policy=place / "policy.toml", at=NOW)
    assert "\N{HORIZONTAL ELLIPSIS}" not in out


def test_the_server_and_what_is_kept_are_disclosed(place, capsys):
    """In words and in JSON; with no server there are no connections."""
    record = place / "enrolment.json"
    assert f"To {SERVER} only." in printed(capsys, disclose, record, at=NOW)
    found = json.loads(printed(capsys, disclose, record, at=NOW, as_json_=True))
    assert found["server"] == SERVER
    assert [one["path"] for one in found["contacts"]] == ["/enrol", "/keys"]
    assert [one["what"] for one in found["kept"]] == [one.what for one in manifest.kept()]
    write_enrolment(record, ENROLMENT)
    assert "None. The record names no server." in printed(capsys, disclose, record, at=NOW)


def test_what_is_not_signed_is_not_said_to_be(place, capsys):
    """Neither header nor number used once."""
    out = printed(capsys, disclose, place / "enrolment.json", at=NOW, unsigned=True)
    assert "signature" not in out
    assert "content-digest" not in out


def test_a_policy_without_signatures_is_refused(place):
    """What it declares could be anybody's; disclosure and notice say so as the client does."""
    options = {"policy": place / "policy.toml", "unsigned": True}
    with pytest.raises(SettingsError, match="must be signed"):
        disclose(place / "enrolment.json", at=NOW, **options)
    with pytest.raises(SettingsError, match="must be signed"):
        notice(name="Example", contact="x", **options)
    with pytest.raises(SettingsError, match="must be signed"):
        sealing_for(ENROLMENT, Choices(GRAMMAR, parse_policy(POLICY), sign=False))


def test_keys_tokens_and_passwords_are_not_shown(place, capsys):
    """Neither in words nor in JSON."""
    shown = "".join(
        printed(
            capsys,
            disclose,
            place / "enrolment.json",
            policy=place / "policy.toml",
            at=NOW,
            as_json_=how,
        )
        for how in (False, True)
    )
    for secret in (SECRET.hex(), ENROLMENT.token, "geheim"):
        assert secret not in shown


def test_what_is_disclosed_is_what_is_sent(place, capsys):
    """The JSON names, for each site, the wording that stands in the request."""
    options = {"policy": place / "policy.toml", "url": "https://api.example.com", "at": NOW}
    told = json.loads(printed(capsys, disclose, place / "enrolment.json", **options, as_json_=True))
    (place / "line.json").write_text(json.dumps(sealed()))
    read = json.loads(printed(capsys, explain, place / "line.json", as_json_=True))
    sent = {one["site"]: one for text in read["texts"] for one in text["choices"]}
    assert len(sent) == len(GRAMMAR.lasting)
    for text in told["texts"]:
        for one in text["choices"]:
            if one["bit"] is not None:
                assert sent[one["site"]] == one
    values = {line["name"]: line["value"] for line in read["headers"]}
    for line in told["headers"]:
        assert line["value"] in {None, values[line["name"]]}
    assert [turn["number"] for turn in read["turns"]] == [1, 2]
    fresh = [[one["bit"] for one in turn["choices"]] for turn in read["turns"]]
    assert fresh[0] != fresh[1]
    assert [len(bits) for bits in fresh] == [len(GRAMMAR.fresh)] * 2


def test_a_request_is_explained_without_a_key(place, capsys):
    """By anybody; with the key it is compared."""
    (place / "line.json").write_text(json.dumps(sealed()))
    out = printed(capsys, explain, place / "line.json")
    total = len(GRAMMAR.lasting)
    assert f"{total} of {total} sites of coding-agent were read." in out
    assert "stillwatch-environment" in out
    assert "X-Own" not in out
    assert "key chooses" not in out
    with_key = printed(
        capsys, explain, place / "line.json", enrolment=place / "enrolment.json", at=NOW
    )
    assert f"{total} of them say what the install's key chooses." in with_key


def test_a_stranger_s_request_has_nothing_to_explain(place, capsys):
    """And a body alone will do."""
    (place / "body.json").write_text('{"model": "m", "messages": []}')
    assert "0 of 256 sites" in printed(capsys, explain, place / "body.json")


@pytest.mark.parametrize(
    "text", ["", "[]", '{"request": {"body": "text"}}', '{"request": {"body": {}, "headers": [1]}}']
)
def test_what_is_no_request_is_an_input_error(place, text):
    """With what to give instead."""
    (place / "odd.json").write_text(text)
    with pytest.raises(InputError):
        explain(place / "odd.json")


def test_without_a_policy_the_check_is_said_to_be_off(place, capsys):
    """And nothing of the machine is shown."""
    out = printed(capsys, disclose, place / "enrolment.json", at=NOW)
    assert "The environment check is off." in out
    assert "Berlin" not in out
    assert "stillwatch-environment" not in out


def test_an_expired_record_is_a_clear_error(place):
    """There are no wordings to show."""
    with pytest.raises(KeyFileError, match="no key for this time"):
        disclose(place / "enrolment.json", at=datetime(2040, 1, 1))  # noqa: DTZ001


def test_the_notice_says_what_the_manifest_says(place, capsys):
    """With the operator's name and every class of the policy; without this machine's values."""
    out = printed(
        capsys, notice, name="Example", contact="privacy@example.com", policy=place / "policy.toml"
    )
    policy = parse_policy(POLICY)
    for text in (
        "Example's client",
        "privacy@example.com",
        f"every {EPOCH_DAYS} days",
        f"{len(GRAMMAR.lasting)} places",
        *(header.name for header in manifest.HEADERS),
        *(kept.what for kept in manifest.kept()),
        *(name for read in manifest.READS for name in read.variables),
        *(entry.why for entry in policy.entries),
        *(f"| {entry.fact} | {entry.name} |" for entry in policy.entries),
        manifest.WHY,
        manifest.NEVER,
        manifest.IDS,
    ):
        assert text in out
    assert "Berlin" not in out


def test_the_notice_without_a_policy_or_signatures(capsys):
    """What is not done is not listed as if it were."""
    out = printed(capsys, notice, name="Example", contact="x", unsigned=True)
    assert "Nothing. The environment check is off." in out
    assert "`TZ`" not in out
    assert not any(f"| {header.name} |" in out for header in manifest.HEADERS)


def test_the_notice_says_one_time_for_the_register(capsys):
    """The operator's own."""
    out = printed(capsys, notice, name="Example", contact="x", register_days=30)
    assert "until 30 days after the install was revoked" in out
    assert str(manifest.REGISTER_DAYS) not in out


def test_classes_in_seals_are_disclosed(place, capsys):
    """In the notice and on the machine."""
    (place / "policy.toml").write_text(POLICY.replace("reads =", "in_seal = true\nreads ="))
    says = "also bound into the line at the end of every message"
    options = {"policy": place / "policy.toml"}
    assert says in printed(capsys, disclose, place / "enrolment.json", at=NOW, **options)
    assert says in printed(capsys, notice, name="Example", contact="x", **options)


@pytest.mark.parametrize("text", ["", "two words", "schlüssel"])
def test_a_credential_is_one_word(place, text):
    """Anything else is a mistake, and is not quoted."""
    (place / "key.txt").write_text(text)
    with pytest.raises(InputError, match="no single credential") as caught:
        join("https://enrol.example.com", credential=place / "key.txt")
    assert text not in str(caught.value) or not text
