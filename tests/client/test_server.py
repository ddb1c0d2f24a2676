"""The enrolment server, asked as an ASGI server would ask it."""

import asyncio
import json
import traceback
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.client.enrolling import KeyRing, enrol
from stillwatch.client.enrolment import read_enrolment
from stillwatch.client.issuing import Register, install_of, token_of
from stillwatch.client.limits import Buckets, Rate
from stillwatch.client.network import is_loopback, post
from stillwatch.client.server import EnrolmentServer, Owner, ServerSettings
from stillwatch.errors import InputError, KeyFileError, SettingsError
from stillwatch.marks.enrolled import add_installs, read_installs
from stillwatch.marks.secrets import DAY_S, EPOCH_DAYS, MarkKeys, add_key, new_file, read_file
from tests.client.installs import ENROLMENT

EPOCH_S = EPOCH_DAYS * DAY_S
NOW_S = 1000.5 * EPOCH_S
OWNERS = {"key-of-a": Owner("acct_a", "org_a"), "key-of-b": Owner("acct_b")}


async def owner_of(credential):
    return OWNERS.get(credential)


class Place:
    """A server with a clock that is set by hand."""

    def __init__(self, folder, **limits):
        self.now_s = NOW_S
        self.key_file = folder / "marks.json"
        self.register = folder / "installs.jsonl"
        new_file(self.key_file, NOW_S - 30 * DAY_S)
        settings = ServerSettings("coding-agent", clock=lambda: self.now_s, **limits)
        self.app = EnrolmentServer(
            lambda: read_file(self.key_file), self.register, owner_of, settings
        )
        self.bodies = []

    def ask(self, path, token, body=b"{}", method="POST", address="192.0.2.1"):
        """Status, decoded body and headers of an answer."""
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": [(b"authorization", f"Bearer {token}".encode())],
            "client": (address, 1),
        }
        sent = []

        async def receive():
            return {"type": "http.request", "body": body}

        async def send(message):
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        self.bodies.append(sent[1]["body"])
        return sent[0]["status"], json.loads(sent[1]["body"]), dict(sent[0]["headers"])

    def post(self, url, token):
        """As `network.post`, without a network."""
        status, _, _ = self.ask("/" + url.rsplit("/", 1)[1], token)
        return status, self.bodies[-1]


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def test_enrolling_gives_an_install_with_keys(place, tmp_path):
    """Those from which the provider derives the seal; the register says whose it is."""
    record = enrol("https://enrol.example.com/", "key-of-a", tmp_path / "e.json", place.post)
    assert read_enrolment(tmp_path / "e.json") == record
    master = read_file(place.key_file).sealing(NOW_S)
    assert [key.epoch for key in record.keys] == [1000, 1001]
    for key in record.keys:
        assert key.secret == master.install_key(record.install, key.epoch)
    (install,) = read_installs(place.register)
    assert (install.install, install.account, install.organization) == (
        record.install,
        "acct_a",
        "org_a",
    )
    assert install.grammar == "coding-agent"


def test_an_install_is_enrolled_once(place, tmp_path):
    """A record that is there is not written over."""
    file = tmp_path / "e.json"
    enrol("https://x.test", "key-of-a", file, place.post)
    with pytest.raises(KeyFileError, match="there already"):
        enrol("https://x.test", "key-of-a", file, place.post)


def test_a_wrong_credential_is_refused(place, tmp_path):
    """And nothing is written."""
    for token in ("", "key-of-c", "key-of-a "[:-2]):
        assert place.ask("/enrol", token)[0] == 401
    with pytest.raises(KeyFileError, match="status 401"):
        enrol("https://x.test", "wrong", tmp_path / "e.json", place.post)
    assert not (tmp_path / "e.json").exists()
    assert not place.register.exists()


def test_new_keys_come_by_themselves(place, tmp_path):
    """In the background, when the last key is in use, and they are kept."""
    file = tmp_path / "e.json"
    record = enrol("https://x.test", "key-of-a", file, place.post)
    events = []
    ring = KeyRing(record, file, events.append, lambda: place.now_s, place.post)
    assert ring(place.now_s).epoch == 1000
    assert len(place.bodies) == 1
    place.now_s += EPOCH_S
    assert ring(place.now_s).epoch == 1001
    ring.wait()
    assert [key.epoch for key in ring.enrolment.keys] == [1001, 1002]
    assert read_enrolment(file) == ring.enrolment
    assert not events


def test_another_process_s_keys_are_used(place, tmp_path):
    """One of many processes asks; the others read the file."""
    file = tmp_path / "e.json"
    record = enrol("https://x.test", "key-of-a", file, place.post)
    rings = [KeyRing(record, file, None, lambda: place.now_s, place.post) for _ in range(3)]
    place.now_s += EPOCH_S
    for ring in rings:
        ring(place.now_s)
        ring.wait()
    assert len(place.bodies) == 2
    assert {ring.enrolment.keys for ring in rings} == {rings[0].enrolment.keys}


def test_a_server_that_is_away_is_asked_again_later(place, tmp_path):
    """And meanwhile the old key is used, for one epoch more."""
    record = enrol("https://x.test", "key-of-a", tmp_path / "e.json", place.post)
    events, asked = [], []

    def away(url, token):
        asked.append(url)
        raise InputError("The enrolment server cannot be reached (URLError).")

    ring = KeyRing(record, None, events.append, lambda: place.now_s, away)
    for late_s in (0, 1, 599, 600):
        assert ring(NOW_S + EPOCH_S + late_s).epoch == 1001
        ring.wait()
    assert len(asked) == 2
    assert [event.kind for event in events] == ["not-renewed"] * 2
    assert ring(NOW_S + 2 * EPOCH_S).epoch == 1001
    with pytest.raises(KeyFileError):
        ring(NOW_S + 3 * EPOCH_S)
    ring.wait()


def test_a_revoked_install_gets_no_more_keys(place, tmp_path):
    """Only its own account can revoke it."""
    record = enrol("https://x.test", "key-of-a", tmp_path / "e.json", place.post)
    body = json.dumps({"install": record.install}).encode()
    assert place.ask("/revoke", "key-of-b", body)[0] == 404
    assert place.ask("/revoke", record.token, body)[0] == 401
    assert place.ask("/keys", record.token)[0] == 200
    assert place.ask("/revoke", "key-of-a", body)[0] == 200
    assert place.ask("/revoke", "key-of-a", body)[0] == 200
    assert place.ask("/keys", record.token)[0] == 403
    assert not Register(place.register).knows(record.install)
    assert len(place.register.read_bytes().splitlines()) == 2


def test_revoked_installs_leave_the_register(tmp_path):
    """After the time that the notice says; others stay as they are."""
    place = Place(tmp_path, register_days=30)
    kept, gone = (place.ask("/enrol", "key-of-a")[1]["install"] for _ in range(2))
    place.ask("/revoke", "key-of-a", json.dumps({"install": gone}).encode())
    for days, count in ((30, 3), (1, 3)):
        place.now_s += days * DAY_S
        place.ask("/enrol", "key-of-b")
        assert len(read_installs(place.register)) == count
    names = {install.install for install in read_installs(place.register)}
    assert kept in names
    assert gone not in names
    assert place.register.stat().st_mode & 0o777 == 0o600


def test_a_revocation_by_hand_counts_at_once(place, tmp_path):
    """The register is read anew when it has changed."""
    record = enrol("https://x.test", "key-of-a", tmp_path / "e.json", place.post)
    (install,) = read_installs(place.register)
    revoked = msgspec.structs.replace(install, revoked=install.enrolled)
    add_installs(place.register, [revoked])
    assert place.ask("/keys", record.token)[0] == 403


def test_after_a_rotation_tokens_hold_and_keys_are_of_the_new_one(place, tmp_path):
    """Without a restart."""
    record = enrol("https://x.test", "key-of-a", tmp_path / "e.json", place.post)
    add_key(place.key_file, NOW_S, 1001 * EPOCH_S)
    old, new = (key.id for key in read_file(place.key_file).keys)
    status, answer, _ = place.ask("/keys", record.token)
    assert status == 200
    assert [key["id"] for key in answer["keys"]] == [old, new]
    place.now_s += EPOCH_S
    status, answer, _ = place.ask("/keys", record.token)
    assert status == 200
    assert [key["id"] for key in answer["keys"]] == [new, new]
    assert place.ask("/keys", answer["token"])[0] == 200
    assert answer["token"] != record.token


def test_tokens_are_nobody_else_s(place, tmp_path):
    """Of other keys, of other installs, and cut off ones are refused."""
    keys = read_file(place.key_file)
    other = new_file(tmp_path / "other.json", NOW_S - DAY_S)
    token = token_of(keys, "in_1", NOW_S)
    assert install_of(keys, token, NOW_S) == "in_1"
    assert install_of(other, token, NOW_S) is None
    assert install_of(keys, token.replace("in_1", "in_2"), NOW_S) is None
    assert install_of(MarkKeys(()), token, NOW_S) is None
    for end in range(len(token)):
        assert install_of(keys, token[:end], NOW_S) is None
    assert place.ask("/keys", token)[0] == 401, "right, but in no register"


@given(st.text(max_size=80))
def test_no_token_breaks_the_server(token):
    """It comes from outside."""
    assert install_of(_KEYS, token, NOW_S) is None


@pytest.fixture(scope="module", autouse=True)
def _some_keys(tmp_path_factory):
    global _KEYS  # noqa: PLW0603
    _KEYS = new_file(tmp_path_factory.mktemp("keys") / "marks.json", NOW_S - DAY_S)


def test_enrolling_is_limited(tmp_path):
    """By account: so many at once, then one a minute; others are not concerned."""
    place = Place(tmp_path, enrolments=Rate(3, 60.0))
    statuses = [place.ask("/enrol", "key-of-a") for _ in range(4)]
    assert [status for status, _, _ in statuses] == [201, 201, 201, 429]
    assert statuses[-1][2][b"retry-after"] == b"60"
    assert place.ask("/enrol", "key-of-b")[0] == 201
    place.now_s += 60
    assert [place.ask("/enrol", "key-of-a")[0] for _ in range(2)] == [201, 429]


def test_an_account_has_so_many_installs(tmp_path):
    """Revoked ones do not count."""
    place = Place(tmp_path, most_installs=2)
    first = place.ask("/enrol", "key-of-a")[1]["install"]
    assert [place.ask("/enrol", "key-of-a")[0] for _ in range(2)] == [201, 409]
    place.ask("/revoke", "key-of-a", json.dumps({"install": first}).encode())
    assert place.ask("/enrol", "key-of-a")[0] == 201


def test_guessing_is_limited(tmp_path):
    """By address: after some wrong credentials even the right one has to wait."""
    place = Place(tmp_path, failures=Rate(5, 10.0))
    assert [place.ask("/enrol", f"guess {n}")[0] for n in range(6)] == [401] * 5 + [429]
    assert place.ask("/keys", "in_1.guess")[0] == 429
    assert place.ask("/enrol", "key-of-a", address="192.0.2.2")[0] == 201
    place.now_s += 10
    assert place.ask("/enrol", "key-of-a")[0] == 201


@pytest.mark.parametrize(
    ("path", "method", "body", "status"),
    [
        ("/", "POST", b"{}", 404),
        ("/enrol", "GET", b"", 405),
        ("/enrol/../keys", "POST", b"{}", 404),
        ("/revoke", "POST", b"[]", 400),
        ("/revoke", "POST", b"\xff", 400),
        ("/revoke", "POST", b'{"install": 1}', 400),
        ("/revoke", "POST", b"{}", 404),
        ("/enrol", "POST", b" " * 20_000, 413),
    ],
)
def test_odd_requests_get_plain_answers(place, path, method, body, status):
    """Never a trace."""
    found, answer, headers = place.ask(path, "key-of-a", body, method)
    assert found == status
    assert set(answer) == {"error"}
    assert headers[b"cache-control"] == b"no-store"


def test_a_broken_key_file_is_the_operator_s_business(place):
    """The caller hears that it does not work now."""
    place.key_file.write_text("{")
    status, answer, _ = place.ask("/enrol", "key-of-a")
    assert (status, answer) == (503, {"error": "the server cannot do this now"})
    assert not place.register.exists()


def test_the_register_holds_no_key_and_no_token(place, tmp_path):
    """Nor does anything that the server says of itself."""
    record = enrol("https://x.test", "key-of-a", tmp_path / "e.json", place.post)
    written = place.register.read_text()
    for secret in (record.token, *(key.secret.hex() for key in record.keys), "key-of-a"):
        assert secret not in written
        assert secret not in repr(vars(place.app))


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 5)), max_size=40))
def test_buckets_let_no_more_through_than_they_say(steps):
    """In any stretch of time, and in bounded memory."""
    buckets, now_s = Buckets(Rate(3, 10.0), most=10), 0.0
    passed = {}
    for name, forward in steps:
        now_s += forward
        if not buckets.take(name, now_s):
            passed.setdefault(name, []).append(now_s)
    for times in passed.values():
        for start in times:
            assert sum(start <= at < start + 10 for at in times) <= 4


def test_buckets_forget_who_asked_least_recently():
    """So that many names cost no more memory."""
    buckets = Buckets(Rate(1, 100.0), most=2)
    for name in "abc":
        assert not buckets.take(name, 0.0)
    assert buckets.take("c", 0.0) == 100.0
    assert not buckets.take("a", 0.0)


@pytest.mark.parametrize("url", ["http://enrol.example.com/enrol", "ftp://x.test", "enrol", ""])
def test_credentials_go_over_https(url):
    """Plain HTTP is for this machine."""
    with pytest.raises(SettingsError, match="https://"):
        post(url, "key-of-a")


def test_what_loopback_is():
    """By name and address; a name that only looks like it is not."""
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.8.8.8", "::1")))
    assert not any(map(is_loopback, ("localhost.evil.test", "10.0.0.1", "127.0.0.1.x", "", None)))


def test_an_error_quotes_no_token():
    """Not even where the HTTP library would."""
    with pytest.raises(InputError, match="cannot be reached") as caught:
        post("http://127.0.0.1:9/enrol", f"bad\r\n{ENROLMENT.token}")
    assert ENROLMENT.token not in "".join(traceback.format_exception(caught.value))


def test_keys_in_use_are_not_lost_when_the_answer_is_nonsense(place, tmp_path):
    """A page of a captive portal, for instance."""
    record = enrol("https://x.test", "key-of-a", tmp_path / "e.json", place.post)
    events = []
    due = replace(record, keys=record.keys[:1])
    ring = KeyRing(due, None, events.append, lambda: NOW_S, lambda *_: (200, b"<html>"))
    assert ring(NOW_S).epoch == 1000
    ring.wait()
    assert ring.enrolment is due
    assert [event.why for event in events] == ["The server's answer is no enrolment"]
