"""`stillwatch serve` as a process between a real client and a real model server."""

import json
import signal
import socket
import time

import pytest

from stillwatch.sources.inputs import find_inputs

HEAD = (
    '@owner("trust") @purpose("a test") @until("2099-06-30") @mode("enforce") @review("2099-01-01")'
)


def rule(name, outcome, when, more="", head=HEAD):
    """One rule."""
    says = '@reason("a-reason") @message("Use Tool B. Case {case}.")'
    message = "" if outcome in {"flag", "reroute"} else says
    return (
        f'@id("{name}") @outcome("{outcome}") {message} {more} {head}\n'
        f"forbid (principal, action, resource) when {{ {when} }};\n"
    )


BAN = rule("ban", "block", 'context.client == "claude-code"')
CLAUDE = "claude-cli/2.1.330 (external, cli)"


def until(condition, seconds=20):
    """Wait for something that happens beside us."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_bodies_pass_untouched_and_answers_too(gateway, upstream):
    """Spacing, order of keys, odd bytes and long bodies arrive as they were sent."""
    gate = gateway(BAN)
    for body in (b'{ "b":1,\n"a" : "\xff\xfe" }', b"x" * 3_000_000, b""):
        status, headers, said = gate.ask(body=body, X_Api_Key="k", user_agent="curl/8")
        assert (status, json.loads(said)) == (200, {"heard": len(body)})
        assert upstream[1].requests[-1][3] == body
        assert "x-stillwatch-forged" not in {name.lower() for name in headers}


def test_a_stream_passes_event_by_event(gateway, upstream):
    """What the model server streams reaches the client as a stream."""
    gate = gateway(BAN)
    status, headers, said = gate.ask(body=b'{"stream":true}')
    assert status == 200
    assert headers["content-type"] == "text/event-stream"
    assert said.count(b"event: tick") == 5


def test_an_event_passes_before_the_next_one_is_there(gateway, upstream):
    """Nobody watches a cursor stand still while events gather somewhere."""
    gate = gateway(BAN)
    with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as client:
        client.sendall(b"GET /step HTTP/1.1\r\nhost: a\r\n\r\n")
        got = b""
        while b'"n":0' not in got:
            got += client.recv(65536)
        assert b'"n":1' not in got
        upstream[1].read.set()
        while b'"n":1' not in got:
            got += client.recv(65536)


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/v1/messages", "permission_error"), ("/v1/chat/completions", "request_forbidden")],
)
def test_a_ban_is_told_in_the_wire_s_own_error_and_nothing_goes_on(gateway, upstream, path, kind):
    """The client shows the text; the model server never hears of the request."""
    gate = gateway(BAN)
    status, headers, said = gate.ask(path, user_agent=CLAUDE)
    error = json.loads(said)["error"]
    assert (status, error["type"], headers["x-should-retry"]) == (403, kind, "false")
    assert "Use Tool B. Case " in error["message"]
    assert not upstream[1].requests
    assert gate.ask(path, user_agent="curl/8")[0] == 200


def test_the_case_is_written_down_and_the_log_has_no_secret(gateway, upstream):
    """A block has a number, and the credential stands nowhere."""
    gate = gateway(BAN)
    message = json.loads(gate.ask(user_agent=CLAUDE, X_Api_Key="sk-very-secret")[2])
    said = gate.stop()
    assert gate.process.returncode == 0, said
    log = (gate.folder / "state" / "decisions.jsonl").read_text()
    line = json.loads(log)
    assert (line["outcome"], line["rule"], line["status"]) == ("block", "ban", 403)
    assert line["case"] in message["error"]["message"]
    assert line["account"].startswith("acct_")
    for file in gate.folder.rglob("*"):
        if file.is_file():
            assert b"very-secret" not in file.read_bytes(), file.name


def test_a_throttle_lets_so_many_pass_and_says_when_to_come_back(gateway):
    """Each account has a bucket of its own, whatever else it sends."""
    gate = gateway(rule("slow", "throttle", "true", '@rate("2/min")'))
    found = [gate.ask(X_Api_Key="one")[0] for _ in range(3)]
    assert found == [200, 200, 429]
    status, headers, _ = gate.ask(X_Api_Key="one", authorization="Bearer another")
    assert status == 429
    assert int(headers["retry-after"]) >= 1
    assert gate.ask(X_Api_Key="two")[0] == 200


def test_the_switch_turns_enforcement_into_watching_at_once(gateway):
    """It is a file, so that it works when nothing else does."""
    gate = gateway(BAN)
    assert gate.ask(user_agent=CLAUDE)[0] == 403
    switch = gate.folder / "state" / "observe-only"
    switch.touch()
    until(lambda: gate.ask(user_agent=CLAUDE)[0] == 200)
    switch.unlink()
    until(lambda: gate.ask(user_agent=CLAUDE)[0] == 403)


def test_rules_are_read_again_under_load_and_wrong_ones_change_nothing(gateway):
    """A typo must not open or close the gate."""
    gate = gateway(BAN)
    rules = gate.folder / "policy" / "rules.cedar"
    rules.write_text("forbid (principal, action")
    gate.process.send_signal(signal.SIGHUP)
    assert gate.ask(user_agent=CLAUDE)[0] == 403
    rules.write_text(rule("other", "block", 'context.client == "codex"'))
    gate.process.send_signal(signal.SIGHUP)
    until(lambda: gate.ask(user_agent=CLAUDE)[0] == 200)


def test_a_target_that_comes_with_new_rules_is_used(gateway, upstream):
    """A reload brings all of the folder, not only the rules."""
    gate = gateway(BAN)
    folder = gate.folder / "policy"
    (folder / "targets.toml").write_text(
        f'[new]\nwire = "chat"\nbase_url = "{upstream[0]}/new/v1"\nmodel = "qwen"\n'
    )
    (folder / "rules.cedar").write_text(rule("move", "reroute", "true", '@to("new")'))
    gate.process.send_signal(signal.SIGHUP)
    until(lambda: gate.ask("/v1/chat/completions", b"{}")[0] == 200 and moved(upstream))


def moved(upstream):
    """Whether the last request went to the new place."""
    return upstream[1].requests[-1][1] == "/new/v1/chat/completions"


def test_what_passed_is_recorded_as_captures(gateway, tmp_path):
    """Those who hunt afterwards find headers in order and case, and the body's own style."""
    folder = tmp_path / "captures"
    gate = gateway(BAN, "--record", folder)
    gate.ask(body=b'{"model": "m", "messages": [] }', X_Api_Key="k", X_ODD_Case="1")
    said = gate.stop(signal.SIGTERM)
    assert "stored: 1" in said, said
    assert find_inputs([folder])


def test_only_the_credential_that_counts_passes(gateway, upstream):
    """Else an account could show one to us and use another behind us."""
    gate = gateway(BAN)
    gate.ask(X_Api_Key="one", authorization="Bearer two", X_Stillwatch_Account="boss")
    names = {name.lower() for name, _ in upstream[1].requests[-1][2]}
    assert "x-api-key" in names
    assert not names & {"authorization", "x-stillwatch-account"}


def test_a_model_is_replaced_by_the_approved_one(gateway, upstream):
    """Same wire, other address, other key, other name; everything else as it was."""
    target = f'[ours]\nwire = "chat"\nbase_url = "{upstream[0]}/open/v1"\nmodel = "qwen"\n'
    rules = rule("move", "reroute", 'resource == Model::"foreign-1"', '@to("ours")')
    gate = gateway(rules, files=[("targets.toml", target)])
    body = b'{"z":1,"model":"foreign-1","messages":[]}'
    assert gate.ask("/v1/chat/completions", body, X_Api_Key="secret")[0] == 200
    _, path, headers, sent = upstream[1].requests[-1]
    assert (path, sent) == ("/open/v1/chat/completions", b'{"z":1,"model":"qwen","messages":[]}')
    assert "x-api-key" not in {name.lower() for name, _ in headers}
    assert gate.ask("/v1/messages", body)[0] == 403


def test_an_answer_that_breaks_off_is_seen_as_broken(gateway):
    """Half an answer must not look whole."""
    gate = gateway(BAN)
    with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as client:
        client.sendall(b"POST /dies HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}")
        got = b""
        try:
            while piece := client.recv(65536):
                got += piece
        except ConnectionResetError:
            pass
    assert b"content-length: 100" in got
    assert not got.endswith(b"half" * 25)
    assert gate.ask()[0] == 200


def test_a_client_that_goes_away_ends_the_work_for_it(gateway, upstream):
    """Nobody pays for tokens that no one reads."""
    gate = gateway(BAN)
    with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as client:
        client.sendall(b"GET /endless HTTP/1.1\r\nhost: a\r\n\r\n")
        assert client.recv(1000)
    assert upstream[1].gone.wait(20)
    assert gate.ask()[0] == 200


SMUGGLED = [
    b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
    b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 300 + b"\r\n",
    b"GET / HTTP/1.1\r\nhost: a\r\nbig: " + b"y" * 100_000 + b"\r\n\r\n",
    b"GET /" + b"y" * 100_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n",
    b"\x00\x01\x02 nonsense\r\n\r\n",
]


@pytest.mark.parametrize("number", range(len(SMUGGLED)))
def test_what_two_sides_could_read_differently_is_refused(gateway, upstream, number):
    """And so are floods of headers; the connection ends, others go on."""
    gate = gateway(BAN)
    with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as client:
        client.sendall(SMUGGLED[number])
        try:
            got = client.recv(65536)
        except ConnectionResetError:
            got = b""
    assert got.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431")) or not got
    assert not upstream[1].requests
    assert gate.ask()[0] == 200


def test_a_body_past_the_limit_is_refused(gateway, upstream):
    """And not read to its end."""
    gate = gateway(BAN, "--most-body-mb", "1")
    assert gate.ask(body=b"y" * (1 << 20))[0] == 200
    assert gate.ask(body=b"y" * (2 << 20))[0] == 413
    assert len(upstream[1].requests) == 1


def test_a_model_server_that_is_down_is_told(gateway, tmp_path):
    """The client may try again later."""
    gate = gateway(BAN, to="http://127.0.0.1:9")
    status, _, said = gate.ask()
    assert (status, json.loads(said)["error"]["type"]) == (502, "api_error")
