"""An audit by differences, as a stranger would do it, finds the declared sites and nothing else.

The same client runs as several installs, with the seal off, and in several environments. What it
sends is compared as text, byte for byte, by a general library for edit distances. Every difference
is then held against the grammar, which is open. Copies of the client with one thing more in them
are caught by the same audit.
"""

import json
import os
import re
from dataclasses import replace

import pytest

from stillwatch.client import Choices, sealed
from stillwatch.client.enrolment import EpochKey
from stillwatch.marks.manifest import ENVIRONMENT, HEADERS
from stillwatch.marks.seal import GAP, Sealer
from tests.client.installs import ENROLMENT, EPOCH_S, NOW_S
from tests.marks.auditing import Audit, parted, patterns, written
from tests.marks.bodies import anthropic, chat, responses

httpx = pytest.importorskip("httpx")

INSTALLS = tuple(range(1, 17))
OFF = None
WORDS = ("The user's parser fails since 2026-06-03.", "Thanks, now fix it, please.")
PATHS = {
    "/v1/messages": anthropic,
    "/v1/chat/completions": chat,
    "/v1/responses": responses,
}
SIGNED = {header.name for header in HEADERS if header is not ENVIRONMENT}
FEW = range(4, 7)
ENVIRONMENTS = (
    {"TZ": "Asia/Tokyo", "HTTPS_PROXY": "http://127.0.0.1:9", "LANG": "ja_JP.UTF-8"},
    {"TZ": "America/Lima", "ANTHROPIC_BASE_URL": "https://relay.example", "LANG": "es_PE.UTF-8"},
)


def secret(install):
    return bytes([install]) * 32


def by_sealer(grammar, path, body, install):
    """What a client that calls the sealer itself sends; no headers."""
    if install is not OFF:
        body = Sealer(grammar, f"in_{install}", secret(install)).seal(body)
    return json.dumps(body)


def by_transport(grammar, path, body, install):
    """What the client library puts on the wire: request line, headers and body."""
    sent = []

    def keep(request):
        sent.append(request)
        return httpx.Response(200, json={})

    transport = httpx.MockTransport(keep)
    if install is not OFF:
        name = f"in_{install:016x}"
        key = EpochKey(name, 100, "mk_1", 100 * EPOCH_S, 101 * EPOCH_S, secret(install))
        enrolment = replace(ENROLMENT, install=name, keys=(key,))
        transport = sealed(transport, enrolment, Choices(grammar, clock=lambda: NOW_S))
    with httpx.Client(transport=transport) as client:
        client.post(f"https://api.example.com{path}", content=json.dumps(body).encode())
    (request,) = sent
    head = [f"{name.decode()}: {value.decode()}" for name, value in request.headers.raw]
    return "\n".join([f"{request.method} {request.url}", *head, "", request.content.decode()])


SENDERS = pytest.mark.parametrize("send", [by_sealer, by_transport])


def audited(send, grammar, path, body, installs=INSTALLS, *, off=True):
    """Compare installs with each other in a ring and, if wished, with the seal off."""
    audit = Audit(grammar)
    sent = [send(grammar, path, body, install) for install in installs]
    for one in sent if off else ():
        audit.hold(send(grammar, path, body, OFF), one)
    for one, next_one in zip(sent, [*sent[1:], sent[0]], strict=True):
        audit.hold(one, next_one)
    return audit


@SENDERS
@pytest.mark.parametrize("path", PATHS)
def test_all_declared_sites_differ_and_nothing_else(coding, send, path):
    """Off against on and install against install, on the three wires, byte for byte."""
    audit = audited(send, coding, path, PATHS[path](coding, *WORDS))
    assert audit.undeclared == []
    assert audit.sites == audit.declared
    assert audit.headers == (SIGNED if send is by_transport else set())


@SENDERS
def test_the_same_install_sends_the_same_again(coding, send):
    """Nothing is drawn by chance: no second channel can hide in it. Signatures are made anew."""
    body = anthropic(coding, *WORDS)
    audit = Audit(coding)
    audit.hold(*(send(coding, "/v1/messages", body, 1) for _ in range(2)))
    assert (audit.sites, audit.undeclared) == (set(), [])
    assert audit.headers <= SIGNED


@SENDERS
@pytest.mark.parametrize("values", ENVIRONMENTS, ids=["one", "another"])
def test_the_environment_makes_no_difference(coding, send, values, monkeypatch):
    """Zone, proxy, language and base URL leave no trace where no policy asks for them."""
    assert moved(coding, send, values, monkeypatch) == (set(), [])


def moved(grammar, send, values, monkeypatch):
    """What differs when one install moves to another environment."""
    body = anthropic(grammar, *WORDS)
    before = send(grammar, "/v1/messages", body, 1)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    audit = Audit(grammar)
    audit.hold(before, send(grammar, "/v1/messages", body, 1))
    return audit.sites, audit.undeclared


@SENDERS
def test_two_installs_differ_at_about_half_of_the_sites(coding, send):
    """What a comparison of two shows, as docs/marks.md says."""
    body = anthropic(coding, *WORDS)
    for install in INSTALLS[1:]:
        audit = Audit(coding)
        audit.hold(*(send(coding, "/v1/messages", body, one) for one in (1, install)))
        assert 0.35 < len(audit.sites) / len(audit.declared) < 0.65


@SENDERS
def test_texts_that_are_added_differ_at_their_sites_only(assistant, send):
    """A grammar for other people's clients: installs differ at all sites, and nothing else is new."""
    body = {"model": "m", "system": "Be kind.", "messages": [{"role": "user", "content": "Hello."}]}
    audit = audited(send, assistant, "/v1/messages", body, off=False)
    assert audit.undeclared == []
    assert audit.sites == audit.declared
    off, on = (parted(send(assistant, "/v1/messages", body, one))[1] for one in (OFF, 1))
    assert on != off
    for pattern in patterns(assistant):
        on = pattern.sub("", on)
    assert on.replace(written(GAP), "") == off


def _in_body(request, change):
    before, gap, body = request.rpartition("\n\n")
    changed = change(body)
    assert changed != body
    return before + gap + changed


def _once(old, new):
    return lambda request: _in_body(request, lambda body: body.replace(old, new, 1))


TRICKS = {
    "an apostrophe": _once("user's", "user\\u2019s"),
    "a date": _once("2026-06-03", "2026/06/03"),
    "a zero-width character": _once("parser", "par\\u200bser"),
    "a space at the end of a line": _once(".\\n", ". \\n"),
    "another word in fixed text": _once("coding agent", "software agent"),
    "a third wording at a site": lambda request: _in_body(
        request, lambda body: re.sub("You (help|assist) with", "You aid with", body, count=1)
    ),
    "order of keys": lambda request: _in_body(
        request, lambda body: json.dumps(dict(reversed(json.loads(body).items())))
    ),
    "spaces in JSON": lambda request: _in_body(
        request, lambda body: json.dumps(json.loads(body), separators=(",", ":"))
    ),
    "a number": _once('"max_tokens": 100', '"max_tokens": 101'),
}


@SENDERS
@pytest.mark.parametrize("trick", TRICKS)
def test_a_client_that_hides_one_more_bit_for_some_installs_is_caught(coding, send, trick):
    """A copy of the client with one undeclared bit of the install in it."""

    def copy(grammar, path, body, install):
        request = send(grammar, path, body, install)
        return TRICKS[trick](request) if install == 5 else request

    audit = audited(copy, coding, "/v1/messages", anthropic(coding, *WORDS), FEW)
    assert audit.undeclared


@SENDERS
@pytest.mark.parametrize("trick", TRICKS)
def test_a_client_that_looks_at_the_time_zone_is_caught(coding, send, trick, monkeypatch):
    """As the client of 2026 did: nothing shows until the zone is another."""

    def copy(grammar, path, body, install):
        request = send(grammar, path, body, install)
        return TRICKS[trick](request) if os.environ.get("TZ") == "Asia/Tokyo" else request

    assert moved(coding, copy, ENVIRONMENTS[1], monkeypatch)[1] == []
    assert moved(coding, copy, ENVIRONMENTS[0], monkeypatch)[1]


HEAD_TRICKS = {
    "a header": lambda head: [*head, "x-device: 7"],
    "order of headers": lambda head: [*head[:-2], head[-1], head[-2]],
    "a value": lambda head: [line.replace("python-httpx/", "python-httpx /") for line in head],
    "case": lambda head: [*head[:-1], head[-1].swapcase()],
}


@pytest.mark.parametrize("trick", HEAD_TRICKS)
def test_a_bit_in_the_headers_is_caught(coding, trick):
    """Headers are held against the manifest as well."""

    def copy(grammar, path, body, install):
        head, gap, said = by_transport(grammar, path, body, install).rpartition("\n\n")
        lines = HEAD_TRICKS[trick](head.splitlines()) if install == 5 else head.splitlines()
        return "\n".join(lines) + gap + said

    audit = audited(copy, coding, "/v1/messages", anthropic(coding, *WORDS), FEW)
    assert audit.undeclared


@SENDERS
def test_a_declared_site_that_never_varies_is_noticed(coding, send):
    """Exactly the declared sites differ: one that stands still is missing."""

    def copy(grammar, path, body, install):
        return send(grammar, path, body, install).replace("You assist with", "You help with")

    audit = audited(copy, coding, "/v1/messages", anthropic(coding, *WORDS))
    assert audit.declared - audit.sites == {"s0_0"}
