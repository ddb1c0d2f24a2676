"""A tap on the wire before the gateway: passes bytes on, keeps them, and says what has passed."""

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import Self

END = b"\r\n\r\n"


@dataclass
class Link:
    """One connection, as bytes in both directions."""

    asked: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True)
class Message:
    """A request or an answer: its first line, headers as on the wire, body without framing."""

    start: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def fields(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers}


class Tap:
    """Listens on a free port and passes on to another one."""

    def __init__(self, port: int) -> None:
        self.links: list[Link] = []
        self._to = port
        self._moved = threading.Condition()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._open: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(20)
        for one in self._open:
            one.close()

    def passed(self, token: bytes, seconds: float = 20) -> bool:
        """Whether bytes have reached a client, waiting for them a while."""
        with self._moved:
            return self._moved.wait_for(
                lambda: any(token in link.answered for link in self.links), seconds
            )

    @property
    def requests(self) -> list[Message]:
        return [one for link in self.links for one in messages(bytes(link.asked))]

    @property
    def posts(self) -> list[Message]:
        return [one for one in self.requests if one.start.startswith("POST ")]

    @property
    def answers(self) -> list[Message]:
        """Answers to posts."""
        found = []
        for link in self.links:
            asked = messages(bytes(link.asked))
            said = messages(bytes(link.answered), [one.start for one in asked])
            pairs = zip(asked, said, strict=False)
            found += [answer for request, answer in pairs if request.start.startswith("POST ")]
        return found

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            link = Link()
            self.links.append(link)
            self._open += [client, server]
            for ends in ((client, server, link.asked), (server, client, link.answered)):
                thread = threading.Thread(target=self._pump, args=ends, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pump(self, source: socket.socket, sink: socket.socket, kept: bytearray) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
                with self._moved:
                    kept += piece
                    self._moved.notify_all()
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def messages(data: bytes, asked: list[str] | None = None) -> list[Message]:
    """The messages of one direction of a connection.

    Args:
        data: its bytes.
        asked: first lines of the requests, where these are answers to them.
    """
    found: list[Message] = []
    at = 0
    while (end := data.find(END, at)) >= 0:
        start, *lines = data[at:end].decode("latin-1").split("\r\n")
        headers = [
            (name, value.strip()) for name, _, value in (one.partition(":") for one in lines)
        ]
        at = end + len(END)
        fields = {name.lower(): value for name, value in headers}
        if asked is not None and asked[len(found)].startswith("HEAD "):
            body = b""
        elif fields.get("transfer-encoding") == "chunked":
            body, at = _chunks(data, at)
        else:
            length = int(fields.get("content-length", 0))
            body, at = data[at : at + length], at + length
        found.append(Message(start, headers, body))
    return found


def _chunks(data: bytes, at: int) -> tuple[bytes, int]:
    body = b""
    while (end := data.find(b"\r\n", at)) >= 0:
        size = int(data[at:end], 16)
        body += data[end + 2 : end + 2 + size]
        at = end + 2 + size + 2
        if not size:
            break
    return body, at
