"""An enrolled install, a small grammar, and requests of the three wires."""

import json
from dataclasses import replace

from stillwatch.client.enrolment import Enrolment, EpochKey
from stillwatch.client.sealing import Options, Sealing
from stillwatch.marks.grammar import parse

EPOCH_S = 14 * 86_400.0
NOW_S = 100.5 * EPOCH_S
SECRET = bytes(range(4, 36))
"""Under this key every region of the grammar below differs from its plain text."""
GRAMMAR = parse(
    """
stillwatch_grammar = 1
name = "small"
about = "A grammar for tests."

[[region]]
id = "system"
place = "system"
text = "You [[0|help|assist]]. Be [[1|brief|short]] and [[2|kind|polite]]. [[3|Use|Write]] Markdown."

[[region]]
id = "read"
place = "tool"
tool = "Read"
text = "[[4|Reads|Opens]] a file [[5|at|by]] a path."

[[region]]
id = "fresh"
place = "fresh"
insert = true
text = "(note: [[6|stay|keep]] [[7|calm|quiet]], [[8|thanks|cheers]])"
""",
    "small.toml",
)
PLAIN = {region.id: region.plain for region in GRAMMAR.regions}
ENROLMENT = Enrolment(
    "in_0123456789abcdef",
    "acct_1",
    "org_1",
    "",
    "token-of-the-install",
    (EpochKey("in_0123456789abcdef", 100, "mk_1", 100 * EPOCH_S, 101 * EPOCH_S, SECRET),),
)


def sealing(report=None, declaration=None, **options):
    """What seals for the install."""
    settings = Options(report=report, clock=lambda: NOW_S, **options)
    return Sealing(ENROLMENT.key, GRAMMAR, declaration, settings)


def without_keys():
    """The same install, its keys long expired."""
    old = replace(ENROLMENT.keys[0], from_s=0, until_s=EPOCH_S)
    return replace(ENROLMENT, keys=(old,))


BODIES = {
    "/v1/messages": {
        "model": "claude-sonnet-5",
        "max_tokens": 100,
        "system": PLAIN["system"],
        "tools": [{"name": "Read", "description": PLAIN["read"], "input_schema": {}}],
        "messages": [{"role": "user", "content": "Read café.py"}],
    },
    "/v1/chat/completions": {
        "model": "gpt-5",
        "messages": [
            {"role": "system", "content": PLAIN["system"]},
            {"role": "user", "content": "Read café.py"},
        ],
        "tools": [{"type": "function", "function": {"name": "Read", "description": PLAIN["read"]}}],
    },
    "/v1/responses": {
        "model": "gpt-5",
        "instructions": PLAIN["system"],
        "input": "Read café.py",
        "tools": [{"type": "function", "name": "Read", "description": PLAIN["read"]}],
    },
}


def raw(path, **dumps):
    """A body as bytes."""
    return json.dumps(BODIES[path], **dumps).encode()
