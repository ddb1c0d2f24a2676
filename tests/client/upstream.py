"""A model API on loopback that keeps what it hears and answers on the three wires."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

USAGE = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
TEXT = "Done in the café."
MESSAGE = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": TEXT}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": USAGE,
}
CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
    ],
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "status": "completed",
    "model": "m",
    "output": [
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": TEXT, "annotations": []}],
        }
    ],
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
}
EVENTS = {
    "/messages": [
        {"type": "message_start", "message": MESSAGE | {"content": [], "stop_reason": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": TEXT},
        },
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": USAGE},
        {"type": "message_stop"},
    ],
    "/completions": [
        CHAT
        | {
            "object": "chat.completion.chunk",
            "choices": [{"index": 0, "delta": {"role": "assistant", "content": TEXT}}],
        },
    ],
    "/responses": [
        {"type": "response.created", "sequence_number": 0, "response": RESPONSE | {"output": []}},
        {"type": "response.completed", "sequence_number": 1, "response": RESPONSE},
    ],
}
WHOLE = {"/messages": MESSAGE, "/completions": CHAT, "/responses": RESPONSE}


class Heard(NamedTuple):
    """A request as it came in."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def names(self) -> list[str]:
        return [name.lower() for name, _ in self.headers]


class Upstream:
    """The API; `heard` grows with each request."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def heard(self) -> list[Heard]:
        return self._server.heard

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.heard: list[Heard] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._keep(b"")
        self._send("application/json", b'{"data": []}')

    def do_HEAD(self) -> None:
        self._keep(b"")
        self._send("text/plain", b"")

    def do_POST(self) -> None:
        body = self._read()
        self._keep(body)
        ending = "/" + self.path.partition("?")[0].rpartition("/")[2]
        if ending not in WHOLE:
            self._send("application/json", b'{"input_tokens": 7}')
        elif json.loads(body).get("stream"):
            self._send("text/event-stream", _stream(ending))
        else:
            self._send("application/json", json.dumps(WHOLE[ending]).encode())

    def _read(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", 0)))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _keep(self, body: bytes) -> None:
        heard = Heard(self.command, self.path, list(self.headers.items()), body)
        self.server.heard.append(heard)  # type: ignore[attr-defined]

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Request-Id", "req_1")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _stream(ending: str) -> bytes:
    done = "data: [DONE]\n\n" if ending == "/completions" else ""
    lines = [
        (f"event: {event['type']}\n" if "type" in event else "") + f"data: {json.dumps(event)}\n\n"
        for event in EVENTS[ending]
    ]
    return ("".join(lines) + done).encode()
