"""What members of a group put into their templates: the texts that differ from call to call.

A template of user turns is filled in by the turn itself. One of system texts stays the same while
the question below it changes, so there the words of the last user turn are what fills it.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np

from stillwatch.signals.group_calls import GroupCalls, Ints, group_calls
from stillwatch.signals.model import Tables, collect

ANSWERED = 300
"""HTTP statuses below this are answers. What failed is sent again for a good reason."""


@dataclass(frozen=True)
class Filled:
    """Calls of groups that were answered, in order of group and time.

    Attributes:
        calls: the calls.
        text: for each call, a hash of what fills its template.
    """

    calls: GroupCalls
    text: Ints


def filled(tables: Tables, *columns: str) -> Filled:
    """The answered calls of all groups.

    Args:
        tables: what is known.
        columns: further columns that are needed, as for `group_calls`.
    """
    calls = group_calls(tables, "prompt", "status", "template", "value", *columns)
    calls = calls.where(calls.ints("status", missing=200) < ANSWERED)
    system = collect(tables.templates.filter(nw.col("place") == "system").select("template"))
    below = np.isin(calls.ints("template"), system["template"].to_numpy())
    below &= calls.ints("prompt") != 0
    text: Ints = np.where(below, calls.ints("prompt"), calls.ints("value"))
    return Filled(calls, text)
