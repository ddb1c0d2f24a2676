"""What the report is made from: the hunt's document, and the small data behind its pictures.

Whoever calls the report fills a `ReportInput`. Nothing here is text that a person wrote to a model:
the pictures need only thread numbers, accounts, times and counts.
"""

from collections.abc import Mapping

from msgspec import Struct

from stillwatch.signals.model import Signal
from stillwatch.verdicts.model import Document, VerdictWord


class Span(Struct, frozen=True):
    """A stretch of one thread that ran on one account without leaving it.

    A thread that stays on its account is one span. A thread that moves has a span for every stay,
    all with the same `thread` number.

    Attributes:
        thread: the number the thread is called by in this picture, from 1.
        account: the account it ran on.
        start_us: when its first exchange arrived, microseconds since 1970 UTC.
        end_us: when its last exchange was answered.
        exchanges: how many exchanges it had.
        person: number of the cluster of threads that look like one person's, from 1, or None.
        moved: whether its thread ran on more than one account.
    """

    thread: int
    account: str
    start_us: int
    end_us: int
    exchanges: int
    person: int | None = None
    moved: bool = False


class Timeline(Struct, frozen=True):
    """When the threads of an account or a pool ran.

    Attributes:
        spans: in any order.
        left_out: threads that the maker of the timeline left out already.
    """

    spans: tuple[Span, ...]
    left_out: int = 0


class Node(Struct, frozen=True):
    """One account in the picture of a pool."""

    account: str
    verdict: VerdictWord
    exchanges: int


class Edge(Struct, frozen=True):
    """What two accounts share: artefacts issued to one and presented by the other, and threads."""

    a: str
    b: str
    artefacts: int = 0
    threads: int = 0


class PoolGraph(Struct, frozen=True):
    """Accounts, and what ties them together.

    Attributes:
        left_out: accounts that the maker of the graph left out already.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int = 0


class CallMap(Struct, frozen=True):
    """When the accounts of a group sent its wording.

    Attributes:
        accounts: the accounts that are shown, first call first.
        start_us: when the first bin begins, microseconds since 1970 UTC.
        bin_us: length of a bin.
        cells: (place of the account, number of the bin, calls); bins without calls are left out.
        left_out: accounts that are not shown.
    """

    accounts: tuple[str, ...]
    start_us: int
    bin_us: int
    cells: tuple[tuple[int, int, int], ...]
    left_out: int = 0


class Reject(Struct, frozen=True):
    """A line of the input that could not be read, and why."""

    source: str
    line: int
    reason: str


class StoreSummary(Struct, frozen=True):
    """What was read.

    Attributes:
        first_us, last_us: time of the first and the last exchange, or None when there is none.
        rejects: lines that were skipped; the document's `skipped_lines` may count more.
    """

    exchanges: int
    accounts: int
    threads: int
    first_us: int | None = None
    last_us: int | None = None
    rejects: tuple[Reject, ...] = ()


class ReportInput(Struct, frozen=True):
    """All that one report shows.

    Attributes:
        document: the hunt's answer.
        store: what was read.
        signals: declarations of the signals that were asked, for titles and questions.
        timelines: by subject id; a subject without one has no picture of its threads.
        graphs: by subject id, for pools.
        calls: by subject id, for campaigns.
        input_label: what was looked at, in the caller's words, such as a folder's name.
        hunted_at: when the hunt ran, as text.
    """

    document: Document
    store: StoreSummary
    signals: tuple[Signal, ...] = ()
    timelines: Mapping[str, Timeline] = {}
    graphs: Mapping[str, PoolGraph] = {}
    calls: Mapping[str, CallMap] = {}
    input_label: str = ""
    hunted_at: str = ""
