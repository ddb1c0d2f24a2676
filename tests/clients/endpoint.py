"""A model API on loopback that answers real clients and keeps what they sent as captures."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.traffic import minted


class Endpoint:
    """Answers Anthropic Messages and OpenAI Responses: a tool call first, then words."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

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

    def answered(self, path: str, headers: list[tuple[str, str]], raw: str) -> tuple[str, bytes]:
        """Keep an exchange and give its answer: content type and body."""
        body = json.loads(raw)
        name = f"answer {len(self.lines)}"
        events = (
            _responses(name, body) if path.startswith("/v1/responses") else _messages(name, body)
        )
        self.lines.append(
            {
                "id": f"ex_{len(self.lines)}",
                "time": time.time(),
                "duration_ms": 5,
                "account": "acct_1",
                "request": {"path": path, "headers": headers, "body": body, "raw": raw},
                "response": {"status": 200, "events": events},
            }
        )
        text = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in events)
        return "text/event-stream", text.encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self._send("text/plain", b"")

            def do_GET(self) -> None:
                self._send("application/json", b'{"data": []}')

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                if "/messages" in self.path or "/responses" in self.path:
                    kept = [
                        pair for pair in self.headers.items() if pair[0].lower() != "authorization"
                    ]
                    self._send(*endpoint.answered(self.path, kept, raw))
                else:
                    self._send("application/json", b"{}")

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


def _messages(name: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    offered = {tool.get("name") for tool in body.get("tools", [])}
    answered = any(
        part.get("type") == "tool_result"
        for message in body["messages"]
        if isinstance(message["content"], list)
        for part in message["content"]
    )
    usage = {"input_tokens": 10, "output_tokens": 10}
    start = {
        "id": minted("msg_01", name),
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": [],
        "usage": usage,
    }
    if "Bash" in offered and not answered:
        block = {"type": "tool_use", "id": minted("toolu_01", name), "name": "Bash", "input": {}}
        call = json.dumps({"command": "git log -1", "description": "Look at the last commit"})
        delta, reason = {"type": "input_json_delta", "partial_json": call}, "tool_use"
    else:
        block, reason = {"type": "text", "text": ""}, "end_turn"
        delta = {"type": "text_delta", "text": f"That is all there is to say about {name}."}
    return [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage},
        {"type": "message_stop"},
    ]


def _responses(name: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    item = {
        "id": minted("msg_", name),
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": f"Nothing more on {name}.", "annotations": []}],
    }
    response = {
        "id": minted("resp_", name),
        "object": "response",
        "status": "completed",
        "model": body["model"],
        "output": [item],
        "usage": {"input_tokens": 5, "output_tokens": 5, "total_tokens": 10},
    }
    started = response | {"status": "in_progress", "output": []}
    return [
        {"type": "response.created", "response": started},
        {"type": "response.output_item.added", "output_index": 0, "item": item | {"content": []}},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": response},
    ]
