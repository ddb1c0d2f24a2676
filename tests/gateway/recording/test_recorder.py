"""Recording with a real writer: nothing that was acknowledged is lost, nothing ever waits."""

import json
import os
import subprocess
from pathlib import Path

import psutil
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.conftest import PYTHON

from .conftest import fill_disk, is_whole, passed, read_back, until, writers


def ids(folder):
    """The ids of what is in a folder."""
    return [envelope.id for envelope in read_back(folder)]


def test_what_passed_is_there_after_the_end(recording):
    """In order, each once; what is no JSON object is counted, and stands nowhere."""
    recorder, folder = recording()
    for number in range(300):
        recorder.offer(passed(id=f"ex_{number}"))
    recorder.offer(passed(b"no json"))
    recorder.stop()
    counts = recorder.counts()
    assert (counts.stored, counts.left_out, counts.dropped, counts.lost) == (300, 1, 0, 0)
    assert counts.bytes_waiting == counts.waiting == 0
    assert ids(folder) == [f"ex_{number}" for number in range(300)]


def test_what_comes_after_the_end_is_dropped_and_counted(recording):
    """A late stream may end when the recorder is gone."""
    recorder, _ = recording()
    recorder.stop()
    assert not recorder.offer(passed())
    assert recorder.counts().dropped == 1


def test_a_killed_writer_loses_nothing_and_is_replaced(recording):
    """What it had acknowledged is in its file; what it had not goes to the next one."""
    recorder, folder = recording()
    for number in range(50):
        recorder.offer(passed(id=f"ex_{number}"))
    until(lambda: recorder.counts().stored == 50)
    (writer,) = writers()
    writer.kill()
    assert set(ids(folder)) == {f"ex_{number}" for number in range(50)}
    for number in range(50, 90):
        recorder.offer(passed(id=f"ex_{number}"))
    recorder.stop(20.0)
    counts = recorder.counts()
    assert (counts.stored, counts.lost, counts.writers) == (90, 0, 2)
    assert set(ids(folder)) == {f"ex_{number}" for number in range(90)}


def test_a_writer_that_is_killed_in_its_work_loses_nothing(recording):
    """Killed at any point: at worst a line stands there twice, under one id."""
    recorder, folder = recording()
    offered = 0
    for _ in range(3):
        (writer,) = writers()
        for _ in range(400):
            recorder.offer(passed(b'{"x": "%s"}' % (b"y" * 2000), id=f"ex_{offered}"))
            offered += 1
        until(lambda least=offered - 400: recorder.counts().stored > least)
        writer.kill()
        before = recorder.counts().writers
        until(lambda before=before: recorder.counts().writers > before)
        until(writers)
    recorder.stop(20.0)
    counts = recorder.counts()
    assert counts.lost == counts.dropped == 0
    assert counts.stored == offered
    assert set(ids(folder)) == {f"ex_{number}" for number in range(offered)}


def test_a_batch_of_which_writer_after_writer_dies_is_let_go(recording):
    """What kills a writer must not stop the recording for ever."""
    recorder, folder = recording()
    recorder.offer(passed(id="first"))
    until(lambda: recorder.counts().stored == 1)
    for writer in writers():
        writer.suspend()
    recorder.offer(passed(id="poison"))

    def killed():
        for writer in writers():
            writer.kill()
        return recorder.counts().lost == 1

    until(killed)
    recorder.offer(passed(id="last"))
    recorder.stop(20.0)
    assert is_whole(recorder.counts())
    assert {"first", "last"} <= set(ids(folder))


OFFERING = """
import sys, time
from pathlib import Path
from stillwatch.gateway.recording.recorder import Recorder, RecorderSettings
from tests.gateway.recording.conftest import passed

recorder = Recorder(RecorderSettings(Path(sys.argv[1])))
recorder.start()
number = 0
while True:
    for _ in range(20):
        recorder.offer(passed(id=f"ex_{number}"))
        number += 1
    print(recorder.counts().stored, flush=True)
    time.sleep(0.002)
"""


def test_a_killed_gateway_loses_nothing_that_was_acknowledged(tmp_path):
    """Every number that it ever told is in the files; its writer ends by itself."""
    folder = tmp_path / "captures"
    process = subprocess.Popen(
        [PYTHON, "-c", OFFERING, folder], stdout=subprocess.PIPE, cwd=Path.cwd()
    )
    said = [0]
    while said[-1] < 500:
        said.append(int(process.stdout.readline()))
    (writer,) = writers(process.pid)
    process.kill()
    said += [
        int(line) for line in process.stdout.read().splitlines(keepends=True) if line[-1] == 10
    ]
    process.stdout.close()
    process.wait()
    psutil.wait_procs([writer], 20)
    assert not writer.is_running() or writer.status() == psutil.STATUS_ZOMBIE
    found = ids(folder)
    assert len(found) >= said[-1]
    assert found == [f"ex_{number}" for number in range(len(found))]


def test_a_killed_serve_keeps_what_it_recorded(gateway, tmp_path):
    """The whole way: real requests, and SIGKILL once the disk has the first ones."""
    folder = tmp_path / "captures"
    from tests.gateway.test_serve import BAN  # noqa: PLC0415 (fixtures come from the conftest)

    gate = gateway(BAN, "--record", folder)
    bodies = [json.dumps({"n": number}).encode() for number in range(20)]
    for body in bodies[:10]:
        gate.ask(body=body, X_Api_Key="k")
    until(lambda: folder.exists() and len(read_back(folder)) == 10)
    for body in bodies[10:]:
        gate.ask(body=body, X_Api_Key="k")
    (writer,) = writers(gate.process.pid)
    gate.process.kill()
    gate.process.wait(20)
    psutil.wait_procs([writer], 20)
    found = [envelope.request.raw.encode() for envelope in read_back(folder)]
    assert found[:10] == bodies[:10]
    assert found == bodies[: len(found)]


def test_a_full_disk_drops_and_counts_and_is_left_as_it_was(recording):
    """No half line, no empty files; once there is room, recording goes on."""
    recorder, folder = recording()
    recorder.offer(passed(id="before"))
    until(lambda: recorder.counts().stored == 1)
    (writer,) = writers()
    (file,) = folder.iterdir()
    fill_disk(writer, file.stat().st_size + 20)  # so that a frame is cut in the middle
    for number in range(30):
        assert recorder.offer(passed(os.urandom(40).hex().join(['{"x":"', '"}']).encode()))
        until(lambda number=number: recorder.counts().lost == number + 1)
        fill_disk(writer, 0)
    assert ids(folder) == ["before"]
    assert len(list(folder.iterdir())) == 1
    fill_disk(writer, None)

    def stored():
        recorder.offer(passed(id="after"))
        return recorder.counts().stored > 1

    until(stored)
    recorder.stop()
    counts = recorder.counts()
    assert is_whole(counts)
    assert counts.writers == 1
    found = ids(folder)
    assert found[0] == "before"
    assert set(found[1:]) == {"after"}
    assert len(found) == counts.stored


def test_a_slow_disk_never_holds_anybody_up(recording):
    """A writer that holds still: exchanges are dropped and counted, memory stays within bounds."""
    most = 4 << 20
    recorder, folder = recording(most_bytes=most)
    recorder.offer(passed(id="first"))
    until(lambda: recorder.counts().stored == 1)
    (writer,) = writers()
    writer.suspend()
    before = psutil.Process().memory_info().rss
    taken = 1
    for number in range(4000):  # 256 MB of them
        body = b'{"x": "%s"}' % (b"%05d" % number * 13_000)
        taken += recorder.offer(passed(body, id=f"ex_{number}"))
        assert recorder.counts().bytes_waiting <= most
    counts = recorder.counts()
    assert counts.dropped == 4001 - taken
    assert counts.dropped > 3000
    assert psutil.Process().memory_info().rss - before < 64 << 20
    writer.resume()
    until(lambda: not recorder.counts().waiting)
    recorder.stop()
    assert recorder.counts().stored == taken == len(ids(folder))
    assert is_whole(recorder.counts())


def test_a_writer_that_never_answers_does_not_hold_up_the_end(recording):
    """What it has not acknowledged counts as lost."""
    recorder, _ = recording()
    (writer,) = writers()
    writer.suspend()
    recorder.offer(passed())
    recorder.stop(patience_s=0.2)
    assert recorder.counts().lost == 1
    assert not writer.is_running() or writer.status() == psutil.STATUS_ZOMBIE


def test_files_end_when_they_are_large_or_old(recording):
    """Each can be read by itself, and packed away."""
    recorder, folder = recording(most_file_bytes=2000, most_file_s=3600)
    for number in range(8):
        recorder.offer(passed(b'{"x":"%s"}' % os.urandom(1500).hex().encode(), id=f"{number}"))
        until(lambda number=number: recorder.counts().stored == number + 1)
    recorder.stop()
    assert len(list(folder.iterdir())) in range(4, 9)
    assert ids(folder) == [str(number) for number in range(8)]
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())


def test_a_file_ends_by_its_age_though_nothing_passes(recording):
    """Else what passed in the evening is in an open file until the morning."""
    recorder, folder = recording(most_file_s=0.2)
    recorder.offer(passed())
    until(lambda: recorder.counts().stored == 1)
    (writer,) = writers()

    def is_closed():
        return not any(str(folder) in file.path for file in writer.open_files())

    until(is_closed)


ODD_BYTES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"{", b"{}", b'{"a":' * 3000, b"[" * 3000, b'{"a": NaN}', b'{"a":"\\ud800"}']),
    st.text(max_size=30).map(lambda text: json.dumps({text: text}).encode()),
)
CODINGS = st.sampled_from(
    [(), ((b"content-encoding", b"gzip"),), ((b"Content-Encoding", b"br, zstd"),)]
)
HEADERS = st.lists(st.tuples(st.binary(max_size=12), st.binary(max_size=30)), max_size=4)
ODD = st.builds(
    lambda body, target, headers, coding, answer, began_s, status: passed(
        body,
        target=target,
        headers=[*headers, *coding],
        answer=answer,
        answer_headers=[*coding, *headers],
        began_s=began_s,
        status=status,
    ),
    ODD_BYTES,
    st.text(st.characters(exclude_categories=()), max_size=20),
    HEADERS,
    CODINGS,
    st.lists(ODD_BYTES, max_size=3),
    st.one_of(st.floats(0, 4e9), st.floats()),
    st.integers(0, 999),
)


def test_nothing_that_passes_ends_the_writer(recording):
    """Odd headers, targets, codings, bodies and times: stored or left out, always counted."""
    recorder, folder = recording()

    @settings(max_examples=400, database=None)
    @given(ODD)
    def offer(odd):
        assert recorder.offer(odd)

    offer()
    recorder.stop(20.0)
    counts = recorder.counts()
    assert is_whole(counts)
    assert (counts.dropped, counts.lost, counts.writers) == (0, 0, 1)
    assert counts.stored == len(read_back(folder))
    assert counts.left_out


def test_what_a_face_mistook_is_left_out_and_the_rest_stays(recording):
    """Text in place of bytes, halves of characters: one exchange, not the recording."""
    recorder, folder = recording()
    for odd in (
        passed(headers=[("text", "text")]),
        passed(target="/\ud800"),
        passed(began_s=float("nan")),
        passed(began_s=float("inf")),
        passed(began_s=1e300),
        passed(id="good"),
    ):
        recorder.offer(odd)
    recorder.stop(20.0)
    counts = recorder.counts()
    assert (counts.stored, counts.left_out, counts.writers) == (1, 5, 1)
    assert ids(folder) == ["good"]
