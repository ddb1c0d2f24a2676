"""Putting the parts of a gate together from files and folders, and starting and stopping them."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from time import time

from stillwatch.client.checking import Checker
from stillwatch.errors import SettingsError
from stillwatch.gateway.accounts import Accounts, read_accounts
from stillwatch.gateway.cases import Cases
from stillwatch.gateway.decided import DecisionLog
from stillwatch.gateway.live.sharing import Sharing
from stillwatch.gateway.live.state import LiveState
from stillwatch.gateway.live.verdicts import Verdicts
from stillwatch.gateway.networks import read_networks
from stillwatch.gateway.parts import Parts
from stillwatch.gateway.recording.recorder import Recorder, RecorderSettings
from stillwatch.gateway.register import Register
from stillwatch.gateway.request import CREDENTIALS
from stillwatch.gateway.switch import Switch
from stillwatch.keys import KeyRing
from stillwatch.marks.secrets import read_file

PURPOSE = "gateway"
SHARE_VARIABLE = "STILLWATCH_SHARE"
BOOK, LOG, SWITCH = "cases.sqlite", "decisions.jsonl", "observe-only"


@dataclass(frozen=True, slots=True)
class Setup:
    """Where everything is.

    Attributes:
        state: folder for cases, the log of decisions and the switch.
        keys: the secret that accounts and cases are named with.
        record: folder for captures, or None.
        verdicts: what `hunt --json` writes, or None.
        accounts: what the operator knows of accounts, or None.
        marks_keys, installs: to check signatures; both or neither.
        address: scheme and host as clients write them, for signatures.
        networks: kinds of networks, or None.
        share: address of a Valkey or Redis through which processes share live state, or None. It
            may hold a password and is never shown.
        credentials: headers that hold credentials, in lower case; of several in one request the
            first counts.
    """

    state: Path
    keys: KeyRing
    record: Path | None = None
    verdicts: Path | None = None
    accounts: Path | None = None
    marks_keys: Path | None = None
    installs: Path | None = None
    address: str = ""
    networks: Path | None = None
    share: str | None = field(default=None, repr=False)
    credentials: tuple[bytes, ...] = CREDENTIALS


def parts_of(setup: Setup) -> Parts:
    """The parts, not started yet.

    Raises:
        StillwatchError: one of the files cannot be used, or the address of the store is none.
        MissingExtra: state is to be shared, and the client for the store is not installed.
    """
    live = LiveState(Verdicts(setup.verdicts), shared=setup.share is not None)
    sharing = None if setup.share is None else Sharing(live, setup.share)
    known = None if setup.accounts is None else read_accounts(setup.accounts)
    register = None if setup.installs is None else Register(setup.installs)
    return Parts(
        accounts=Accounts(setup.keys.hasher(f"{PURPOSE} accounts"), known),
        live=live,
        switch=Switch(setup.state / SWITCH),
        cases=Cases(setup.state / BOOK, setup.keys.hasher(f"{PURPOSE} cases"), live.verdicts.lines),
        log=DecisionLog(setup.state / LOG),
        recorder=_recorder(setup),
        checker=_checker(setup, register),
        register=register,
        scheme_and_host=setup.address.rstrip("/"),
        networks=None if setup.networks is None else read_networks(setup.networks),
        sharing=sharing,
        credentials=setup.credentials,
    )


def start(parts: Parts) -> None:
    """Start what works beside the request path."""
    parts.live.verdicts.reload()
    parts.switch.start()
    parts.cases.start(time)
    parts.log.start()
    if parts.recorder is not None:
        parts.recorder.start()
    if parts.sharing is not None:
        parts.sharing.start()


def stop(parts: Parts) -> None:
    """Write what waits, and end."""
    if parts.sharing is not None:
        parts.sharing.stop()
    if parts.recorder is not None:
        parts.recorder.stop()
    parts.log.stop()
    parts.cases.stop()
    parts.switch.stop()


def again(setup: Setup, parts: Parts) -> Parts:
    """The parts with what operators write read anew: accounts, networks and the register.

    Raises:
        StillwatchError: one of the files cannot be used; nothing has changed.
    """
    known = None if setup.accounts is None else read_accounts(setup.accounts)
    networks = None if setup.networks is None else read_networks(setup.networks)
    if parts.register is not None:
        parts.register.read()
    accounts = Accounts(setup.keys.hasher(f"{PURPOSE} accounts"), known)
    return replace(parts, accounts=accounts, networks=networks)


def _recorder(setup: Setup) -> Recorder | None:
    if setup.record is None:
        return None
    try:
        setup.record.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(
            f"Nothing can be recorded in {setup.record.name}: {error.strerror}.",
            "Name another folder with --record DIR.",
        ) from error
    secrets = tuple(name.decode("latin-1") for name in setup.credentials)
    return Recorder(RecorderSettings(setup.record, secrets=secrets))


def _checker(setup: Setup, register: Register | None) -> Checker | None:
    if setup.marks_keys is None and register is None:
        return None
    if setup.marks_keys is None or register is None or not setup.address:
        raise SettingsError(
            "Signatures are checked with keys, a register and this server's address.",
            "Give --marks-keys FILE, --installs FILE and --address https://HOST, or none of them.",
        )
    return Checker(read_file(setup.marks_keys), register.knows, time)
