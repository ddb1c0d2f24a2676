"""What must not be kept is not kept: neither in the store, nor in reports, nor on the screen."""

import json

import pyarrow.parquet as pq
import pytest

from stillwatch.cli import run
from tests.traffic import START_S, accounts, minted, write

SECRETS = {
    "prompt": "the merger with Waterbuck closes on the ninth",
    "answer": "quietly ask the notary in Ravensbourne",
    "key": "sk-live-4f9a8b7c6d5e4f3a2b1c",
    "name": "Philippa Quorndon",
    "mail": "philippa.quorndon@corp.example",
    "home": "/home/pquorndon",
    "windows home": "C:\\Users\\pquorndon",
    "host": "quorndon-laptop-17",
    "repository": "quorndon-secret-project",
    "address": "203.0.113.77",
    "device": "7d" * 32,
    "session": "5f1e3a52-8d27-4b6e-9a13-0c5d7e9f2b41",
    "payer": "visa-ending-8841",
    "system": "You are Quorndon's private counsel",
    "user field": "philippa-q",
}


def lines():
    """Two turns that carry every secret somewhere."""
    call = {
        "type": "tool_use",
        "id": minted("toolu_01", "x"),
        "name": "Bash",
        "input": {"command": f"cd {SECRETS['home']}/{SECRETS['repository']} && git log -1"},
    }
    result = (
        f"commit 1\nAuthor: {SECRETS['name']} <{SECRETS['mail']}>\n"
        f"Linux {SECRETS['host']} 6.1.0\n{SECRETS['windows home']}\\notes\n"
        f"git@git.example.org:team/{SECRETS['repository']}.git\n{SECRETS['key']}"
    )
    identity = json.dumps(
        {"device_id": SECRETS["device"], "account_uuid": "", "session_id": SECRETS["session"]}
    )
    messages = [
        {"role": "user", "content": SECRETS["prompt"]},
        {"role": "assistant", "content": [{"type": "text", "text": SECRETS["answer"]}, call]},
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": call["id"], "content": result}],
        },
    ]
    for place, count in enumerate((1, 3)):
        body = {
            "model": "m",
            "system": SECRETS["system"],
            "messages": messages[:count],
            "metadata": {"user_id": identity},
            "user": SECRETS["user field"],
        }
        answer = {"id": "msg_1", "role": "assistant", "content": messages[1]["content"]}
        yield {
            "id": f"ex_{place}",
            "time": START_S + place,
            "account": "acct_1",
            "client": {"ip": SECRETS["address"]},
            "request": {
                "path": "/v1/messages",
                "headers": {
                    "authorization": f"Bearer {SECRETS['key']}",
                    "user-agent": "claude-cli/2.1.330 (external, cli)",
                    "x-claude-code-session-id": SECRETS["session"],
                },
                "body": body,
                "raw": json.dumps(body),
            },
            "response": {"status": 200, "body": answer},
        }
    yield {
        "id": SECRETS["key"][:4],
        "time": "bad",
        "account": "a",
        "request": {"body": {"x": result}},
    }


@pytest.fixture
def hunted(tmp_path, monkeypatch, capfd):
    """Everything that a hunt wrote or printed, as bytes by where it stands."""
    home = tmp_path / "home" / "operator-quill"
    home.mkdir(parents=True)
    monkeypatch.chdir(home)
    monkeypatch.setenv("STILLWATCH_KEY_FILE", str(home / "key"))
    write(home / "traffic" / "t.jsonl", list(lines()))
    accounts(home / "traffic", acct_1=SECRETS["payer"])
    words = ["hunt", "traffic", "--store", "store", "--report", "r.html", "--json", "v.json"]
    assert run(words) == 0
    assert run(["hunt", "traffic", "--store", "store", "--explain", "acct_1"]) == 0
    screen = "".join(capfd.readouterr())
    files = [*(home / "store").rglob("*"), home / "r.html", home / "v.json"]
    return {path.name: path.read_bytes() for path in files if path.is_file()} | {
        "screen": screen.encode(),
        "columns": _columns(home / "store").encode(),
    }


def _columns(store):
    """Parquet packs its values; here they stand in clear."""
    return "\n".join(str(pq.read_table(file).to_pylist()) for file in store.rglob("*.parquet"))


def test_no_secret_name_or_path_is_kept_or_shown(hunted):
    """Prompts, answers, keys, names, mails, homes, hosts, addresses, ids: none of them."""
    for place, raw in hunted.items():
        for kind, secret in SECRETS.items():
            for form in (secret, secret.replace("\\", "\\\\"), secret.split("/")[-1]):
                assert form.encode() not in raw, f"{kind} stands in {place}"


def test_the_operator_s_own_paths_are_not_kept_or_shown(hunted):
    """Where the input lies is nobody's business."""
    for place, raw in hunted.items():
        assert b"operator-quill" not in raw, place


def test_the_key_is_not_in_the_store(hunted, tmp_path):
    """Hashes and their key are never in one place."""
    key = (tmp_path / "home" / "operator-quill" / "key").read_bytes()
    assert all(key not in raw and key.hex().encode() not in raw for raw in hunted.values())


def test_text_is_kept_only_when_asked(tmp_path, monkeypatch):
    """And then in its own table alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STILLWATCH_KEY_FILE", str(tmp_path / "key"))
    write(tmp_path / "t.jsonl", list(lines()))
    assert run(["hunt", "t.jsonl", "--store", "store", "--keep-text"]) == 0
    for file in (tmp_path / "store").rglob("*.parquet"):
        kept = SECRETS["prompt"] in str(pq.read_table(file).to_pylist())
        assert kept == file.name.startswith("texts"), file.name


def test_what_is_kept_of_texts_cannot_be_read_or_guessed(tmp_path, monkeypatch):
    """Names, anchors and vectors of texts are numbers, and other numbers under another key."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "t.jsonl", list(lines()))
    kept = []
    for key in ("one", "other"):
        monkeypatch.setenv("STILLWATCH_KEY_FILE", str(tmp_path / key))
        assert run(["hunt", "t.jsonl", "--store", f"store-{key}"]) == 0
        kept.append(_of_texts(tmp_path / f"store-{key}"))
    one, other = kept
    for name in ("block", "anchors", "vector"):
        assert one[name], name
        assert not one[name] & other[name], name
    assert one["strings"] == other["strings"] == {"system", "user"}


def _of_texts(store):
    """All values of the tables of texts by column, and all that are strings."""
    found = {"strings": set()}
    for file in [*store.rglob("blocks*.parquet"), *store.rglob("anchors*.parquet")]:
        for row in pq.read_table(file).to_pylist():
            for name, value in row.items():
                values = value if isinstance(value, list) else [value]
                found.setdefault(name, set()).update(values)
                found["strings"].update(one for one in values if isinstance(one, str))
    return found
