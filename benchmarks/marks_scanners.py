"""What scanners of hidden text say about sealed requests: they are to say nothing.

    python -m benchmarks.marks_scanners [--scanners PYTHON] [--installs 50]

Whoever wants to know of a seal uses `stillwatch marks disclose`, or compares installs
(`tests/marks/test_differences.py`); a seal is no hidden text. Beside our own scanner, others run in
an environment of their own, whose interpreter `--scanners` names:

    python -m venv DIR && DIR/bin/pip install structlog unicode-smuggling-guard==1.3.0
    DIR/bin/pip install --no-deps llm-guard==0.3.16

The controls are the same requests with eight zero-width characters in one text of each, and the
marks that the tests plant, one way or more for each channel; a scanner that finds none of them
would prove nothing.
"""

import argparse
import json
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.marks_relays import SIZE, table
from benchmarks.marks_requests import as_chat, conversation, talk
from tests.marks.foreign.planted import PROSE, plants

from stillwatch.marks.foreign import scan_request, scan_text
from stillwatch.marks.grammar import load, shipped
from stillwatch.marks.seal import Sealer

OUTSIDE = Path(__file__).with_name("marks_outside.py")
HIDDEN = "".join("\u200b\u200c"[bit] for bit in (0, 1, 1, 0, 1, 0, 0, 1))
"""A letter in zero-width characters."""
Counts = Mapping[str, Sequence[int]]


def main() -> None:
    """Scan and print."""
    parser = argparse.ArgumentParser(description="What scanners say about sealed requests.")
    parser.add_argument("--scanners", type=Path, help="Python of the other scanners' environment")
    parser.add_argument("--installs", type=int, default=50)
    options = parser.parse_args()
    plain = list(requests())
    sealed = [body for number in range(options.installs) for body in requests(number)]
    marked = [_marked(body) for body in sealed]
    bodies = {"no seal": plain, "sealed": sealed, "sealed, zero-width control": marked}
    texts = {kind: [_written(body) for body in some] for kind, some in bodies.items()}
    texts |= {"sealed texts alone": list(sealed_texts(options.installs)), "ordinary prose": [PROSE]}
    texts["planted marks"] = [text for _, _, text in plants()]
    found: dict[str, Counts] = {"stillwatch marks scan": _own(texts, bodies)}
    if options.scanners:
        found |= _outside(options.scanners, texts)
    _print(texts, found)


def requests(install: int | None = None) -> Iterator[dict[str, Any]]:
    """A request of each kind, sealed for an install or, without one, not sealed."""
    coding, assistant = load("coding-agent"), load("chat-assistant")
    plain = conversation(coding, SIZE)
    for grammar, body in ((coding, plain), (coding, as_chat(plain)), (assistant, talk())):
        if install is None:
            yield body
        else:
            yield Sealer(grammar, f"in_{install}", _key(install)).seal(body)


def sealed_texts(installs: int) -> Iterator[str]:
    """The sealed texts themselves, of both grammars, as an install's client holds them."""
    for name in shipped():
        grammar = load(name)
        blank = {"messages": [{"role": "user", "content": "Hello"}]}
        for number in range(installs):
            body = conversation(grammar, SIZE, calls=0) if name == "coding-agent" else blank
            sealed = Sealer(grammar, f"in_{number}", _key(number)).seal(body)
            yield from _strings(sealed)


def _key(install: int) -> bytes:
    return install.to_bytes(2, "big") * 16


def _marked(body: dict[str, Any]) -> dict[str, Any]:
    """A request with a letter hidden in its last message."""
    copy: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(body))
    last = copy["messages"][-1]
    if isinstance(last["content"], str):
        last["content"] = f"One{HIDDEN} {last['content']}"
    else:
        last["content"][-1]["text"] = f"One{HIDDEN} {last['content'][-1]['text']}"
    return copy


def _written(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _own(texts: Mapping[str, list[str]], bodies: Mapping[str, Any]) -> Counts:
    """Our scanner: requests as such, other texts as a client's own, which is stricter."""
    return {
        kind: [
            len(scan_request(text)) if kind in bodies else len(scan_text(text, own=True))
            for text in some
        ]
        for kind, some in texts.items()
    }


def _outside(python: Path, texts: Mapping[str, list[str]]) -> dict[str, Counts]:
    command = [str(python), str(OUTSIDE)]
    done = subprocess.run(
        command, input=json.dumps(texts).encode(), capture_output=True, check=True
    )
    found: dict[str, Counts] = json.loads(done.stdout)
    return found


def _print(texts: Mapping[str, list[str]], found: Mapping[str, Counts]) -> None:
    rows = []
    for kind, some in texts.items():
        size = f"{sum(map(len, some)):,}"
        cells = []
        for counts in found.values():
            hit = sum(count > 0 for count in counts[kind])
            cells.append(f"{hit} ({sum(counts[kind])})")
        rows.append((kind, len(some), size, *cells))
    table("Texts with findings (findings)", ("what", "texts", "characters", *found), rows)


if __name__ == "__main__":
    main()
