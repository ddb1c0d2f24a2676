"""A real model server and a real gateway on loopback."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

# Tests that run elsewhere, as those with the SDKs, say where the gateway's own interpreter is.
PYTHON = os.environ.get("STILLWATCH_PYTHON", sys.executable)
EVENTS = [f'event: tick\ndata: {{"n":{n}}}\n\n'.encode() for n in range(5)]


@dataclass
class Seen:
    """What the model server got."""

    requests: list[tuple[str, str, list[tuple[str, str]], bytes]] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)
    read: threading.Event = field(default_factory=threading.Event)


def handler_of(seen):  # noqa: C901
    """A model server that notes requests and answers by path."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_args):
            pass

        def do_GET(self):
            self.answer(b"")

        def do_POST(self):
            self.answer(self.rfile.read(int(self.headers.get("content-length", 0))))

        def answer(self, body):
            seen.requests.append((self.command, self.path, list(self.headers.items()), body))
            if self.path.startswith("/dies"):
                self.die()
                return
            if self.path.startswith("/step"):
                self.stream(event for event in EVENTS if event is EVENTS[0] or seen.read.wait(20))
                return
            if self.path.startswith("/endless"):
                self.stream(None)
                return
            if b'"stream":true' in body:
                self.stream(EVENTS)
                return
            said = json.dumps({"heard": len(body)}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.send_header("x-stillwatch-forged", "yes")
            self.end_headers()
            self.wfile.write(said)

        def die(self):
            self.send_response(200)
            self.send_header("content-length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            self.wfile.flush()
            self.close_connection = True

        def stream(self, events):
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            try:
                for event in events or iter(lambda: b": wait\n\n" * 1000, None):
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                    self.wfile.flush()
                self.wfile.write(b"0\r\n\r\n")
            except OSError:
                seen.gone.set()

    return Handler


@pytest.fixture
def upstream():
    """A model server: its address and what it got."""
    seen = Seen()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(seen))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


@dataclass
class Gateway:
    """A running gateway."""

    process: subprocess.Popen
    port: int
    folder: Path
    http2: int = 0

    def ask(self, path="/v1/messages", body=b"{}", method="POST", **headers):
        """Status, headers and body of an answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        said = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        return said

    def stop(self, sign=signal.SIGINT):
        """End it; what it said."""
        self.process.send_signal(sign)
        return self.process.communicate(timeout=30)[1]


@pytest.fixture
def gateway(tmp_path, upstream):
    """Starts gateways before the model server; rules are one Cedar text."""
    started = []

    def start(rules="", *options, files=(), to=None, http2=False, listen="127.0.0.1:0"):
        policy = tmp_path / "policy"
        policy.mkdir(exist_ok=True)
        (policy / "rules.cedar").write_text(rules)
        (policy / "settings.toml").write_text('appeal = "help@example.com"\n')
        for name, text in files:
            (policy / name).write_text(text)
        words = [PYTHON, "-m", "stillwatch", "serve", "--upstream", to or upstream[0]]
        words += ["--policy", policy, "--listen", listen, "--state", tmp_path / "state"]
        words += ["--key", tmp_path / "key", *options]
        process = subprocess.Popen(
            list(map(str, words)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "COLUMNS": "1000"},
        )
        started.append(process)
        said = []
        other = 0
        for line in process.stderr:
            said.append(line)
            if http2 and (found := re.search(r"^HTTP/2 on https?://127\.0\.0\.1:(\d+)", line)):
                other = int(found[1])
            elif found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                return Gateway(process, int(found[1]), tmp_path, other)
        raise AssertionError(f"the gateway did not start: {said}")

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stderr.close()
