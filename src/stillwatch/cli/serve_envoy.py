"""`stillwatch serve-envoy`: decides for an Envoy, as its external processor."""

from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch.cli.gateway_files import (
    MEGABYTE,
    Files,
    log_plainly,
    needed,
    say_ready,
    say_what_was_written,
)
from stillwatch.errors import SettingsError
from stillwatch.gateway.setup import again, parts_of

LOCAL = "127.0.0.1:9002"


def serve_envoy(
    *,
    files: Files,
    listen: Annotated[
        str, Parameter(help="HOST:PORT or unix:PATH, for Envoy alone; port 0 takes a free one.")
    ] = LOCAL,
    most_body_mb: Annotated[
        int, Parameter(help="Largest body of a request, in MiB; not below Envoy's own limit.")
    ] = 128,
) -> int:
    """Answer Envoy; the help text stands in `help.py`."""
    if ":" not in listen or most_body_mb < 1:
        raise SettingsError(
            f"{listen!r} with bodies of {most_body_mb} MiB is no place to listen.",
            f"Write --listen like {LOCAL} or unix:/run/stillwatch.sock.",
        )
    server = needed("stillwatch.gateway.faces.envoy_server", "serve-envoy", "envoy")
    log_plainly()
    setup = files.setup()
    parts = parts_of(setup)
    console = Console(stderr=True)

    def ready(port: int) -> None:
        where = f"{listen.rpartition(':')[0]}:{port}" if port else listen
        say_ready(console, f"Answering Envoy on {where}", files.state)

    most_body = most_body_mb * MEGABYTE
    place = server.Place(listen, files.policy, lambda: again(setup, parts), ready, most_body)
    server.serve(place, parts)
    say_what_was_written(console, parts)
    return 0
