"""Record the example day: `python -m examples.record --prompts DIR --out DIR`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from examples.record.cast import load_cast
from stillwatch_range.record.director import record
from stillwatch_range.record.tools import Tools
from examples.record.write import write_day


def main() -> int:
    """Record, then write the captures; or only write them from an earlier recording."""
    options = _options()
    cast = load_cast(options.prompts)
    sessions = [s for s in cast.sessions if not options.only or s.road == options.only]
    tape = options.state / "tape.jsonl"
    if not options.develop:
        if os.geteuid() != 0:
            print("Recording makes users and host names: run it as root.", file=sys.stderr)
            return 2
        tools = Tools(options.tools)
        tools.check()
        tape.unlink(missing_ok=True)
        for failure in asyncio.run(record(cast, sessions, tools, options.state)):
            print(f"not as planned: {failure}", file=sys.stderr)
    print(write_day(cast, tape, options.traces, options.out))
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
