"""The manifest and the code are one: what is read and written is what is listed, no more, no less."""

import ast
import json
import os
import sys
from collections.abc import MutableMapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from stillwatch.client import Choices, environment, read_enrolment
from stillwatch.client.enrolling import enrol, renew
from stillwatch.client.enrolment import granted, write_enrolment
from stillwatch.client.environment import look
from stillwatch.client.policy import parse_policy
from stillwatch.client.sealing import Draft
from stillwatch.client.wrapping import sealing_for
from stillwatch.errors import KeyFileError
from stillwatch.marks import manifest
from stillwatch.marks.disclose import Machine, disclosure
from stillwatch.marks.explain import explanation
from stillwatch.marks.grammar import load, shipped
from stillwatch.marks.manifest import CONTACTS, HEADERS, READS
from stillwatch.marks.seal import GAP
from tests.client.installs import ENROLMENT, NOW_S, SECRET
from tests.client.test_environment import POLICY
from tests.client.upstream import Upstream
from tests.marks.bodies import anthropic, chat, responses

CLIENT = Path(__file__).parents[2] / "src" / "stillwatch" / "client"
DECLARED = {name for read in READS for name in read.variables}
URL = "https://api.example.com/v1/messages"


class Watched(MutableMapping):
    """The environment; it notes which variables are asked for."""

    def __init__(self, values):
        self._values = dict(values)
        self.asked = set()

    def __getitem__(self, name):
        self.asked.add(name)
        return self._values[name]

    def __setitem__(self, name, value):
        self._values[name] = value

    def __delitem__(self, name):
        del self._values[name]

    def __iter__(self):
        self.asked.add("all of them")
        return iter(self._values)

    def __len__(self):
        return len(self._values)


@contextmanager
def watched(monkeypatch, **values):
    """The environment with some variables set, watched."""
    with monkeypatch.context() as patch:
        kept = {name: value for name, value in os.environ.items() if name not in DECLARED}
        environ = Watched(kept | values)
        patch.setattr(os, "environ", environ)
        yield environ


_opened: list[str] = []
_connected: list[object] = []
_on = False


def _hook(event, arguments):
    if _on and event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        _opened.append(os.fsdecode(arguments[0]))
    elif _on and event in {"socket.connect", "subprocess.Popen", "os.system"}:
        _connected.append((event, arguments))


@contextmanager
def audited():
    """Notes files that are opened and connections that are made."""
    global _on  # noqa: PLW0603  # an audit hook cannot be taken away
    if not _hook_is_there:
        sys.addaudithook(_hook)
        _hook_is_there.append(True)
    _opened.clear()
    _connected.clear()
    _on = True
    try:
        yield _opened, _connected
    finally:
        _on = False


_hook_is_there: list[bool] = []


def draft(body):
    return Draft("POST", URL, [(b"content-type", b"application/json")], json.dumps(body).encode())


def test_only_declared_variables_are_read(monkeypatch, tmp_path):
    """In the check, in sealing, and in talking to the enrolment server."""
    policy = parse_policy(POLICY)
    grammar = load("coding-agent")
    with Upstream() as upstream, watched(monkeypatch) as environ:
        for scheme in ("http", "https"):
            environment(policy, f"{scheme}://api.example.com")
        environment(policy)
        sealing_for(ENROLMENT, Choices(grammar, policy, clock=lambda: NOW_S)).sealed(
            draft(anthropic(grammar, "one"))
        )
        with pytest.raises(KeyFileError):
            enrol(upstream.url, "key", tmp_path / "e.json")
        assert environ.asked == DECLARED - {"NO_PROXY", "no_proxy"}
        environ["https_proxy"] = environ["http_proxy"] = upstream.url
        environment(policy, URL)
        with pytest.raises(KeyFileError):
            enrol(upstream.url, "key", tmp_path / "e.json")
        assert environ.asked == DECLARED


def test_without_a_policy_nothing_is_read(monkeypatch):
    """The check is off by default; sealing itself looks at no variable."""
    grammar = load("coding-agent")
    sealing = sealing_for(ENROLMENT, Choices(grammar, clock=lambda: NOW_S))
    with watched(monkeypatch) as environ:
        sealed = sealing.sealed(draft(anthropic(grammar, "one")))
        assert environ.asked == set()
    assert b"stillwatch-environment" not in dict(sealed.headers)


@pytest.mark.parametrize("fact", [read.fact for read in READS])
def test_each_fact_has_its_own_variables(monkeypatch, fact):
    """A policy that asks for one fact reads no other; the base URL tells which proxy applies."""
    text = f'stillwatch_environment = 1\nname = "x"\nabout = "y"\nreads = ["{fact}"]\n'
    with watched(monkeypatch) as environ:
        look(parse_policy(text), URL)
        assert environ.asked <= set(manifest.read_of(fact).variables)
        assert environ.asked or fact == "host"


def test_sealing_opens_no_file_and_no_connection(tmp_path, monkeypatch):
    """But the record of the enrolment, the grammar and, if it is asked for, the time zone."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    record = tmp_path / "enrolment.json"
    write_enrolment(record, ENROLMENT)
    policy = parse_policy(POLICY)
    body = draft(anthropic(load("coding-agent"), "one"))
    sealing_for(record, Choices("coding-agent", policy)).sealed(body)  # imports happen here
    with audited() as (opened, connected):
        sealing_for(record, Choices("coding-agent", policy, clock=lambda: NOW_S)).sealed(body)
    assert {Path(name).name for name in opened} == {"enrolment.json", "coding-agent.toml"}
    assert connected == []


def test_the_client_names_no_variable_and_no_header_itself():
    """All names come from the manifest."""
    names = DECLARED | {header.name for header in HEADERS}
    for file in CLIENT.glob("*.py"):
        tree = ast.parse(file.read_text())
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not texts & names, file.name
        uses = [
            node for node in ast.walk(tree) if getattr(node, "attr", "") in {"environ", "getenv"}
        ]
        assert not uses or file.name == "environment.py", file.name


def test_the_client_s_connections_are_those_listed(tmp_path):
    """Enrolling and renewing, and each to the server that was named."""
    asked = []
    answer = granted(ENROLMENT.keys, "acct_1", None, "token")

    def ask(url, token):
        asked.append((url, token))
        return 200, msgspec.json.encode(answer)

    record = enrol("https://enrol.example.com", "key", tmp_path / "e.json", ask)
    renew(record, None, ask)
    assert asked == [
        (f"https://enrol.example.com{contact.path}", token)
        for contact, token in zip(CONTACTS, ("key", "token"), strict=True)
    ]


WIRES = {"/v1/messages": anthropic, "/v1/chat/completions": chat, "/v1/responses": responses}


def foreign(grammar, *turns):
    """A body without any text of the grammar, into which all of it is put."""
    said = [{"role": "user", "content": turn} for turn in turns]
    return {"model": "m", "system": "Be kind.", "messages": said}


@pytest.mark.parametrize(
    ("name", "path", "make"),
    [("coding-agent", path, make) for path, make in WIRES.items()]
    + [("chat-assistant", "/v1/messages", foreign)],
)
def test_an_audit_by_differences_finds_exactly_what_is_disclosed(monkeypatch, name, path, make):
    """Undoing what is disclosed and explained gives the bytes of the unsealed client back."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    grammar = load(name)
    body = make(grammar, "Find the bug.", "Thanks, now fix it, please.")
    plain = Draft(
        "POST", f"https://api.example.com{path}", [(b"Host", b"x")], json.dumps(body).encode()
    )
    choices = Choices(grammar, parse_policy(POLICY), clock=lambda: NOW_S)
    sealed = sealing_for(ENROLMENT, choices).sealed(plain)
    assert sealed.body != plain.body
    machine = Machine(ENROLMENT.install, "acct_1", None, "", [], declared="x")
    told = disclosure(grammar, SECRET, machine)
    explained = explanation(grammar, json.loads(sealed.body), _text(sealed.headers), SECRET)
    assert _undone(sealed.body.decode(), grammar, told, explained) == plain.body.decode()
    assert [line.name for line in explained.headers] == [line.name for line in told.headers]
    assert sealed.headers[: len(plain.headers)] == plain.headers
    assert len(sealed.headers) == len(plain.headers) + len(told.headers)


def _text(headers):
    return [(name.decode(), value.decode()) for name, value in headers]


def _undone(text, grammar, told, explained):
    """A sealed body's text with every disclosed choice taken back."""
    for region, disclosed in zip(grammar.regions, told.texts, strict=True):
        if region.place != "fresh":
            text = _swap(text, region, [one.bit for one in disclosed.choices])
            continue
        for turn in explained.turns:
            text = _swap(text, region, [one.bit for one in turn.choices])
    return text


def _swap(text, region, bits):
    """Replace a region's sealed text by the plain one; frames around results in two halves."""
    pieces = zip(region.filled(bits).split("{result}"), region.plain.split("{result}"), strict=True)
    for sealed, plain in pieces:
        if region.insert:
            text = text.replace(_json(f"{sealed}{GAP}"), "").replace(_json(f"{GAP}{sealed}"), "")
        text = text.replace(_json(sealed), _json(plain))
    return text


def _json(text):
    return json.dumps(text)[1:-1]


def test_every_place_of_the_grammars_is_listed():
    """With words for it."""
    for name in shipped():
        for region in load(name).regions:
            assert manifest.put_of(region.place).where


def test_headers_are_found_by_name():
    """In any case; others are not ours."""
    assert manifest.header_of("Signature-Input") is manifest.SIGNATURE_INPUT
    assert manifest.header_of("x-api-key") is None


def test_a_record_that_was_read_is_the_one_that_seals(tmp_path):
    """Nothing else stands behind the install's name."""
    write_enrolment(tmp_path / "e.json", ENROLMENT)
    assert read_enrolment(tmp_path / "e.json").key(NOW_S).secret == SECRET
