"""`stillwatch serve`: its options; `serving.py` beside it does what they say."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter

from stillwatch.cli.gateway_files import Files, needed
from stillwatch.errors import SettingsError

LOCAL = "127.0.0.1:8080"
READ_S = 600.0
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
        if not self.read_timeout > 0:
            raise SettingsError(
                f"--read-timeout {self.read_timeout:g} is no time to wait.", "Give some seconds."
            )
        if self.most_body_mb < 1:
            raise SettingsError(
                f"--most-body-mb {self.most_body_mb} leaves no room.", "Give 1 or more."
            )
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
    check: Annotated[
        bool, Parameter(help="Look at everything, say what is wrong, and end.", negative="")
    ] = False,
) -> int:
    """Serve; the help text stands in `help.py`."""
    run = needed("stillwatch.cli.serving", "serve", "gateway").run
    run(upstream, files, places or Listening(), check=check)
    return 0
