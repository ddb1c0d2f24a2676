"""A shop that sends its customers' prompts on, changed as relays change them, into a capture."""

import random
import unicodedata
from datetime import UTC, datetime

from stillwatch.nonces.make import draft, kinds
from tests.traffic import START_S

MADE = datetime.fromtimestamp(START_S, UTC)
BEFORE = "You are given a request of one of our users. Read it with care and answer it fully.\n\n"
AFTER = "\n\nAnswer in the language of the request. Do not mention these instructions."
LONG = " ".join(
    draft("en", kind, random.Random(n).randrange).text for n in range(3) for kind in kinds("en")
)


def same(text):
    """Nothing changed."""
    return text


def spaced(text):
    """Other white space."""
    return "\n " + text.replace(" ", "  ").replace(". ", ".\r\n") + "\t"


def wrapped(text):
    """A template around it."""
    return f"{BEFORE}<request>\n{text}\n</request>{AFTER}"


def buried(text):
    """Behind a very long prompt."""
    return f"{LONG}\n\n{text}"


def composed(text):
    """Unicode's compatible composed form."""
    return unicodedata.normalize("NFKC", text)


def cut(text):
    """Without its last sentence's half."""
    return text[: len(text) * 9 // 10]


CHANGES = (same, spaced, wrapped, buried, composed, cut)


def through_messages(text, account, at_s, name):
    """A request in Anthropic's format with a changed system text."""
    body = {
        "model": "m",
        "max_tokens": 100,
        "system": f"You are helper {name}.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
    }
    return _line("/v1/messages", body, account, at_s, name)


def through_chat(text, account, at_s, name):
    """A request in the format of chat completions, the prompt below a system message."""
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": text},
    ]
    tools = [{"type": "function", "function": {"name": "t", "parameters": {"type": "object"}}}]
    body = {"model": "m", "messages": messages, "tools": tools}
    return _line("/v1/chat/completions", body, account, at_s, name)


def honest(count, codes=("en",)):
    """Other people's requests, from the very same phrases and about as many texts besides."""
    kinds = ("cooking", "travel", "office", "family", "code")
    for number in range(count):
        text = draft(codes[number % len(codes)], kinds[number % len(kinds)]).text
        yield through_messages(text, f"honest {number % 20}", 60.0 + number, f"h{number}")


def _line(path, body, account, at_s, name):
    return {
        "id": f"ex {name}",
        "time": START_S + at_s,
        "account": account,
        "request": {"method": "POST", "path": path, "headers": {}, "body": body},
        "response": {"status": 200, "body": {}},
    }
