"""A model server on bare sockets, so that it can break in every way."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Self

STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
# The connection ends with it, and says so: else the next request might take it just as it closes.
SHORT = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n"
    b"connection: close\r\n\r\n{}"
)
END = b"0\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One chunk of a body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def event(number: int) -> bytes:
    """One event of a stream, as a chunk."""
    return chunk(b'event: tick\ndata: {"n":%d}\n\n' % number)


def reset(sock: socket.socket) -> None:
    """Close a connection without a farewell."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def head_of(sock: socket.socket) -> tuple[bytes, bytes]:
    """The head of a request, and what came with it of its body; empty where the other side ended."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = sock.recv(65536)
        if not piece:
            return b"", b""
        got += piece
    head, _, rest = got.partition(b"\r\n\r\n")
    return head, rest


class RawModel:
    """Hands each request, with the rest of its connection, to a function.

    Args:
        serve: gets the path, the connection, and what came of the body so far.
        port: 0 for any that is free.
    """

    def __init__(self, serve: Callable[[str, socket.socket, bytes], None], port: int = 0) -> None:
        self.heard = 0
        self._serve = serve
        self._listener = socket.create_server(("127.0.0.1", port))
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

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            thread = threading.Thread(target=self._connection, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _connection(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), sock:
            head, rest = head_of(sock)
            if head:
                self.heard += 1
                self._serve(head.split(b" ")[1].decode("latin-1"), sock, rest)
