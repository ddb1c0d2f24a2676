"""What the server has besides conversations: what it is, its models, and errors of every path."""

from typing import Any

from aiohttp import web

from stillwatch_range.model import Wire
from stillwatch_range.upstream.faults import Fault, fault

ABOUT = """This is a test server of the Stillwatch range.

It speaks the formats of model APIs and answers from a script. No model runs here, and nothing that
it says means anything. It listens on loopback only.

POST /v1/messages, /v1/messages/count_tokens, /v1/chat/completions, /v1/responses
GET  /v1/models
"""
# Names that clients of November 2026 ask for.
MODELS = ("claude-opus-5-5", "claude-opus-4-8", "claude-sonnet-5", "claude-haiku-4-5", "gpt-5")
_BORN_S = 1_780_000_000
_FAULTS: dict[int, Fault] = {413: "large", 404: "missing", 405: "missing"}


async def about(_: web.Request) -> web.Response:
    """Say what this is."""
    return web.Response(text=ABOUT)


async def models(request: web.Request) -> web.Response:
    """The list of models, in the shape that the caller's API has."""
    data = [_model(request, name) for name in MODELS]
    if _is_messages(request):
        ends = {"first_id": MODELS[0], "last_id": MODELS[-1]}
        return web.json_response({"data": data, "has_more": False, **ends})
    return web.json_response({"object": "list", "data": data})


async def model(request: web.Request) -> web.Response:
    """One model; any name is one."""
    return web.json_response(_model(request, request.match_info["name"]))


def _model(request: web.Request, name: str) -> dict[str, Any]:
    if _is_messages(request):
        born = "2026-05-28T20:26:40Z"
        return {"type": "model", "id": name, "display_name": name, "created_at": born}
    return {"id": name, "object": "model", "created": _BORN_S, "owned_by": "stillwatch-range"}


async def elsewhere(request: web.Request) -> web.Response:
    """Paths that do not exist."""
    return error(request, 404)


def error(request: web.Request, status: int) -> web.Response:
    """An error that no answer of a model could be, in the shape of the path's wire."""
    wire: Wire = "messages" if _is_messages(request) else "chat"
    refusal = fault(wire, _FAULTS.get(status, "broken"), "req_none")
    return web.json_response(refusal.body, status=status)


def _is_messages(request: web.Request) -> bool:
    return "anthropic-version" in request.headers or request.path.startswith("/v1/messages")


ROUTES = [
    web.get("/", about),
    web.get("/v1/models", models),
    web.get("/v1/models/{name}", model),
    web.route("*", "/{tail:.*}", elsewhere),
]
