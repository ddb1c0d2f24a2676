"""The door of this package: record into a folder, in a room that is made and taken down.

The same module runs on both sides: `record` makes the room, `main` is what runs in it.
"""

import asyncio
import itertools
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from stillwatch.errors import EngineError, SettingsError, StillwatchError
from stillwatch_range.layout import CAPTURES, LABELS
from stillwatch_range.record import room
from stillwatch_range.record.plan import Wish, plan
from stillwatch_range.record.recording import Recorded, needs, play, write
from stillwatch_range.record.story import Session
from stillwatch_range.record.tools import Tools

PART = ".recording"
RESULT = "recorded.json"
HOUR_S = 3600


class Order(msgspec.Struct, frozen=True):
    """What is handed into the room.

    Attributes:
        wish: what to record.
        out: where it goes.
        tools: where the programs are.
        elsewhere: folders of groups of programs that lie somewhere else.
        vendor_text: keep the vendors' own texts.
    """

    wish: Wish
    out: str
    tools: str
    elsewhere: dict[str, str]
    vendor_text: bool

    def installed(self) -> Tools:
        """The programs."""
        return Tools(Path(self.tools), {name: Path(at) for name, at in self.elsewhere.items()})


def last_hour_s() -> int:
    """The last full hour before now, in seconds since the epoch."""
    return int(time.time()) // HOUR_S * HOUR_S


def record(wish: Wish, out: Path, tools: Tools, *, vendor_text: bool = False) -> Recorded:
    """Record real clients and relays into `out/captures` and `out/labels.jsonl`.

    Args:
        wish: what to record.
        out: a new or empty folder.
        tools: the programs.
        vendor_text: keep the vendors' prompts and tool descriptions, which are theirs; otherwise
            filler of the same length stands in their place.

    Raises:
        SettingsError: a program is missing, or no room can be made here.
        EngineError: the recording failed.
        KeyboardInterrupt: it was stopped; nothing is left.
    """
    tools.check(needs(plan(wish)))
    part = _part_of(out)
    elsewhere = {name: str(path.resolve()) for name, path in tools.elsewhere.items()}
    order = Order(wish, str(part), str(tools.root.resolve()), elsewhere, vendor_text)
    try:
        words = [msgspec.json.encode(order).decode()]
        status = room.run_inside(__spec__.name, words, [part, *tools.folders()])
        if status == 128 + signal.SIGINT:
            raise KeyboardInterrupt
        if status:
            raise EngineError("The recording failed", "Its last words stand above.")
        result = msgspec.json.decode((part / RESULT).read_bytes(), type=Recorded)
        for name in (CAPTURES, LABELS):
            (part / name).rename(out / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return result


def _part_of(out: Path) -> Path:
    """A fresh folder for what is not whole yet; one of a killed recording goes."""
    out.mkdir(parents=True, exist_ok=True)
    part = out.resolve() / PART
    shutil.rmtree(part, ignore_errors=True)
    if any(out.iterdir()):
        raise SettingsError(f"{out.name} is not empty", "Name a new folder with --out.")
    part.mkdir()
    return part


def _counting(total: int) -> Callable[[Session], None]:
    """Tell a person at a terminal how many conversations are done."""
    numbers = itertools.count(1)

    def tell(_: Session) -> None:
        done = next(numbers)
        if sys.stderr.isatty():
            print(f"\r{done} of {total} conversations", end="", file=sys.stderr)  # noqa: T201

    return tell


def main() -> int:
    """What runs in the room."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    order = msgspec.json.decode(sys.argv[1], type=Order)
    story = plan(order.wish)
    tape = room.root() / "tape.jsonl"
    try:
        failures = asyncio.run(play(story, order.installed(), tape, _counting(len(story.sessions))))
        exchanges, accounts = write(story, tape, Path(order.out), vendor_text=order.vendor_text)
    except StillwatchError as error:
        print(error.message, error.hint, file=sys.stderr)  # noqa: T201
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    recorded = Recorded(exchanges, accounts, tuple(failures))
    (Path(order.out) / RESULT).write_bytes(msgspec.json.encode(recorded))
    return 0


if __name__ == "__main__":
    sys.exit(main())
