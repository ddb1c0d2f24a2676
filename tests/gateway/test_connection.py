"""Connections of clients that do not go on, and memory that all bodies share."""

import asyncio
import socket
import threading

import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.gateway import connection
from stillwatch.gateway.asgi_body import read_held
from stillwatch.gateway.connection import Connection, cut_late
from stillwatch.gateway.room import Room

from .test_serve import until


class Flood:
    """An application that reads a body, and answers without an end."""

    def __init__(self):
        self.over = threading.Event()

    async def __call__(self, scope, receive, send):
        scope["stillwatch.connection"].task = asyncio.current_task()
        try:
            while (await receive()).get("more_body"):
                pass
            await send({"type": "http.response.start", "status": 200, "headers": []})
            while True:
                await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})
        finally:
            self.over.set()


@pytest.fixture
def serving(monkeypatch):
    """Serves the flood with short patience; gives it and its port."""
    for name, value in (("HEADERS_S", 0.2), ("UPLOAD_S", 0.4), ("LOOK_S", 0.05), ("STALLED_S", 1)):
        monkeypatch.setattr(connection, name, value)
    app = Flood()
    config = uvicorn.Config(
        app, port=0, http=Connection, ws="none", log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)

    async def run():
        late = asyncio.create_task(cut_late(server.server_state.connections))
        await server.serve()
        late.cancel()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    until(lambda: server.started)
    yield app, server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = server.force_exit = True
    thread.join(20)


def ends(sock):
    """Whether the other side ends the connection, and without a word of an answer."""
    try:
        return sock.recv(65536) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"POST / HTTP/1.1\r\nhost: a\r\nx-slow: ",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n{",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
    ids=["nothing", "a head", "a body", "chunks"],
)
def test_who_does_not_go_on_is_cut_off(serving, part):
    """A connection on which nothing is asked, or half of something, does not stay for ever."""
    _, port = serving
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(part)
        assert ends(client)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux knows it")
def test_who_takes_nothing_of_an_answer_is_cut_off(serving):
    """The work for it ends, though its machine is there and says so."""
    app, port = serving
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert app.over.wait(30)


BODIES = st.lists(st.binary(max_size=30), min_size=1, max_size=6)


@given(BODIES, st.integers(0, 200), st.integers(0, 120), st.booleans())
def test_the_room_for_bodies_is_full_or_empty_again(pieces, most, room_bytes, leaves):
    """Whatever comes, what was taken is what is given back, and never more than there is."""
    room = Room(room_bytes)
    sent = [
        {"type": "http.request", "body": piece, "more_body": leaves or n < len(pieces) - 1}
        for n, piece in enumerate(pieces)
    ]
    messages = iter([*sent, {"type": "http.disconnect"}])

    async def receive():
        return next(messages)

    body, held = asyncio.run(read_held(receive, most, room))
    assert room.left >= 0
    whole = b"".join(pieces)
    if held < 0:
        assert body == b""
        assert len(whole) > room_bytes
        assert room.left == room_bytes
    else:
        assert room.left == room_bytes - held
        assert body is None or whole.startswith(body)
        assert body is None or body == whole or len(body) > most
        assert body is not None or leaves
