"""What an enrolment server hands out: tokens of installs, and their keys by epochs.

Nothing of it is stored. Tokens and keys follow from the marks keys and the id of the install; the
register says which installs there are.
"""

import hmac
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from stillwatch.client.enrolment import EpochKey
from stillwatch.errors import InputError, KeyFileError
from stillwatch.marks.enrolled import Install, add_installs, read_installs
from stillwatch.marks.manifest import REGISTER_DAYS
from stillwatch.marks.secrets import DAY_S, MarkKey, MarkKeys

_PURPOSE = "install-token"


def issued_keys(keys: MarkKeys, install: str, now_s: float) -> tuple[EpochKey, ...]:
    """The keys of an install for this epoch and the next.

    Raises:
        KeyFileError: no marks key seals now.
    """
    key = keys.sealing(now_s)
    issued = [_epoch_key(key, install, key.epoch(now_s))]
    try:
        after = keys.sealing(issued[0].until_s)
    except KeyFileError:
        return tuple(issued)
    return (*issued, _epoch_key(after, install, after.epoch(issued[0].until_s)))


def _is_old(install: Install, now_s: float, days: int) -> bool:
    return install.revoked is not None and install.revoked.timestamp() < now_s - days * DAY_S


def _epoch_key(key: MarkKey, install: str, epoch: int) -> EpochKey:
    length_s = key.epoch_days * DAY_S
    secret = key.install_key(install, epoch)
    return EpochKey(install, epoch, key.id, epoch * length_s, (epoch + 1) * length_s, secret)


def token_of(keys: MarkKeys, install: str, now_s: float) -> str:
    """The token by which an install asks for new keys.

    Raises:
        KeyFileError: no marks key seals now.
    """
    return f"{install}.{_tag(keys.sealing(now_s), install)}"


def install_of(keys: MarkKeys, token: str, now_s: float) -> str | None:
    """The install whose token it is; None if it is nobody's."""
    install, _, tag = token.partition(".")
    # All are compared, so that the time it takes says nothing.
    right = [
        hmac.compare_digest(_tag(key, install).encode(), tag.encode("utf-8", "replace"))
        for key in keys.reading(now_s)
    ]
    return install if any(right) else None


def _tag(key: MarkKey, install: str) -> str:
    return hmac.new(key.purpose_key(_PURPOSE), install.encode(), "sha256").hexdigest()


class Register:
    """The register of installs, read anew when somebody else has changed it.

    Args:
        path: the file; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path.with_name(f"{path.name}.lock"))
        self._read_at: tuple[int, int] | None = None
        self._installs: dict[str, Install] = {}

    def __iter__(self) -> Iterator[Install]:
        self._refresh()
        return iter(self._installs.values())

    def get(self, install: str) -> Install | None:
        """An install by its id.

        Raises:
            InputError: the register cannot be read.
        """
        self._refresh()
        return self._installs.get(install)

    def knows(self, install: str) -> bool:
        """Whether an install is enrolled and not revoked; errors as for `get`."""
        found = self.get(install)
        return found is not None and found.revoked is None

    def put(self, install: Install) -> None:
        """Add an install, or what has changed of one.

        Raises:
            InputError: the register cannot be read or written.
        """
        with self._lock:
            add_installs(self._path, [install])
        self._refresh()

    def prune(self, now_s: float, days: int = REGISTER_DAYS) -> None:
        """Remove installs that were revoked so many days ago; errors as for `put`.

        The file is written anew only if there are any.
        """
        with self._lock:
            self._refresh()
            kept = [one for one in self._installs.values() if not _is_old(one, now_s, days)]
            if len(kept) == len(self._installs):
                return
            new = self._path.with_name(f"{self._path.name}.new")
            new.unlink(missing_ok=True)
            add_installs(new, kept)
            new.replace(self._path)
        self._refresh()

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._installs, self._read_at = {}, None
            return
        except OSError as error:
            raise InputError(f"The installs cannot be read: {error.strerror}.") from error
        if self._read_at != (status.st_mtime_ns, status.st_size):
            self._installs = {install.install: install for install in read_installs(self._path)}
            self._read_at = (status.st_mtime_ns, status.st_size)
