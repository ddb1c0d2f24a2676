"""Recorders with real writers, and what they left on the disk."""

import io
import itertools
import os
import resource
import time

import psutil
import pytest

from stillwatch.gateway.recording.passed import Passed
from stillwatch.gateway.recording.recorder import Recorder, RecorderSettings
from stillwatch.sources import captures
from stillwatch.sources.inputs import find_inputs
from stillwatch.sources.streams import Unpacked

NOW = 1_790_000_000.0
_numbers = itertools.count()


def passed(body=b'{"model": "m"}', *, target="/v1/messages", headers=(), answer=(), **more):
    """An exchange that passed."""
    return Passed(
        id=more.get("id", f"ex_{next(_numbers)}"),
        account=more.get("account", "acct_1"),
        began_s=more.get("began_s", NOW),
        duration_ms=12.5,
        method="POST",
        target=target,
        headers=[*headers],
        body=body,
        status=more.get("status", 200),
        answer_headers=[*more.get("answer_headers", ())],
        answer=[*answer],
    )


def read_back(folder):
    """The envelopes in a folder, whole lines only, as a hunt finds them."""
    found = []
    if not any(folder.iterdir()):
        return found
    for file in find_inputs([folder]):
        with file.path.open("rb") as opened:
            for line in io.BufferedReader(Unpacked(opened, "zstd")):
                if line.endswith(b"\n"):
                    found += captures.decode(line)
    return found


def until(condition, seconds=30):
    """Wait for something that happens beside us."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def writers(process=None):
    """The writers of a process, by default of this one."""
    found = []
    for child in psutil.Process(process or os.getpid()).children():
        try:
            if any("recording.writer" in word for word in child.cmdline()):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def fill_disk(writer, most):
    """Let the kernel refuse a writer what lies beyond so many bytes of a file, or nothing."""
    _, hard = resource.prlimit(writer.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(writer.pid, resource.RLIMIT_FSIZE, (hard if most is None else most, hard))


@pytest.fixture
def recording(tmp_path):
    """Starts recorders into one folder."""
    started = []

    def start(**settings):
        settings = RecorderSettings(tmp_path / "captures", **settings)
        recorder = Recorder(settings)
        recorder.start()
        started.append(recorder)
        return recorder, settings.folder

    yield start
    for recorder in started:
        recorder.stop(5.0)


def is_whole(counts):
    """Whether every exchange that was offered became something."""
    return counts.offered == (
        counts.stored + counts.left_out + counts.dropped + counts.lost + counts.waiting
    )
