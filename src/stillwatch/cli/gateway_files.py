"""Options and words that the two commands which run a gateway have in common."""

import logging
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Group, Parameter
from rich.console import Console

from stillwatch.cli.options import KeyFile, key_ring
from stillwatch.errors import MissingExtra
from stillwatch.gateway.parts import Parts
from stillwatch.gateway.setup import SHARE_VARIABLE, SWITCH, Setup

MEGABYTE = 1 << 20
FILES = Group("Files", sort_key=1)


@Parameter(name="*", group=FILES)
@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where a gateway finds and writes things; the help texts say what each is."""

    policy: Annotated[Path, Parameter(help="Folder of rules; see `stillwatch policy`.")]
    state: Annotated[
        Path, Parameter(help="Folder for cases, the log of decisions and the switch.")
    ] = Path(".stillwatch/gateway")
    record: Annotated[
        Path | None, Parameter(help="Folder for captures of all that passes; off by default.")
    ] = None
    verdicts: Annotated[
        Path | None, Parameter(help="What `hunt --json FILE` writes; read again when it changes.")
    ] = None
    accounts: Annotated[
        Path | None, Parameter(help="TOML with organisation, plan, use and region of accounts.")
    ] = None
    networks: Annotated[
        Path | None, Parameter(help="List of networks and their kinds, for rules on `network`.")
    ] = None
    marks_keys: Annotated[
        Path | None, Parameter(help="Marks key file: check the signatures of requests.")
    ] = None
    installs: Annotated[Path | None, Parameter(help="Register of enrolled installs.")] = None
    address: Annotated[
        str, Parameter(help="How clients write this server, for signatures: https://HOST.")
    ] = ""
    share: Annotated[
        str | None,
        Parameter(
            help="Valkey or Redis through which gateways share live state: redis://HOST:PORT/0.",
            env_var=SHARE_VARIABLE,
        ),
    ] = None
    key: KeyFile = None

    def setup(self) -> Setup:
        """The same, with the key read.

        Raises:
            StoreError: the key cannot be read.
        """
        return Setup(
            state=self.state,
            keys=key_ring(self.key),
            record=self.record,
            verdicts=self.verdicts,
            accounts=self.accounts,
            marks_keys=self.marks_keys,
            installs=self.installs,
            address=self.address,
            networks=self.networks,
            share=self.share,
        )


def needed(module: str, command: str, extra: str) -> Any:
    """A module that needs an extra, loaded when its command runs: help needs none.

    Raises:
        MissingExtra: the extra is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(
            f"`stillwatch {command}` needs {error.name}.", f"pip install 'stillwatch[{extra}]'"
        ) from error


def log_plainly() -> None:
    """Say on the terminal what happens meanwhile, a line each."""
    logging.basicConfig(format="%(message)s")
    logging.getLogger("stillwatch").setLevel(logging.INFO)


def say_ready(console: Console, what: str, state: Path) -> None:
    """Where it is, and how to stop it, or what it does."""
    console.print(
        f"{what}. Stop with Ctrl-C; SIGHUP reads the rules again; "
        f"`touch {state / SWITCH}` stops all enforcement.",
        highlight=False,
        soft_wrap=True,
    )


def say_what_was_written(console: Console, parts: Parts) -> None:
    """What became of decisions, and of what was recorded."""
    console.print(f"Decisions written: {parts.log.written}, dropped: {parts.log.dropped}.")
    if parts.recorder is not None:
        found = parts.recorder.counts()
        console.print(
            f"Exchanges seen: {found.offered}, stored: {found.stored}, no captures: "
            f"{found.left_out}, dropped: {found.dropped}, lost: {found.lost}."
        )
