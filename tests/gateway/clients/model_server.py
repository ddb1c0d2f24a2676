"""A model on loopback for real clients: calls a tool where one is offered, then answers in words.

Words come piece by piece, and each piece waits until the one before has reached the client, so a
gateway that gathers events is found out.
"""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.gateway.clients import wires

Json = dict[str, Any]


class ModelServer:
    """Answers Messages, Chat Completions and Responses, whole or streamed.

    Attributes:
        tools: whether it calls a tool before it answers.
        heard: bodies that came, as bytes.
        asked: their paths and headers, names in lower case.
        said: bodies that were sent, as bytes.
        words: texts that it answered with.
        late: pieces of streams that had not reached the client when the next one was due.
        reached: tells whether bytes have reached the client.
    """

    def __init__(self) -> None:
        self.tools = False
        self.heard: list[bytes] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.said: list[bytes] = []
        self.words: list[str] = []
        self.late: list[bytes] = []
        self.reached: Callable[[bytes], bool] = lambda _token: True
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, path: str, body: Json) -> wires.Answer:
        """What it answers to a request."""
        wire = next(one for one in wires.WIRES if one.path in path)
        number = len(self.heard)
        tool = wire.wanted(body) if self.tools else None
        if tool is not None:
            return wire.calling(number, body, tool)
        pieces = [f"({number}.{n}) word{n} " for n in range(4)]
        self.words.append("".join(pieces).strip())
        return wire.saying(number, body, pieces)


def _handler_of(server: ModelServer) -> type[BaseHTTPRequestHandler]:  # noqa: C901
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._send("text/plain", b"")

        def do_GET(self) -> None:
            self._send("application/json", b'{"data": [], "models": []}')

        def do_POST(self) -> None:
            raw = _read(self)
            body = json.loads(raw)
            server.heard.append(raw)
            server.asked.append((self.path, {n.lower(): v for n, v in self.headers.items()}))
            if not any(one.path in self.path for one in wires.WIRES):
                server.said.append(b"{}")
                self._send("application/json", b"{}")
                return
            answer = server.answer(self.path, body)
            if body.get("stream"):
                self._stream(answer.events)
                return
            content = json.dumps(answer.whole).encode()
            server.said.append(content)
            self._send("application/json", content)

        def _stream(self, events: list[bytes]) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            said = b""
            for event in events:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
                self.wfile.flush()
                said += event
                if not server.reached(event):
                    server.late.append(event)
            self.wfile.write(b"0\r\n\r\n")
            server.said.append(said)

        def _send(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _read(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("transfer-encoding") != "chunked":
        return handler.rfile.read(int(handler.headers.get("content-length", 0)))
    body = b""
    while size := int(handler.rfile.readline(), 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    handler.rfile.readline()
    return body
