"""What `stillwatch serve` does once its options are read."""

from rich.console import Console

from stillwatch.cli.gateway_files import (
    MEGABYTE,
    Files,
    log_plainly,
    say_ready,
    say_what_was_written,
)
from stillwatch.cli.serve import LOCAL, Listening
from stillwatch.errors import SettingsError
from stillwatch.gateway.admin.places import listening, token_in
from stillwatch.gateway.http2 import Place, context_of
from stillwatch.gateway.live.sharing import SharingCounts
from stillwatch.gateway.parts import Parts
from stillwatch.gateway.serving import Door, Serving, gate_of, serve
from stillwatch.gateway.setup import BOOK, Setup, again, parts_of
from stillwatch.gateway.upstream import Patience, Upstream

ADMIN_FILE = "admin-token"


def run(upstream: str, files: Files, places: Listening, *, check: bool) -> None:
    """Serve until a signal, or only look at everything.

    Raises:
        StillwatchError: something cannot be used.
    """
    log_plainly()
    setup, console = files.setup(), Console(stderr=True)
    parts = parts_of(setup)
    if check:
        _check(upstream, files, places, parts)
        console.print("Everything can be used.")
        return
    serve(_serving(upstream, files, places, (setup, parts), console), parts)
    say_what_was_written(console, parts)


def _check(upstream: str, files: Files, places: Listening, parts: Parts) -> None:
    """Look at all that is read at the start, without a port or an answer."""
    gate_of(files.policy, parts, Patience(read_s=places.read_timeout))
    Upstream(upstream)
    place_of(places.listen)
    if places.http2 is not None:
        place_of(places.http2)
    if places.certificate is not None:
        context_of(places.certificate)
    verdicts = parts.live.verdicts
    verdicts.reload()
    if verdicts.trouble:
        raise SettingsError(verdicts.trouble, "Name what `stillwatch hunt --json FILE` writes.")


def _serving(
    upstream: str,
    files: Files,
    places: Listening,
    made: tuple[Setup, Parts],
    console: Console,
) -> Serving:
    setup, parts = made
    host, port = place_of(places.listen)
    http2 = None if places.http2 is None else Place(*place_of(places.http2), places.certificate)
    door = _door(places, files)

    def ready(found: int) -> None:
        say_ready(console, f"Listening on http://{host}:{found}", files.state)
        if door is not None:
            console.print(f"Admin API on {door.place}.", highlight=False, soft_wrap=True)
        if parts.sharing is not None:
            console.print(_told(parts.sharing.counts), highlight=False)

    def ready_http2(found: int) -> None:
        if http2 is not None:
            scheme = "http" if http2.certificate is None else "https"
            console.print(f"HTTP/2 on {scheme}://{http2.host}:{found}.", highlight=False)

    return Serving(
        upstream=upstream,
        policy=files.policy,
        host=host,
        port=port,
        most_body=places.most_body_mb * MEGABYTE,
        ready=ready,
        http2=http2,
        ready_http2=ready_http2,
        address_header=places.address_header.strip().lower().encode(),
        again=lambda: again(setup, parts),
        shared_port=places.shared_port,
        admin=door,
        patience=Patience(read_s=places.read_timeout),
    )


def _door(places: Listening, files: Files) -> Door | None:
    if places.admin is None:
        return None
    token = places.admin_token or files.state / ADMIN_FILE
    token.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Door(listening(places.admin), token_in(token), files.state / BOOK)


def place_of(listen: str) -> tuple[str, int]:
    """Host and port.

    Raises:
        SettingsError: they are none.
    """
    host, colon, port = listen.rpartition(":")
    most = (1 << 16) - 1
    if not colon or not host or not port.isascii() or not port.isdigit():
        raise SettingsError(f"{listen!r} is no place to listen.", f"Write it like {LOCAL}.")
    if int(port) > most:
        raise SettingsError(f"There is no port {port}.", f"Ports go up to {most}.")
    return host.strip("[]"), int(port)


def _told(counts: SharingCounts) -> str:
    """Whether live state is shared; never with the address, which may hold a password."""
    if counts.up:
        return f"Live state is shared; gateways that do so: {counts.processes}."
    return (
        f"The store for live state cannot be used ({counts.trouble}). The gateway goes on alone and "
        "tries again each second."
    )
