"""The vendors' words go; lengths, structure and everything that is a fact stays."""

import json

from hypothesis import given
from hypothesis import strategies as st

from stillwatch_range.record.filler import fill
from stillwatch_range.record.rawtext import replace_strings
from stillwatch_range.record.vendor import replacements
from tests.range.record.small import small_story

LINE = "You are a careful helper: read the file first, then answer."


@given(st.text(max_size=300))
def test_filler_has_the_length_of_the_text(text):
    """Otherwise content-length would not agree with the body."""
    assert len(fill(text)) == len(text)


@given(st.text(max_size=200))
def test_the_same_text_gives_the_same_filler(text):
    """What is shared between two requests stays shared."""
    assert fill(text) == fill(text)


def test_words_change_and_punctuation_stays():
    """The structure of a prompt can still be seen."""
    filled = fill(LINE)
    assert [c for c in filled if not c.isalpha()] == [c for c in LINE if not c.isalpha()]
    assert not set(filled.lower().split()) & set(LINE.lower().split()) - {"a"}


def test_facts_about_the_machine_stay():
    """A detector reads them; they are nobody's prose."""
    facts = " - Primary working directory: /home/mira/tides\n - Platform: linux"
    assert fill(facts) == facts


def claude_body():
    typed = small_story([("mira", "claude", "")]).sessions[0].turns[0].prompt
    reminder = "<system-reminder>\nThe vendor says many things here.\n</system-reminder>"
    return {
        "model": "m",
        "system": [{"type": "text", "text": LINE}],
        "tools": [{"name": "Bash", "description": LINE, "input_schema": {"properties": {}}}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": f"{reminder}\n{typed}"}]},
            {"role": "assistant", "content": "I looked at the file for you already."},
        ],
    }, typed


def test_vendors_texts_are_replaced_and_peoples_words_are_not():
    """System text, descriptions and reminders go; the prompt and the answer stay."""
    body, typed = claude_body()
    session = small_story([("mira", "claude", "")]).sessions[0]
    raw = json.dumps(body)
    developed = replace_strings(raw, replacements(body, session))
    assert "careful helper" not in developed
    assert "vendor says" not in developed
    assert typed in developed
    assert "I looked at the file" in developed
    assert len(developed) == len(raw)


def test_texts_of_a_persons_own_program_stay():
    """A system prompt that somebody wrote for an SDK is no vendor's."""
    body, _ = claude_body()
    session = small_story([("kim", "sdk-messages", "")]).sessions[0]
    assert replacements(body, session) == {}


def test_results_that_a_relay_wrote_out_as_words_stay():
    """claude-code-proxy turns calls and results into text of the two who speak."""
    body, _ = claude_body()
    result = "commit by Mira <mira@example.org>\n<system-reminder>Vendor words.</system-reminder>"
    body["messages"] += [
        {"role": "assistant", "content": "[Tool: Bash (ID: call_1)]\nInput: {}"},
        {"role": "user", "content": result},
    ]
    session = small_story([("mira", "claude", "")]).sessions[0]
    developed = replace_strings(json.dumps(body), replacements(body, session))
    assert "commit by Mira <mira@example.org>" in developed
    assert "Vendor words" not in developed


@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=6),
    st.booleans(),
    st.sampled_from([None, 1]),
)
def test_replacing_keeps_the_style_of_the_json(texts, escaped, indent):
    """Spacing, order and escapes are evidence of who wrote the body."""
    raw = json.dumps(texts, ensure_ascii=escaped, indent=indent)
    assert replace_strings(raw, {text: text for text in texts.values()}) == raw
    swapped = replace_strings(raw, {text: fill(text) for text in texts.values()})
    assert json.loads(swapped) == {key: fill(text) for key, text in texts.items()}
