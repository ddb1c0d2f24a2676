"""A model server, a gateway before it that records, and a tap before the gateway."""

import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import zstandard

from tests.gateway.clients.model_server import ModelServer
from tests.gateway.clients.tap import Tap
from tests.gateway.conftest import Gateway


class KeptRequest(msgspec.Struct):
    """A recorded request; its body stands in the line as it came, or beside it as a text."""

    headers: list[tuple[str, str]]
    body: msgspec.Raw
    raw: str | None = None
    verbatim: bool = False

    @property
    def text(self):
        assert self.verbatim or self.raw is not None
        return bytes(self.body) if self.verbatim else self.raw.encode()


class Kept(msgspec.Struct):
    """A recorded exchange."""

    request: KeptRequest


@dataclass
class Way:
    """From a client to a model."""

    model: ModelServer
    gate: Gateway
    tap: Tap
    record: Path

    def captures(self):
        """End the gateway and read what it recorded."""
        said = self.gate.stop()
        assert self.gate.process.returncode == 0, said
        unpacker = zstandard.ZstdDecompressor()
        lines = []
        for file in sorted(self.record.glob("*.zst")):
            with unpacker.stream_reader(file.read_bytes(), read_across_frames=True) as reader:
                lines += reader.read().splitlines()
        return [msgspec.json.decode(line, type=Kept).request for line in lines]

    def assert_untouched(self):
        """Bodies, and what was recorded of heads and bodies, are what the client sent and got."""
        asked, answers = self.tap.posts, self.tap.answers
        assert asked
        assert sorted(self.model.heard) == sorted(one.body for one in asked)
        assert sorted(self.model.said) == sorted(one.body for one in answers)
        assert not self.model.late
        captures = self.captures()
        assert sorted(one.text for one in captures) == sorted(one.body for one in asked)
        for one in asked:
            kept = next(capture for capture in captures if capture.text == one.body)
            assert [name for name, _ in kept.headers] == [name for name, _ in one.headers]
            sent = dict(one.headers)
            secret = {name for name, value in kept.headers if value == "redacted"}
            assert secret
            assert {name.lower() for name in secret} <= {"authorization", "x-api-key"}
            assert all(sent[name] == value for name, value in kept.headers if name not in secret)


@pytest.fixture
def way(gateway, tmp_path):
    """Sets up the way; rules are one Cedar text."""
    with ExitStack() as stack:

        def start(rules=""):
            model = stack.enter_context(ModelServer())
            gate = gateway(rules, "--record", tmp_path / "captures", to=model.url)
            tap = stack.enter_context(Tap(gate.port))
            model.reached = tap.passed
            return Way(model, gate, tap, tmp_path / "captures")

        yield start


@pytest.fixture
def work(tmp_path):
    """A home with a small repository."""
    folder = tmp_path / "home" / "mira" / "work"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("Buy cinnamon.\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder
