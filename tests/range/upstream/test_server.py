"""The provider over HTTP."""

import asyncio
import http.client
import os
import signal
import subprocess
import sys

import msgspec
import pytest

from stillwatch_range.model import Plan
from stillwatch_range.upstream.limits import Limit
from stillwatch_range.upstream.provider import ProviderSettings
from stillwatch_range.upstream.script import Cue
from stillwatch_range.upstream.server import Upstream, UpstreamSettings
from tests.range.upstream.asks import CALL, PATHS, WIRES, account, decoded, parts_in, parts_of
from tests.range.upstream.serving import Kept, events, get, post, serving

PLAN = Plan("So it is.", "Is it so?", (CALL,))


class Fixed:
    """A script that knows one prompt."""

    def cue(self, heard):
        known = {"known": Cue(PLAN, note="at the start"), "busy": Cue(PLAN, busy=True)}
        return known.get(heard.prompt)


def body(form, prompt="known", **more):
    said = [{"role": "user", "content": prompt}]
    fields = {"model": "m", "input" if form == "responses" else "messages": said}
    if form == "messages":
        fields |= {"max_tokens": 1000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    if form == "responses":
        fields |= {"include": ["reasoning.encrypted_content"]}
    return fields | more


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("form", WIRES)
def test_what_goes_over_the_wire_is_what_is_captured(form, stream):
    """The script's answer goes out in the path's format and stands in the capture."""
    tape = Kept()
    with serving(script=Fixed(), tape=tape) as upstream:
        got = post(upstream, PATHS[form], body(form, stream=stream))
    take = tape.takes[0]
    assert got.status == 200
    response = msgspec.json.decode(take.line)["response"]
    assert response["events"] == events(got) if stream else response["body"] == got.json
    assert parts_of(decoded(take.line)) == parts_in(take.served.reply)
    assert "So it is." in parts_in(take.served.reply)
    assert take.note == "at the start"


def test_every_answer_says_that_this_is_a_test_server():
    """Conversations, lists and errors carry the header; the first page says it in words."""
    with serving() as upstream:
        all_ = [
            post(upstream, "/v1/messages", body("messages", stream=True)),
            post(upstream, "/v1/messages", b"{"),
            post(upstream, "/v1/chat/completions", body("chat"), key=""),
            get(upstream, "/v1/models"),
            get(upstream, "/nowhere"),
            get(upstream, "/v1/messages"),
            get(upstream, "/"),
        ]
        assert get(upstream, "/", "HEAD").status == 200
    assert [got.status for got in all_] == [200, 400, 401, 200, 404, 404, 200]
    assert {got.headers["x-stillwatch-range"] for got in all_} == {"test server"}
    assert b"test server" in all_[-1].body


def test_headers_are_kept_as_they_came():
    """Order and case of names stay; keys do not."""
    tape = Kept()
    data = msgspec.json.encode(body("messages"))
    with serving(tape=tape) as upstream:
        line = http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=20)
        line.putrequest("POST", "/v1/messages?beta=true", skip_accept_encoding=True, skip_host=True)
        sent = [
            ("zeta", "1"), ("Host", "api"), ("X-API-Key", "sk-1"), ("Alpha", "2"), ("zeta", "3"),
            ("content-length", str(len(data))),
        ]  # fmt: skip
        for pair in sent:
            line.putheader(*pair)
        line.endheaders(data)
        assert line.getresponse().read()
        line.close()
    request = tape.last["request"]
    expected = [["X-API-Key", "<redacted>"] if "Key" in name else [name, v] for name, v in sent]
    assert request["headers"] == expected
    assert request["path"] == "/v1/messages?beta=true"


def test_bodies_are_kept_as_they_came():
    """Spaces and escapes of the body stand in its text; a body of many lines fits on one."""
    tape = Kept()
    text = '{\n "model": "m", "max_tokens": 10,\r\n "messages": [{"role": "user", "content": "\\u00e9"}]}'
    with serving(tape=tape) as upstream:
        assert post(upstream, "/v1/messages", text.encode()).status == 200
    assert tape.last["request"]["raw"] == text
    assert tape.last["request"]["body"] == msgspec.json.decode(text)
    assert b"\n" not in tape.takes[0].line


def test_keys_belong_to_accounts():
    """Known keys have their account, in either header; others are refused where it is not open."""
    tape = Kept()
    settings = UpstreamSettings(accounts={"sk-known": account()}, open=False, seed=1)
    with serving(settings, tape=tape) as upstream:
        path = PATHS["chat"]
        bearer = {"Authorization": "Bearer sk-known"}
        assert post(upstream, path, body("chat"), key="", **bearer).status == 200
        assert post(upstream, path, body("chat"), key="sk-known").status == 200
        assert post(upstream, path, body("chat"), key="sk-other").status == 401
        assert upstream.strays
    assert {take.account.id for take in tape.takes} == {"acct_one"}
    with serving(tape=tape) as upstream:
        for key in ("a", "b", "a"):
            post(upstream, path, body("chat"), key=key)
    names = [take.account.id for take in tape.takes[-3:]]
    assert names[0] == names[2] != names[1]


def test_accounts_are_limited_and_closed_while_it_runs():
    """By the program that started it, and from outside; each can be taken back."""
    settings = UpstreamSettings(accounts={"sk-1": account()}, seed=1)
    with serving(settings) as upstream:

        def status():
            return post(upstream, "/v1/messages", body("messages")).status

        def control(value):
            return post(upstream, "/range/accounts/acct_one", value).status

        assert status() == 200
        upstream.ban("acct_one")
        assert status() == 403
        assert control({"banned": False}) == 200
        assert status() == 200
        upstream.limit("acct_one", Limit(1, 1e6))
        assert [status(), status()] == [200, 429]
        assert control({"requests": 60, "tokens": 1000}) == 200
        assert status() == 200
        assert [control({"requests": 0, "tokens": 1}), control({"requests": 1})] == [400, 400]
        assert control(b"[") == 400


def test_a_script_may_turn_a_request_away():
    """A cue that says busy goes out as overload, and is captured."""
    tape = Kept()
    with serving(script=Fixed(), tape=tape) as upstream:
        assert post(upstream, "/v1/messages", body("messages", "busy")).status == 529
    assert tape.last["response"]["status"] == 529


def test_settings_of_the_provider_hold_here_too():
    """Limits of plans are the same over HTTP."""
    provider = ProviderSettings(limits={"payg": Limit(1, 1e6)}, overload_share=0)
    with serving(UpstreamSettings(provider, seed=1)) as upstream:
        got = [post(upstream, PATHS["chat"], body("chat")) for _ in range(2)]
    assert [one.status for one in got] == [200, 429]
    assert int(got[1].headers["retry-after"]) > 0


def test_tokens_are_counted():
    """Longer requests count more; what is no request is refused."""
    with serving() as upstream:

        def count(prompt):
            fields = body("messages", prompt)
            del fields["max_tokens"]
            return post(upstream, "/v1/messages/count_tokens", fields).json["input_tokens"]

        assert count("word " * 1000) > count("word") + 1000
        assert post(upstream, "/v1/messages/count_tokens", {"model": "m"}).status == 400
        assert post(upstream, "/v1/messages/count_tokens", {}, key="").status == 401


def test_models_are_listed_in_the_shape_of_the_caller():
    """Both vendors' clients can read the list, and one model of it."""
    with serving() as upstream:
        plain = get(upstream, "/v1/models").json
        ours = {"anthropic-version": "2023-06-01"}
        other = get(upstream, "/v1/models", headers=ours).json
        assert plain["object"] == "list"
        assert other["has_more"] is False
        assert [one["id"] for one in plain["data"]] == [one["id"] for one in other["data"]]
        name = plain["data"][0]["id"]
        assert get(upstream, f"/v1/models/{name}").json["object"] == "model"
        assert get(upstream, f"/v1/models/{name}", headers=ours).json["type"] == "model"


def test_a_body_over_the_limit_is_refused():
    """In the wire's own shape."""
    with serving(UpstreamSettings(body_limit=10_000, seed=1)) as upstream:
        got = post(upstream, "/v1/messages", body("messages", "x" * 20_000))
    assert got.status == 413
    assert got.json["error"]["type"] == "request_too_large"


def test_a_client_that_hangs_up_breaks_nothing():
    """The exchange is captured, and the next one is served."""
    tape = Kept()
    plan = Plan("word " * 40_000)

    class Long:
        def cue(self, heard):
            return Cue(plan)

    with serving(script=Long(), tape=tape) as upstream:
        line = http.client.HTTPConnection("127.0.0.1", upstream.port, timeout=20)
        data = msgspec.json.encode(body("messages", max_tokens=100_000, stream=True))
        line.request("POST", "/v1/messages", data, {"x-api-key": "sk-1"})
        line.getresponse().read(100)
        line.close()
        assert post(upstream, "/v1/messages", body("messages", max_tokens=10)).status == 200


def test_a_port_that_is_taken_is_an_error_and_leaves_nothing_open():
    """The second server on a port does not start, and can be stopped all the same."""

    async def second(port):
        other = Upstream(UpstreamSettings(seed=1))
        with pytest.raises(OSError, match="address already in use"):
            await other.start(port)
        await other.stop()

    with serving() as upstream:
        asyncio.run(second(upstream.port))
        assert get(upstream, "/").status == 200


def test_the_program_prints_its_address_and_ends_on_a_signal(tmp_path):
    """It runs until it is told to stop, and its captures are on disk."""
    out = tmp_path / "captures.jsonl"
    code = (
        "import sys; from pathlib import Path; from stillwatch_range.upstream.command import main;"
        "print(main(0, Path(sys.argv[1])))"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(out)], stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, env=os.environ,
    )  # fmt: skip
    try:
        said = server.stderr.readline()
        assert "http://127.0.0.1:" in said
        upstream = Upstream(UpstreamSettings(seed=1))
        upstream.port = int(said.rsplit(":", 1)[1])
        assert post(upstream, "/v1/messages", body("messages")).status == 200
        server.send_signal(signal.SIGTERM)
        answered, _ = server.communicate(timeout=20)
    finally:
        server.kill()
        server.wait()
    assert answered.strip() == "1"
    assert decoded(out.read_bytes()).request.model == "m"
