"""Small made-up captures for tests that go through the front door."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_S = 1_795_000_000
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


def minted(prefix: str, name: str) -> str:
    """An id in a provider's shape, the same for the same name."""
    digest = hashlib.sha256(name.encode()).digest()
    return prefix + "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:22])


def prose(name: str, words: int = 40) -> str:
    """Some words that no other name gives."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    return " ".join(f"{digest[place % 56 : place % 56 + 5]}{place}" for place in range(words))


@dataclass
class Talk:
    """A conversation in Anthropic's format, sent turn by turn.

    Attributes:
        name: makes its texts and ids its own.
        home: the home folder that tool traffic shows.
        system: the system prompt.
    """

    name: str
    home: str = "/home/mira"
    system: str = "You are a coding assistant."
    messages: list[dict[str, Any]] = field(default_factory=list)
    turns: int = 0

    def say(self, text: str) -> None:
        """Add a turn that a person typed."""
        self.messages.append({"role": "user", "content": text})

    def send(
        self,
        account: str,
        at_s: float,
        *,
        tool: bool = True,
        refuse: str | None = None,
        **changes: Any,
    ) -> dict[str, Any]:
        """One exchange: the history is sent, and the answer joins it together with a tool result.

        Args:
            account: who sends it.
            at_s: seconds after the start of the traffic.
            tool: the answer calls a tool, whose result is added to the history.
            refuse: the provider refuses with this message; nothing joins the history.
            changes: fields of the line to replace.
        """
        if not self.messages:
            self.say(f"Please look at {prose(self.name, 8)}")
        self.turns += 1
        name = f"{self.name} turn {self.turns}"
        body = {
            "model": "model-1",
            "max_tokens": 1000,
            "system": self.system,
            "messages": list(self.messages),
        }
        answer = self._answer(name, tool=tool)
        response = {"status": 200, "body": answer}
        if refuse is not None:
            error = {"type": "invalid_request_error", "message": refuse}
            response = {"status": 400, "body": {"type": "error", "error": error}}
        else:
            self._remember(name, answer, tool=tool)
        return {
            "id": f"ex {name}",
            "time": START_S + at_s,
            "duration_ms": 900,
            "account": account,
            "request": {"method": "POST", "path": "/v1/messages", "headers": {}, "body": body},
            "response": response,
        } | changes

    def _answer(self, name: str, *, tool: bool) -> dict[str, Any]:
        content: list[dict[str, Any]] = [{"type": "text", "text": f"Answer: {prose(name)}"}]
        if tool:
            call = {"command": f"cd {self.home}/work && git log -1"}
            content.append(
                {"type": "tool_use", "id": minted("toolu_01", name), "name": "Bash", "input": call}
            )
        return {
            "id": minted("msg_01", name),
            "type": "message",
            "role": "assistant",
            "model": "model-1",
            "content": content,
            "stop_reason": "tool_use" if tool else "end_turn",
            "usage": {"input_tokens": 100, "output_tokens": 50},
        }

    def _remember(self, name: str, answer: dict[str, Any], *, tool: bool) -> None:
        self.messages.append({"role": "assistant", "content": answer["content"]})
        if tool:
            result = f"{self.home}/work\ncommit {prose(name, 3)}"
            self.messages.append(
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": minted("toolu_01", name),
                            "content": result,
                        }
                    ],
                }
            )


def write(path: Path, lines: list[dict[str, Any]]) -> Path:
    """Write lines as a capture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def accounts(folder: Path, **payers: str) -> None:
    """Write accounts.jsonl with a payer for every account."""
    records = [{"account": account, "payer": payer} for account, payer in payers.items()]
    write(folder / "accounts.jsonl", records)
