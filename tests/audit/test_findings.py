"""From a recording to findings: what is planted is found and named, and chance is not."""

import base64
import hashlib
import json

import pytest

from stillwatch.audit.findings import judge
from stillwatch.audit.model import Aspect, Group
from tests.audit.made_up import SYSTEM, recording, write


def found(plant, **more):
    """What is found beside the home that the tool shows in plain."""
    document = judge(recording(plant, **more))
    return [one for one in document.findings if one.group is not Group.EXPECTED]


def only(plant, **more):
    findings = found(plant, **more)
    assert len(findings) == 1, [one.says for one in findings]
    return findings[0]


def test_a_tool_that_looks_at_nothing_gives_nothing_but_what_it_shows():
    """Ids and times differ in every run; only the home is reported, as expected."""
    (one,) = judge(recording()).findings
    assert one.group is Group.EXPECTED
    assert set(one.shows) == {"home"}
    assert one.factors == ("user",)


def apostrophe(levels, drafts, _):
    if levels["host"] == "lab":
        write(drafts[0], "Today's", "Today\u02bcs")


def test_a_look_alike_is_located_to_the_character_and_spelled_out():
    """Where it stands, what stands there, when, and on which factor."""
    one = only(apostrophe)
    place = one.places[0]
    assert (one.group, one.channel) == (Group.CONCEALED, "look-alike")
    assert place.path == "body.system"
    assert SYSTEM[place.start : place.end] == "'"
    assert one.factors == ("host",)
    assert {v.code_points: v.when for v in one.variants} == {
        ("U+0027",): "host is not lab",
        ("U+02BC",): "host is lab",
    }


def test_bits_are_those_of_the_design():
    """One of three hosts is marked: the entropy of one third."""
    assert only(apostrophe).bits == pytest.approx(0.918, abs=0.02)


def test_a_scheme_that_is_known_is_named():
    """The scanner's own registry is asked."""
    assert "date-line" in only(apostrophe).known


def test_a_mark_of_two_factors_names_both():
    """A slash where host and zone meet."""

    def plant(levels, drafts, _):
        if levels["host"] == "lab" and levels["zone"] == "Asia/Shanghai":
            write(drafts[0], "2026-11-23", "2026/11/23")

    one = only(plant)
    assert set(one.factors) == {"host", "zone"}
    assert [(place.start, place.end) for place in one.places] == [(30, 31), (33, 34)]
    assert one.variants[0].when == "host is not lab, or zone is not Asia/Shanghai"
    assert one.variants[1].when == "host is lab and zone is Asia/Shanghai"


def test_a_mark_that_is_sent_now_and_then_is_found():
    """One in two runs; repeats disagree, and still only one user is marked."""

    def plant(levels, drafts, rng):
        if levels["user"] == "two" and rng.random() < 0.5:
            write(drafts[0], "Don't", "Don\u2019t")

    assert only(plant, rows=48).factors == ("user",)


def test_a_digest_of_everything_follows_no_one_factor():
    """Repeats agree and environments do not; no cause is made up for it."""

    def plant(levels, drafts, _):
        drafts[0]["body"]["print"] = hashlib.sha256(repr(levels).encode()).hexdigest()

    one = only(plant)
    assert (one.factors, one.cause, one.test) == ((), None, "repeats")


def header_order(levels, drafts, _):
    if levels["proxy"] == "set":
        drafts[0]["headers"].reverse()


def header_case(levels, drafts, _):
    if levels["machine"] == "two":
        drafts[0]["headers"][0][0] = "user-agent"


def spacing(levels, drafts, _):
    if levels["machine"] == "two":
        drafts[0]["separators"] = (", ", ": ")


def key_order(levels, drafts, _):
    if levels["zone"] == "UTC":
        drafts[0]["body"]["model"] = drafts[0]["body"].pop("model")


def more(levels, drafts, rng):
    if levels["host"] == "plain":
        drafts.append({**drafts[0], "path": "/v1/check", "body": {}, "gap_ms": 5})


def later(levels, drafts, _):
    if levels["user"] == "two":
        drafts[0]["gap_ms"] += 200


@pytest.mark.parametrize(
    ("plant", "aspect", "factor", "channel"),
    [
        (header_order, Aspect.ORDER, "proxy", "header order"),
        (header_case, Aspect.CASE, "machine", "header case"),
        (spacing, Aspect.SPACING, "machine", "white space of JSON"),
        (key_order, Aspect.ORDER, "zone", "key order"),
        (more, Aspect.PRESENCE, "host", "request that is sent or not"),
        (later, Aspect.TIMING, "user", "timing"),
    ],
)
def test_how_a_request_is_made_is_compared_too(plant, aspect, factor, channel):
    """Order, case, white space, number and time say something as well."""
    one = only(plant)
    assert (one.places[0].aspect, one.factors, one.channel) == (aspect, (factor,), channel)
    assert one.group is (Group.UNDECLARED if plant is more else Group.CONCEALED)


def test_what_is_missing_is_said():
    """Runs that were planned and not made are named."""
    whole = recording()
    cut = type(whole)(whole.plan, whole.runs[:60])
    assert "12 of 72 planned runs were not made." in judge(cut).not_tested


def test_nothing_recorded_gives_no_finding():
    """An audit that was stopped at once has no findings, and says why."""
    document = judge(type(recording())(recording().plan, ()))
    assert document.findings == ()
    assert any("too few" in sentence for sentence in document.not_tested)


def test_what_follows_from_the_body_is_no_finding_of_its_own():
    """A digest of the body in a header tells nothing that the body does not."""

    def plant(levels, drafts, rng):
        apostrophe(levels, drafts, rng)
        raw = json.dumps(drafts[0]["body"], ensure_ascii=False, separators=(",", ":")).encode()
        digest = base64.b64encode(hashlib.sha256(raw).digest()).decode()
        drafts[0]["headers"].append(["Content-Digest", f"sha-256=:{digest}:"])
        drafts[0]["headers"].append(["Content-Length", str(len(raw))])

    assert only(plant).channel == "look-alike"


def test_features_of_a_value_that_is_told_are_no_findings_of_their_own():
    """A digest of two factors has odd and even digits, which follow nothing else."""

    def plant(levels, drafts, _):
        seen = repr((levels["zone"], levels["user"], levels["host"])).encode()
        drafts[0]["body"]["print"] = hashlib.sha256(seen).hexdigest()[:12]

    assert set(only(plant).factors) == {"zone", "user", "host"}
