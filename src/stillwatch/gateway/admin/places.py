"""Where the operator's door is, and the token that opens it."""

import os
import secrets
import socket
import stat
from pathlib import Path

from stillwatch.errors import SettingsError

UNIX = "unix:"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
TOKEN_BYTES = 32
LEAST_TOKEN = 20
"""Characters of a token that somebody chose."""


def listening(place: str) -> socket.socket:
    """A socket at a place: `unix:PATH`, for its owner alone, or a loopback `HOST:PORT`.

    Raises:
        SettingsError: others could reach it, or it is taken.
    """
    try:
        return _unix(Path(place[len(UNIX) :])) if place.startswith(UNIX) else _loopback(place)
    except OSError as error:
        raise SettingsError(
            f"{place} cannot be listened on: {error.strerror}.", "Name another with --admin."
        ) from error


def remove(place: str) -> None:
    """Leave no socket behind on the disk."""
    if place.startswith(UNIX):
        Path(place[len(UNIX) :]).unlink(missing_ok=True)


def token_in(file: Path) -> str:
    """The token of a file; made if there is none.

    Raises:
        SettingsError: others can read it, or it is too short to be one.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(file)
    except OSError as error:
        raise SettingsError(
            f"{file.name} cannot be made: {error.strerror}.", "Name a file with --admin-token."
        ) from error
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with os.fdopen(descriptor, "w") as made:
        made.write(token + "\n")
    return token


def _read(file: Path) -> str:
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingsError(
                f"Others can read or change {file.name}.", "chmod 600 it, and start again."
            )
        token = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{file.name} cannot be read as a token.", "Remove it, and a new one is made."
        ) from error
    if len(token) < LEAST_TOKEN:
        raise SettingsError(
            f"The token in {file.name} is short enough to be guessed.",
            "Remove it, and a new one is made.",
        )
    return token


def _unix(path: Path) -> socket.socket:
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        if path.is_socket() and not _answers(path):
            path.unlink()
        found.bind(str(path))
        found.listen()
    except OSError:
        found.close()
        raise
    finally:
        os.umask(old)
    return found


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        return asking.connect_ex(str(path)) == 0


def _loopback(place: str) -> socket.socket:
    host, colon, port = place.rpartition(":")
    host = host.strip("[]")
    if not colon or host not in LOOPBACK or not port.isascii() or not port.isdigit():
        raise SettingsError(
            f"{place!r} is no place for the admin API.",
            "It is for this machine alone: unix:PATH or 127.0.0.1:PORT.",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family)
