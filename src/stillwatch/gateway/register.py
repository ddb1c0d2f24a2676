"""Who enrolled which install, for checking signatures; read again when the operator asks."""

from pathlib import Path

from stillwatch.gateway.accounts import Who
from stillwatch.marks.enrolled import Install, read_installs


class Register:
    """The register of installs.

    Args:
        file: see `marks.enrolled`.

    Raises:
        InputError: it cannot be read.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._installs: dict[str, Install] = {}
        self.read()

    def read(self) -> None:
        """Read it again.

        Raises:
            InputError: it cannot be read; what was read before stands.
        """
        found = read_installs(self._file)
        self._installs = {one.install: one for one in found if one.revoked is None}

    def knows(self, install: str) -> bool:
        """Whether an install is enrolled and not revoked."""
        return install in self._installs

    def foreign(self, install: str, who: Who) -> bool:
        """Whether an install belongs to another customer than the account that shows it.

        Only where the organisations of both are known: a new key makes a new account, and whoever
        changed a key uses the same install as before.
        """
        found = self._installs.get(install)
        if found is None or found.account == who.account:
            return False
        owner = found.organization
        return bool(owner and who.organisation and owner != who.organisation)
