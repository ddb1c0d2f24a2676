"""A worker meets whatever strangers send, and every line ends as an exchange or as a reject."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.sources.blocks import Block
from stillwatch.sources.bookmark import NOWHERE
from stillwatch.store.parts import PARTS
from stillwatch.store.worker import Setup, Worker

ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
PART = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "tool_use", "tool_result", "thinking", "image", "x"])},
    optional={
        name: ANY | st.text(max_size=30)
        for name in (
            "text",
            "id",
            "name",
            "input",
            "tool_use_id",
            "content",
            "signature",
            "thinking",
        )
    },
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system", "tool"]) | ANY},
    optional={
        "content": st.text(max_size=40) | st.lists(PART, max_size=3) | ANY,
        "tool_calls": ANY,
        "type": st.sampled_from(["message", "function_call", "reasoning"]) | ANY,
    },
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "model": ANY | st.text(max_size=8),
        "messages": st.lists(MESSAGE, max_size=4) | ANY,
        "input": st.lists(MESSAGE, max_size=4) | ANY,
        "system": st.text(max_size=30) | st.lists(PART, max_size=2) | ANY,
        "tools": ANY | st.lists(st.fixed_dictionaries({"name": st.text(max_size=8)}), max_size=3),
        "metadata": ANY,
        "max_tokens": ANY,
        "stream": ANY,
        "content": st.lists(PART, max_size=3) | ANY,
        "choices": ANY,
        "output": st.lists(MESSAGE, max_size=3) | ANY,
        "usage": st.dictionaries(
            st.sampled_from(["input_tokens", "output_tokens", "prompt_tokens"]), ANY, max_size=3
        )
        | ANY,
        "id": ANY | st.text(max_size=20),
        "error": ANY,
    },
)
LINE = st.fixed_dictionaries(
    {
        "time": st.floats(0, 4e9) | st.just("2026-07-01T12:00:00Z") | ANY,
        "account": st.text(max_size=8) | ANY,
        "request": st.fixed_dictionaries(
            {"body": BODY | ANY},
            optional={
                "path": st.sampled_from(["/v1/messages", "/v1/chat/completions", "/v1/responses"]),
                "headers": st.dictionaries(st.text(max_size=12), st.text(max_size=20), max_size=4),
                "raw": st.text(max_size=20),
            },
        ),
    },
    optional={
        "id": st.text(max_size=8),
        "duration_ms": ANY,
        "organization": st.text(max_size=8),
        "client": st.fixed_dictionaries({}, optional={"ip": ANY, "asn": ANY, "ja4": ANY}),
        "response": st.fixed_dictionaries(
            {},
            optional={"status": ANY | st.integers(100, 599), "body": BODY | ANY, "events": ANY},
        ),
    },
)


@settings(max_examples=100, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=4))
def test_every_line_ends_as_an_exchange_or_as_a_reject(lines):
    """Numbers beyond any column, parts of any shape, empty names: nothing stops a worker."""
    data = "".join(json.dumps(line) + "\n" for line in lines).encode()
    with TemporaryDirectory() as folder:
        (Path(folder) / PARTS).mkdir()
        worker = Worker(Setup(Path(folder), "run", b"k" * 32, keep_text=True))
        outcome = worker.read(Block("t.jsonl", "capture", 1, data, NOWHERE))
    assert outcome.exchanges + outcome.rejects == len(lines)
