"""What every face answers, as a table; where a face truly differs, it stands here with its reason.

The table is written by hand from the vendors' error formats and from docs/policy.md, not computed
by what it checks.
"""

import itertools
import json
from dataclasses import dataclass

PATHS = {
    "anthropic": "/v1/messages",
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "unknown": "/v1/else",
}
WIRES = ("anthropic", "chat", "responses")
MODEL = "served-model"
MESSAGE = "Please use Tool B."
REASON = "a-reason"
_HEAD = '@owner("trust") @purpose("a test") @review("2099-01-01")'
_RULE = 'forbid (principal, action, resource) when {{ context.client == "{tool}" }};\n'
_MORE = {
    "blocked": f'@outcome("block") @reason("{REASON}") @message("{MESSAGE} Case {{case}}.")',
    "step-up": f'@outcome("step-up") @reason("{REASON}") @message("{MESSAGE} Case {{case}}.")',
    "throttled": (
        f'@outcome("throttle") @reason("{REASON}") @message("{MESSAGE} Wait.")'
        ' @rate("2/min") @retry_after("45s")'
    ),
    "flagged": '@outcome("flag")',
}
"""What happens to requests, by the tool that sends them; `allowed` has no rule."""
RULES = "".join(
    f'@id("{tool}") {more} {_HEAD} @mode("enforce")\n' + _RULE.format(tool=tool)
    for tool, more in _MORE.items()
)
TRIES = {"throttled": 3}
"""How often a tool asks before the answer that counts."""
_numbers = itertools.count()


@dataclass(frozen=True)
class Expected:
    """What is expected.

    Attributes:
        status: of the answer.
        kind: type of the error; empty where the model answers.
        retry_after: of the answer, None where it has none.
        should_retry: header of that name, None where it has none.
    """

    status: int
    kind: str = ""
    retry_after: str | None = None
    should_retry: str | None = None

    @property
    def heard(self) -> bool:
        """Whether the model server hears of the request."""
        return not self.kind


PASSES = Expected(200)
TABLE = {
    ("allowed", "anthropic"): PASSES,
    ("allowed", "chat"): PASSES,
    ("allowed", "responses"): PASSES,
    ("allowed", "unknown"): PASSES,
    ("flagged", "anthropic"): PASSES,
    ("flagged", "chat"): PASSES,
    ("flagged", "responses"): PASSES,
    ("blocked", "anthropic"): Expected(403, "permission_error", None, "false"),
    ("blocked", "chat"): Expected(403, "request_forbidden", None, "false"),
    ("blocked", "responses"): Expected(400, "invalid_request_error", None, "false"),
    ("blocked", "unknown"): PASSES,
    ("step-up", "anthropic"): Expected(403, "permission_error", None, "false"),
    ("step-up", "chat"): Expected(403, "request_forbidden", None, "false"),
    ("step-up", "responses"): Expected(400, "invalid_request_error", None, "false"),
    ("throttled", "anthropic"): Expected(429, "rate_limit_error", "45"),
    ("throttled", "chat"): Expected(429, "requests", "45"),
    ("throttled", "responses"): Expected(429, "requests", "45"),
}
"""By tool and wire."""
DIFFERS = {
    # It stands before everything that its address serves, so rules hold for all of it.
    ("serve", "blocked", "unknown"): Expected(403, "request_forbidden", None, "false"),
}
"""By face, tool and wire, with the reason above each; docs/faces.md says the same."""


@dataclass(frozen=True)
class Case:
    """One line of the table.

    Attributes:
        tool: that asks.
        wire: that it speaks.
        streamed: whether it asks for a stream.
    """

    tool: str
    wire: str
    streamed: bool

    def __str__(self) -> str:
        return f"{self.tool}-{self.wire}-{'streamed' if self.streamed else 'whole'}"

    def expected(self, face: str) -> Expected:
        return DIFFERS.get((face, self.tool, self.wire), TABLE[self.tool, self.wire])

    def body(self) -> bytes:
        """A request unlike any other, in a style that no serialiser writes."""
        said = f"number {next(_numbers)} \\u00e9 é"
        asked = (
            f'"input" : "{said}"'
            if self.wire == "responses"
            else f'"messages":[ {{"role":"user",  "content":"{said}"}} ]'
        )
        stream = ' , "stream":true' if self.streamed else ""
        return f'{{  "max_tokens": 16,\n{asked} ,"model":"{MODEL}"{stream}}}'.encode()

    def headers(self) -> dict[str, str]:
        key = f"sk-{self}"
        named = (
            {"x-api-key": key} if self.wire == "anthropic" else {"authorization": f"Bearer {key}"}
        )
        return {"user-agent": f"{self.tool}/1.0", "content-type": "application/json"} | named


CASES = [
    Case(tool, wire, streamed)
    for tool, wire in TABLE
    for streamed in (False, True)
    if not (streamed and wire == "unknown")
]


def error_of(wire: str, body: bytes) -> tuple[str, str, str]:
    """Type, text and reason of an error; the shape around them must be the wire's own."""
    said = json.loads(body)
    error = said.pop("error")
    assert said == ({"type": "error"} if wire == "anthropic" else {})
    kind, text, code = error.pop("type"), error.pop("message"), error.pop("code")
    assert error == ({} if wire == "anthropic" else {"param": None})
    return kind, text, code
