"""What a sealing client reports to the program that it is part of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from stillwatch.errors import StillwatchError

Kind = Literal["unsealed", "unsigned", "nothing-to-seal", "not-renewed"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that the program may want to log; it holds no text of the request and no key.

    Attributes:
        kind: `unsealed` or `unsigned`: the request went out without it; `nothing-to-seal`: no
            region of the grammar has a place in it; `not-renewed`: new keys could not be had.
        why: the reason in a few words.
        path: path of the request, without the query; empty for `not-renewed`.
    """

    kind: Kind
    why: str
    path: str = ""


Report = Callable[[Event], None]


class Unsealed(StillwatchError):
    """A request was held back because it could not be sealed, as the program asked."""


def reason(error: Exception) -> str:
    """Why something failed: in words if the error is ours, else its kind, for its text may quote."""
    return error.message.rstrip(".") if isinstance(error, StillwatchError) else type(error).__name__
