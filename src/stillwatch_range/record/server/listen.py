"""A scripted model server for recordings, on loopback only.

It maps an API key to an account, finds in the story what to answer, answers in the format of the
path, and puts every exchange with a body on the tape: the body's bytes, and the headers in the
order and case in which they arrived.
"""

import asyncio
import contextlib
import json
import random
import time
from collections.abc import Mapping
from types import ModuleType

from aiohttp import web

from stillwatch_range.record.server import chat, ids, messages, responses
from stillwatch_range.record.server.reply import Json, Reply
from stillwatch_range.record.server.stage import Cue, Stage
from stillwatch_range.record.tape import Headers, Take, Tape

FORMATS: Mapping[str, ModuleType] = {
    "/v1/messages": messages,
    "/v1/chat/completions": chat,
    "/v1/responses": responses,
}
MAX_BODY_BYTES = 32 * 2**20
THINKING_S = (0.4, 1.8)


class Server:
    """The server; without a tape it answers and keeps nothing."""

    def __init__(self, stage: Stage, accounts: Mapping[str, str], tape: Tape | None) -> None:
        """Take the story, the account of each key, and the tape."""
        self._stage = stage
        self._accounts = accounts
        self._tape = tape
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.strays: list[str] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen on loopback, on a port that is free."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        for path in FORMATS:
            app.router.add_post(path, self._answer)
        app.router.add_get("/v1/models", _models)
        app.router.add_post("/v1/messages/count_tokens", _count)
        app.router.add_route("*", "/{tail:.*}", _elsewhere)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        begun = time.time()
        raw = (await request.read()).decode()
        body = json.loads(raw)
        fmt = FORMATS[request.path]
        cue = self._stage.cue(fmt.talk(body), bool(fmt.offered(body)))
        account = self._accounts.get(_key(request), "")
        if cue is None or not account:
            self.strays.append(f"{request.path} {account or 'no account'} {raw[-300:]}")
            return web.json_response({"error": {"message": "no such part"}}, status=400)
        status, reply = _play(fmt, body, cue, refusing=self._tape is not None)
        response, kept = await _send(request, status, reply)
        if self._tape:
            self._tape.add(
                Take(
                    session=cue.session.id,
                    turn=cue.turn_number,
                    account=account,
                    time_s=begun,
                    duration_ms=int((time.time() - begun) * 1000),
                    method=request.method,
                    path=request.path_qs,
                    headers=[
                        [name.decode(), value.decode()] for name, value in request.raw_headers
                    ],
                    raw=raw,
                    status=status,
                    answer_headers=kept,
                    body=reply.body,
                    events=list(reply.events),
                )
            )
        return response


def _play(fmt: ModuleType, body: Json, cue: Cue, refusing: bool) -> tuple[int, Reply]:
    if cue.overloaded and refusing:
        return 529, Reply(body=messages.overloaded())
    played: Reply = fmt.reply(body, cue, _root(cue))
    return 200, played


def _root(cue: Cue) -> str:
    home = cue.session.person.home
    return f"{home}/{cue.session.repository}" if cue.session.repository else home


async def _send(
    request: web.Request, status: int, reply: Reply
) -> tuple[web.StreamResponse, Headers]:
    headers = {"request-id": ids.request_id()}
    await asyncio.sleep(random.uniform(*THINKING_S))  # noqa: S311
    if reply.body is not None:
        response: web.StreamResponse = web.json_response(reply.body, status=status, headers=headers)
        return response, [["content-type", "application/json"], *map(list, headers.items())]
    headers["content-type"] = "text/event-stream; charset=utf-8"
    headers["cache-control"] = "no-cache"
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    with contextlib.suppress(ConnectionResetError):  # clients hang up after the last event
        await _stream(response, reply)
    return response, [list(pair) for pair in headers.items()]


async def _stream(response: web.StreamResponse, reply: Reply) -> None:
    for event in reply.events:
        name = f"event: {event['type']}\n" if reply.named else ""
        await response.write(f"{name}data: {json.dumps(event)}\n\n".encode())
        await asyncio.sleep(0.004)
    if reply.done:
        await response.write(b"data: [DONE]\n\n")
    await response.write_eof()


def _key(request: web.Request) -> str:
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-api-key") or bearer


async def _models(_: web.Request) -> web.Response:
    names = ("claude-opus-5-5", "claude-sonnet-5", "gpt-5")
    return web.json_response({"object": "list", "data": [{"id": name} for name in names]})


async def _count(request: web.Request) -> web.Response:
    return web.json_response({"input_tokens": len(await request.read()) // 4})


async def _elsewhere(request: web.Request) -> web.Response:
    return web.Response(status=200 if request.method == "HEAD" else 404)
