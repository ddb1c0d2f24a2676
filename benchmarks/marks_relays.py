"""What is left of a seal after what is done to a request on its way, as Markdown.

    python -m benchmarks.marks_relays [--tools DIR] [--installs 100000]

Normal forms, rewriting and the range's emulated relays are always tried. `--tools` names a folder
that `stillwatch range tools --into DIR` filled: the real relay programs in it then run in a network
of their own and are sent the same request, and requests of the chat wire as well.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.marks_real import Post, arrivals, installed
from benchmarks.marks_requests import as_chat, conversation, talk
from benchmarks.marks_rewrites import AGENTS, CHANGES, RELAYS, Body

from stillwatch.marks.codebook import Codebook, Span
from stillwatch.marks.codeword import codeword
from stillwatch.marks.enrolled import Install
from stillwatch.marks.grammar import Grammar, load
from stillwatch.marks.match import Matcher, Sender, check_fresh
from stillwatch.marks.read import Reader
from stillwatch.marks.seal import Sealer
from stillwatch.marks.secrets import new_file
from stillwatch_range.record.tools import Tools

NOW_S = 1_780_000_000.0
SIZE = 54_000
"""Characters of text; with its JSON around it a request has about 60,000 bytes."""
CHAT_AGENT = "OpenAI/Python 3.54.0"
OWNER, RELAY = "acct_owner", "acct_relay"
HEAD = (
    "decoded body",
    "sites read",
    "read wrong",
    "install named",
    "log10 chance",
    "fresh agree",
    "says",
)


@dataclass(frozen=True)
class Trial:
    """A sealed request whose seal is looked for among all enrolled installs.

    Attributes:
        book: all installs; the one in the middle seals.
        grammar: with which it seals.
        plain: the request without a seal.
    """

    book: Codebook
    grammar: Grammar
    plain: Body

    @cached_property
    def install(self) -> str:
        """Who seals."""
        return self.book.installs[len(self.book.installs) // 2]

    @cached_property
    def secret(self) -> bytes:
        """Its key."""
        span = self.book.spans[0]
        return span.key.install_key(self.install, span.epoch)

    @cached_property
    def sealed(self) -> Body:
        """The request as its client sends it."""
        return Sealer(self.grammar, self.install, self.secret).seal(self.plain)

    @cached_property
    def reader(self) -> Reader:
        """Reads every site that is left."""
        return Reader(self.grammar, thorough=True)

    @cached_property
    def matcher(self) -> Matcher:
        """Searches among all installs."""
        return Matcher(self.book, [Install(self.install, OWNER)])

    def left(self, body: Body) -> tuple[Any, ...]:
        """What is left of the seal in a body, in the columns of `HEAD`."""
        grammar = self.grammar
        word = int.from_bytes(codeword(self.secret, grammar.name, grammar.width), "little")
        reading = self.reader.read_body(body)
        wrong = ((reading.bits ^ word) & reading.known).bit_count()
        read = f"{reading.count} of {len(grammar.lasting)}"
        differs = "same" if body == self.sealed else "changed"
        found = self.matcher.find(reading)
        if found is None or found[0].install != self.install:
            return differs, read, wrong, "another" if found else "nobody", "-", "-", "-"
        decision = self.matcher.decide(reading, Sender(RELAY))
        fresh = check_fresh(reading, self.secret)
        chance, agreed = f"{decision.log10_p:.1f}", f"{fresh.agreed} of {fresh.read}"
        return differs, read, wrong, "the right one", chance, agreed, decision.kind

    def controls(self) -> list[tuple[str, Body]]:
        """Requests in which no enrolled install may be found."""
        stranger = Sealer(self.grammar, "in_stranger", bytes(range(32)))
        return [
            ("control: no seal", self.plain),
            ("control: seal of an install that is not enrolled", stranger.seal(self.plain)),
        ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What is left of seals behind relays.")
    parser.add_argument("--tools", type=Path, help="folder of `stillwatch range tools`")
    parser.add_argument("--installs", type=int, default=100_000, help="how many are enrolled")
    options = parser.parse_args()
    if options.tools and not installed(Tools(options.tools, {})):
        parser.error(
            f"no relay is in {options.tools}; stillwatch range tools --into {options.tools}"
        )
    with tempfile.TemporaryDirectory(prefix="stillwatch-bench-") as folder:
        key = new_file(Path(folder) / "marks.json", NOW_S).keys[0]
    grammar = load("coding-agent")
    names = [f"in_{number:016x}" for number in range(options.installs)]
    book = Codebook(grammar, names, [Span(key, key.epoch(NOW_S))])
    survival(Trial(book, grammar, conversation(grammar, SIZE)))
    if options.tools:
        survival_through(options.tools, book)


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table in Markdown."""
    print(f"\n### {title}\n")
    print(f"| {' | '.join(head)} |")
    print(f"|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(str(cell) for cell in row)} |")


def survival(trial: Trial) -> None:
    """Print what is left of a seal after rewriting and behind emulated relays."""
    controls = [(what, *trial.left(body)) for what, body in trial.controls()]
    table("Survival: controls", ("request", *HEAD), controls)
    for title, changes in (("what is done to it", CHANGES), ("emulated relays", RELAYS)):
        rows = [(what, *trial.left(change(trial.sealed))) for what, change in changes.items()]
        table(f"Survival: {title}", ("change", *HEAD), rows)


def survival_through(tools: Path, book: Codebook) -> None:
    """Print what is left of seals behind real relays.

    Args:
        tools: folder of their programs.
        book: all installs, for the coding agent's grammar.
    """
    trials, posts = zip(*_sent(book), strict=True)
    by_name = {post.name: trial for post, trial in zip(posts, trials, strict=True)}
    rows, lost = [], []
    for one in arrivals(tools, posts):
        if one.body:
            left = by_name[one.post].left(json.loads(one.body))
            rows.append((one.relay, one.post, one.status, one.path, *left))
        else:
            lost.append(f"{one.relay}: {one.post} ({one.status})")
    head = ("relay", "sent", "answer", "arrives at", *HEAD)
    table(f"Survival: real relays, {len(book):,} installs", head, rows)
    own = [f"{kind.name} ({kind.model})" for kind in installed(Tools(tools, {})) if kind.model]
    print(f"\nAsked for one model in every row: {', '.join(own) or 'none'}.")
    print(f"Not passed on, with the status of the answer: {'; '.join(lost) or 'nothing'}.")


def _sent(book: Codebook) -> list[tuple[Trial, Post]]:
    """Every request that is sent through every relay."""
    coding, assistant = load("coding-agent"), load("chat-assistant")
    agent = AGENTS["a coding client"]
    plain = conversation(coding, SIZE)
    messages = Trial(book, coding, plain)
    chat = Trial(book, coding, as_chat(plain))
    talking = Trial(Codebook(assistant, book.installs, book.spans), assistant, talk())
    whole, short = "/v1/messages", "/v1/chat/completions"
    claude, gpt = "claude-sonnet-4-5", "gpt-5"
    return [
        (messages, _post("coding agent, messages", whole, agent, claude, messages.sealed)),
        (messages, _post("control: no seal, messages", whole, agent, claude, messages.plain)),
        (chat, _post("coding agent, chat to gpt-5", short, CHAT_AGENT, gpt, chat.sealed)),
        (chat, _post("coding agent, chat to claude", short, CHAT_AGENT, claude, chat.sealed)),
        (talking, _post("chat assistant, chat to gpt-5", short, CHAT_AGENT, gpt, talking.sealed)),
    ]


def _post(name: str, path: str, agent: str, model: str, body: Body) -> Post:
    return Post(name, path, agent, model, msgspec.Raw(msgspec.json.encode(body)))


if __name__ == "__main__":
    main()
