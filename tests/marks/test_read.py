"""Reading seals after everything that relays do to a request."""

import copy
import json
import random
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.marks.grammar import load
from stillwatch.marks.read import Reader
from stillwatch.marks.seal import Sealer
from tests.marks.bodies import KEY, anthropic, differing

READER = Reader(load("coding-agent"))
TEXT = "Caf\u00e9 \u201cna\u00efve\u201d \ufb01x \u2014 na\u0308h"


def mapped(value, change):
    """A body with every text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [mapped(item, change) for item in value]
    if isinstance(value, dict):
        return {name: mapped(item, change) for name, item in value.items()}
    return value


def keys_sorted(body):
    return json.loads(json.dumps(body, sort_keys=True))


def moved(body):
    """System text moved into a pair of turns, as two relays do."""
    text = "\n".join(part["text"] for part in body["system"])
    pair = [{"role": "user", "content": text}, {"role": "assistant", "content": "Understood."}]
    return {**body, "system": "You are someone else.", "messages": pair + body["messages"]}


def renamed(body):
    text = json.dumps(body)
    for tool in ("Read", "Edit", "Write", "Bash", "Grep", "Task"):
        text = text.replace(f'"name": "{tool}"', f'"name": "mcp_{tool.lower()}_x"')
    return json.loads(text)


WHOLE = {
    "JSON again": lambda body: json.loads(json.dumps(body)),
    "escaped JSON": lambda body: json.loads(json.dumps(body, ensure_ascii=False)),
    "sorted keys": keys_sorted,
    "NFC": lambda body: mapped(body, lambda t: unicodedata.normalize("NFC", t)),
    "NFKC": lambda body: mapped(body, lambda t: unicodedata.normalize("NFKC", t)),
    "ASCII": lambda body: mapped(
        body, lambda t: unicodedata.normalize("NFKD", t).encode("ascii", "ignore").decode()
    ),
    "white space": lambda body: mapped(body, lambda t: " ".join(t.split())),
    "stripped lines": lambda body: mapped(
        body, lambda t: "\n".join(line.strip() for line in t.split("\n"))
    ),
    "CRLF": lambda body: mapped(body, lambda t: t.replace("\n", "\r\n")),
    "wrapped": lambda body: mapped(body, lambda t: t.replace(" the ", "\nthe ")),
    "moved": moved,
    "renamed": renamed,
    "JSON in a text": lambda body: {"messages": [{"role": "user", "content": json.dumps(body)}]},
}


@pytest.mark.parametrize("name", WHOLE)
def test_every_bit_comes_through_what_relays_do(coding, thorough, name):
    """Encoding, normal forms, folding, moving and renaming lose no site."""
    sealed = Sealer(coding, "in_1", KEY).seal(anthropic(coding, TEXT, "go on"))
    reading = thorough.read_body(WHOLE[name](sealed))
    assert reading.count == 256
    assert differing(reading, KEY, coding) == 0


@pytest.mark.parametrize("name", WHOLE)
def test_the_quick_reader_reads_enough_of_it_too(coding, reader, name):
    """It stops early where enough was read, and what it read is right."""
    sealed = Sealer(coding, "in_1", KEY).seal(anthropic(coding, TEXT, "go on"))
    reading = reader.read_body(WHOLE[name](sealed))
    assert reading.count >= 96
    assert differing(reading, KEY, coding) == 0


def test_a_dropped_system_prompt_leaves_the_other_regions(coding, reader):
    """Three regions, so that none is needed."""
    sealed = Sealer(coding, "in_1", KEY).seal(anthropic(coding, "one"))
    del sealed["system"]
    reading = reader.read_body(sealed)
    assert reading.count == 256 - len(coding.region("system").sites)
    assert differing(reading, KEY, coding) == 0


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_rewritten_lines_cost_sites_but_hardly_an_error(coding, thorough, share):
    """Words are dropped and swapped in a share of the lines; most readings stay right."""
    sealed = Sealer(coding, "in_1", KEY).seal(anthropic(coding, "one"))
    draw = random.Random(7)

    def rewritten(text):
        lines = text.split("\n")
        for at, line in enumerate(lines):
            words = line.split(" ")
            if len(words) > 5 and draw.random() < share:
                kept = [word for word in words if draw.random() > 0.2]
                lines[at] = " ".join(["Well,", *kept])
        return "\n".join(lines)

    reading = thorough.read_body(mapped(sealed, rewritten))
    assert reading.count > 256 * (1 - share) * 0.85
    assert differing(reading, KEY, coding) <= 0.05 * reading.count


def test_a_site_seen_in_both_wordings_is_not_known(coding, thorough):
    """Two readings at once tell nothing."""
    sealed = Sealer(coding, "in_1", KEY).seal(anthropic(coding, "one"))
    sealed["messages"].append({"role": "user", "content": coding.region("bash").plain})
    reading = thorough.read_body(sealed)
    word = differing(reading, KEY, coding)
    assert word == 0
    assert reading.clashes > 5
    assert reading.count == 256 - reading.clashes


def test_plain_texts_read_as_all_zero(coding, reader):
    """So a client without a seal is told from one with a seal."""
    reading = reader.read_body(anthropic(coding, "one"))
    assert (reading.bits, reading.count) == (0, 256)


def test_texts_of_others_hold_no_sites(reader):
    """Ordinary instructions to an agent share no pattern with ours."""
    text = "You are a helpful coding agent. Keep answers short. Read files before you edit them.\n"
    reading = reader.read_body({"system": text * 200, "messages": []})
    assert (reading.count, reading.turns) == (0, ())


def test_seals_of_one_grammar_are_nothing_to_another(coding, assistant):
    """Grammars share no patterns."""
    sealed = Sealer(coding, "in_1", KEY).seal(anthropic(coding, "one"))
    assert Reader(assistant, thorough=True).read_body(sealed).count == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_can_be_read(texts):
    """Lone surrogates and whatever else comes from outside are no error."""
    READER.read(texts, texts)


def test_typed_words_are_told_from_what_clients_add(coding, assistant, reader):
    """The digest of a turn is of the typed words alone, and of their letters only."""
    digests = {
        reader.read_body(Sealer(coding, "in_1", key).seal(anthropic(coding, text))).turns[0].digest
        for key in (KEY, bytes(32))
        for text in ("Fix the parser!", "fix  the parser")
    }
    assert len(digests) == 1
    body = {"messages": [{"role": "user", "content": "fix the parser"}]}
    sealed = Sealer(assistant, "in_1", KEY).seal(copy.deepcopy(body))
    assert Reader(assistant).read_body(sealed).turns[0].digest in digests


@pytest.mark.parametrize("text", ["\u8bf7\u4fee\u590d", "\u043f\u0440\u0438", "\U0001f600"])
def test_words_in_any_script_have_digests_of_their_own(reader, text):
    """Letters outside ASCII count."""
    bodies = [{"messages": [{"role": "user", "content": some}]} for some in (text, text + "\u4e0d")]
    one, other = (reader.read_body(body).turns[0].digest for body in bodies)
    assert one != other
