"""`stillwatch serve-envoy`: decides for an Envoy, as its external processor."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch.cli.options import KeyFile, key_ring
from stillwatch.errors import MissingExtra, SettingsError
from stillwatch.gateway.setup import SWITCH, Setup, again, parts_of

try:
    from stillwatch.gateway.faces.envoy_server import Place
    from stillwatch.gateway.faces.envoy_server import serve as serve_until_stopped
except ImportError as error:
    raise MissingExtra(
        f"`stillwatch serve-envoy` needs {error.name}.", "pip install 'stillwatch[envoy]'"
    ) from error

LOCAL = "127.0.0.1:9002"
_MEGABYTE = 1 << 20


def serve_envoy(  # noqa: PLR0913  # the arguments are the command's options
    *,
    policy: Annotated[Path, Parameter(help="Folder of rules; see `stillwatch policy`.")],
    listen: Annotated[
        str, Parameter(help="HOST:PORT or unix:PATH, for Envoy alone; port 0 takes a free one.")
    ] = LOCAL,
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
    share: Annotated[
        str | None,
        Parameter(
            help="Valkey or Redis through which gateways share live state: redis://HOST:PORT/0.",
            env_var="STILLWATCH_SHARE",
        ),
    ] = None,
    most_body_mb: Annotated[
        int, Parameter(help="Largest body of a request, in MiB; not below Envoy's own limit.")
    ] = 128,
    key: KeyFile = None,
) -> int:
    """Answer Envoy; the help text stands in `help.py`."""
    if ":" not in listen or most_body_mb < 1:
        raise SettingsError(
            f"{listen!r} with bodies of {most_body_mb} MiB is no place to listen.",
            f"Write --listen like {LOCAL} or unix:/run/stillwatch.sock.",
        )
    setup = Setup(
        state=state,
        keys=key_ring(key),
        record=record,
        verdicts=verdicts,
        accounts=accounts,
        marks_keys=marks_keys,
        installs=installs,
        address=address,
        networks=networks,
        share=share,
    )
    parts = parts_of(setup)
    console = Console(stderr=True)

    def ready(port: int) -> None:
        where = f"{listen.rpartition(':')[0]}:{port}" if port else listen
        console.print(
            f"Answering Envoy on {where}. Stop with Ctrl-C; SIGHUP reads the rules again; "
            f"`touch {state / SWITCH}` stops all enforcement.",
            highlight=False,
            soft_wrap=True,
        )

    place = Place(listen, policy, lambda: again(setup, parts), ready, most_body_mb * _MEGABYTE)
    serve_until_stopped(place, parts)
    console.print(f"Decisions written: {parts.log.written}, dropped: {parts.log.dropped}.")
    if parts.recorder is not None:
        found = parts.recorder.counts()
        console.print(
            f"Exchanges seen: {found.offered}, stored: {found.stored}, no captures: "
            f"{found.left_out}, dropped: {found.dropped}, lost: {found.lost}."
        )
    return 0
