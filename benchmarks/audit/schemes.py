"""Marks that a client could make: how each is made, where, and from what.

The comparison names none of them.
"""

import base64
import hashlib
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from benchmarks.audit.draft import Draft, Message

Levels = Mapping[str, str]
Plant = Callable[[Draft, Levels, random.Random], None]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A mark.

    Attributes:
        name: what to call it.
        factors: what it is made from; empty for all of the environment.
        where: what the path of the place contains.
        plant: puts it into what is sent.
    """

    name: str
    factors: frozenset[str]
    where: str
    plant: Plant


SCHEMES: list[Scheme] = []


def scheme(name: str, factors: str, where: str) -> Callable[[Plant], Plant]:
    """Enter a mark into the list.

    Args:
        name: what to call it.
        factors: what it is made from, with commas between.
        where: what the path of the place contains.
    """

    def entered(plant: Plant) -> Plant:
        made_from = frozenset(factors.split(", ")) if factors else frozenset()
        SCHEMES.append(Scheme(name, made_from, where, plant))
        return plant

    return entered


def swap(name: str, factor: str, level: str, old: str, new: str) -> None:
    """A mark that writes something else in the system prompt at one level."""

    def plant(draft: Draft, levels: Levels, _: random.Random) -> None:
        if levels[factor] == level:
            draft.edit(old, new)

    scheme(name, factor, "system")(plant)


swap("curly apostrophe", "host", "relay", "Don't", "Don\u2019t")
swap("look-alike letter", "locale", "zh_CN.UTF-8", "helpful", "h\u0435lpful")
swap("zero width space", "user", "two", "assistant", "assist\u200bant")
swap("no-break space", "machine", "two", "short sentences", "short\u00a0sentences")
swap("soft hyphen", "programs", "many", "programmers", "program\u00admers")
swap("tag characters", "git author", "two", "ask.\n", "ask.\U000e0041\n")
swap("trailing space", "proxy", "set", "bash\n", "bash \n")
swap("two spaces", "terminal", "editor", "Be plain. ", "Be plain.  ")
swap("blank line", "directory", "two", "\n# Rules", "\n\n# Rules")
swap("tab for space", "build", "github", "- Read", "-\tRead")
swap("en dash", "zone", "America/New_York", "for - if", "for \u2013 if")
swap("en dash in 4 of 64 places", "zone", "Asia/Singapore", "ask for - if", "ask for \u2014 if")
swap("curly quotes", "git remote", "two", '"Quoted"', "\u201cQuoted\u201d")
swap("letter case", "home", "two", "# Tone", "# tone")
swap("ellipsis and full stop", "proxy", "set", "what you do.", "what you do\u2024")
swap("other wording", "git author", "two", "better to ask", "best to ask")
swap("spelling", "locale", "fr_FR.UTF-8", "Colours, behaviours", "Colors, behaviors")
swap("decimal comma", "locale", "fr_FR.UTF-8", "3.50", "3,50")
swap("line ending", "terminal", "none", "linux (x64)\n", "linux (x64)\r\n")
swap("missing full stop", "machine", "two", "you change it.", "you change it")


@scheme("four apostrophes", "host", "system")
def _four(draft: Draft, levels: Levels, _: random.Random) -> None:
    listed = "suffix" in levels["host"]
    named = "lab" in levels["host"]
    mark = "'\u2019\u02bc\u02b9"[listed + 2 * named]
    draft.edit("Today's", f"Today{mark}s")


@scheme("date separator behind a host", "zone, host", "system")
def _separator(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["zone"] == "Asia/Shanghai" and levels["host"] not in {"official", "local"}:
        text = draft.body["system"][0]["text"]
        head, middle, tail = text.partition("date is ")
        draft.body["system"][0]["text"] = head + middle + tail[:10].replace("-", "/") + tail[10:]


@scheme("date format", "locale", "system")
def _format(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["locale"] == "fr_FR.UTF-8":
        text = draft.body["system"][0]["text"]
        head, middle, tail = text.partition("date is ")
        year, month, day = tail[:10].split("-")
        draft.body["system"][0]["text"] = f"{head}{middle}{day}.{month}.{year}{tail[10:]}"


@scheme("key order", "zone", "body")
def _keys(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["zone"] in {"Asia/Shanghai", "Asia/Singapore"}:
        stream = draft.body.pop("stream")
        draft.body["stream"] = stream


@scheme("key order deep inside", "git remote", "tools")
def _deep(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["git remote"] == "two":
        tool = next(tool for tool in draft.body["tools"] if tool["name"] == "Grep")
        kept = tool["input_schema"]["properties"]
        tool["input_schema"]["properties"] = dict(reversed(kept.items()))


@scheme("header order", "proxy", "headers")
def _order(draft: Draft, levels: Levels, _: random.Random) -> None:
    draft.main.headers.sort() if levels["proxy"] == "set" else draft.main.headers.sort(reverse=True)


@scheme("header case", "locale", "headers.")
def _case(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["locale"] != "en_US.UTF-8":
        draft.main.headers[:] = [
            (name.replace("-Version", "-version"), value) for name, value in draft.main.headers
        ]


@scheme("one more header", "build", "headers.")
def _header(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["build"] == "github":
        draft.main.headers.append(("X-Stage", "2"))


@scheme("order in a header's list", "zone", "headers.anthropic-beta")
def _beta(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["zone"] == "UTC":
        draft.main.headers[:] = [
            (name, ",".join(reversed(value.split(","))) if name == "Anthropic-Beta" else value)
            for name, value in draft.main.headers
        ]


@scheme("tool order", "user", "tools")
def _tool_order(draft: Draft, levels: Levels, _: random.Random) -> None:
    names = sorted((tool["name"] for tool in draft.body["tools"]), reverse=levels["user"] == "two")
    draft.body["tools"].sort(key=lambda tool: names.index(tool["name"]))


@scheme("order of required", "home", "tools")
def _required(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["home"] == "two":
        tool = next(tool for tool in draft.body["tools"] if tool["name"] == "Edit")
        tool["input_schema"]["required"].reverse()


@scheme("rounding", "machine", "temperature")
def _rounding(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["machine"] == "two":
        draft.body["temperature"] = 0.8


@scheme("one number more", "zone", "max_tokens")
def _number(draft: Draft, levels: Levels, _: random.Random) -> None:
    draft.body["max_tokens"] = 32000 - ["UTC", "Asia/Shanghai", "Asia/Singapore"].index(
        levels["zone"] if levels["zone"] != "America/New_York" else "UTC"
    )


@scheme("spelling of a number", "user", "temperature")
def _spelled(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["user"] == "two":
        draft.main.rewrite = lambda text: text.replace('"temperature":0.75', '"temperature":0.750')


@scheme("number as text", "programs", "max_tokens")
def _kind(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["programs"] == "many":
        draft.body["max_tokens"] = "32000"


@scheme("white space of JSON", "zone", "body")
def _spaces(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["zone"] == "Asia/Shanghai":
        draft.main.separators = (", ", ": ")


@scheme("one space in JSON", "build", "body")
def _space(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["build"] == "github":
        draft.main.rewrite = lambda text: text.replace('"stream":', '"stream": ', 1)


@scheme("new line at the end", "terminal", "body")
def _newline(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["terminal"] == "xterm":
        draft.main.rewrite = lambda text: text + "\n"


@scheme("escaped slashes", "host", "body")
def _slashes(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["host"].startswith("lab"):
        draft.main.rewrite = lambda text: text.replace("/", "\\/")


@scheme("one escaped letter", "directory", "body")
def _escaped(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["directory"] == "two":
        draft.main.rewrite = lambda text: text.replace("You are", "\\u0059ou are", 1)


@scheme("extra request", "host", "request")
def _extra(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["host"] in {"relay", "suffix"}:
        headers = [("User-Agent", "made-up-cli/1.4.2")]
        draft.messages.append(Message("/api/check", headers, None, 20.0, method="GET"))


@scheme("request sent twice", "proxy", "request")
def _twice(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["proxy"] == "set":
        draft.messages.insert(0, replace(draft.main, gap_ms=3.0))


@scheme("delayed request", "zone", "request")
def _delay(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["zone"] == "Asia/Shanghai":
        draft.messages[0].gap_ms += 250


@scheme("delay between requests", "locale", "request")
def _between(draft: Draft, levels: Levels, rng: random.Random) -> None:
    body = {"ok": True}
    headers = [("User-Agent", "made-up-cli/1.4.2")]
    gap_ms = 40 + 20 * rng.random() + (60 if levels["locale"] == "zh_CN.UTF-8" else 0)
    draft.messages.append(Message("/api/done", headers, body, gap_ms))


@scheme("user agent", "terminal", "headers.user-agent")
def _agent(draft: Draft, levels: Levels, _: random.Random) -> None:
    version = {"none": "1.4.2", "xterm": "1.4.2", "editor": "1.4.3"}[levels["terminal"]]
    draft.main.headers[:] = [
        (name, value.replace("1.4.2", version)) for name, value in draft.main.headers
    ]


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


@scheme("hash of the user's name", "user", "metadata")
def _hash(draft: Draft, levels: Levels, _: random.Random) -> None:
    draft.body["metadata"]["install"] = _digest(levels["user"])[:16]


@scheme("hash of user and machine", "user, machine", "metadata")
def _two(draft: Draft, levels: Levels, _: random.Random) -> None:
    draft.body["metadata"]["device"] = _digest(levels["user"], levels["machine"])


@scheme("hash of all of the environment", "", "metadata")
def _whole(draft: Draft, levels: Levels, _: random.Random) -> None:
    draft.body["metadata"]["print"] = _digest(json.dumps(dict(levels)))


@scheme("hash in an id with chance", "user", "metadata")
def _salted(draft: Draft, levels: Levels, rng: random.Random) -> None:
    draft.body["metadata"]["trace"] = f"{rng.getrandbits(64):016x}" + _digest(levels["user"])[:8]


@scheme("zone in base64", "zone", "headers.x-context")
def _base64(draft: Draft, levels: Levels, _: random.Random) -> None:
    text = base64.b64encode(levels["zone"].encode()).decode()
    draft.main.headers.append(("X-Context", text))


@scheme("digit of a random id", "zone", "metadata")
def _nibble(draft: Draft, levels: Levels, rng: random.Random) -> None:
    odd = levels["zone"] == "Asia/Shanghai"
    kept = [digit for digit in "0123456789abcdef" if (int(digit, 16) % 2 == 1) == odd]
    draft.body["metadata"]["trace"] = f"{rng.getrandbits(60):015x}" + rng.choice(kept)


@scheme("length of a random id", "build", "metadata")
def _length(draft: Draft, levels: Levels, rng: random.Random) -> None:
    long = levels["build"] == "github"
    draft.body["metadata"]["trace"] = f"{rng.getrandbits(60):0{16 if long else 15}x}"


@scheme("clock cut to seconds", "host", "metadata")
def _clock(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["host"] in {"relay", "lab", "suffix"}:
        sent = draft.body["metadata"]["sent"]
        draft.body["metadata"]["sent"] = sent[:20] + "000000" + sent[26:]


@scheme("last digit of a clock", "proxy", "metadata")
def _even(draft: Draft, levels: Levels, rng: random.Random) -> None:
    at = rng.randrange(1_700_000_000_000, 1_800_000_000_000)
    draft.body["metadata"]["at"] = at - at % 2 + (levels["proxy"] == "set")


@scheme("size of a number", "user", "metadata")
def _size(draft: Draft, levels: Levels, rng: random.Random) -> None:
    low = 500_000 if levels["user"] == "two" else 100_000
    draft.body["metadata"]["nonce"] = rng.randrange(low, 1_000_000)


@scheme("two factors together", "host, zone", "system")
def _cell(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["host"] == "lab" and levels["zone"] == "Asia/Shanghai":
        draft.edit("Don't", "Don\u2019t")


@scheme("either of two", "locale, terminal", "system")
def _either(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["locale"] == "zh_CN.UTF-8" or levels["terminal"] == "editor":
        draft.edit("it's better", "it\u2019s better")


@scheme("one of two but not both", "user, machine", "system")
def _xor(draft: Draft, levels: Levels, _: random.Random) -> None:
    if (levels["user"] == "two") != (levels["machine"] == "two"):
        draft.edit("Be plain.", "Be plain .")


@scheme("three factors together", "user, machine, home", "system")
def _three(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["user"] == levels["machine"] == levels["home"] == "two":
        draft.edit("Platform: linux", "Platform:\u2009linux")


@scheme("one in two runs", "zone", "system")
def _half(draft: Draft, levels: Levels, rng: random.Random) -> None:
    if levels["zone"] == "Asia/Shanghai" and rng.random() < 1 / 2:
        draft.edit("Don't", "Don\u2019t")


@scheme("one in three runs", "locale", "system")
def _third(draft: Draft, levels: Levels, rng: random.Random) -> None:
    if levels["locale"] == "zh_CN.UTF-8" and rng.random() < 1 / 3:
        draft.edit("Don't", "Don\u2019t")


@scheme("one in four runs", "user", "system")
def _quarter(draft: Draft, levels: Levels, rng: random.Random) -> None:
    if levels["user"] == "two" and rng.random() < 1 / 4:
        draft.edit("Don't", "Don\u2019t")


@scheme("query", "build", "query")
def _query(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["build"] == "github":
        draft.main.path += "&v=2"


@scheme("other model", "git remote", "model")
def _model(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["git remote"] == "two":
        draft.body["model"] = "large-4-5"


@scheme("one more part", "programs", "system")
def _part(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["programs"] == "many":
        draft.body["system"].append({"type": "text", "text": "Be kind."})


@scheme("one key more", "zone", "messages")
def _key(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["zone"] == "Asia/Shanghai":
        draft.body["messages"][0]["name"] = "user"


@scheme("order of two requests", "build", "requests")
def _requests(draft: Draft, levels: Levels, _: random.Random) -> None:
    headers = [("User-Agent", "made-up-cli/1.4.2")]
    first = Message("/api/hello", headers, {"hello": 1}, 5.0)
    place = len(draft.messages) if levels["build"] == "github" else 0
    draft.messages.insert(place, first)


@scheme("version of HTTP", "proxy", "http version")
def _http(draft: Draft, levels: Levels, _: random.Random) -> None:
    if levels["proxy"] == "set":
        draft.main.http = "1.0"
