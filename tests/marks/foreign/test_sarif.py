"""SARIF 2.1.0 as code-scanning services read it."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.marks.foreign import Place, scan_file, scan_request, scan_text
from stillwatch.marks.foreign.registry import CHANNELS
from stillwatch.marks.foreign.sarif import to_sarif
from tests.marks.foreign.planted import plants

LEVELS = {"none", "note", "warning", "error"}


def checked(findings):
    """The one run of a log that keeps the rules of the specification that readers stumble on."""
    log = json.loads(json.dumps(to_sarif(findings)))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        assert re.fullmatch(
            "[0-9a-f]{32}:[0-9]+", result["partialFingerprints"]["stillwatchMark/v1"]
        )
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", physical["artifactLocation"]["uri"])
        _check_region(physical["region"])
    return run


def _check_region(region):
    assert region["startLine"] >= 1
    assert region["startColumn"] >= 1
    assert region.get("endColumn", region["startColumn"] + 1) > region["startColumn"]
    assert region.get("charOffset", 0) >= 0
    assert ("charOffset" in region) == ("charLength" in region)


def test_every_channel_is_a_rule():
    """With title, explanation and its innocent twin."""
    rules = checked([])["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [channel.id for channel in CHANNELS]
    for rule, channel in zip(rules, CHANNELS, strict=True):
        assert rule["name"].isalnum()
        assert rule["shortDescription"]["text"] == channel.title
        assert channel.twin in rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in LEVELS


def test_every_plant_is_a_valid_result():
    """All channels, with their levels by sureness."""
    findings = [one for _, _, text in plants() for one in scan_text(text)]
    results = checked(findings)["results"]
    assert len(results) == len(findings)
    for one, result in zip(findings, results, strict=True):
        level = {"certain": "error", "likely": "warning", "possible": "note"}[one.sure]
        assert result["level"] == ("note" if one.declared else level)


def test_a_region_is_the_characters_of_the_first_mark(tmp_path):
    """Columns count code points, and say so."""
    file = tmp_path / "my notes.txt"
    file.write_text("One.\n\U0001f600 can\u02bct\n", encoding="utf-8")
    run = checked(scan_file(file))
    assert run["columnKind"] == "unicodeCodePoints"
    physical = run["results"][0]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "my%20notes.txt"
    region = physical["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (2, 6, 7)
    assert (region["charOffset"], region["charLength"]) == (10, 1)
    assert "<U+02BC" in region["snippet"]["text"]


def test_an_escape_in_json_is_as_long_as_it_is_written():
    """Six characters of the file for one of the text; the part of the request is named."""
    (result,) = checked(scan_request('{"messages": [{"content": "can\\u02bct"}]}'))["results"]
    location = result["locations"][0]
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "messages[0].content"
    region = location["physicalLocation"]["region"]
    assert region["endColumn"] - region["startColumn"] == region["charLength"] == 6


def test_a_payload_and_a_declaration_are_told():
    """Properties carry what the message says in words."""
    text = "x-anthropic-billing-header: cc_version=2.1.330.572;"
    (result,) = checked(scan_text(text))["results"]
    assert result["level"] == "note"
    assert result["properties"]["declared"].startswith("https://")
    assert result["properties"]["payload"].startswith("cc_version=")


def test_a_fingerprint_outlives_lines_that_are_added_above():
    """A service knows the finding again."""
    before = checked(scan_text("can\u02bct"))["results"][0]
    after = checked(scan_text("One more line.\ncan\u02bct"))["results"][0]
    other = checked(scan_text("won\u02b9t"))["results"][0]
    assert before["partialFingerprints"] == after["partialFingerprints"]
    assert before["partialFingerprints"] != other["partialFingerprints"]


@pytest.mark.parametrize("name", ["-", ""])
def test_standard_input_has_a_name(name):
    """An address must not be empty."""
    (one,) = scan_text("can\u02bct")
    named = _renamed(one, name)
    physical = checked([named])["results"][0]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "stdin"


@given(st.text(min_size=1), st.text())
def test_any_name_of_a_file_and_any_path_are_valid(name, path):
    """Whatever a file system or a document allows."""
    (one,) = scan_text("can\u02bct")
    checked([_renamed(one, name, path)])


def _renamed(one, name, path=""):
    place = Place(name, one.place.line, one.place.column, path, one.place.offset)
    return type(one)(**{f: getattr(one, f) for f in one.__slots__} | {"place": place})
