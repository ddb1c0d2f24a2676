"""The line of metadata that claude-code puts at the head of its system text."""

import re
from collections.abc import Iterator

from stillwatch.marks.foreign.model import Channel, Hit, Mark, Payload
from stillwatch.marks.foreign.view import View

SCHEME = "attribution line of claude-code"
DECLARED = "https://code.claude.com/docs/en/llm-gateway-protocol"
_FRONT = "x-anthropic-billing-header:"
_LINE = re.compile(
    _FRONT + r" (?P<fields>cc_version=[\d.]+\.(?P<suffix>[0-9a-f]{3})\b"
    r"[^\n;]*(?:; \w+=[^\s;]{0,200})*;?)"
)


def quick(view: View) -> bool:
    """Whether the line is there."""
    return _FRONT in view.text


def find(view: View) -> Iterator[Hit]:
    """Every such line, with its fields; it is documented, and said to be."""
    for found in _LINE.finditer(view.text):
        fields = found["fields"]
        says = "A line of metadata in the prompt: version, a checksum of the first words typed"
        says += ", a checksum of the request." if "cch=" in fields else "."
        payload = Payload(SCHEME, fields, fields.encode(), 32 if "cch=" in fields else 12)
        mark = Mark(found.start("fields"), fields)
        yield Hit("certain", says, (mark,), 1, payload=payload, declared=DECLARED)


CHANNEL = Channel(
    id="prompt-metadata",
    title="Metadata in the prompt",
    looks="x-anthropic-billing-header: cc_version=2.1.169.c9a; cc_entrypoint=cli; cch=0b38a;",
    twin="It is documented by its maker; relays write it as well.",
    find=find,
    quick=quick,
)
