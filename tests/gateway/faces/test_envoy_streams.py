"""What the external processor makes of streams that are none of Envoy's, or break."""

import json
import threading
from contextlib import contextmanager

import pytest

from .conformance import RULES, Case
from .starting import processor

pytestmark = pytest.mark.faces
BLOCKED = Case("blocked", "anthropic", False)
ALLOWED = Case("allowed", "anthropic", False)


@pytest.fixture(scope="module")
def face(tmp_path_factory):
    """A processor alone."""
    with processor(tmp_path_factory.mktemp("processor"), RULES) as running:
        yield running


@pytest.fixture(scope="module")
def pb():
    """The messages."""
    from envoy.service.ext_proc.v3 import external_processor_pb2  # noqa: PLC0415

    return external_processor_pb2


@pytest.fixture(scope="module")
def process(face):
    """Asks the processor."""
    with asking(face) as ask:
        yield ask


@contextmanager
def asking(face):
    """Asks a processor."""
    import grpc  # noqa: PLC0415
    from envoy.service.ext_proc.v3.external_processor_pb2_grpc import (  # noqa: PLC0415
        ExternalProcessorStub,
    )

    with grpc.insecure_channel(f"127.0.0.1:{face.inner}") as channel:
        yield ExternalProcessorStub(channel).Process


def head(pb, case, *, method="POST", path="/v1/messages", end=False):
    """The headers of a request."""
    message = pb.ProcessingRequest()
    pairs = {":method": method, ":path": path, ":authority": "models"} | case.headers()
    for name, value in pairs.items():
        one = message.request_headers.headers.headers.add()
        one.key, one.raw_value = name, value.encode()
    message.request_headers.end_of_stream = end
    return message


def body(pb, content):
    """The body of a request."""
    return pb.ProcessingRequest(request_body=pb.HttpBody(body=content, end_of_stream=True))


def code_of(process, messages):
    """The status that a stream ends with; its answers must be none."""
    import grpc  # noqa: PLC0415

    with pytest.raises(grpc.RpcError) as caught:
        list(process(iter(messages), timeout=20))
    return caught.value.code().name


def test_streams_that_are_none_end_as_such(face, pb, process):
    """Wrong order, nothing in a message, no path; the next request is answered as ever."""
    first = head(pb, ALLOWED)
    wrong = [
        [body(pb, b"{}")],
        [pb.ProcessingRequest()],
        [head(pb, ALLOWED, path="")],
        [first, pb.ProcessingRequest()],
        [first, first],
        [first, body(pb, b"{}"), body(pb, b"{}")],
    ]
    assert {code_of(process, messages) for messages in wrong} == {"INVALID_ARGUMENT"}
    answers = list(process(iter([head(pb, BLOCKED), body(pb, b"{}")]), timeout=20))
    assert answers[-1].immediate_response.status.code == 403


def test_no_messages_and_no_body_are_no_trouble(face, pb, process):
    """A stream may end at once, and a request may have no body."""
    assert list(process(iter([]), timeout=20)) == []
    (answer,) = process(iter([head(pb, BLOCKED, end=True)]), timeout=20)
    assert answer.immediate_response.status.code == 403


def test_what_is_no_call_of_a_model_is_let_go_at_once(face, pb, process):
    """Envoy is told not to ask again about it."""
    (answer,) = process(iter([head(pb, BLOCKED, path="/health")]), timeout=20)
    mode = answer.mode_override
    assert (mode.request_body_mode, mode.response_header_mode) == (mode.NONE, mode.SKIP)


def test_every_call_is_noted_once_also_where_its_stream_breaks(tmp_path, pb):
    """Envoy cancels when its client goes away; paths beside the models are not noted."""
    with processor(tmp_path, RULES) as own, asking(own) as process:
        list(process(iter([head(pb, BLOCKED, path="/health")]), timeout=20))
        call = process(_and_wait([head(pb, ALLOWED), body(pb, b"{}")]), timeout=60)
        next(call), next(call)
        call.cancel()
        half = process(_and_wait([head(pb, ALLOWED)]), timeout=60)
        next(half)
        half.cancel()
        list(process(iter([head(pb, BLOCKED), body(pb, b"{}")]), timeout=20))
        own.stop()
        log = (tmp_path / "state" / "decisions.jsonl").read_text().splitlines()
    # Nothing was decided about half a request, and no answer came in the first.
    assert [json.loads(line)["outcome"] for line in log] == ["allow", "block"]
    assert [json.loads(line).get("status", 0) for line in log] == [0, 403]


def test_a_filter_that_shows_no_bodies_is_found_out(face, pb, process):
    """Rules that nobody could apply must not look as if they were."""
    first = head(pb, ALLOWED)
    first.protocol_config.SetInParent()
    (answer,) = process(iter([first]), timeout=20)
    assert answer.immediate_response.status.code == 500


def _and_wait(messages):
    """Messages of a stream that stays open."""
    yield from messages
    threading.Event().wait(30)
