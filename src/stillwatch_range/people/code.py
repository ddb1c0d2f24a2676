"""Source files of a repository, put together from pieces of code and the repository's own words."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from stillwatch_range.people.grammar import Grammar, table, wording

SUFFIX = {"python": ".py", "javascript": ".js", "go": ".go", "rust": ".rs", "shell": ".sh"}


@dataclass(frozen=True, slots=True)
class Words:
    """What a repository is about.

    Attributes:
        project: its name.
        language: programming language.
        slots: the words that its texts are filled with.
    """

    project: str
    language: str
    slots: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of code: options for its name, and its text."""

    names: tuple[str, ...]
    text: str


@cache
def _pieces(language: str) -> tuple[Piece, ...]:
    found: Any = table("code")[language]
    return tuple(Piece(tuple(piece["names"]), piece["text"]) for piece in found)


def words_for(draw: random.Random, language: str) -> Words:
    """Draw what a repository is about."""
    texts = wording("code").texts
    noun = draw.choice(texts["nouns_all"])
    names = draw.sample(texts["fields_all"], 4)
    slots = {"noun": noun, "nouns": _plural(noun)} | {
        f"f{number}": field for number, field in enumerate(names, 1)
    }
    tail = draw.choice(texts["project_tail"])
    stem = noun if draw.random() < 0.5 else f"{names[0].partition('_')[0]}{noun}"
    return Words(stem + tail, language, slots)


def _plural(noun: str) -> str:
    if noun.endswith("ch"):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def source_files(draw: random.Random, words: Words) -> dict[str, str]:
    """All files of a repository, sorted by path."""
    pieces = list(_pieces(words.language))
    chosen = [*draw.sample(pieces, len(pieces)), *draw.sample(pieces, len(pieces))]
    chosen = chosen[: draw.randrange(4, 2 * len(pieces) + 1)]
    modules = [words.slots["nouns"], *draw.sample(_MODULES, draw.randrange(1, 4))]
    bodies: dict[str, str] = {}
    names: list[tuple[str, str]] = []
    for number, piece in enumerate(chosen):
        module = modules[number % len(modules)]
        name, text = _filled(draw, piece, words)
        if any(name == known for _, known in names):
            continue
        names.append((module, name))
        bodies[module] = bodies.get(module, "") + "\n" + text
    maker = {
        "python": _python,
        "javascript": _javascript,
        "go": _go,
        "rust": _rust,
        "shell": _shell,
    }[words.language]
    files = dict(maker(draw, words, bodies, names))
    files["README.md"] = _readme(draw, words, bodies)
    files[f"data/{words.slots['nouns']}.csv"] = _rows(draw, words)
    return dict(sorted(files.items()))


_MODULES = (
    "reports",
    "sources",
    "store",
    "views",
    "rules",
    "limits",
    "export",
    "inbox",
    "jobs",
    "tables",
    "clean",
    "session",
    "render",
    "queue",
    "intake",
    "matching",
)


def _filled(draw: random.Random, piece: Piece, words: Words) -> tuple[str, str]:
    grammar: Grammar = wording("code")
    slots = dict(words.slots)
    name = grammar.fill(draw, draw.choice(piece.names), slots)
    if words.language in ("javascript", "go"):
        name = _camel(name)
    return name, grammar.fill(draw, piece.text, {**slots, "name": name}).lstrip("\n")


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _readme(draw: random.Random, words: Words, bodies: Mapping[str, str]) -> str:
    about = wording("code").say(draw, "about", words.slots)
    listing = "\n".join(f"- `{module}`" for module in bodies)
    notes = "\n".join(
        f"* {wording('code').say(draw, 'comment', words.slots)}"
        for _ in range(draw.randrange(1, 4))
    )
    return f"# {words.project}\n\n{about}\n\n## Parts\n\n{listing}\n\n## Notes\n\n{notes}\n"


def _rows(draw: random.Random, words: Words) -> str:
    fields = [words.slots[f"f{number}"] for number in range(1, 5)]
    rows = [
        f"{fields[0][:3]}{draw.randrange(100, 999)};{draw.randrange(1, 9000) / 10};"
        f"2026-{draw.randrange(1, 6):02}-{draw.randrange(1, 28):02};{draw.choice('abcd')}{row}"
        for row in range(draw.randrange(4, 14))
    ]
    return "\n".join([";".join(fields), *rows]) + "\n"


_Files = Iterator[tuple[str, str]]
_Names = list[tuple[str, str]]


def _python(draw: random.Random, words: Words, bodies: Mapping[str, str], names: _Names) -> _Files:
    package = words.project.replace("-", "_")
    about = wording("code").say(draw, "about", words.slots)
    yield f"{package}/__init__.py", f'"""{about}"""\n'
    for module, body in bodies.items():
        used = [
            name
            for name in ("argparse", "csv", "json", "logging", "time", "urllib.request")
            if f"{name.split('.')[0]}." in body or (name == "logging" and "log." in body)
        ]
        imports = "".join(f"import {name}\n" for name in used)
        log = "\nlog = logging.getLogger(__name__)\n" if "log." in body else ""
        yield (
            f"{package}/{module}.py",
            f'"""@Module@ of {package}."""\n\n{imports}{log}\n'.replace(
                "@Module@", module.capitalize()
            )
            + body.lstrip("\n")
            .replace("\n\ndef ", "\n\n\ndef ")
            .replace("\n\nclass ", "\n\n\nclass "),
        )
    module, name = names[0]
    yield (
        f"tests/test_{module}.py",
        (
            f"from {package}.{module} import {name}\n\n\ndef test_{name.lower()}_is_there():\n"
            f"    assert callable({name})\n"
        ),
    )
    yield (
        "pyproject.toml",
        (
            f'[project]\nname = "{words.project}"\nversion = "0.{draw.randrange(1, 30)}.'
            f'{draw.randrange(9)}"\nrequires-python = ">=3.{draw.randrange(9, 13)}"\n'
        ),
    )
    yield ".gitignore", "__pycache__/\n*.pyc\n.venv/\n"


def _javascript(
    draw: random.Random, words: Words, bodies: Mapping[str, str], names: _Names
) -> _Files:
    for module, body in bodies.items():
        yield f"src/{module}.js", body.lstrip("\n")
    module, name = names[0]
    yield (
        f"test/{module}.test.js",
        (
            'import test from "node:test";\nimport assert from "node:assert";\n'
            f'import {{ {name} }} from "../src/{module}.js";\n\n'
            f'test("{name} is there", () => assert.equal(typeof {name}, "function"));\n'
        ),
    )
    yield (
        "package.json",
        (
            f'{{\n  "name": "{words.project}",\n  "version": "{draw.randrange(3)}.{draw.randrange(20)}.0"'
            ',\n  "type": "module",\n  "private": true\n}\n'
        ),
    )
    yield ".gitignore", "node_modules/\ndist/\n"


_GO_IMPORTS = {
    "bufio.": "bufio",
    "bytes.": "bytes",
    "context.": "context",
    "json.": "encoding/json",
    "errors.": "errors",
    "fmt.": "fmt",
    "log.": "log",
    "http.": "net/http",
    "os.": "os",
    "sort.": "sort",
    "strconv.": "strconv",
    "strings.": "strings",
}


def _go(draw: random.Random, words: Words, bodies: Mapping[str, str], names: _Names) -> _Files:
    package = words.project.replace("-", "")
    kind = words.slots["noun"].capitalize()
    for number, (module, body) in enumerate(bodies.items()):
        used = [f'\t"{path}"\n' for mark, path in _GO_IMPORTS.items() if mark in body]
        imports = f"import (\n{''.join(used)})\n" if used else ""
        own = (
            f"\n// {kind} is one row.\ntype {kind} struct {{\n\tKey   string\n\tValue float64\n}}\n"
        )
        yield f"{module}.go", f"package {package}\n\n{imports}{'' if number else own}{body}"
    module, name = names[0]
    yield (
        f"{module}_test.go",
        (
            f'package {package}\n\nimport "testing"\n\nfunc Test{name[:1].upper() + name[1:]}'
            f"(t *testing.T) {{\n\t_ = {name}\n}}\n"
        ),
    )
    yield "go.mod", f"module git.example.com/{words.project}\n\ngo 1.{draw.randrange(21, 26)}\n"


def _rust(draw: random.Random, words: Words, bodies: Mapping[str, str], names: _Names) -> _Files:
    kind = words.slots["noun"].capitalize()
    f1, f2 = words.slots["f1"], words.slots["f2"]
    for number, (module, body) in enumerate(bodies.items()):
        own = f"\npub struct {kind} {{\n    pub {f1}: String,\n    pub {f2}: f64,\n}}\n"
        head = "use std::collections::HashMap;\n" if "HashMap" in body else ""
        head += "use std::path::Path;\n" if "Path" in body else ""
        yield f"src/{module}.rs", f"{head}{'' if number else own}{body}"
    modules = "".join(f"pub mod {module};\n" for module in bodies)
    module, name = names[0]
    yield (
        "src/lib.rs",
        (
            f"{modules}\n#[cfg(test)]\nmod tests {{\n    #[test]\n    fn {name.lower()}_is_there() {{\n"
            f"        let _ = std::mem::size_of::<crate::{module}::{kind}>();\n    }}\n}}\n"
        ),
    )
    package = words.project.replace("-", "_")
    yield (
        "Cargo.toml",
        f'[package]\nname = "{package}"\nversion = "0.{draw.randrange(1, 20)}.0"\nedition = "2021"\n',
    )
    yield ".gitignore", "/target\n"


def _shell(draw: random.Random, words: Words, bodies: Mapping[str, str], names: _Names) -> _Files:
    for module, body in bodies.items():
        head = (
            f"#!/usr/bin/env bash\n# {wording('code').say(draw, 'about', words.slots)}\nset -eu\n"
        )
        yield f"bin/{module}.sh", f"{head}{body}"
    module, name = names[0]
    yield "test.sh", f"#!/usr/bin/env bash\n. bin/{module}.sh\ndeclare -F {name} && echo ok\n"
