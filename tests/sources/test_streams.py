"""A file's content as a stream that never raises in the middle."""

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.sources.streams import Unpacked, compression
from tests.sources.build import gzipped, zstd


class Failing(io.RawIOBase):
    """A disk that gives some bytes and then an error."""

    def __init__(self, content):
        self._content = io.BytesIO(content)

    def readable(self):
        return True

    def readinto(self, buffer):
        read = self._content.readinto(buffer)
        if not read:
            raise OSError(5, "Input/output error")
        return read


def unpacked(content):
    """The stream of a file's bytes."""
    file = io.BufferedReader(io.BytesIO(content))
    return Unpacked(file, compression(file))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4))
@pytest.mark.parametrize("pack", [gzipped, zstd])
def test_members_come_out_as_they_went_in(pack, parts):
    """Whatever is packed in however many members comes out in one piece."""
    stream = unpacked(pack(*parts))
    assert stream.readall() == b"".join(parts)
    assert stream.trouble is None


@given(st.binary(max_size=300))
@pytest.mark.parametrize("magic", [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x5a\x2a\x4d\x18"])
def test_rubbish_behind_a_magic_number_ends_the_stream(magic, rubbish):
    """Damage is told, not raised."""
    stream = unpacked(magic + rubbish)
    stream.readall()
    assert stream.trouble or stream.compressed == "zstd"


@pytest.mark.parametrize(
    "content", [b"plain text", gzipped(bytes(99))[:-4]], ids=["plain", "damaged gzip"]
)
def test_failing_disk_is_told_from_damaged_data(content):
    """What a disk or a network refuses may be had at another time."""
    file = io.BufferedReader(Failing(content))
    stream = Unpacked(file, compression(file))
    while stream.read(4):
        pass
    assert stream.unreadable
    assert stream.trouble == "cannot be read further: Input/output error"


def test_dense_data_come_out_bit_by_bit():
    """A few kilobytes that unpack to half a gigabyte never stand in memory at once."""
    content = zstd(bytes(64 << 20)) * 8
    tracemalloc.start()
    stream = unpacked(content)
    for _ in range(70):
        assert len(stream.read(1 << 20)) == 1 << 20
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(content) < 32 << 10
    assert peak < 100 << 20
