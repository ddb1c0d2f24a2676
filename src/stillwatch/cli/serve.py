"""`stillwatch serve`: a proxy before a model server that decides by written rules and records."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter
from rich.console import Console

from stillwatch.cli.gateway_files import MEGABYTE, Files, say_ready, say_what_was_written
from stillwatch.errors import MissingExtra, SettingsError
from stillwatch.gateway.live.sharing import SharingCounts
from stillwatch.gateway.parts import Parts
from stillwatch.gateway.setup import BOOK, Setup, again, parts_of

try:
    from stillwatch.gateway.admin.places import listening, token_in
    from stillwatch.gateway.http2 import Place
    from stillwatch.gateway.serving import Door, Serving
    from stillwatch.gateway.serving import serve as serve_until_stopped
    from stillwatch.gateway.upstream import READ_S, Patience
except ImportError as error:
    raise MissingExtra(
        f"`stillwatch serve` needs {error.name}.", "pip install 'stillwatch[gateway]'"
    ) from error

LOCAL = "127.0.0.1:8080"
ADMIN_FILE = "admin-token"
PLACES = Group("Places and limits", sort_key=2)


@Parameter(name="*", group=PLACES)
@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where it listens and how long it waits; the help texts say what each is."""

    listen: Annotated[str, Parameter(help="HOST:PORT; port 0 takes a free one.")] = LOCAL
    http2: Annotated[
        str | None, Parameter(help="HOST:PORT for HTTP/2 as well; clear text if no certificate.")
    ] = None
    certificate: Annotated[
        Path | None, Parameter(help="PEM file with certificate and key, for --http2 over TLS.")
    ] = None
    shared_port: Annotated[
        bool, Parameter(help="Let several processes listen on the same port.", negative="")
    ] = False
    address_header: Annotated[
        str, Parameter(help="Header in which a trusted server in front names the client's address.")
    ] = ""
    admin: Annotated[
        str | None, Parameter(help="unix:PATH or 127.0.0.1:PORT for health, metrics and changes.")
    ] = None
    admin_token: Annotated[
        Path | None, Parameter(help="File of its token; made if it is not there.")
    ] = None
    read_timeout: Annotated[
        float, Parameter(help="Seconds to wait for the next bytes of an answer.")
    ] = READ_S
    most_body_mb: Annotated[int, Parameter(help="Largest body of a request, in MiB.")] = 128

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.read_timeout <= 0:
            raise SettingsError("Nobody answers in no time.", "Give --read-timeout some seconds.")
        if self.most_body_mb < 1:
            raise SettingsError("Bodies need some room.", "Give --most-body-mb 1 or more.")
        if self.certificate is not None and self.http2 is None:
            raise SettingsError("A certificate is for HTTP/2.", "Say where with --http2 HOST:PORT.")
        if self.admin_token is not None and self.admin is None:
            raise SettingsError(
                "A token is for the admin API.", "Say where with --admin unix:PATH."
            )


def serve(
    *,
    upstream: Annotated[str, Parameter(help="Address of the model server.")],
    files: Files,
    places: Listening | None = None,
) -> int:
    """Serve; the help text stands in `help.py`."""
    setup = files.setup()
    parts = parts_of(setup)
    console = Console(stderr=True)
    serving = _serving(upstream, files, places or Listening(), (setup, parts), console)
    serve_until_stopped(serving, parts)
    say_what_was_written(console, parts)
    return 0


def _serving(
    upstream: str,
    files: Files,
    places: Listening,
    made: tuple[Setup, Parts],
    console: Console,
) -> Serving:
    setup, parts = made
    host, port = _place(places.listen)
    http2 = None if places.http2 is None else Place(*_place(places.http2), places.certificate)
    door = _door(places, files.state)

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


def _door(places: Listening, state: Path) -> Door | None:
    if places.admin is None:
        return None
    token = places.admin_token or state / ADMIN_FILE
    token.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Door(listening(places.admin), token_in(token), state / BOOK)


def _place(listen: str) -> tuple[str, int]:
    host, colon, port = listen.rpartition(":")
    most = (1 << 16) - 1
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > most:
        raise SettingsError(f"{listen!r} is no place to listen.", f"Write it like {LOCAL}.")
    return host.strip("[]"), int(port)


def _told(counts: SharingCounts) -> str:
    """Whether live state is shared; never with the address, which may hold a password."""
    if counts.up:
        return f"Live state is shared; gateways that do so: {counts.processes}."
    return (
        f"The store for live state cannot be used ({counts.trouble}). The gateway goes on alone and "
        "tries again each second."
    )
