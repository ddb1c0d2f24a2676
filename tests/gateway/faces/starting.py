"""Starting each face before a model server, as an operator would."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from .conformance import MODEL

SWITCH = "observe-only"
ENVOY = Path(sys.executable).parent / "envoy"
MITMDUMP = Path(sys.executable).parent / "mitmdump"
LITELLM_KEY = "sk-litellm-master"
EXAMPLE = Path(__file__).parents[3] / "examples" / "envoy.yaml"


@dataclass
class Face:
    """A running face.

    Attributes:
        name: which.
        port: where clients ask.
        folder: with `state`.
        headers: that it needs from every client, in place of those of the same name.
        exact: whether bodies pass byte by byte; else as equal JSON.
        inner: where a server behind the face listens, as Envoy's processor does.
        process: of stillwatch, where it has one of its own.
    """

    name: str
    port: int
    folder: Path
    headers: dict[str, str] = field(default_factory=dict)
    exact: bool = True
    inner: int = 0
    process: subprocess.Popen[str] | None = None

    def ask(
        self, path: str, body: bytes, headers: dict[str, str], method: str = "POST"
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers with names in lower case, and body of an answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers | self.headers)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, named, answer.read()
        finally:
            connection.close()

    @property
    def switch(self) -> Path:
        return self.folder / "state" / SWITCH

    def stop(self) -> str:
        """End stillwatch's process gently; what it said."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=40)[1]


def write_rules(folder: Path, rules: str) -> Path:
    """A folder of rules."""
    policy = folder / "policy"
    policy.mkdir(exist_ok=True)
    (policy / "rules.cedar").write_text(rules)
    (policy / "settings.toml").write_text('appeal = "help@example.com"\n')
    return policy


@contextmanager
def serve(folder: Path, model: str, rules: str) -> Iterator[Face]:
    """The proxy."""
    words = ["serve", "--upstream", model, "--listen", "127.0.0.1:0"]
    with _stillwatch(words, folder, rules) as (process, port):
        yield Face("serve", port, folder, process=process)


@contextmanager
def middleware(folder: Path, model: str, rules: str) -> Iterator[Face]:
    """The middleware in uvicorn, before an application that asks the model server."""
    import uvicorn  # noqa: PLC0415  # not everywhere where tests are collected

    from stillwatch.gateway.faces.asgi import Middleware  # noqa: PLC0415

    policy = write_rules(folder, rules)
    app = Middleware(_forwarding(model), policy=policy, state=folder / "state", key=folder / "key")
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield Face("middleware", server.servers[0].sockets[0].getsockname()[1], folder)
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def processor(folder: Path, rules: str, *options: object) -> Iterator[Face]:
    """Envoy's external processor alone."""
    words = ["serve-envoy", "--listen", "127.0.0.1:0", *options]
    with _stillwatch(words, folder, rules) as (process, port):
        yield Face("processor", port, folder, inner=port, process=process)


@contextmanager
def envoy(
    folder: Path, model: str, rules: str, *options: object, other: str = ""
) -> Iterator[Face]:
    """Envoy as in `examples/envoy.yaml`, with the processor beside it."""
    with processor(folder, rules, *options) as behind:
        port = free_port()
        there = {8080: port, 8000: port_of(model), 8001: port_of(other), 9002: behind.inner}
        config = EXAMPLE.read_text()
        for shown, real in there.items():
            assert f"port_value: {shown}}}" in config
            config = config.replace(f"port_value: {shown}}}", f"port_value: {real}}}")
        file = folder / "envoy.yaml"
        file.write_text(config)
        words = [ENVOY, "-c", file, "--disable-hot-restart", "--concurrency", "1", "-l", "warn"]
        with (folder / "envoy.log").open("w") as log:
            process = subprocess.Popen(list(map(str, words)), stdout=log, stderr=log)
            try:
                until(lambda: _listens(port) or process.poll() is not None)
                assert process.poll() is None, (folder / "envoy.log").read_text()
                yield Face("envoy", port, folder, inner=behind.inner, process=behind.process)
            finally:
                process.kill()
                process.wait()


def until(condition, seconds=40):
    """Wait for something that happens beside us."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def port_of(url: str) -> int:
    """The port of an address; one that nobody listens on if there is no address."""
    return int(url.rpartition(":")[2]) if url else free_port()


@contextmanager
def mitmproxy(
    folder: Path, model: str, rules: str, *words: str, mode: str = "", **more: str
) -> Iterator[Face]:
    """Mitmdump, as a reverse proxy where no mode is named, with the addon named in a script of one line."""
    if rules:
        write_rules(folder, rules)
    script = folder / "gate.py"
    script.write_text("from stillwatch.gateway.faces.mitmproxy import addons\n")
    port = free_port()
    given = [MITMDUMP, "-s", script, "--mode", mode or f"reverse:{model}", "-p", port, *words]
    given += ["--listen-host", "127.0.0.1", "--set", f"confdir={folder / 'mitm'}"]
    with _foreign(given, folder, port, more) as process:
        yield Face("mitmproxy", port, folder, process=process)


@contextmanager
def litellm(folder: Path, model: str, rules: str, **more: str) -> Iterator[Face]:
    """LiteLLM's proxy with the plugin, a key of its own and a pass-through route."""
    if rules:
        write_rules(folder, rules)
    config = folder / "litellm.yaml"
    config.write_text(
        f"model_list:\n- model_name: {MODEL}\n  litellm_params:\n    model: openai/{MODEL}\n"
        f"    api_base: {model}/v1\n    api_key: sk-behind\n"
        "litellm_settings:\n  callbacks: [stillwatch.gateway.faces.litellm.handler]\n"
        f"general_settings:\n  master_key: {LITELLM_KEY}\n"
        f"  pass_through_endpoints:\n  - path: /through/v1/messages\n"
        f"    target: {model}/v1/messages\n    forward_headers: true\n"
    )
    port = free_port()
    given = [Path(sys.executable).parent / "litellm", "--config", config, "--host", "127.0.0.1"]
    given += ["--port", port, "--telemetry", "False"]
    local = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with _foreign(given, folder, port, local | more) as process:
        headers = {"authorization": f"Bearer {LITELLM_KEY}"}
        yield Face("litellm", port, folder, headers, exact=False, process=process)


@contextmanager
def _foreign(
    words: list[object], folder: Path, port: int, variables: dict[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A server of others, which finds our settings in variables."""
    ours = {
        "STILLWATCH_POLICY": str(folder / "policy"),
        "STILLWATCH_STATE": str(folder / "state"),
        "STILLWATCH_KEY_FILE": str(folder / "key"),
    }
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            list(map(str, words)),
            stdout=log,
            stderr=log,
            text=True,
            cwd=folder,
            env=os.environ | ours | variables,
        )
        try:
            until(lambda: _listens(port) or process.poll() is not None, 120)
            assert process.poll() is None, (folder / "server.log").read_text()
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


@contextmanager
def _stillwatch(
    words: list[object], folder: Path, rules: str
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    policy = write_rules(folder, rules) if rules else folder / "policy"
    given = [sys.executable, "-m", "stillwatch", *words, "--policy", policy]
    given += ["--state", folder / "state", "--key", folder / "key"]
    process = subprocess.Popen(
        list(map(str, given)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "1000"},
    )
    try:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"on (?:http://)?127\.0\.0\.1:(\d+)\. Stop", line):
                yield process, int(found[1])
                return
        raise AssertionError(f"it did not start: {said}")
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stderr.close()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0


def _forwarding(model: str):
    """An application that asks the model server, and hands its answer on as it comes."""

    def asked(path, headers, body):
        connection = HTTPConnection("127.0.0.1", port_of(model), timeout=30)
        connection.request("POST", path, body, headers)
        return connection, connection.getresponse()

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        connection, answer = await asyncio.to_thread(asked, scope["path"], headers, body)
        kind = [(b"content-type", answer.getheader("content-type", "").encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": kind})
        while piece := await asyncio.to_thread(answer.read1, 65536):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        connection.close()
        await send({"type": "http.response.body", "body": b""})

    return app


FACES = {"serve": serve, "middleware": middleware, "mitmproxy": mitmproxy, "envoy": envoy}
APART = frozenset({"envoy", "litellm"})
"""Faces whose parts have an environment of their own."""
