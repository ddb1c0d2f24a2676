"""What seals reach: bounds, power, survival, speed, tokens and caches, as Markdown.

    python -m benchmarks.marks [--installs 1000000] [--tries 10000000] [--trials 1000] [--npm DIR]
        [--tools DIR]

`--npm` names a folder whose node_modules hold gpt-tokenizer; without it tokens are not counted.
Times are the median and the lowest of many runs on one core; their ratio to decoding the same bytes
as JSON is what can be compared between machines.
"""

import argparse
import json
import math
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
from benchmarks.marks_relays import Trial, survival, survival_through, table
from benchmarks.marks_requests import conversation
from benchmarks.marks_rewrites import CHANGES

from stillwatch.marks.codebook import Codebook, Span
from stillwatch.marks.codeword import codeword
from stillwatch.marks.enrolled import Install, add_installs, read_installs
from stillwatch.marks.grammar import Grammar, load, shipped
from stillwatch.marks.match import FALSE_ACCEPT_LOG10, Matcher, Sender, tail_log10
from stillwatch.marks.read import Reader, Reading
from stillwatch.marks.seal import Sealer
from stillwatch.marks.secrets import MarkKey, new_file

NOW_S = 1_780_000_000.0
SIZE = 54_000
"""Characters of text; with its JSON around it a request has about 60,000 bytes."""
ACCURACY = 0.99
"""Chance that a site that was not destroyed is read right (notes on earlier schemes: 99%)."""
OTHER = 1_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What seals reach.")
    parser.add_argument("--installs", type=int, default=1_000_000)
    parser.add_argument("--tries", type=int, default=10_000_000, help="pairs for false accepts")
    parser.add_argument("--trials", type=int, default=1_000, help="searches among all installs")
    parser.add_argument("--npm", type=Path, help="folder with node_modules/gpt-tokenizer")
    parser.add_argument("--tools", type=Path, help="real relays, as for benchmarks.marks_relays")
    options = parser.parse_args()
    grammar = load("coding-agent")
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        key = new_file(Path(folder) / "marks.json", NOW_S).keys[0]
        names = [f"in_{number:016x}" for number in range(options.installs)]
        register(Path(folder) / "installs.jsonl", names)
    book = built(grammar, names, Span(key, key.epoch(NOW_S)))
    false_accepts(grammar, key, options.tries)
    true_accepts(options.trials * 100)
    searches(grammar, book, key, options.trials)
    survival(Trial(book, grammar, conversation(grammar, SIZE)))
    if options.tools:
        survival_through(options.tools, book)
    speed(grammar, key)
    caches(grammar, key)
    tokens(key, options.npm)


def register(file: Path, names: Sequence[str]) -> None:
    """Print how long the register takes to load."""
    add_installs(file, (Install(name, f"acct_{name}", f"org_{name}") for name in names))
    begin = perf_counter()
    count = len(read_installs(file))
    print(f"Register of {count:,} installs, {file.stat().st_size >> 20} MiB: ", end="")
    print(f"loaded in {perf_counter() - begin:.1f} s.")


def built(grammar: Grammar, names: Sequence[str], span: Span) -> Codebook:
    """Build a codebook and print how long it took and its memory."""
    begin = perf_counter()
    book = Codebook(grammar, names, [span])
    took = perf_counter() - begin
    print(f"Codebook of {len(book):,} installs: built in {took:.1f} s, {book.nbytes / 1e6:.0f} MB.")
    return book


def least(sites: int, tries: int = 1) -> int:
    """Fewest agreements that are accepted, by the rule of `Matcher.find`."""
    level = FALSE_ACCEPT_LOG10 - math.log10(2) - math.log10(tries)
    return next((k for k in range(sites + 1) if tail_log10(sites, k) <= level), sites + 1)


def false_accepts(grammar: Grammar, key: MarkKey, tries: int) -> None:
    """Exact bounds, and readings of others' seals held against installs that did not make them."""
    rows = []
    for sites in (40, 64, 128, 192, 256):
        for many in (1, 1_000_000):
            need = least(sites, many)
            bound = f"{2 * many * 10 ** tail_log10(sites, need):.1e}" if need <= sites else "none"
            rows.append((sites, f"{many:,}", need if need <= sites else "cannot", bound))
    table("False accepts, exact", ("sites read", "installs tried", "must agree", "bound"), rows)
    draw = np.random.default_rng(1)
    per = max(1, tries // OTHER)
    words = _words(key.install_keys((f"claimed {n}" for n in range(per)), 1), grammar)
    others = _words(key.install_keys((f"other {n}" for n in range(OTHER)), 1), grammar)
    accepted, highest = 0, 0.0
    needs = np.array([least(n) for n in range(grammar.width + 1)])
    for other in others:
        mask = _packed(draw.random((1, grammar.width)) < draw.uniform(0.3, 1))
        read = int(np.bitwise_count(mask).sum())
        agreed = read - np.bitwise_count((words ^ other) & mask).sum(axis=1, dtype=np.int64)
        accepted += int((agreed >= needs[read]).sum())
        highest = max(highest, -tail_log10(read, int(agreed.max())))
    print(
        f"\n{per * OTHER:,} readings of one install's seal, 30 to 100% of sites read, claimed for"
    )
    print(f"another: {accepted} accepted; the best match had chance 10^-{highest:.1f} by itself.")


def true_accepts(trials: int) -> None:
    """How often the owner's seal is accepted when sites were destroyed."""
    draw, rows = np.random.default_rng(2), []
    for sites in (128, 170, 256):
        for lost in (0.1, 0.3, 0.4, 0.5):
            row: list[Any] = [sites, f"{lost:.0%}"]
            gone = draw.binomial(sites, lost, trials)
            right = draw.binomial(sites - gone, ACCURACY)
            for read, agreed in (
                (sites - gone, right),
                (np.full(trials, sites), right + draw.binomial(gone, 0.5)),
            ):
                needs = np.array([least(n) for n in range(sites + 1)])
                row.append(f"{np.mean(agreed >= needs[read]):.3%}")
            rows.append(row)
    head = ("sites", "destroyed", "accepted, erased", "accepted, read as coin flips")
    table(
        f"True accepts of a claimed install ({trials:,} trials, 99% of the rest right)", head, rows
    )


def searches(grammar: Grammar, book: Codebook, key: MarkKey, trials: int) -> None:
    """How often, and how fast, the install is named among all."""
    draw, rows = np.random.default_rng(3), []
    matcher = Matcher(book, [])
    for how in ("erased", "read as coin flips"):
        for lost in (0.2, 0.3, 0.4):
            found, times = 0, []
            for _ in range(trials // 3):
                name = book.installs[int(draw.integers(len(book.installs)))]
                word = codeword(
                    key.install_key(name, key.epoch(NOW_S)), grammar.name, grammar.width
                )
                gone, wrong = (
                    draw.random(grammar.width) < lost,
                    draw.random(grammar.width) > ACCURACY,
                )
                flips = (
                    wrong if how == "erased" else wrong | (gone & (draw.random(gone.size) < 0.5))
                )
                bits = int.from_bytes(word, "little") ^ _number(flips)
                known = _number(~gone) if how == "erased" else _number(np.ones_like(gone))
                begin = perf_counter()
                match = matcher.find(Reading(bits & known, known))
                times.append(perf_counter() - begin)
                found += match is not None and match[0].install == name
            share = f"{found / len(times):.2%}"
            rows.append((how, f"{lost:.0%}", share, *(_ms(t) for t in (median(times), max(times)))))
    head = ("destroyed sites", "share", "named rightly", "median ms", "longest ms")
    table(f"Naming one of {len(book):,} installs ({trials // 3} trials each)", head, rows)


def speed(grammar: Grammar, key: MarkKey) -> None:
    """Times to seal and to read a request, beside decoding it."""
    name = "in_bench"
    secret = key.install_key(name, key.epoch(NOW_S))
    sealer, reader = Sealer(grammar, name, secret), Reader(grammar)
    body = conversation(grammar, SIZE)
    raw = msgspec.json.encode(body)
    sealed = sealer.seal(body)
    hurt = CHANGES["white space collapsed"](sealed)
    lines = CHANGES["20% of lines rewritten"](sealed)
    matcher = Matcher(
        Codebook(grammar, [name], [Span(key, key.epoch(NOW_S))]), [Install(name, "acct_1")]
    )
    sender = Sender("acct_1")
    json_s = _timed(lambda: json.loads(raw))
    rows = [
        (what, *(_ms(value) for value in times), f"{times[0] / json_s[0]:.2f}")
        for what, times in (
            ("json.loads of the same bytes", json_s),
            ("seal", _timed(lambda: sealer.seal(body, "anthropic"))),
            ("read", _timed(lambda: reader.read_body(sealed))),
            (
                "verify: read and decide, own install",
                _timed(lambda: matcher.decide(reader.read_body(sealed), sender)),
            ),
            ("read, white space collapsed", _timed(lambda: reader.read_body(hurt))),
            ("read, 20% of lines rewritten", _timed(lambda: reader.read_body(lines))),
        )
    ]
    head = ("what", "lowest ms", "median ms", "to json.loads")
    table(f"Times for a request of {len(raw):,} bytes", head, rows)


def caches(grammar: Grammar, key: MarkKey) -> None:
    """Blocks that successive requests begin with, which prompt caches live on."""
    sealer = Sealer(grammar, "in_bench", key.install_key("in_bench", key.epoch(NOW_S)))
    whole = conversation(grammar, SIZE, 60)
    rows = []
    for what, change in (("plain", lambda body: body), ("sealed", sealer.seal)):
        sent = shared = 0
        before: list[bytes] = []
        for size in range(1, len(whole["messages"]) + 1, 2):
            now = _blocks(change({**whole, "messages": whole["messages"][:size]}))
            shared += sum(
                1
                for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, now, strict=False))
            )
            sent += len(now)
            before = now
        rows.append((what, f"{sent:,}", f"{shared:,}", f"{shared / sent:.3%}"))
    head = ("requests", "blocks sent", "in the same place in the request before", "share")
    table("Prompt caches: the requests of one conversation", head, rows)


def _blocks(body: dict[str, Any]) -> list[bytes]:
    """A request's blocks in the order in which caches see them."""
    values = [*body["tools"], *body["system"], *body["messages"]]
    return [msgspec.json.encode(value) for value in values]


def tokens(key: MarkKey, npm: Path | None) -> None:
    """Tokens of plain and sealed texts."""
    if npm is None:
        print("\nTokens were not counted: name a folder with --npm.")
        return
    rows = []
    for name in shipped():
        grammar = load(name)
        plain = conversation(grammar, SIZE) if name == "coding-agent" else _chat()
        bodies = [
            Sealer(grammar, f"in_{n}", key.install_key(f"in_{n}", 1)).seal(plain) for n in range(50)
        ]
        texts = [_text(body) for body in bodies]
        first = _text(plain) if name == "coding-agent" else None
        counted = _count([*([first] if first else []), *texts], npm)
        for tokenizer, (head, *rest) in counted.items():
            rows.append((name, tokenizer, f"{head:,}", min([head, *rest]), max([head, *rest])))
    head = ("grammar", "tokenizer", "plain, or first install", "fewest of 50", "most of 50")
    table("Tokens of whole requests", head, rows)


def _chat() -> dict[str, Any]:
    said = [{"role": "user", "content": f"Question {n}, please?"} for n in range(5)]
    yes = {"role": "assistant", "content": "Yes."}
    return {"system": "Be kind.", "messages": [m for one in said for m in (one, yes)]}


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, indent=0, ensure_ascii=False).replace("\\n", "\n")


def _count(texts: list[str], npm: Path) -> dict[str, list[int]]:
    script = Path(__file__).with_name("marks_tokens.mjs")
    command = ["node", str(script), str(npm)]
    done = subprocess.run(
        command, input=json.dumps(texts).encode(), capture_output=True, check=True
    )
    counted: dict[str, list[int]] = json.loads(done.stdout)
    return counted


def _words(keys: Any, grammar: Grammar) -> np.ndarray:
    size = -(-grammar.width // 64) * 8
    words = (codeword(key, grammar.name, grammar.width).ljust(size, b"\0") for key in keys)
    return np.frombuffer(b"".join(words), "<u8").reshape(-1, size // 8)


def _packed(bits: np.ndarray) -> np.ndarray:
    packed = np.packbits(bits, axis=1, bitorder="little")
    return np.pad(packed, ((0, 0), (0, -packed.shape[1] % 8))).view("<u8")


def _number(bits: np.ndarray) -> int:
    return int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")


def _timed(work: Callable[[], Any], runs: int = 400) -> tuple[float, float]:
    times = []
    for _ in range(runs):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return min(times), median(times)


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3f}"


if __name__ == "__main__":
    main()
