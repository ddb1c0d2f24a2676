"""Record the example day: `python -m examples.record --prompts DIR --out DIR`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from examples.record.cast import load_cast
from examples.record.recorder import TAPE, record
from examples.record.write import write_day
from stillwatch.errors import StillwatchError
from stillwatch_range.record import room
from stillwatch_range.record.tools import Tools

NEEDED = ("claude", "claude-old", "codex", "opencode", "python", "litellm")


def main() -> int:
    """Record in a room, then write the captures; or only write them from an earlier recording."""
    options = _options()
    if room.inside():
        return _play(options)
    tape = options.state / TAPE
    if not options.develop:
        try:
            Tools(options.tools, {}).check(NEEDED)
            options.state.mkdir(parents=True, exist_ok=True)
            tape.unlink(missing_ok=True)
            keep = [Path.cwd(), options.state, options.tools, options.prompts]
            status = room.run_inside("examples.record", sys.argv[1:], keep)
        except StillwatchError as error:
            print(error.message, error.hint, file=sys.stderr)
            return 2
        if status:
            return status
    print(write_day(load_cast(options.prompts), tape, options.traces, options.out))
    return 0


def _play(options: argparse.Namespace) -> int:
    cast = load_cast(options.prompts)
    sessions = [s for s in cast.sessions if not options.only or s.road == options.only]
    for failure in asyncio.run(record(cast, sessions, Tools(options.tools, {}), options.state)):
        print(f"not as planned: {failure}", file=sys.stderr)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.record", description=__doc__)
    parser.add_argument("--prompts", type=Path, required=True, help="folder of prompt sets")
    parser.add_argument("--traces", type=Path, required=True, help="folder of trace sets")
    parser.add_argument("--out", type=Path, required=True, help="where the captures go")
    parser.add_argument("--only", help="play only this road, such as pool-relay")
    parser.add_argument("--develop", action="store_true", help="write again from the last tape")
    parser.add_argument("--state", type=Path, default=Path("/var/tmp/stillwatch-record"))
    parser.add_argument("--tools", type=Path, default=Path("/opt/stillwatch-record"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
