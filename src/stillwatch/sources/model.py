"""What a source is: a format that exchanges are logged in.

Most formats hold one record a line. Their lines are cut into blocks here and decoded in worker
processes. The others are documents, which are unrolled into capture lines as they are read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader

from stillwatch.errors import InputError
from stillwatch.wire.envelope import Envelope


class LineError(InputError):
    """A line of a log, or an entry of a document, that cannot be read.

    Args:
        reason: why, in a few words that never quote the content.
        readable: the exchanges of the same line that could be read all the same.
    """

    def __init__(self, reason: str, readable: Sequence[Envelope] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.readable = tuple(readable)


Decode = Callable[[bytes | memoryview], Sequence[Envelope]]
Unroll = Callable[[BufferedReader], Iterator[bytes | LineError]]


@dataclass(frozen=True)
class DocumentSource:
    """A format that is not one record a line.

    Attributes:
        name: what it is called on the command line.
        title: a few words for lists.
        matches: whether a file is of this format, from its first bytes and its name.
        lines: the document as capture lines, one at a time, with a `LineError` in the place of
            every entry that cannot be read. It may raise `MissingExtra`.
    """

    name: str
    title: str
    matches: Callable[[bytes, str], bool]
    lines: Unroll


@dataclass(frozen=True)
class LineSource:
    """A format with one record a line.

    Attributes:
        name: what it is called on the command line.
        title: a few words for lists.
        matches: whether a line is of this format. The line may be cut off at its end.
        decode: the exchanges of a line; raises `LineError`.
        document: how the same records stand in one JSON document, for exports that are written
            as an array or over several lines.
    """

    name: str
    title: str
    matches: Callable[[bytes], bool]
    decode: Decode
    document: DocumentSource


Source = LineSource | DocumentSource
