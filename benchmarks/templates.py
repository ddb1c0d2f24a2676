"""How fast texts are read for templates, in how much memory, and how often they ask for something.

Speed is per second of processor time on one core, best of several rounds: anchors alone (the fast
stage), anchors and intents, with vectors as well, and a whole worker, from lines of a file to parts
on the disk. Texts are made (English-like words, the same for everyone) or read from a folder of
Parquet files with a column `text`, `prompt` or `content`; with a folder the rates of intents are
printed too, file by file.

    python -m benchmarks.templates [FOLDER] [--texts 8000] [--rounds 5]
"""

import argparse
import json
import random
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

import polars as pl

from stillwatch.sources.blocks import Block
from stillwatch.sources.bookmark import NOWHERE
from stillwatch.store.parts import PARTS
from stillwatch.store.worker import Setup, Worker
from stillwatch.traits.features import Featurer
from stillwatch.traits.intents import intents, names_of
from stillwatch.traits.shingles import Shingler
from stillwatch.traits.turns import folded

TARGET = 100_000
"""Prompts a second and core through the fast stage, on prompts of about 400 bytes."""
KEY = b"benchmark key, 32 bytes of it..."
WORDS = 62
"""Words of a made text: about 400 bytes."""
MOST_OF_A_FILE = 6_000
MOST_OF_WORKER = 3_000
"""Texts for a whole worker, which does much more with each."""
COLUMNS = ("text", "prompt", "content")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Speed and memory of reading texts.")
    parser.add_argument("folder", type=Path, nargs="?", help="Parquet files of prompts")
    parser.add_argument("--texts", type=int, default=8_000, help="how many are made")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    speed("made", made(options.texts), options.rounds)
    if options.folder:
        files = {path.stem: read(path) for path in sorted(options.folder.glob("*.parquet"))}
        speed("read", [text for texts in files.values() for text in texts], options.rounds)
        rates(files)


def made(count: int) -> list[str]:
    """Texts of about 400 bytes; one word in seventeen has a digit."""
    draw = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    known = ["".join(draw.choices(letters, k=draw.randint(2, 9))) for _ in range(5_000)]
    known[::17] = [f"word{place}" for place in range(0, 5_000, 17)]
    return [" ".join(draw.choices(known, k=WORDS)) for _ in range(count)]


def read(path: Path) -> list[str]:
    """The first texts of a file, white space folded as in blocks."""
    table = pl.read_parquet(path)
    column = next(name for name in COLUMNS if name in table.columns)
    return [folded(text) for text in table[column].drop_nulls().head(MOST_OF_A_FILE)]


def speed(name: str, texts: Sequence[str], rounds: int) -> None:
    """Print texts and megabytes a second for each stage, and the memory of each."""
    size = _bytes(texts)
    print(f"{name}: {len(texts):,} texts of {size / len(texts):,.0f} bytes, best of {rounds}")
    shingler, featurer = Shingler(KEY), Featurer(KEY)

    def asked() -> None:
        shingler.sketch(texts)
        intents(texts)

    def all_of_it() -> None:
        asked()
        featurer.codes(texts)

    _line("anchors", lambda: shingler.sketch(texts), texts, size, rounds)
    _line("anchors, intents", asked, texts, size, rounds)
    _line("anchors, intents, vectors", all_of_it, texts, size, rounds)
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        few = texts[:: -(-len(texts) // MOST_OF_WORKER)]
        block, size = _block(few), _bytes(few)
        _line("whole worker", lambda: _work(block, Path(folder)), few, size, rounds)
    print(f"  target of the fast stage: {TARGET:,} a second (texts of about 400 bytes)")


def rates(files: dict[str, list[str]]) -> None:
    """Print how many texts of each file ask for what, in percent."""
    print("intents, % of texts")
    people: Counter[str] = Counter()
    for name, texts in files.items():
        found = Counter(what for mask in intents(texts) for what in names_of(int(mask)))
        print(f"  {name:36} {_percent(found, len(texts))}")
        if name.startswith("human"):
            people.update({"": len(texts), **found})
    if people:
        print(f"  {'all human':36} {_percent(people, people.pop(''))}")


def _bytes(texts: Sequence[str]) -> int:
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def _percent(found: Counter[str], texts: int) -> str:
    return ", ".join(f"{name} {100 * count / texts:.2f}" for name, count in sorted(found.items()))


def _line(
    name: str, work: Callable[[], object], texts: Sequence[str], size: int, rounds: int
) -> None:
    work()
    best = min(_timed(work) for _ in range(rounds))
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(
        f"  {name:26} {len(texts) / best:>10,.0f}/s {size / best / 1e6:>7.1f} MB/s "
        f"{1e6 * best / len(texts):>7.1f} us each; peak {peak / 1e6:.1f} MB, "
        f"{peak / len(texts):,.0f} bytes a text"
    )


def _timed(work: Callable[[], object]) -> float:
    begin = process_time()
    work()
    return process_time() - begin


def _block(texts: Sequence[str]) -> Block:
    """One short exchange for each text, as lines of a capture."""
    lines = [
        json.dumps(
            {
                "id": f"ex_{place}",
                "time": 1_780_000_000 + place,
                "account": f"acct_{place % 500}",
                "request": {
                    "path": "/v1/messages",
                    "body": {"model": "m", "messages": [{"role": "user", "content": text}]},
                },
                "response": {
                    "status": 200,
                    "body": {
                        "id": f"msg_{place}",
                        "role": "assistant",
                        "stop_reason": "end_turn",
                        "content": [{"type": "text", "text": f"Answer {place}."}],
                    },
                },
            }
        )
        for place, text in enumerate(texts)
    ]
    return Block("made.jsonl", "capture", 1, "\n".join(lines).encode() + b"\n", NOWHERE)


def _work(block: Block, folder: Path) -> None:
    (folder / PARTS).mkdir(exist_ok=True)
    outcome = Worker(Setup(folder, "bench", KEY, keep_text=False)).read(block)
    assert outcome.exchanges
    assert not outcome.rejects
    for part in (folder / PARTS).iterdir():
        part.unlink()


if __name__ == "__main__":
    main()
