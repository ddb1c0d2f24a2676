"""What every real relay says of itself."""

from collections.abc import Callable
from dataclasses import dataclass

from stillwatch_range.record.commands import Door
from stillwatch_range.record.process import Program
from stillwatch_range.record.tools import Tools

MESSAGES = ("claude-opus-5-5", "claude-opus-4-8", "claude-sonnet-5", "claude-sonnet-4-5")
"""Models that clients ask for over the messages format."""
CUSTOMER_KEY = "sk-relay-Qm3vT8xkLz92Wc"
"""What customers of a relay use; a dummy."""


@dataclass(frozen=True)
class Site:
    """Where a relay stands.

    Attributes:
        name: of this relay in the story.
        upstream: base URL of the provider.
        keys: of the accounts that it spreads requests over.
        port: where it listens.
        tools: installed programs.
    """

    name: str
    upstream: str
    keys: tuple[str, ...]
    port: int
    tools: Tools


@dataclass(frozen=True)
class Kind:
    """A relay program.

    Attributes:
        name: as in `--relays`, and the family in the labels.
        needs: programs of `programs.toml` that must be installed.
        clients: clients that work through it.
        program: how it is started at a site.
        door: how its customers reach it at a site.
        pools: whether it spreads requests over several keys.
        prepare: what is set up at a site once the program runs; it may wait.
        model: asked for through it; empty for the client's own choice.
    """

    name: str
    needs: tuple[str, ...]
    clients: frozenset[str]
    program: Callable[[Site], Program]
    door: Callable[[Site], Door]
    pools: bool = False
    model: str = ""
    prepare: Callable[[Site], None] = lambda _: None


def plain_door(site: Site) -> Door:
    """The door of a relay that needs nothing but a URL and a key."""
    return Door(f"http://127.0.0.1:{site.port}", CUSTOMER_KEY)
