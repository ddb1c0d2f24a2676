"""The page, the JSON file and SARIF say what was found, and do nothing to who opens them."""

import re

import msgspec
import pytest

from stillwatch.audit import findings_file, report
from stillwatch.audit.findings import judge
from stillwatch.audit.sarif import to_sarif
from stillwatch.errors import InputError, StoreError
from tests.audit.made_up import recording, write


@pytest.fixture(scope="module")
def document():
    """Findings of a tool that marks hosts and sends markup."""

    def plant(levels, drafts, _):
        if levels["host"] == "lab":
            write(drafts[0], "Today's", "Today\u02bcs")
        if levels["user"] == "two":
            write(drafts[0], "Don't", "<script>alert(1)</script>\x1b[31m")

    return judge(recording(plant))


def test_the_page_shows_the_characters_and_when(document):
    """Code point, condition and place."""
    page = report.render(document)
    for text in ("U+02BC", "host is lab", "body.system", "could not be tested"):
        assert text in page


def test_what_a_tool_sent_does_nothing_on_the_page(document):
    """Markup is escaped, control characters are spelled out, nothing is fetched."""
    page = report.render(document)
    assert "<script" not in page
    assert "\x1b" not in page
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)


def test_a_clean_tool_has_a_page_too():
    """It says that nothing follows the environment but what is shown."""
    assert "1 in plain" in report.render(judge(recording()))


def test_the_page_is_written_for_its_owner_only(document, tmp_path):
    """It holds what a tool sent."""
    report.write(document, tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_mode & 0o077 == 0
    with pytest.raises(StoreError):
        report.write(document, tmp_path / "missing" / "page.html")


def test_findings_are_read_as_they_were_written(document, tmp_path):
    """Nothing is lost in the file."""
    file = tmp_path / "findings.json"
    file.write_bytes(findings_file.as_json(document))
    assert findings_file.read(file) == document


def test_half_characters_end_in_the_files_too():
    """A tool may send escapes that no text can hold; they are spelled out."""

    def plant(levels, drafts, _):
        drafts[0]["body"]["odd"] = chr(0xD800 if levels["user"] == "two" else 0xDC00)

    document = judge(recording(plant))
    assert "\\ud800" in {v.text for one in document.findings for v in one.variants}
    assert findings_file.as_json(document)
    assert "ud800" in report.render(document)


@pytest.mark.parametrize("raw", [b"", b"{}", b'{"stillwatch_findings": 1}', b"\xff"])
def test_what_holds_no_findings_is_refused(raw, tmp_path):
    """With the file's name."""
    file = tmp_path / "findings.json"
    file.write_bytes(raw)
    with pytest.raises(InputError, match=r"findings\.json"):
        findings_file.read(file)


def test_sarif_has_a_result_for_each_finding(document):
    """With a rule that is there, and a fingerprint that tells them apart."""
    run = to_sarif(document)["runs"][0]
    results = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert len(results) == len(document.findings)
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in results)
    assert len({one["partialFingerprints"]["stillwatchAudit/v1"] for one in results}) == len(
        results
    )
    msgspec.json.encode(run)
