"""Sends answers over HTTP, whole or as a stream of server-sent events."""

import asyncio
import contextlib

import msgspec
from aiohttp import web

from stillwatch_range.model import Ask
from stillwatch_range.upstream.core import Served

_encode = msgspec.json.Encoder().encode
_BEFORE = 0.5
"""Share of the time of a streamed answer that passes before its first byte."""


async def send(request: web.Request, ask: Ask, served: Served, pace: float) -> web.StreamResponse:
    """Send an answer; a client that hangs up is no error.

    Args:
        request: what is answered.
        ask: the same, as the range sees it.
        served: the answer.
        pace: share of its duration that it is to take.
    """
    headers = dict(served.headers)
    waits_s = served.duration_us / 1e6 * pace
    if served.events is None:
        await asyncio.sleep(waits_s)
        body = _encode(served.body)
        return web.Response(body=body, status=served.reply.status, headers=headers)
    await asyncio.sleep(waits_s * _BEFORE)
    response = web.StreamResponse(headers={**headers, "cache-control": "no-cache"})
    with contextlib.suppress(ConnectionResetError):
        await response.prepare(request)
        pause_s = waits_s * (1 - _BEFORE) / len(served.events)
        for event in served.events:
            name = b"event: %b\n" % event["type"].encode() if "type" in event else b""
            await response.write(b"%bdata: %b\n\n" % (name, _encode(event)))
            if pause_s:
                await asyncio.sleep(pause_s)
        if ask.wire == "chat":
            await response.write(b"data: [DONE]\n\n")
        await response.write_eof()
    return response
