"""`stillwatch marks enrol`: enter installs into the register, or revoke one."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter, validators

from stillwatch.errors import SettingsError
from stillwatch.marks.enrolled import Install, add_installs, new_install, read_installs

ENROL = """Enter installs of an account into the register, or revoke one.

Prints the ids. No keys are in the register; what an install seals with is derived from the key
file and its id.

For example:

    stillwatch marks enrol installs.jsonl --account acct_7f3a --organization org_1

    stillwatch marks enrol installs.jsonl --revoke in_5f1e3a528d274b6e
"""


def enrol(
    register: Path,
    /,
    *,
    account: Annotated[str | None, Parameter(help="Whose installs they are.")] = None,
    organization: Annotated[str | None, Parameter(help="Who owns the account.")] = None,
    grammar: Annotated[str | None, Parameter(help="The grammar that they seal with.")] = None,
    count: Annotated[int, Parameter(help="How many.", validator=validators.Number(gte=1))] = 1,
    revoke: Annotated[str | None, Parameter(help="An install to revoke.")] = None,
) -> int:
    """Enrol or revoke; the help text is `ENROL`."""
    now = datetime.now(UTC)
    if (account is None) == (revoke is None):
        raise SettingsError("Say either --account or --revoke.", "See --help for examples.")
    if revoke is not None:
        add_installs(register, [_revoked(register, revoke, now)])
        return 0
    made = [
        Install(new_install(), str(account), organization, now, None, grammar) for _ in range(count)
    ]
    add_installs(register, made)
    for install in made:
        print(install.install)  # noqa: T201  # the answer itself
    return 0


def _revoked(register: Path, name: str, now: datetime) -> Install:
    for install in read_installs(register):
        if install.install == name:
            return msgspec.structs.replace(install, revoked=now)
    raise SettingsError(f"{register.name} holds no install {name}.", "Check the spelling.")
