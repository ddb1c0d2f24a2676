"""Requests that a rule sends to a model of another wire, through `stillwatch serve` and LiteLLM."""

import json
import socket
import time

import pytest

from tests.gateway.clients.model_server import ModelServer
from tests.gateway.raw import STREAM, RawModel, chunk
from tests.gateway.test_serve import rule, until

pytestmark = pytest.mark.faces
PATHS = {
    "anthropic": "/v1/messages",
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
}
WAYS = [(one, other) for one in PATHS for other in PATHS if one != other]
ELSEWHERE = rule("elsewhere", "reroute", "true", '@to("ours")')
TEXT = "".join(f"word{n} " for n in range(4)).split()


def target(wire, url, more=""):
    """The file that names the approved model."""
    return (
        "targets.toml",
        f'[ours]\nwire = "{wire}"\nbase_url = "{url}/v1"\nmodel = "open"\ntranslate = true\n{more}',
    )


def asked(wire, *, stream=False, **more):
    """A request, with what only its own client would know."""
    said = [{"role": "user", "content": "hello"}]
    body = {"model": "m", "stream": stream}
    body |= {"input": said} if wire == "responses" else {"messages": said}
    if wire == "anthropic":
        body |= {"max_tokens": 64, "metadata": {"user_id": "u"}}
    return json.dumps(body | more).encode()


def tool(wire):
    """A tool in the words of a wire."""
    shape = {"type": "object", "properties": {"path": {"type": "string"}}}
    if wire == "anthropic":
        return {"name": "read", "description": "d", "input_schema": shape}
    if wire == "responses":
        return {"type": "function", "name": "read", "description": "d", "parameters": shape}
    return {
        "type": "function",
        "function": {"name": "read", "description": "d", "parameters": shape},
    }


def text_of(wire, said):
    """What a whole answer says."""
    if wire == "anthropic":
        return "".join(part.get("text", "") for part in said["content"])
    if wire == "chat":
        return said["choices"][0]["message"]["content"]
    return "".join(part["text"] for item in said["output"] for part in item["content"])


def events_of(body):
    """The data of a stream's events."""
    lines = [line[6:] for line in body.split(b"\n") if line.startswith(b"data: ")]
    return [json.loads(line) for line in lines if line != b"[DONE]"]


def text_of_events(wire, events):
    """What a stream says."""
    if wire == "anthropic":
        return "".join(one["delta"].get("text", "") for one in events if "delta" in one)
    if wire == "chat":
        choices = [choice for one in events for choice in one["choices"]]
        return "".join(one["delta"].get("content") or "" for one in choices)
    return "".join(one["delta"] for one in events if one["type"].endswith("output_text.delta"))


@pytest.fixture
def model():
    """The approved model, which speaks every wire."""
    with ModelServer() as server:
        yield server


@pytest.mark.parametrize(("mine", "theirs"), WAYS, ids=lambda value: value)
def test_whole_answers_and_streams_come_in_the_client_s_wire(
    gateway, upstream, model, mine, theirs
):
    """From every wire to every other, with tools; the key is the target's."""
    gate = gateway(ELSEWHERE, files=[target(theirs, model.url)])
    body = asked(mine, tools=[tool(mine)])
    status, headers, said = gate.ask(PATHS[mine], body, X_Api_Key="sk-client")
    assert (status, headers["content-type"]) == (200, "application/json"), said
    assert [word for word in TEXT if word in text_of(mine, json.loads(said))] == TEXT
    path, heads = model.asked[-1]
    assert path.startswith(PATHS[theirs])
    assert "sk-client" not in str(heads)
    assert json.loads(model.heard[-1])["model"] == "open"
    assert "user_id" not in model.heard[-1].decode()
    (offered,) = json.loads(model.heard[-1])["tools"]
    named = offered.get("function", offered)
    assert named["name"] == "read"
    shape = named.get("parameters") or named.get("input_schema")
    assert shape["properties"] == {"path": {"type": "string"}}
    status, headers, said = gate.ask(PATHS[mine], asked(mine, stream=True), X_Api_Key="k")
    assert (status, headers["content-type"]) == (200, "text/event-stream")
    assert [word for word in TEXT if word in text_of_events(mine, events_of(said))] == TEXT
    assert not upstream[1].requests


CALL = (
    b'{"id":"c","object":"chat.completion","created":1,"model":"open","choices":[{"index":0,'
    b'"finish_reason":"tool_calls","message":{"role":"assistant","content":null,"tool_calls":['
    b'{"id":"call_1","type":"function","function":{"name":"read","arguments":"{\\"path\\":\\"a\\"}"}}]}}],'
    b'"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8}}'
)


def whole(body):
    """An answer of a raw server."""
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n"
    return head + b"content-length: %d\r\n\r\n" % len(body) + body


def test_a_call_of_a_tool_comes_back_and_its_result_goes_on(gateway):
    """A whole round, as a coding agent makes it; usage is carried over."""
    heard = []

    def serve(_path, sock, rest):
        while not rest.endswith(b"}"):
            rest += sock.recv(65536)
        heard.append(json.loads(rest))
        sock.sendall(whole(CALL))

    with RawModel(serve) as raw:
        gate = gateway(ELSEWHERE, files=[target("chat", raw.url)])
        body = json.loads(asked("anthropic", tools=[tool("anthropic")]))
        answer = json.loads(gate.ask(PATHS["anthropic"], json.dumps(body), X_Api_Key="k")[2])
        (use,) = [part for part in answer["content"] if part["type"] == "tool_use"]
        assert (use["name"], use["input"], answer["stop_reason"]) == (
            "read",
            {"path": "a"},
            "tool_use",
        )
        assert (answer["usage"]["input_tokens"], answer["usage"]["output_tokens"]) == (3, 5)
        result = {"type": "tool_result", "tool_use_id": use["id"], "content": "it says b"}
        body["messages"] += [
            {"role": "assistant", "content": answer["content"]},
            {"role": "user", "content": [result]},
        ]
        assert gate.ask(PATHS["anthropic"], json.dumps(body), X_Api_Key="k")[0] == 200
    call, back = heard[1]["messages"][-2:]
    assert call["tool_calls"][0]["id"] == back["tool_call_id"] == use["id"]
    assert "it says b" in str(back["content"])


AWAY = "http://127.0.0.1/picture"
HELLO = b'"hello"'
CANNOT = [
    ("chat", HELLO, b"", "no messages"),
    ("responses", b'"stream"', b'"previous_response_id": "resp_1", "stream"', "whole conversation"),
    ("chat", HELLO, b'[{"type": "image_url", "image_url": {"url": "%s"}}]', "their addresses"),
    ("chat", HELLO, b'[{"image_url": "%s"}]', "their addresses"),
    ("responses", HELLO, b'[{"type": ["image"], "input_image": "%s"}]', "their addresses"),
    ("chat", HELLO, b"[" * 900 + b"]" * 900, "no messages"),
]


def test_what_cannot_be_translated_is_said(gateway, model):
    """With a 400, and nobody is asked: the library would fetch addresses from the gateway."""
    gate = gateway(ELSEWHERE, files=[target("anthropic", model.url)])
    for mine, old, new, says in CANNOT:
        body = asked(mine).replace(old, new.replace(b"%s", AWAY.encode()))
        status, _, said = gate.ask(PATHS[mine], body, X_Api_Key="k")
        assert (status, says in said.decode()) == (400, True), (new[:60], said)
    assert not model.heard


def test_no_client_steers_the_library(gateway, model, upstream):
    """Fields that are LiteLLM's own go nowhere: not another server, not another key."""
    gate = gateway(ELSEWHERE, files=[target("anthropic", model.url)])
    steer = {
        "api_base": upstream[0],
        "base_url": upstream[0],
        "api_key": "sk-else",
        "custom_llm_provider": "openai",
        "mock_response": "mocked",
        "extra_headers": {"x-else": "1"},
        "fallbacks": ["openai/x"],
    }
    status, _, said = gate.ask(PATHS["chat"], asked("chat", **steer), X_Api_Key="k")
    assert (status, b"word3" in said, b"mocked" in said) == (200, True, False)
    assert not upstream[1].requests
    assert "x-else" not in model.asked[-1][1]
    assert "sk-else" not in str(model.asked[-1][1])


def test_a_target_that_is_away_or_refuses_is_told_without_its_address(gateway):
    """A 502 that may be tried again, and the target's own no."""
    refusal = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
    with RawModel(lambda _path, sock, _rest: sock.sendall(refusal)) as raw:
        gate = gateway(ELSEWHERE, files=[target("chat", raw.url)])
        status, _, said = gate.ask(PATHS["anthropic"], asked("anthropic"), X_Api_Key="k")
        assert (status, b"refused the request (400)" in said) == (400, True), said
    status, _, said = gate.ask(PATHS["anthropic"], asked("anthropic"), X_Api_Key="k")
    assert (status, b"cannot be reached" in said, b"127.0.0.1" in said) == (502, True, False)


FIRST = chunk(
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"open","choices":'
    b'[{"index":0,"delta":{"role":"assistant","content":"word0"}}]}\n\n'
)


def test_a_stream_comes_event_by_event_and_a_broken_one_looks_broken(gateway):
    """The client sees the first word before the second is there, and no end where there is none."""
    let_go = []

    def serve(_path, sock, _rest):
        sock.sendall(STREAM + FIRST)
        until(lambda: let_go)

    with RawModel(serve) as raw:
        gate = gateway(ELSEWHERE, files=[target("chat", raw.url)])
        body = asked("anthropic", stream=True)
        head = f"POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as client:
            client.sendall(head.encode() + body)
            got = b""
            while b"word0" not in got:
                got += client.recv(65536)
            let_go.append(time.monotonic())
            try:
                while piece := client.recv(65536):
                    got += piece
            except ConnectionResetError:
                pass
    assert b"message_stop" not in got
    assert not got.endswith(b"0\r\n\r\n")


def test_a_client_that_leaves_ends_the_work_there(gateway):
    """Nobody pays for words that nobody reads."""
    gone = []

    def serve(_path, sock, _rest):
        sock.sendall(STREAM)
        try:
            while True:
                sock.sendall(FIRST)
                time.sleep(0.01)
        except OSError:
            gone.append(True)

    with RawModel(serve) as raw:
        gate = gateway(ELSEWHERE, files=[target("chat", raw.url)])
        body = asked("anthropic", stream=True)
        head = f"POST /v1/messages HTTP/1.1\r\nhost: a\r\ncontent-length: {len(body)}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", gate.port), timeout=20) as client:
            client.sendall(head.encode() + body)
            while b"word0" not in client.recv(65536):
                pass
        until(lambda: gone)


def test_what_passed_is_recorded_and_no_text_is_told_elsewhere(gateway, model, tmp_path):
    """In the client's wire; neither the log nor the terminal holds a word of it."""
    gate = gateway(ELSEWHERE, "--record", tmp_path / "captures", files=[target("chat", model.url)])
    body = asked("anthropic").replace(b"hello", b"sesame")
    assert gate.ask(PATHS["anthropic"], body, X_Api_Key="sk-client")[0] == 200
    said = gate.stop()
    assert "sesame" not in said
    assert "sk-client" not in said
    (file,) = (tmp_path / "captures").iterdir()
    assert b"sesame" not in (tmp_path / "state" / "decisions.jsonl").read_bytes()
    assert file.stat().st_size
