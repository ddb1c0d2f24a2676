"""The middleware inside a real ASGI server."""

import json
import threading
import time
from http.client import HTTPConnection

import pytest
import uvicorn

from stillwatch.errors import SettingsError
from stillwatch.gateway.faces.asgi import Middleware

from .test_serve import BAN, CLAUDE, rule, until


async def model(scope, receive, send):
    """A model server that says how long the body was."""
    if scope["type"] != "http":
        return
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for piece in (b'{"heard":', str(size).encode(), b"}"):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def wrapped(tmp_path, rules, app=model, **more):
    """The model server behind rules."""
    policy = tmp_path / "rules"
    policy.mkdir()
    (policy / "rules.cedar").write_text(rules)
    (policy / "settings.toml").write_text('appeal = "help@example.com"\n')
    return Middleware(app, policy=policy, state=tmp_path / "state", key=tmp_path / "key", **more)


@pytest.fixture
def serving():
    """Serves applications on loopback; gives the port."""
    servers = []

    def serve(app):
        config = uvicorn.Config(app, port=0, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, thread))
        end = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < end, "it did not start"
            time.sleep(0.01)
        return server.servers[0].sockets[0].getsockname()[1]

    yield serve
    for server, thread in servers:
        server.should_exit = True
        thread.join(20)


def ask(port, path, body, agent):
    """Status and body of an answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", path, body, {"user-agent": agent})
    answer = connection.getresponse()
    said = answer.status, json.loads(answer.read())
    connection.close()
    return said


def test_the_application_hears_what_may_pass_and_nothing_else(tmp_path, serving):
    """Bodies arrive whole; a ban is told before the model works."""
    port = serving(wrapped(tmp_path, BAN))
    body = b"y" * 300_000
    assert ask(port, "/v1/messages", body, "curl/8") == (200, {"heard": len(body)})
    status, said = ask(port, "/v1/chat/completions", body, CLAUDE)
    assert status == 403
    assert "Use Tool B" in said["error"]["message"]


def test_other_paths_pass_without_a_look(tmp_path, serving):
    """A health check is no call of a model."""
    port = serving(wrapped(tmp_path, BAN))
    assert ask(port, "/health", b"", CLAUDE) == (200, {"heard": 0})


def test_what_it_cannot_carry_out_is_refused_at_the_start(tmp_path):
    """A reroute that quietly does nothing would be worse than none."""
    policy = tmp_path / "rules"
    policy.mkdir()
    (policy / "targets.toml").write_text(
        '[ours]\nwire = "chat"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "qwen"\n'
    )
    (policy / "rules.cedar").write_text(rule("move", "reroute", "true", '@to("ours")'))
    with pytest.raises(SettingsError, match="elsewhere"):
        Middleware(model, policy=policy, state=tmp_path / "state", key=tmp_path / "key")


def test_it_says_that_it_has_no_policy(tmp_path, monkeypatch):
    """A server that names only the class sets variables."""
    monkeypatch.delenv("STILLWATCH_POLICY", raising=False)
    with pytest.raises(SettingsError, match="no policy"):
        Middleware(model, state=tmp_path / "state", key=tmp_path / "key")


def heard_headers(tmp_path, serving, sent, **more):
    """The headers that the application hears, and the account that is written down."""
    heard = []

    async def noting(scope, receive, send):
        heard.extend(scope.get("headers", ()))
        await model(scope, receive, send)

    app = wrapped(tmp_path, BAN, noting, **more)
    connection = HTTPConnection("127.0.0.1", serving(app), timeout=20)
    connection.request("POST", "/v1/messages", b"{}", sent)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    log = tmp_path / "state" / "decisions.jsonl"
    until(lambda: log.exists() and log.read_text().endswith("\n"))
    return dict(heard), json.loads(log.read_text())["account"]


def test_of_several_credentials_only_the_one_that_counts_passes(tmp_path, serving):
    """An account that shows one key to us cannot use another behind us."""
    sent = {"x-api-key": "one", "authorization": "Bearer two", "x-stillwatch-else": "3"}
    heard, _ = heard_headers(tmp_path, serving, sent)
    assert heard[b"x-api-key"] == b"one"
    assert b"authorization" not in heard
    assert b"x-stillwatch-else" not in heard


def test_a_key_of_the_server_s_own_names_the_account(tmp_path, serving):
    """A server that takes its key from a header of its own may need the others besides."""
    (tmp_path / "own").mkdir()
    (tmp_path / "plain").mkdir()
    sent = {"x-own": "sk-1", "authorization": "Bearer two"}
    heard, account = heard_headers(
        tmp_path / "own", serving, sent, credentials=("x-own", "authorization")
    )
    assert heard[b"authorization"] == b"Bearer two"
    (tmp_path / "plain" / "key").write_bytes((tmp_path / "own" / "key").read_bytes())
    (tmp_path / "plain" / "key").chmod(0o600)
    assert heard_headers(tmp_path / "plain", serving, {"x-api-key": "sk-1"})[1] == account
