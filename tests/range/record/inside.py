"""What tests run in a room: record a small story, or start things and wait to be killed."""

import asyncio
import json
import sys
from pathlib import Path

from stillwatch_range.record import room
from stillwatch_range.record.recording import play, write
from stillwatch_range.record.tools import Tools
from tests.range.record.small import small_story


def main():
    spec = json.loads(sys.argv[1])
    elsewhere = {name: Path(path) for name, path in spec["elsewhere"].items()}
    tools = Tools(Path(spec["tools"]), elsewhere)
    story = small_story([tuple(player) for player in spec["players"]])
    tape = room.root() / "tape.jsonl"
    failures = asyncio.run(play(story, tools, tape))
    out = Path(spec["out"])
    written = write(story, tape, out, vendor_text=spec.get("vendor_text", False))
    (out / "said.json").write_text(json.dumps({"failures": failures, "written": written}))


if __name__ == "__main__":
    main()
