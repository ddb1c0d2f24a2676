"""Signatures of requests: they hold for what was sent, once, for a while, for enrolled installs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.client.checking import Checker, Received
from stillwatch.client.enrolment import EpochKey
from stillwatch.client.environment import Environment
from stillwatch.client.replay import Nonces
from stillwatch.client.sealing import Draft, Options, Sealing
from stillwatch.client.signing import Signed, key_name
from stillwatch.marks.manifest import SIGNATURE_SKEW_S, SIGNATURE_WINDOW_S
from stillwatch.marks.secrets import DAY_S, MarkKeys, add_key, new_file
from tests.client.installs import GRAMMAR, NOW_S, raw

DECLARED = Environment("example", bytes(32), (("host", "own"),))
INSTALL = "in_0123456789abcdef"
URL = "https://api.example.com/v1/messages?beta=true"


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now_s = NOW_S

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(tmp_path):
    return new_file(tmp_path / "marks.json", NOW_S - 30 * DAY_S)


@pytest.fixture
def checker(keys, clock):
    return Checker(keys, {INSTALL}.__contains__, clock)


def key_of(keys, at_s=NOW_S, install=INSTALL):
    key = keys.sealing(at_s)
    epoch = key.epoch(at_s)
    return EpochKey(install, epoch, key.id, 0, 0, key.install_key(install, epoch))


DRAFT = Draft(
    "POST",
    URL,
    [(b"Host", b"api.example.com"), (b"Content-Type", b"application/json"), (b"X-Other", b"1")],
    raw("/v1/messages"),
)


def sent(key, at_s=NOW_S, draft=DRAFT):
    """A request as it arrives."""
    signed = Signed(lambda _: DECLARED).put(draft, key, at_s)
    return Received(signed.method, signed.url, signed.headers, signed.body)


def test_a_request_that_arrives_as_it_was_sent_is_signed(keys, checker):
    """With the install and what it declares; and headers that are not signed may change."""
    request = sent(key_of(keys))
    request.headers[2] = (b"X-Other", b"2")
    check = checker.check(request)
    assert (check.standing, check.install) == ("signed", INSTALL)
    assert check.environment == DECLARED


def changed_header(name, value):
    def change(request):
        headers = [(n, value if n.lower() == name else v) for n, v in request.headers]
        return replace(request, headers=headers)

    return change


def without_header(name):
    def change(request):
        return replace(request, headers=[pair for pair in request.headers if pair[0] != name])

    return change


TAMPERED = {
    "body": lambda request: replace(request, body=request.body + b" "),
    "path": lambda request: replace(request, url=request.url.replace("messages", "responses")),
    "query": lambda request: replace(request, url=request.url.replace("beta=true", "beta=false")),
    "host": lambda request: replace(request, url=request.url.replace("api.", "relay.")),
    "method": lambda request: replace(request, method="PUT"),
    "type": changed_header(b"content-type", b"text/plain"),
    "environment": changed_header(b"stillwatch-environment", b"policy=example"),
    "no environment": without_header(b"stillwatch-environment"),
    "another environment": lambda request: replace(
        request, headers=[*request.headers, (b"stillwatch-environment", b"host=own")]
    ),
    "no digest": without_header(b"content-digest"),
    "no signature": without_header(b"signature"),
    "no input": without_header(b"signature-input"),
    "garbage": changed_header(b"signature-input", b"((((\xff"),
    "long": changed_header(b"signature-input", b"stillwatch=(" + b'"a" ' * 9000),
}


@pytest.mark.parametrize("part", TAMPERED)
def test_a_request_that_was_changed_is_not(keys, checker, part):
    """In any part that is signed; and what it declares is not believed."""
    check = checker.check(TAMPERED[part](sent(key_of(keys))))
    assert check.standing == "broken"
    assert check.install is check.environment is None


def test_an_environment_cannot_be_added_to_a_signed_request(keys, checker):
    """A header that is there must be covered."""
    signed = Signed().put(DRAFT, key_of(keys), NOW_S)
    header = (b"stillwatch-environment", b"policy=example;sha-256=:" + b"A" * 43 + b"=:")
    assert checker.check(Received(signed.method, signed.url, signed.headers, signed.body)).install
    with_it = Received(signed.method, signed.url, [*signed.headers, header], signed.body)
    assert checker.check(with_it).standing == "broken"


def test_a_request_without_a_signature_is_unsigned(checker):
    """Which is no fault: most clients have none."""
    assert checker.check(Received("POST", URL, [], b"{}")).standing == "unsigned"


@pytest.mark.parametrize(
    ("late_s", "standing"),
    [
        (0, "signed"),
        (SIGNATURE_WINDOW_S, "signed"),
        (SIGNATURE_WINDOW_S + 1, "too-old"),
        (-SIGNATURE_SKEW_S, "signed"),
        (-SIGNATURE_SKEW_S - 1, "too-new"),
    ],
)
def test_signatures_hold_for_a_while(keys, checker, clock, late_s, standing):
    """Clocks may differ by a minute; after five minutes a signature is too old."""
    request = sent(key_of(keys))
    clock.now_s = int(NOW_S) + late_s
    assert checker.check(request).standing == standing


def test_a_request_cannot_be_sent_twice(keys, checker, clock):
    """Neither at once nor later."""
    request = sent(key_of(keys))
    assert checker.check(request).standing == "signed"
    clock.now_s += SIGNATURE_WINDOW_S - 1
    assert checker.check(request).standing == "replayed"
    assert checker.check(sent(key_of(keys), clock.now_s)).standing == "signed"


def test_unknown_installs_and_keys_are_named(keys, checker, tmp_path):
    """Not enrolled or revoked, of another provider, or of an epoch long past."""
    other = new_file(tmp_path / "other.json", NOW_S - DAY_S)
    assert checker.check(sent(key_of(keys, install="in_ffff"))).standing == "unknown-key"
    assert checker.check(sent(key_of(other))).standing == "unknown-key"
    ancient = replace(key_of(keys), epoch=key_of(keys).epoch - 2)
    assert checker.check(sent(ancient)).standing == "unknown-key"


def test_keys_of_this_epoch_and_its_neighbours_hold(keys, checker):
    """For clocks that are a little off and renewals that come late."""
    here = keys.sealing(NOW_S).epoch(NOW_S)
    master = keys.sealing(NOW_S)
    for epoch in (here - 1, here, here + 1):
        key = EpochKey(INSTALL, epoch, master.id, 0, 0, master.install_key(INSTALL, epoch))
        assert checker.check(sent(key)).standing == "signed"


def test_after_a_rotation_old_and_new_keys_hold(tmp_path, clock):
    """Until the old one's span ends."""
    file = tmp_path / "marks.json"
    old = key_of(new_file(file, NOW_S - 30 * DAY_S))
    keys = add_key(file, NOW_S - DAY_S)
    assert key_of(keys).key_id != old.key_id
    checker = Checker(keys, {INSTALL}.__contains__, clock)
    assert checker.check(sent(old)).standing == "signed"
    assert checker.check(sent(key_of(keys))).standing == "signed"


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_header_breaks_the_checker(name, value):
    """Headers come from outside."""
    checker = Checker(MarkKeys(()), lambda _: True, lambda: NOW_S)
    headers = [
        (b"signature-input", f'stillwatch=("{name}");created=1;keyid="{value}"'.encode()),
        (b"signature", f"stillwatch=:{value}:".encode()),
    ]
    check = checker.check(Received("POST", URL, headers, b""))
    assert check.standing in {"broken", "unknown-key"}


def test_what_is_sealed_is_signed_as_sealed(keys, checker):
    """The digest is that of the sealed body, and headers come last."""
    key = key_of(keys)
    how = Sealing(lambda _: key, GRAMMAR, Signed(lambda _: DECLARED), Options(clock=lambda: NOW_S))
    sealed = how.sealed(DRAFT)
    assert sealed.body != DRAFT.body
    assert sealed.headers[:3] == DRAFT.headers
    assert [name for name, _ in sealed.headers[3:]] == [
        b"stillwatch-environment",
        b"content-digest",
        b"signature-input",
        b"signature",
    ]
    received = Received("POST", URL, sealed.headers, sealed.body)
    assert checker.check(received).standing == "signed"


def test_seals_and_signatures_have_different_keys(keys):
    """So that neither helps to make the other; and the name holds nothing secret."""
    key = key_of(keys)
    request = sent(key)
    shown = repr(request.headers)
    assert key_name(INSTALL, key.epoch, key.key_id) in shown
    assert key.secret.hex() not in shown


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(-5, 5), st.integers(0, 3)), max_size=60))
def test_no_number_passes_twice_however_little_is_remembered(steps):
    """Against a memory of all that passed: it passes once, and memory stays bounded."""
    window_s, skew_s = 10, 5
    nonces, passed, now_s = Nonces(window_s + skew_s, most=4), set(), 0
    for number, made, forward in steps:
        now_s += forward
        made_s = max(now_s - window_s, min(now_s + made, now_s + skew_s))
        if nonces.first_use(b"%d" % number, made_s, now_s):
            assert (number, made_s) not in passed
            passed.add((number, made_s))
        assert len(nonces) <= 4


def test_with_room_enough_every_new_number_passes():
    """Memory that is not full refuses nothing that is in time."""
    nonces = Nonces(10, most=1000)
    assert all(nonces.first_use(b"%d" % n, n / 10, n / 10) for n in range(400))
