"""Small made-up logs for the tests of sources."""

import gzip
import json
from pathlib import Path
from typing import Any

import zstandard

from stillwatch import wire
from stillwatch.exchange import Exchange, Message, Text
from stillwatch.sources.blocks import Block, Reject, decode_block, numbered_lines, read_blocks
from stillwatch.sources.bookmark import Resume
from stillwatch.sources.inputs import InputFile, find_inputs
from stillwatch.sources.model import LineError
from stillwatch.wire.envelope import Envelope


def capture(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A capture record."""
    return {
        "id": f"ex_{number}",
        "time": "2026-07-01T12:00:00Z",
        "account": "acct_1",
        "request": {
            "path": "/v1/messages",
            "body": {
                "model": "claude-opus-5-5",
                "max_tokens": 64,
                "messages": [{"role": "user", "content": f"question {number}"}],
            },
        },
        "response": {
            "status": 200,
            "body": {
                "id": f"msg_{number}",
                "type": "message",
                "role": "assistant",
                "model": "claude-opus-5-5",
                "content": [{"type": "text", "text": f"answer {number}"}],
                "stop_reason": "end_turn",
                "usage": {"input_tokens": 3, "output_tokens": 2},
            },
        },
        **changes,
    }


def captures(count: int, first: int = 1) -> bytes:
    """Lines of capture records with the ids from ex_1 on."""
    return b"".join(line(capture(number)) for number in range(first, first + count))


def line(record: Any) -> bytes:
    """A record as a JSON line."""
    return json.dumps(record).encode() + b"\n"


def gzipped(*members: bytes) -> bytes:
    """A gzip file of several members."""
    return b"".join(gzip.compress(member, mtime=0) for member in members)


def zstd(*frames: bytes) -> bytes:
    """A zstd file of several frames."""
    return b"".join(zstandard.compress(frame) for frame in frames)


def input_file(path: Path, content: bytes | None = None) -> InputFile:
    """The input at a path, written first if there is content to write."""
    if content is not None:
        path.write_bytes(content)
    return find_inputs([path])[0]


class Read:
    """Everything that came out of reading a file.

    Attributes:
        envelopes: the exchanges in order.
        rejects: what could not be read, by the reader or the decoder: line and reason.
        lines: all lines that stood in blocks, with their numbers.
    """

    def __init__(self, file: InputFile, source: str | None = None, **options: Any) -> None:
        self.envelopes: list[Envelope] = []
        self.rejects: list[tuple[int, str]] = []
        self.lines: list[tuple[int, bytes]] = []
        self.blocks: list[Block] = []
        self.resume: Resume | None = None
        for item in read_blocks(file, source, **options):
            match item:
                case Block():
                    self._decode(item)
                case Reject(_, number, reason):
                    self.rejects.append((number, reason))
                case Resume():
                    self.resume = item

    def _decode(self, block: Block) -> None:
        self.blocks.append(block)
        self.lines += numbered_lines(block)
        for number, found in decode_block(block):
            if isinstance(found, LineError):
                self.rejects.append((number, found.reason))
            else:
                self.envelopes += found

    @property
    def ids(self) -> list[str | None]:
        """The ids of the exchanges."""
        return [envelope.id for envelope in self.envelopes]

    @property
    def text(self) -> str:
        """The reasons of all rejects together."""
        return "; ".join(reason for _, reason in self.rejects)


def exchange(envelope: Envelope) -> Exchange:
    """An envelope as everything above the wire sees it."""
    return wire.decode(envelope, wire.WireMemory(), default_id="none")


def words(message: Message) -> list[str]:
    """The texts of a message."""
    return [part.text for part in message.parts if isinstance(part, Text)]
