"""The example day, many times over: as much traffic as wanted, with nothing in it twice.

Every copy of the day gets ids, accounts and texts of its own, so that what the reader remembers of
one copy does not help with the next. What real clients send unchanged with every request (system
prompts, tool definitions) stays as it is.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stillwatch.sources.blocks import Block, numbered_lines, read_blocks
from stillwatch.sources.inputs import find_inputs

EXAMPLE = Path("examples/day")
SALTED = frozenset({"text", "content", "thinking", "signature", "arguments", "output", "command"})
IDS = frozenset({"id", "tool_use_id", "call_id", "tool_call_id", "item_id", "response_id"})
UNCHANGED = frozenset({"system", "tools", "instructions"})


def example_lines(folder: Path = EXAMPLE) -> list[memoryview]:
    """The lines of the example."""
    return [
        line
        for file in find_inputs([folder])
        for block in read_blocks(file)
        if isinstance(block, Block)
        for _, line in numbered_lines(block)
    ]


def amplified(least_bytes: int, folder: Path = EXAMPLE) -> Iterator[bytes]:
    """Lines until there are at least so many bytes."""
    lines = [json.loads(bytes(line)) for line in example_lines(folder)]
    written = 0
    copy = 0
    while written < least_bytes:
        copy += 1
        for line in lines:
            text = json.dumps(_copied(line, f"{copy:05d}"), separators=(",", ":"))
            written += len(text) + 1
            yield text.encode()
            if written >= least_bytes:
                return


def _copied(line: dict[str, Any], salt: str) -> dict[str, Any]:
    fresh = _salted(line, salt)
    fresh["account"] = f"{line['account']}-{salt}"
    fresh["id"] = f"{line['id']}-{salt}"
    return fresh


def _salted(value: Any, salt: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {
            name: inner if name in UNCHANGED else _salted(inner, salt, name)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_salted(inner, salt, key) for inner in value]
    if isinstance(value, str) and key in IDS:
        return value[: -len(salt)] + salt
    if isinstance(value, str) and key in SALTED:
        return f"{value} {salt}"
    return value


def main() -> None:
    """Write as many MiB as the first argument says to standard output."""
    for line in amplified(int(sys.argv[1]) << 20):
        sys.stdout.buffer.write(line + b"\n")


if __name__ == "__main__":
    main()
