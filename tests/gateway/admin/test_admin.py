"""The operator's door of a running gateway: who gets in, and what can be asked and done there."""

import json
import re
import socket
import stat
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.gateway.test_serve import BAN, CLAUDE, rule, until


class Door:
    """The admin API of a gateway."""

    def __init__(self, gate, place, token_file):
        self.gate, self.place, self.token_file = gate, place, token_file

    def ask(self, method, path, body=None, token=None, **headers):
        """Status and body."""
        token = self.token_file.read_text().strip() if token is None else token
        if token:
            headers["authorization"] = f"Bearer {token}"
        connection = HTTPConnection("localhost", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.place))
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        return answer.status, said

    def json(self, method, path, body=None):
        """What a request that goes well gives."""
        status, said = self.ask(method, path, body)
        assert status == 200, said
        return json.loads(said)

    def metrics(self):
        """Values by name and labels."""
        status, said = self.ask("GET", "/metrics")
        assert status == 200
        return {
            (one.name, *sorted(one.labels.items())): one.value
            for family in text_string_to_metric_families(said.decode())
            for one in family.samples
        }


@pytest.fixture
def door(gateway, tmp_path):
    """A gateway with a ban and its door."""

    def start(rules=BAN, *options):
        place = tmp_path / "admin.sock"
        gate = gateway(rules, "--admin", f"unix:{place}", *options)
        return Door(gate, place, tmp_path / "state" / "admin-token")

    return start


def test_health_is_told_to_all_and_nothing_else_is(door, upstream):
    """A balancer has no token; everybody else needs it, and each wrong one is refused alike."""
    found = door()
    for path in ("/live", "/ready"):
        assert found.ask("GET", path, token="")[0] == 200
    for path in ("/metrics", "/rules", "/switch", "/cases", "/nothing"):
        for token in ("", "wrong", found.token_file.read_text().strip() + "x"):
            assert found.ask("GET", path, token=token)[0] == 401
    assert found.ask("GET", "/nothing")[0] == 404
    assert stat.S_IMODE(found.place.stat().st_mode) == 0o600
    assert stat.S_IMODE(found.token_file.stat().st_mode) == 0o600
    assert not upstream[1].requests


def test_the_data_port_knows_nothing_of_the_door(door, upstream):
    """Whoever sends the token there sends it on to the model server like any other path."""
    found = door()
    token = found.token_file.read_text().strip()
    for path in ("/metrics", "/switch", "/ready"):
        status, _, said = found.gate.ask(
            path, body=None, method="GET", authorization=f"Bearer {token}"
        )
        assert (status, json.loads(said)) == (200, {"heard": 0})
    assert [one[1] for one in upstream[1].requests] == ["/metrics", "/switch", "/ready"]


def test_metrics_count_what_became_of_requests(door, tmp_path):
    """By wire, outcome, rule and status; no account among them."""
    shadow = rule("shadow", "flag", 'context.wire == "chat"').replace("enforce", "shadow")
    found = door(BAN + shadow, "--record", tmp_path / "captures")
    for _ in range(3):
        assert found.gate.ask("/v1/chat/completions", x_api_key="k")[0] == 200
    assert found.gate.ask(user_agent=CLAUDE)[0] == 403
    key = ("stillwatch_requests_total", ("outcome", "allow"), ("rule", ""))
    until(lambda: found.metrics().get((*key, ("status", "2"), ("wire", "chat"))) == 3)
    seen = found.metrics()
    banned = ("stillwatch_requests_total", ("outcome", "block"), ("rule", "ban"))
    assert seen[(*banned, ("status", "4"), ("wire", "anthropic"))] == 1
    assert seen[("stillwatch_shadow_total", ("rule", "shadow"))] == 3
    assert seen[("stillwatch_decision_seconds_count",)] == 4
    assert 0 < seen[("stillwatch_decision_seconds_sum",)] < 60
    assert seen[("stillwatch_request_seconds_bucket", ("le", "+Inf"))] == 4
    assert seen[("stillwatch_requests_under_way",)] == 0
    assert seen[("stillwatch_recorded_total", ("what", "offered"))] == 4
    assert seen[("stillwatch_rule", ("rule", "ban"), ("stage", "enforced"))] == 1
    assert not any("acct_" in str(key) for key in seen)


def test_the_switch_is_turned_from_there(door):
    """Off: the ban only watches. On: it holds again."""
    found = door()
    assert found.json("GET", "/switch") == {"enforcing": True}
    assert found.json("PUT", "/switch", {"enforcing": False}) == {"enforcing": False}
    assert found.gate.ask(user_agent=CLAUDE)[0] == 200
    assert found.metrics()[("stillwatch_enforcing",)] == 0
    found.json("PUT", "/switch", {"enforcing": True})
    assert found.gate.ask(user_agent=CLAUDE)[0] == 403


def test_a_case_is_seen_appealed_and_undone(door):
    """With its evidence; undone, it holds for that account no more, at once."""
    found = door()
    status, _, said = found.gate.ask(user_agent=CLAUDE, x_api_key="k")
    assert status == 403
    number = re.search(rb"Case ([0-9A-Z-]+)", said)[1].decode()
    assert [one["number"] for one in found.json("GET", "/cases")] == [number]
    assert found.json("POST", f"/cases/{number}/appeal", {"text": "We may."})["appeal"] == "We may."
    assert found.json("GET", f"/cases/{number}")["rule"] == "ban"
    assert (
        found.json("POST", f"/cases/{number}/undo", {"by": "M. Okafor"})["undone_by"] == "M. Okafor"
    )
    assert found.gate.ask(user_agent=CLAUDE, x_api_key="k")[0] == 200
    assert found.gate.ask(user_agent=CLAUDE, x_api_key="other")[0] == 403
    assert found.ask("GET", "/cases/NONE-SUCH")[0] == 404


def test_rules_are_read_again_and_mistakes_change_nothing(door):
    """The answer says what is wrong and where; the old rules stay."""
    found = door()
    folder = found.gate.folder / "policy"
    (folder / "rules.cedar").write_text("forbid (")
    status, said = found.ask("POST", "/reload")
    assert status == 422
    assert "rules.cedar" in json.loads(said)["error"] + json.loads(said)["hint"]
    assert found.gate.ask(user_agent=CLAUDE)[0] == 403
    (folder / "rules.cedar").write_text(rule("other", "block", 'context.client == "codex"'))
    assert [one["id"] for one in found.json("POST", "/reload")] == ["other"]
    assert found.gate.ask(user_agent=CLAUDE)[0] == 200


def test_verdicts_are_read_and_an_account_is_shown(door, tmp_path):
    """What the last hunt says, without waiting, and what is remembered of an account."""
    file = tmp_path / "verdicts.json"
    file.write_text('{"verdicts": []}')
    found = door(BAN, "--verdicts", file)
    file.write_text(
        '{"verdicts": [{"subject": {"kind": "account", "id": "acct_1"},'
        '"verdict": "relay", "level": "act", "grade": "pool"}]}'
    )
    assert found.json("POST", "/verdicts/reload") == {"accounts": 1}
    assert found.gate.ask(user_agent=CLAUDE, x_api_key="k")[0] == 403
    account = found.json("GET", "/cases")[0]["account"]
    assert found.json("GET", f"/accounts/{account}")["under_way"] == 0
    assert found.ask("GET", "/accounts/nobody")[0] == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/switch", {"enforcing": "no"}),
        ("PUT", "/switch", {"enforcing": False, "more": 1}),
        ("PUT", "/switch", None),
        ("POST", "/cases/A-B/undo", {"by": "x", "days": -1}),
        ("POST", "/cases/A-B/undo", {}),
    ],
)
def test_a_wrong_body_is_explained_and_does_nothing(door, method, path, body):
    """It says which field, and what it should be."""
    found = door()
    status, said = found.ask(method, path, body)
    assert status == 400
    assert json.loads(said)["error"]
    assert found.json("GET", "/switch") == {"enforcing": True}


def test_a_large_body_is_refused(door):
    """The door is small."""
    found = door()
    assert found.ask("PUT", "/switch", {"enforcing": "x" * 100_000})[0] == 413


def test_it_is_not_ready_while_it_ends_and_alive_until_then(door, upstream):
    """A balancer sends nothing more; what runs comes to its end."""
    found = door()
    with socket.create_connection(("127.0.0.1", found.gate.port), timeout=20) as client:
        client.sendall(b"GET /step HTTP/1.1\r\nhost: a\r\n\r\n")
        got = b""
        while b'"n":0' not in got:
            got += client.recv(65536)
        found.gate.process.terminate()
        until(lambda: found.ask("GET", "/ready", token="")[0] == 503)
        assert found.ask("GET", "/live", token="")[0] == 200
        upstream[1].read.set()
        while b'"n":4' not in got:
            got += client.recv(65536)
    found.gate.process.wait(timeout=30)
    assert not found.place.exists()


@pytest.mark.parametrize("place", ["0.0.0.0:9090", "example.com:1", "127.0.0.1", "9090"])
def test_others_cannot_reach_it(gateway, place):
    """It is for this machine alone."""
    with pytest.raises(AssertionError, match="for this machine alone"):
        gateway(BAN, "--admin", place)


def test_a_token_that_others_can_read_is_none(gateway, tmp_path):
    """It says so at the start."""
    token = tmp_path / "token"
    token.write_text("x" * 40)
    token.chmod(0o644)
    with pytest.raises(AssertionError, match="chmod 600"):
        gateway(BAN, "--admin", f"unix:{tmp_path}/a", "--admin-token", token)
    token.chmod(0o600)
    token.write_text("short")
    with pytest.raises(AssertionError, match="guessed"):
        gateway(BAN, "--admin", f"unix:{tmp_path}/a", "--admin-token", token)


def test_the_token_is_told_nowhere(door, tmp_path):
    """Not in the state's other files, and not on the terminal."""
    found = door(BAN, "--record", tmp_path / "captures")
    token = found.token_file.read_text().strip()
    found.json("PUT", "/switch", {"enforcing": False})
    found.ask("GET", "/cases", token="wrong-" + token)
    found.gate.ask(x_api_key="k")
    said = found.gate.stop()
    assert token not in said
    for file in tmp_path.rglob("*"):
        if file.is_file() and file != found.token_file:
            assert token.encode() not in file.read_bytes()


def test_a_place_says_which_methods_it_takes(door):
    """And an appeal without words is the body's fault, not the case's."""
    found = door()
    assert found.ask("POST", "/switch", {})[0] == 405
    said = found.gate.ask(user_agent=CLAUDE, x_api_key="k")[2]
    number = re.search(rb"Case ([0-9A-Z-]+)", said)[1].decode()
    assert found.ask("POST", f"/cases/{number}/appeal", {"text": " "})[0] == 400
    assert found.ask("POST", "/cases/AAAAA-AAAAA/appeal", {"text": "We may."})[0] == 404


def test_nobody_in_particular_gets_no_exception(door):
    """It would hold for everybody who sends no credential."""
    found = door()
    said = found.gate.ask(user_agent=CLAUDE)[2]
    number = re.search(rb"Case ([0-9A-Z-]+)", said)[1].decode()
    status, said = found.ask("POST", f"/cases/{number}/undo", {"by": "M. Okafor"})
    assert (status, b"anybody" in said) == (400, True)
    assert found.gate.ask(user_agent=CLAUDE)[0] == 403


def test_a_case_says_what_its_rule_had_looked_at(door):
    """Without that nobody could answer an appeal."""
    found = door(rule("old", "block", "context has version && context.version < 3000000"))
    said = found.gate.ask(user_agent=CLAUDE, x_api_key="k")[2]
    number = re.search(rb"Case ([0-9A-Z-]+)", said)[1].decode()
    assert found.json("GET", f"/cases/{number}")["seen"] == {"version": "2.1.330"}


def test_verdicts_that_cannot_be_read_are_told(door, tmp_path):
    """Over the API and in the log; what was read before stands."""
    file = tmp_path / "verdicts.json"
    file.write_text('{"verdicts": []}')
    found = door(BAN, "--verdicts", file)
    file.write_text("")
    assert found.ask("POST", "/verdicts/reload")[0] == 422
    assert "The verdicts cannot be read" in found.gate.stop()
