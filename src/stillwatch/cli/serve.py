"""`stillwatch serve`: a proxy before a model server that decides by written rules and records."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch.cli.options import KeyFile, key_ring
from stillwatch.errors import MissingExtra, SettingsError
from stillwatch.gateway.live.sharing import SharingCounts
from stillwatch.gateway.parts import Parts
from stillwatch.gateway.setup import BOOK, SHARE_VARIABLE, SWITCH, Setup, again, parts_of

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
_MEGABYTE = 1 << 20


def serve(  # noqa: PLR0913  # the arguments are the command's options
    *,
    upstream: Annotated[str, Parameter(help="Address of the model server.")],
    policy: Annotated[Path, Parameter(help="Folder of rules; see `stillwatch policy`.")],
    listen: Annotated[str, Parameter(help="HOST:PORT; port 0 takes a free one.")] = LOCAL,
    state: Annotated[
        Path, Parameter(help="Folder for cases, the log of decisions and the switch.")
    ] = Path(".stillwatch/gateway"),
    record: Annotated[
        Path | None, Parameter(help="Folder for captures of all that passes; off by default.")
    ] = None,
    verdicts: Annotated[
        Path | None, Parameter(help="What `hunt --json FILE` writes; read again when it changes.")
    ] = None,
    accounts: Annotated[
        Path | None, Parameter(help="TOML with organisation, plan, use and region of accounts.")
    ] = None,
    marks_keys: Annotated[
        Path | None, Parameter(help="Marks key file: check the signatures of requests.")
    ] = None,
    installs: Annotated[Path | None, Parameter(help="Register of enrolled installs.")] = None,
    address: Annotated[
        str, Parameter(help="How clients write this server, for signatures: https://HOST.")
    ] = "",
    networks: Annotated[
        Path | None, Parameter(help="List of networks and their kinds, for rules on `network`.")
    ] = None,
    address_header: Annotated[
        str, Parameter(help="Header in which a trusted server in front names the client's address.")
    ] = "",
    http2: Annotated[
        str | None, Parameter(help="HOST:PORT for HTTP/2 as well; clear text if no certificate.")
    ] = None,
    certificate: Annotated[
        Path | None, Parameter(help="PEM file with certificate and key, for --http2 over TLS.")
    ] = None,
    share: Annotated[
        str | None,
        Parameter(
            help="Valkey or Redis through which gateways share live state: redis://HOST:PORT/0.",
            env_var=SHARE_VARIABLE,
        ),
    ] = None,
    read_timeout: Annotated[
        float, Parameter(help="Seconds to wait for the next bytes of an answer.")
    ] = READ_S,
    admin: Annotated[
        str | None, Parameter(help="unix:PATH or 127.0.0.1:PORT for health, metrics and changes.")
    ] = None,
    admin_token: Annotated[
        Path | None, Parameter(help="File of its token; made if it is not there.")
    ] = None,
    shared_port: Annotated[
        bool, Parameter(help="Let several processes listen on the same port.", negative="")
    ] = False,
    most_body_mb: Annotated[int, Parameter(help="Largest body of a request, in MiB.")] = 128,
    key: KeyFile = None,
) -> int:
    """Serve; the help text stands in `help.py`."""
    if read_timeout <= 0:
        raise SettingsError("Nobody answers in no time.", "Give --read-timeout some seconds.")
    host, port = _place(listen)
    setup = Setup(
        state,
        key_ring(key),
        record,
        verdicts,
        accounts,
        marks_keys,
        installs,
        address,
        networks,
        share,
    )
    parts = parts_of(setup)
    console = Console(stderr=True)

    def ready(found: int) -> None:
        console.print(
            f"Listening on http://{host}:{found}. Stop with Ctrl-C; SIGHUP reads the rules again; "
            f"`touch {state / SWITCH}` stops all enforcement.",
            highlight=False,
            soft_wrap=True,
        )
        if parts.sharing is not None:
            console.print(_told(parts.sharing.counts), highlight=False)

    def ready_http2(found: int) -> None:
        scheme = "http" if certificate is None else "https"
        console.print(f"HTTP/2 on {scheme}://{http2_host}:{found}.", highlight=False)

    if certificate is not None and http2 is None:
        raise SettingsError("A certificate is for HTTP/2.", "Say where with --http2 HOST:PORT.")
    http2_host, http2_port = ("", 0) if http2 is None else _place(http2)
    serving = Serving(
        upstream=upstream,
        policy=policy,
        host=host,
        port=port,
        most_body=most_body_mb * _MEGABYTE,
        ready=ready,
        http2=None if http2 is None else Place(http2_host, http2_port, certificate),
        ready_http2=ready_http2,
        address_header=address_header.strip().lower().encode(),
        again=lambda: again(setup, parts),
        shared_port=shared_port,
        admin=_door(admin, admin_token or state / ADMIN_FILE, state / BOOK),
        patience=Patience(read_s=read_timeout),
    )
    serve_until_stopped(serving, parts)
    _tell(console, parts)
    return 0


def _door(place: str | None, token: Path, book: Path) -> Door | None:
    if place is None:
        return None
    token.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Door(listening(place), token_in(token), book)


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


def _tell(console: Console, parts: Parts) -> None:
    """What became of what was recorded."""
    console.print(f"Decisions written: {parts.log.written}, dropped: {parts.log.dropped}.")
    if parts.recorder is not None:
        found = parts.recorder.counts()
        console.print(
            f"Exchanges seen: {found.offered}, stored: {found.stored}, no captures: "
            f"{found.left_out}, dropped: {found.dropped}, lost: {found.lost}."
        )
