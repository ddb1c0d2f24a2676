"""Running the external processor: its parts started and stopped in order, signals."""

import asyncio
import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import time

import grpc
import uvloop
from envoy.service.ext_proc.v3.external_processor_pb2_grpc import (
    add_ExternalProcessorServicer_to_server,
)

from stillwatch.errors import SettingsError, StillwatchError
from stillwatch.gateway.faces.envoy import Processor
from stillwatch.gateway.gate import Gate
from stillwatch.gateway.parts import Parts
from stillwatch.gateway.room import MOST_BODY
from stillwatch.gateway.setup import start, stop
from stillwatch.policy.engine import Policy

GRACE_S = 30
VERDICTS_S = 2.0
_BESIDE_THE_BODY = 1 << 20
"""Bytes of a message besides the body."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and by what rules to answer.

    Attributes:
        listen: HOST:PORT, where port 0 takes a free one, or unix:PATH.
        policy: folder of rules.
        again: reads anew what operators write beside the rules.
        ready: told the port, 0 for a path, once Envoy can ask.
        most_body: bytes of a request's body.
    """

    listen: str
    policy: Path
    again: Callable[[], Parts | None]
    ready: Callable[[int], None]
    most_body: int = MOST_BODY


def serve(place: Place, parts: Parts) -> None:
    """Answer until SIGINT or SIGTERM; SIGHUP reads the policy again.

    Raises:
        SettingsError: the policy or the place cannot be used.
    """
    gate = Gate(Policy.load(place.policy, time()), parts, time)
    start(parts)  # before gRPC's threads are there: the recorder starts a process
    try:
        uvloop.run(_run(place, gate))
    finally:
        stop(parts)


async def _run(place: Place, gate: Gate) -> None:
    most = place.most_body + _BESIDE_THE_BODY
    server = grpc.aio.server(
        options=[
            ("grpc.max_receive_message_length", most),
            ("grpc.max_send_message_length", most),
            ("grpc.so_reuseport", 0),
        ]
    )
    add_ExternalProcessorServicer_to_server(Processor(gate, place.most_body), server)
    try:
        port = server.add_insecure_port(place.listen)
    except RuntimeError as error:
        raise SettingsError(
            f"{place.listen} cannot be listened on.",
            "Is another program there? Name another with --listen HOST:PORT or unix:PATH.",
        ) from error
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, done.set)
    loop.add_signal_handler(signal.SIGHUP, _reload, gate, place)
    await server.start()
    verdicts = loop.create_task(_read_verdicts(gate))
    place.ready(0 if place.listen.startswith("unix:") else port)
    try:
        await done.wait()
    finally:
        verdicts.cancel()
        await server.stop(GRACE_S)


async def _read_verdicts(gate: Gate) -> None:
    """Take over the verdicts of each hunt soon after it has ended."""
    while True:
        await asyncio.sleep(VERDICTS_S)
        await asyncio.to_thread(gate.read_verdicts)


def _reload(gate: Gate, place: Place) -> None:
    """Read again what operators write; if there is a mistake in it, all stays as it was."""
    try:
        gate.take(Policy.load(place.policy, time()), place.again())
    except StillwatchError as error:
        _log.warning("The old rules stay: %s %s", error.message, error.hint)
    else:
        _log.info("The rules were read again.")
