"""Sending a request to a model that speaks another wire, through LiteLLM's SDK (extra `translate`).

LiteLLM translates, sends, and translates back. Here is only what it must not decide: which fields of
a request it gets, where it sends them and with what key, and how an error or a broken stream looks.
"""

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn, Protocol

import msgspec

from stillwatch.errors import MissingExtra
from stillwatch.policy.settings import Target

FIELDS: Mapping[str, frozenset[str]] = {
    "anthropic": frozenset(
        [
            "messages",
            "system",
            "max_tokens",
            "temperature",
            "top_p",
            "top_k",
            "stop_sequences",
            "tools",
            "tool_choice",
            "thinking",
            "stream",
        ]
    ),
    "chat": frozenset(
        [
            "messages",
            "temperature",
            "top_p",
            "max_tokens",
            "max_completion_tokens",
            "stop",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "response_format",
            "seed",
            "presence_penalty",
            "frequency_penalty",
            "reasoning_effort",
            "stream",
            "stream_options",
        ]
    ),
    "responses": frozenset(
        [
            "input",
            "instructions",
            "max_output_tokens",
            "temperature",
            "top_p",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "reasoning",
            "text",
            "stream",
        ]
    ),
}
"""What of a body goes on, by wire. Other names could steer LiteLLM itself: where it sends, with what
key, what it writes to a log."""
_NEEDED = {"anthropic": "messages", "chat": "messages", "responses": "input"}
_CALLS = {"anthropic": "anthropic_messages", "chat": "acompletion", "responses": "aresponses"}
# LiteLLM's name for a server of a wire that it knows nothing else of (1.106, November 2026).
_SERVERS = {"anthropic": "anthropic/", "chat": "custom_openai/", "responses": "openai/responses/"}
_FETCHED = ("document", "file", "image", "image_url", "input_file", "input_image")
# So LiteLLM tells of a fault within a stream of Messages, with the fault's own words.
_BROKEN = b"event: error"
_JSON, _STREAM = "application/json", "text/event-stream"
_log = logging.getLogger(__name__)


class CannotTranslate(Exception):
    """A request, or its answer, for which there is none in the other wire.

    Attributes:
        status: for the client.
        text: for the person.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class Translated:
    """An answer in the client's wire.

    Attributes:
        kind: its media type.
        pieces: its body; a stream comes event by event.
    """

    kind: str
    pieces: AsyncGenerator[bytes]


class Translator(Protocol):
    """Gets answers from models that speak another wire."""

    async def answer(self, wire: str, body: bytes, target: Target, key: str) -> Translated:
        """An answer; raises `CannotTranslate`, or `TimeoutError`."""


class LiteLLMTranslator:
    """Translates with LiteLLM.

    Args:
        wait_s: for the next bytes of an answer.

    Raises:
        MissingExtra: LiteLLM is not installed.
    """

    def __init__(self, wait_s: float) -> None:
        # Else it asks a server for prices when it is loaded.
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
        try:
            self._litellm: Any = import_module("litellm")
        except ImportError as error:
            raise MissingExtra(
                f"To translate for a model of another format needs {error.name}.",
                "pip install 'stillwatch[translate]'",
            ) from error
        self._wait_s = wait_s
        # What the other wire has no word for is left out.
        vars(self._litellm).update(drop_params=True, suppress_debug_info=True, telemetry=False)
        for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router", "httpx"):
            logging.getLogger(name).setLevel(logging.CRITICAL)

    async def answer(self, wire: str, body: bytes, target: Target, key: str) -> Translated:
        """An answer to a request.

        Args:
            wire: that the client speaks.
            body: as it came.
            target: whom to ask.
            key: of the target, or empty.

        Raises:
            CannotTranslate: with what the client is told.
            TimeoutError: nothing came in time.
        """
        fields = _fields(wire, body)
        call = getattr(self._litellm, _CALLS[wire])
        base = target.base_url.rstrip("/")
        try:
            found = await call(
                **fields,
                model=_SERVERS[target.wire] + target.model,
                api_base=f"{base}/messages" if target.wire == "anthropic" else base,
                # With none, it would take one out of the environment.
                api_key=key or "none",
                timeout=self._wait_s,
                max_retries=0,
            )
        except Exception as error:  # noqa: BLE001  # it raises whatever its providers' clients do
            _tell(error)
        if not fields.get("stream"):
            return Translated(_JSON, _once(_json(found)))
        return Translated(_STREAM, self._events(wire, found))

    async def _events(self, wire: str, found: Any) -> AsyncGenerator[bytes]:
        """Its events; raises `CannotTranslate` where they break off."""
        events = aiter(found)
        try:
            while True:
                async with asyncio.timeout(self._wait_s):
                    one = await anext(events)
                yield _event(wire, one)
        except StopAsyncIteration:
            if wire == "chat":
                yield b"data: [DONE]\n\n"
        except CannotTranslate:
            raise
        except Exception as error:  # noqa: BLE001  # as above
            _tell(error)
        finally:
            if hasattr(found, "aclose"):
                await found.aclose()


def _fields(wire: str, body: bytes) -> dict[str, Any]:
    """What of a body goes on."""
    try:
        given = msgspec.json.decode(body, type=dict[str, Any])
        addresses = _names_addresses(given)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        given, addresses = {}, False
    if not given.get(_NEEDED[wire]):
        raise CannotTranslate(400, f"The request has no {_NEEDED[wire]}.")
    if given.get("previous_response_id") or given.get("conversation"):
        raise CannotTranslate(
            400, "The approved model does not have earlier answers: send the whole conversation."
        )
    if addresses:
        # LiteLLM would fetch them from here.
        raise CannotTranslate(400, "Send pictures and files themselves, not their addresses.")
    fields = {name: value for name, value in given.items() if name in FIELDS[wire]}
    if wire == "anthropic":
        fields.setdefault("max_tokens", 4096)
    return fields


def _names_addresses(node: object, *, inside: bool = False) -> bool:
    """Whether a picture or a file is given by its address."""
    if isinstance(node, str):
        return inside and node[:4].lower() in {"http", "ftp:", "file"}
    if isinstance(node, list):
        return any(_names_addresses(one, inside=inside) for one in node)
    if isinstance(node, dict):
        inside = inside or node.get("type") in _FETCHED
        return any(
            _names_addresses(one, inside=inside or name in _FETCHED) for name, one in node.items()
        )
    return False


def _tell(error: Exception) -> NoReturn:
    """What a client is told about a fault of the target, or of the way to it."""
    status = getattr(error, "status_code", None)
    if isinstance(error, asyncio.TimeoutError) or status == 408:
        raise TimeoutError from error
    if isinstance(status, int) and 400 <= status < 500 and status not in {401, 403, 404}:
        raise CannotTranslate(
            status, f"The approved model refused the request ({status})."
        ) from error
    _log.warning("A model to reroute to did not answer: %s.", type(error).__name__)
    raise CannotTranslate(502, "The approved model cannot be reached. Try again later.") from error


def _event(wire: str, one: Any) -> bytes:
    if isinstance(one, bytes):
        if one.startswith(_BROKEN):
            raise CannotTranslate(502, "The approved model broke off.")
        return one
    if wire == "responses":
        return b"event: %s\ndata: %s\n\n" % (str(one.type.value).encode(), _json(one))
    return b"data: %s\n\n" % _json(one)


def _json(value: Any) -> bytes:
    if isinstance(value, dict):
        return msgspec.json.encode(value)
    said: str = value.model_dump_json(exclude_none=True, exclude_unset=True)
    return said.encode()


async def _once(body: bytes) -> AsyncGenerator[bytes]:
    yield body
