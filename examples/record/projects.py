"""Small git repositories put together from snippets, one set of functions for each project."""

from __future__ import annotations

import os
import random
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stillwatch_range.record.story import Person

HERE = Path(__file__).parent
DAY_S = 86_400


@dataclass(frozen=True)
class Edit:
    """A change that can be made once: the function it touches, old and new text."""

    function: str
    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Project:
    """A repository: its files, where it comes from, and the changes that fit it."""

    name: str
    remote: str
    files: dict[str, str]
    edits: tuple[Edit, ...]
    functions: tuple[str, ...]
    test: str


def load_projects() -> dict[str, Project]:
    """All projects of `projects.toml`."""
    settings = tomllib.loads((HERE / "projects.toml").read_text(encoding="utf-8"))
    snippets = tomllib.loads((HERE / "snippets.toml").read_text(encoding="utf-8"))
    return {name: _project(name, about, snippets) for name, about in settings.items()}


def _project(name: str, about: dict[str, Any], snippets: dict[str, Any]) -> Project:
    language = about["language"]
    draw = random.Random(name)
    pieces = draw.sample(snippets[language], k=min(len(snippets[language]), 6))
    words = _words(name, about)
    modules = _modules(about, language)
    files: dict[str, str] = {}
    edits: list[Edit] = []
    for number, piece in enumerate(pieces):
        path = modules[number * len(modules) // len(pieces)]
        files.setdefault(path, _head(language, about))
        files[path] += "\n" + _fill(piece["text"], words)
        for old, new in piece["edits"]:
            function = _fill(piece["name"], words)
            edits.append(Edit(function, path, _fill(old, words), _fill(new, words)))
    functions = tuple(_fill(piece["name"], words) for piece in pieces)
    files |= dict(_around(name, about, modules, functions, draw))
    return Project(name, about["remote"], files, tuple(edits), functions, _TESTS[language])


_TESTS = {
    "python": "python3 -m compileall -q . && python3 -m unittest -q 2>&1 | tail -4",
    "js": "node --test 2>&1 | tail -8",
    "bash": "bash -n bin/*.sh && bash test.sh",
}


def _words(name: str, about: dict[str, Any]) -> dict[str, str]:
    words = {"project": name, "noun": about["noun"], "nouns": about["nouns"]}
    words |= {f"f{i}": field for i, field in enumerate(about["fields"], 1)}
    return words | {
        "Noun": words["noun"].capitalize(),
        "Nouns": words["nouns"].capitalize(),
        "F4": words["f4"].capitalize(),
    }


def _fill(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text.lstrip("\n")


def _modules(about: dict[str, Any], language: str) -> list[str]:
    noun = about["nouns"]
    return {
        "python": [f"{noun}.py", "reports.py", "sources.py"],
        "js": [f"src/{noun}.js", "src/views.js"],
        "bash": [f"bin/{noun}.sh", "bin/report.sh"],
    }[language]


def _head(language: str, about: dict[str, Any]) -> str:
    match language:
        case "python":
            imports = ("csv", "os", "sqlite3", "urllib.request")
            lines = "".join(f"import {name}\n" for name in imports)
            return f'"""{about["about"]}"""\n\n{lines}'
        case "js":
            return f"// {about['about']}\n"
        case _:
            return f"#!/usr/bin/env bash\n# {about['about']}\nFILE=data/{about['nouns']}.csv\n"


def _around(
    name: str,
    about: dict[str, Any],
    modules: list[str],
    functions: tuple[str, ...],
    draw: random.Random,
) -> Iterator[tuple[str, str]]:
    listing = "\n".join(f"- `{module}`" for module in modules)
    yield "README.md", f"# {name}\n\n{about['about']}\n\n## Files\n\n{listing}\n"
    rows = [
        f"{about['fields'][0][:3]}{draw.randrange(100, 999)};{draw.choice('abcd')}{row};"
        f"2026-{draw.randrange(1, 11):02}-{draw.randrange(1, 28):02};{draw.randrange(1, 400)}"
        for row in range(draw.randrange(4, 9))
    ]
    yield f"data/{about['nouns']}.csv", "\n".join([";".join(about["fields"]), *rows]) + "\n"
    match about["language"]:
        case "python":
            stem = modules[0].removesuffix(".py")
            yield f"test_{stem}.py", _python_test(stem, functions[0])
        case "js":
            yield "package.json", f'{{"name": "{name}", "type": "module", "private": true}}\n'
            yield "test/names.test.js", _js_test(modules[0], functions[0])
        case _:
            yield "test.sh", f"source {modules[0]}\ndeclare -F {functions[0]} && echo ok\n"


def _python_test(module: str, function: str) -> str:
    return (
        f"import unittest\n\nimport {module}\n\n\nclass {module.capitalize()}Test("
        f"unittest.TestCase):\n    def test_{function}_is_there(self):\n"
        f"        self.assertTrue(callable({module}.{function}))\n"
    )


def _js_test(module: str, function: str) -> str:
    return (
        'import test from "node:test";\nimport assert from "node:assert";\n'
        f'import * as all from "../{module}";\n\n'
        f'test("{function} is there", () => assert.equal(typeof all.{function}, "function"));\n'
    )


def plant(project: Project, folder: Path, person: Person, today_s: float) -> None:
    """Make the repository in a folder, with a short history of the last weeks."""
    folder.mkdir(parents=True)
    draw = random.Random(project.name)
    when_s = int(today_s) - draw.randrange(20, 60) * DAY_S
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "remote", "add", "origin", project.remote)
    names = list(project.files)
    third = max(1, len(names) // 3)
    for number, start in enumerate(range(0, len(names), third)):
        for name in names[start : start + third]:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(project.files[name], encoding="utf-8")
            os.utime(path, (when_s, when_s))
        subject = ("Start with " if number == 0 else "Add ") + names[start]
        _git(folder, "add", "-A")
        _commit(folder, subject, person, when_s)
        when_s += draw.randrange(1, 5) * DAY_S + draw.randrange(40_000)
    for path in [folder, *folder.iterdir()]:
        if path.is_dir():
            os.utime(path, (when_s, when_s))


def _commit(folder: Path, subject: str, person: Person, when_s: int) -> None:
    who = {"NAME": person.name, "EMAIL": person.mail, "DATE": f"{when_s} +0000"}
    env = {
        f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()
    }
    _git(folder, "commit", "-qm", subject, env=env)


def _git(folder: Path, *words: str, env: dict[str, str] | None = None) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, env={**os.environ, **(env or {})})
