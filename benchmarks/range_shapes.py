"""Derives the shapes that the range's emulated clients use from captures of real clients.

A shape keeps what a client's requests are made of: header names, order, case and fixed values,
keys of the body in order, tools with their parameters. The vendor's prose becomes a length
(`⟦n⟧`), facts of the machine and the session become names (`«cwd»`). A new version is one command:

    python benchmarks/range_shapes.py claude-code 2.1.330 CAPTURE...

With `--recording FILE` it writes the requests themselves, the vendor's prose filled with ours, for
the test that holds the emulation against them.
"""

import argparse
import gzip
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard

from stillwatch_range.clients.shapes import filler

OUT = Path(__file__).parent.parent / "src/stillwatch_range/clients/shapes"
RELAYED = ""
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
KEPT = re.compile(
    r"\s*$|</?(?:system-reminder|available_skills|skills_instructions)>$|# (?:gitStatus|currentDate|Environment)$|Status:$|\(clean\)$|"
    r"Recent commits:$|x-anthropic-billing-header:|"
    r"\s*(?:[-*] )?(?:Primary working directory|Working directory|Workspace root folder|"
    r"Is a git repository|Is directory a git repo|Platform|Shell|OS Version|Today\S{1,2}s date|"
    r"(?:Current|Main) branch[^:]*|Git user|My operating system is|"
    r"I'm currently working in the directory|«tree»|Showing up to|[├└]───|/\S+/$)"
    r"|\s*</?(?:cwd|shell|current_date|timezone|filesystem|environment_context|env)>"
)
HEAD = re.compile(r"The current date is: [^.]*\.")
"""Beginning of a line that states a fact and goes on in prose."""
PIECE = re.compile(r"(«\w+»)")
WORD_TEXTS = ("description", "definition", "text", "content", "instructions")


@dataclass(frozen=True)
class Recipe:
    """How to read one client's requests.

    Attributes:
        agent: pattern of its User-Agent.
        items: key of the conversation in the body.
        values: name of a fact and the pattern whose group is its value, wherever it stands.
        places: patterns and what they are replaced by, for values too short to search for.
        kind: which kind of request this is; `main` is the ordinary one.
    """

    agent: str
    items: str
    values: tuple[tuple[str, str], ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    kind: Callable[[dict[str, str], dict[str, Any]], str] = lambda _headers, _body: "main"


def _claude_kind(headers: dict[str, str], _body: dict[str, Any]) -> str:
    if "X-Claude-Code-Session-Id" not in headers:
        return RELAYED
    return "agent" if "x-claude-code-agent-id" in headers else "main"


def _titled(_headers: dict[str, str], body: dict[str, Any]) -> str:
    return "main" if body.get("tools") else "title"


SDK = (
    (r"^(x64|arm64)$", "«arch»"),
    (r"^(Linux|MacOS|Windows)$", "«os»"),
    (r"^(claude-[\w.-]+|gpt-[\w.-]+|qwen[\w.-]+)$", "«model»"),
    (r"^3\.\d+\.\d+$", "«python»"),
    (r"^127\.0\.0\.1(:\d+)?$", "«host»"),
)
NODE = (*SDK, (r"^v\d+\.\d+\.\d+$", "«node»"))
RECIPES = {
    "claude-code": Recipe(
        agent=r"claude-cli/",
        items="messages",
        values=(
            ("session", rf'"X-Claude-Code-Session-Id": "({UUID})"'),
            ("agent", r'"x-claude-code-agent-id": "(\w+)"'),
            ("device", r'device_id\W+"([0-9a-f]{64})'),
            ("cwd", r"[Ww]orking directory: ([^\\\n\"]+)"),
        ),
        places=(
            (r"(cc_version=«version»\.)\w{3}", r"\1«suffix»"),
            (r"(cc_entrypoint=|external, )[\w-]+", r"\1«entry»"),
            (r"(account_uuid\\?\":\\?\")[\w-]*", r"\1«account»"),
            (r"(Today.s date is )[\d/-]+", r"\1«date»"),
            (r"(Current branch: |Main branch \([^)]*\): )\S*", r"\1«branch»"),
            (r"(Git user: ).*", r"\1«user»"),
            (r"(Is a git repository: ).*", r"\1«is_git»"),
            (r"(Platform: ).*", r"\1«platform»"),
            (r"(Shell: ).*", r"\1«shell»"),
            (r"(OS Version: ).*", r"\1«os_version»"),
            (r"(Status:\n)(?s:.*?)(\n\nRecent)", r"\1«status»\2"),
            (r"(Recent commits:\n)(?s:.*?)(\n\n|\n</|$)", r"\1«commits»\2"),
            (r"[^`\s]*/\.claude/projects/[^`\s/]*", "«project»"),
            *SDK,
        ),
        kind=_claude_kind,
    ),
    "codex": Recipe(
        agent=r"codex",
        items="input",
        values=(
            ("session", rf'"session-id": "({UUID})"'),
            ("installation", rf'installation_id\W+"({UUID})'),
            ("turn", rf'turn_id\W+"({UUID})'),
            ("context", rf'context_window_id\W+"({UUID})'),
            ("cwd", r"<cwd>([^<]+)</cwd>"),
            ("started", r"started_at_unix_ms\W+(\d+)"),
            ("remote", r'origin\W+"([^"\\]+)'),
            ("commit", r'latest_git_commit_hash\W+"(\w+)'),
        ),
        places=(
            (r'("model\\?":\\?")gpt-[\w.-]+', r"\1«model»"),
            (r'("history_initialization\\?":\\?")\w+', r"\1«init»"),
            (r'("has_changes\\?":)(?:true|false)', r"\1«changed»"),
            (r"(<shell>)[^<]*", r"\1«shell»"),
            (r"(<current_date>)[^<]*", r"\1«date»"),
            (r"(<timezone>)[^<]*", r"\1«zone»"),
            (r"`[^`]*/\.codex/skills", "`«home»/.codex/skills"),
            (r"\((Debian[^;]*); (\w+)\) [\w-]+ ", "(«os_release»; «machine») «terminal» "),
            *SDK,
        ),
    ),
    "opencode": Recipe(
        agent=r"opencode/",
        items="messages",
        values=(
            ("session", r'"x-session-id": "(ses_\w+)"'),
            ("cwd", r"Working directory: ([^\\\n\"]+)"),
        ),
        places=(
            (r"(Is directory a git repo: ).*", r"\1«is_git»"),
            (r"(Platform: ).*", r"\1«platform»"),
            (r"(Today.s date: ).*", r"\1«date»"),
            (r"(Workspace root folder: ).*", r"\1«cwd»"),
            *SDK,
        ),
        kind=_titled,
    ),
    "qwen-code": Recipe(
        agent=r"QwenCode/",
        items="messages",
        values=(
            ("cwd", r"working in the directory: ([^\\\n]+)"),
            ("home", r"## (/[^\s`]*?)/\.qwen/memories"),
        ),
        places=(
            (r"(\(|^)linux; x64\)", r"\1«platform»; «arch»)"),
            (r"(Today.s date is )[^.]*", r"\1«date»"),
            (r"(The current date is: )[^.]*", r"\1«date»"),
            (r"(My operating system is: ).*", r"\1«platform»"),
            (r"Showing up to \d+ items:(?s:.*?)(\n</system)", r"«tree»\1"),
            (r"projects/-[\w-]*", "projects/«slug»"),
            *NODE,
        ),
    ),
    "anthropic-js": Recipe(agent=r"Anthropic/JS", items="messages", places=NODE),
    "requests": Recipe(
        agent=r"python-requests/",
        items="messages",
        places=SDK,
        kind=lambda headers, _body: "messages" if "anthropic-version" in headers else "chat",
    ),
    "anthropic-python": Recipe(agent=r"Anthropic/Python", items="messages", places=SDK),
    "openai-python": Recipe(agent=r"OpenAI/Python", items="messages", places=SDK),
    "openai-responses": Recipe(agent=r"OpenAI/Python", items="input", places=SDK),
}


def requests(paths: list[Path], recipe: Recipe, version: str) -> Iterator[dict[str, Any]]:
    """Requests of a client in captures, in their order."""
    for path in paths:
        opened = zstandard.open if path.suffix == ".zst" else gzip.open
        with opened(path, "rb") as file:
            for line in io.TextIOWrapper(file, encoding="utf-8"):
                request = json.loads(line)["request"]
                agent = next(v for n, v in request["headers"] if n.lower() == "user-agent")
                if re.search(recipe.agent, agent) and version in agent:
                    yield request


def template(text: str, facts: list[tuple[str, str]], recipe: Recipe) -> str:
    """A text with its facts named and its prose counted."""
    named = _named(text, facts, recipe)
    lines = [line if KEPT.match(line) else _counted(line) for line in named.split("\n")]
    return re.sub(r"⟦\d+⟧(?:\n+⟦\d+⟧)+", _joined, "\n".join(lines))


def _named(text: str, facts: list[tuple[str, str]], recipe: Recipe) -> str:
    for value, name in facts:
        text = text.replace(value, name)
    for pattern, name in recipe.places:
        text = re.sub(pattern, name, text)
    return text


def _counted(line: str) -> str:
    head = HEAD.match(line)
    known = head.group() if head else ""
    pieces = PIECE.split(line.removeprefix(known))
    return known + "".join(
        piece if PIECE.match(piece) or not piece else f"⟦{len(piece)}⟧" for piece in pieces
    )


def _joined(found: re.Match[str]) -> str:
    text = found.group()
    counts = [int(count) for count in re.findall(r"\d+", text)]
    return f"⟦{sum(counts) + text.count(chr(10))}⟧"


def shaped(value: Any, facts: list[tuple[str, str]], recipe: Recipe, key: str = "") -> Any:
    """A JSON value with its facts named, and texts under prose keys counted."""
    if isinstance(value, dict):
        return {k: shaped(v, facts, recipe, k) for k, v in value.items()}
    if isinstance(value, list):
        return [shaped(v, facts, recipe, key) for v in value]
    if not isinstance(value, str):
        return value
    if key in WORD_TEXTS:
        return template(value, facts, recipe)
    return _named(value, facts, recipe)


def shape(request: dict[str, Any], recipe: Recipe, version: str) -> dict[str, Any]:
    """The shape of a conversation's first request."""
    body = request["body"]
    tools = body.get("tools")
    whole = json.dumps([dict(request["headers"]), body], ensure_ascii=False)
    found = {name: re.search(pattern, whole) for name, pattern in recipe.values}
    facts = [(hit[1], f"«{name}»") for name, hit in found.items() if hit]
    facts += [(_prompt(body[recipe.items]), "«prompt»"), (version, "«version»")]
    facts.sort(key=lambda fact: -len(fact[0]))
    rest = {**body, recipe.items: "«items»", **({"tools": "«tools»"} if tools else {})}
    return {
        "path": request["path"],
        "model": body["model"],
        "headers": [[n, _header(n, v, facts, recipe)] for n, v in request["headers"]],
        "body": shaped(rest, facts, recipe),
        "opening": shaped(body[recipe.items], facts, recipe),
        "tools": shaped(tools, facts, recipe),
    }


def _header(name: str, value: str, facts: list[tuple[str, str]], recipe: Recipe) -> str:
    if name.lower() == "content-length":
        return "«length»"
    return _named(value, facts, recipe)


def without_prose(request: dict[str, Any]) -> dict[str, Any]:
    """A request whose vendor's prose is filler of the same length; facts and work stay."""
    body = request["body"]
    bare = Recipe(agent="", items="")
    items = [
        _filled(shaped(item, [], bare))
        if item.get("role") in ("system", "developer")
        else _without_reminders(item, bare)
        for item in body["messages"]
    ]
    tools = _filled(shaped(body.get("tools"), [], bare))
    made = {**body, "messages": items, **({"tools": tools} if tools else {})}
    return {**request, "body": made, "raw": None}


def _without_reminders(item: dict[str, Any], bare: Recipe) -> dict[str, Any]:
    if not isinstance(item.get("content"), list):
        return item
    content = [
        _filled(shaped(part, [], bare)) if "<system-reminder>" in part.get("text", "") else part
        for part in item["content"]
    ]
    return {**item, "content": content}


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _filled(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_filled(part) for part in value]
    if not isinstance(value, str):
        return value
    return re.sub(r"⟦(\d+)⟧", lambda found: filler("recording", int(found[1])), value)


def _prompt(items: list[dict[str, Any]]) -> str:
    spoken = [item for item in items if item.get("role") == "user"][-1]["content"]
    return spoken if isinstance(spoken, str) else spoken[-1]["text"]


def main() -> None:
    """Write the shape file of a client and version."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("client", choices=sorted(RECIPES))
    parser.add_argument("version")
    parser.add_argument("captures", nargs="+", type=Path)
    parser.add_argument("--recording", type=Path, help="write the requests here, not the shape")
    args = parser.parse_args()
    recipe = RECIPES[args.client]
    if args.recording is not None:
        with gzip.open(args.recording, "wt", encoding="utf-8") as out:
            for request in requests(args.captures, recipe, args.version):
                line = {"request": without_prose(request)}
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    first: dict[str, dict[str, Any]] = {}
    for request in requests(args.captures, recipe, args.version):
        kind = recipe.kind(dict(request["headers"]), request["body"])
        if kind == RELAYED or recipe.items not in request["body"]:
            continue
        best = first.setdefault(kind, request)
        if len(request["body"][recipe.items]) < len(best["body"][recipe.items]):
            first[kind] = request
    shapes = {kind: shape(request, recipe, args.version) for kind, request in first.items()}
    made = {"client": args.client, "version": args.version, **shapes}
    path = OUT / f"{args.client}-{args.version}.json"
    path.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{path.name}: {', '.join(shapes)}")


if __name__ == "__main__":
    main()
