"""What a forwarded event of a stream costs: many streams at once, an event every few milliseconds."""

import asyncio
import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

from benchmarks.gateway.servers import cpu_s

STREAMS, EVENTS, EVERY_S = 100, 100, 0.01
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"word "}}]}\n\n'
BODY = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "hi"}]})
REQUEST = (
    "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    f"authorization: Bearer k\r\ncontent-length: {len(BODY)}\r\n\r\n{BODY}"
).encode()
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(EVENT), EVENT)


@contextmanager
def model() -> Iterator[int]:
    """A model server that streams; its port."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def cost_us(port: int, group: int, rounds: int) -> float:
    """CPU of a proxy for each forwarded event, the requests included; the least of some rounds."""
    found = []
    for _ in range(rounds):
        before = cpu_s(group)
        heard = asyncio.run(_load(port))
        if heard != STREAMS * EVENTS:
            raise SystemExit(f"{heard} events came of {STREAMS * EVENTS}")
        found.append((cpu_s(group) - before) / heard * 1e6)
    return min(found)


def _serve(pipe: Connection) -> None:
    asyncio.run(_model(pipe))


async def _model(pipe: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(one for one in head.lower().split(b"\r\n") if b"content-length" in one)
            await reader.readexactly(int(length.split(b":")[1]))
            writer.write(HEAD)
            for _ in range(EVENTS):
                writer.write(CHUNK)
                await asyncio.sleep(EVERY_S)
            writer.write(b"0\r\n\r\n")

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(quietly, "127.0.0.1", 0)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _load(port: int) -> int:
    """Events that all streams together brought."""

    async def one() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST)
        heard = bytearray()
        while not heard.endswith(b"0\r\n\r\n"):
            piece = await reader.read(65536)
            if not piece:
                break
            heard += piece
        writer.close()
        return heard.count(b"data: ")

    return sum(await asyncio.gather(*(one() for _ in range(STREAMS))))
