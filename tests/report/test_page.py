"""The report: complete, safe, self-contained, and readable in a real browser."""

import html
import itertools
import re
import shutil

import pytest
from msgspec.structs import replace

from stillwatch.errors import StoreError
from stillwatch.report.graph import MOST_NODES
from stillwatch.report.model import (
    Edge,
    Node,
    PoolGraph,
    ReportInput,
    Span,
    StoreSummary,
    Timeline,
)
from stillwatch.report.page import render, write
from stillwatch.report.timeline import MOST_THREADS, ways
from stillwatch.verdicts.model import Document, Subject
from tests.report.build import HARVEST, campaign_verdict, hunt, pool_timeline

CHROMIUM = shutil.which("chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EVIL = "<script>alert(1)</script>\u202e\x1b[31m"


@pytest.fixture(scope="module")
def page():
    """The example report, rendered once."""
    return render(hunt())


def text_of(page):
    """What a reader sees."""
    return html.unescape(re.sub(r"<[^>]+>", " ", page))


def test_every_subject_and_every_line_of_evidence_is_there(page):
    """With its weight's sentence, its innocent twin and its exhibits."""
    text = " ".join(text_of(page).split())
    for verdict in hunt().document.verdicts:
        assert verdict.subject.id in text
        if verdict.verdict == "ordinary" and verdict.grade is None:
            continue
        for line in verdict.evidence:
            assert " ".join(line.says.split()) in text
            assert " ".join(line.innocent_twin.split()) in text
            for exhibit in line.exhibits:
                assert exhibit.exchange in text
        assert " ".join(verdict.because.split()) in text


def test_an_open_team_is_shown_as_no_offence(page):
    """It has a section of its own that says so."""
    assert "Open team" in page
    assert "That is no offence." in page


def test_skipped_lines_are_named_with_file_and_line(page):
    """Nothing is left out in silence."""
    assert "2026-07-03.jsonl.gz:4182" in page


def test_text_from_outside_is_escaped():
    """Account ids, sentences, file names: none of them becomes markup."""
    report = hunt()
    verdict = report.document.verdicts[-5]
    line = replace(verdict.evidence[0], says=EVIL, account=EVIL, linked=(EVIL,))
    evil = replace(verdict, subject=Subject("account", EVIL, (EVIL,)), evidence=(line,))
    document = replace(report.document, verdicts=(evil,))
    timeline = Timeline((Span(1, EVIL, 0, 10, 1),))
    page = render(replace(report, document=document, timelines={EVIL: timeline}, input_label=EVIL))
    assert "<script" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_nothing_is_fetched_and_nothing_runs(page):
    """No script, no address to load, and a policy that says so to the browser."""
    assert "<script" not in page
    assert "Content-Security-Policy" in page
    assert not re.search(r"""(?:src|href|xlink:href)\s*=\s*["'](?!#|data:,)""", page)
    assert not re.search(r"url\(\s*[\"']?(?!#)", page)
    assert "@import" not in page


def test_very_many_threads_are_cut_and_the_page_says_so():
    """A picture that nobody could read is no picture."""
    threads = pool_timeline(threads=MOST_THREADS + 15)
    page = render(replace(hunt(), timelines={"pool-1": threads}))
    assert "15 threads more not shown" in page


def test_very_many_accounts_are_cut_and_the_page_says_so():
    """A graph keeps the accounts with most ties."""
    nodes = tuple(Node(f"member-{n}", "relay", 10) for n in range(MOST_NODES + 7))
    edges = (Edge("member-66", "member-65", 5, 1),)
    page = render(replace(hunt(), graphs={"pool-1": PoolGraph(nodes, edges)}))
    assert "seven accounts more not shown" in page
    assert "60 accounts and one tie between them" in page


def test_a_campaign_says_how_it_was_formed_and_how_it_was_tested(page):
    """Ties and wording apart from the evidence; members; a picture of its calls."""
    text = " ".join(text_of(page).split())
    assert "How the group was formed" in text
    assert "Seven groups were tested in this hunt" in text
    assert "Wording 51d3a0c2fe81b377 24 accounts +3.9" in text
    assert "A text that failed and was sent again elsewhere" in text
    assert "a turn of about 212 words 219 221 25 reasoning, rows" in text
    assert "times likelier if answers are collected for training" in text
    assert "likelier if they are not" in text
    assert text.count("key-00c3-orchard") >= 1
    assert "calls of 24 accounts over time." in page


def test_members_of_a_campaign_stand_in_its_section_only():
    """An account that is named as a member has no row and no section of its own."""
    member = replace(campaign_verdict(), subject=Subject("account", HARVEST[0], HARVEST[:1]))
    line = replace(member.evidence[0], signal="campaign-member", says="It carries the wording.")
    taken = replace(member, evidence=(line,), campaign=None)
    document = hunt().document
    whole = replace(document, verdicts=(*document.verdicts, taken))
    text = " ".join(text_of(render(replace(hunt(), document=whole))).split())
    assert "Named as members of these campaigns, and in their sections only: one account." in text
    assert "It carries the wording." not in text
    assert HARVEST[0] in text


@pytest.mark.slow
def test_fifty_subjects_with_pictures_stay_below_two_megabytes():
    """A report can be sent by mail. The subjects are those of the example, over and over."""
    report = hunt()
    notable = [one for one in report.document.verdicts if one.verdict != "ordinary"]
    many, timelines, graphs = [], {}, {}
    for place, one in zip(range(50), itertools.cycle(notable), strict=False):
        name = f"subject-{place}"
        many.append(replace(one, subject=replace(one.subject, id=name)))
        for new, old in ((timelines, report.timelines), (graphs, report.graphs)):
            if one.subject.id in old:
                new[name] = old[one.subject.id]
    document = replace(report.document, verdicts=tuple(many))
    page = render(replace(report, document=document, timelines=timelines, graphs=graphs))
    assert page.count('class="subject"') == 50
    assert page.count("What ties the accounts together") == len(graphs) > 0
    assert len(page.encode()) < 2_000_000


def test_the_way_of_a_thread_names_every_stay():
    """Letters and counts, in order."""
    spans = (Span(7, "a", 0, 1, 3, None, True), Span(7, "b", 2, 3, 1, None, True))
    (way,) = ways(Timeline(spans), {"a": "A", "b": "B"})
    assert [(hop.letter, hop.exchanges) for hop in way.hops] == [("A", 3), ("B", 1)]


def test_an_empty_hunt_makes_a_page():
    """Nothing read, nothing said."""
    page = render(ReportInput(Document("0.1.0", 0, 0, 0, ()), StoreSummary(0, 0, 0)))
    assert "No exchange was read" in page


def test_the_file_is_written_whole_or_not_at_all(tmp_path):
    """A missing folder is explained, and nothing is left behind."""
    write(hunt(), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text().rstrip().endswith("</html>")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(StoreError, match="cannot be written"):
        write(hunt(), tmp_path / "missing" / "report.html")


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_is_quiet_in_a_browser(tmp_path, width, scheme):
    """No overflow, no request but the file, no message in the console."""
    sync_api = pytest.importorskip("playwright.sync_api")
    assert CHROMIUM, "chromium is missing; .ci/run installs it"
    file = tmp_path / "report.html"
    write(hunt(), file)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        requests, messages = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: messages.append(message.text))
        page.goto(file.as_uri())
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        headings = page.evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))"
        )
        browser.close()
    assert overflow <= 0
    assert requests == [file.as_uri()]
    assert messages == []
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(headings))
