"""Every name is this machine, and questions that are none are passed over."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.audit.endpoint_names import answered


def question(name, kind=1):
    labels = b"".join(bytes([len(one)]) + one.encode() for one in name.split("."))
    return struct.pack(">6H", 7, 0x0100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, kind, 1)


def test_a_name_is_loopback():
    """The answer repeats the question and its number, and gives 127.0.0.1."""
    name, answer = answered(question("API.example.com"))
    assert name == "api.example.com"
    assert answer[:2] == struct.pack(">H", 7)
    assert answer[12:].startswith(question("API.example.com")[12:])
    assert answer.endswith(bytes((127, 0, 0, 1)))


def test_other_records_are_empty():
    """A name has no IPv6 address here, and asking for one is no error."""
    _, answer = answered(question("api.example.com", kind=28))
    assert struct.unpack_from(">6H", answer) == (7, 0x8180, 1, 0, 0, 0)


@given(st.binary(max_size=60))
def test_rubbish_is_no_question(data):
    """Whatever comes is answered or refused, never an accident."""
    try:
        _, answer = answered(data)
    except ValueError:
        return
    assert answer[:2] == data[:2]


def test_an_answer_is_no_question():
    """So that two servers never answer each other."""
    with pytest.raises(ValueError, match="no question"):
        answered(answered(question("a.b"))[1])
