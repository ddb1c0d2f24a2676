"""The middleware inside a real ASGI server."""

import json
import threading
import time
from http.client import HTTPConnection

import pytest
import uvicorn

from stillwatch.errors import SettingsError
from stillwatch.gateway.faces.asgi import Middleware

from .test_serve import BAN, CLAUDE, rule


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


def wrapped(tmp_path, rules):
    """The model server behind rules."""
    policy = tmp_path / "rules"
    policy.mkdir()
    (policy / "rules.cedar").write_text(rules)
    (policy / "settings.toml").write_text('appeal = "help@example.com"\n')
    return Middleware(model, policy=policy, state=tmp_path / "state", key=tmp_path / "key")


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
