"""Tool calls with what they print: reading, searching, editing, testing, looking around."""

import random
from collections.abc import Callable

from stillwatch_range.model import Call
from stillwatch_range.people import tools
from stillwatch_range.people.checkout import Checkout
from stillwatch_range.people.edits import Edit
from stillwatch_range.people.tables import drawn

SLOWEST_S = 120.0
LONG_FILE = 120


def shell(draw: random.Random, command: str, why: str, said: str, *, failed: bool = False) -> Call:
    """A shell command."""
    args = {"command": command, "why": why}
    return Call("shell", args, said, failed, took_s=_took(draw))


def _took(draw: random.Random) -> float:
    return round(min(SLOWEST_S, drawn(draw, "tool_s")), 2)


def read(draw: random.Random, checkout: Checkout, path: str) -> Call:
    """Read a file, numbered."""
    said = tools.numbered(checkout.files[path])
    return Call("read", {"path": checkout.path(path)}, said, took_s=0.1 + draw.random() * 0.3)


def search(draw: random.Random, checkout: Checkout, pattern: str) -> Call:
    """Search for a text, with the shell or with the client's own tool."""
    if draw.random() < 0.5:
        command = f"grep -rn {pattern} . --exclude-dir=.git | sort"
        found = tools.grep(checkout, pattern)
        return shell(draw, command, f"Find {pattern}", found)
    found = tools.grep(checkout, pattern, prefix="")
    args = {"pattern": pattern, "path": checkout.path("")}
    return Call("search", args, found or "No matches found", took_s=0.2 + draw.random() * 0.4)


def edited(draw: random.Random, checkout: Checkout, edit: Edit) -> Call:
    """An edit that was made, with the lines around it."""
    path = checkout.path(edit.path)
    first = max(1, edit.line - 3)
    count = edit.new.count("\n") + 8
    shown = tools.numbered(checkout.files[edit.path], first, count)
    said = f"The file {path} has been updated. The lines around the change:\n{shown}"
    args = {"path": path, "old": edit.old, "new": edit.new}
    return Call("edit", args, said, took_s=0.1 + draw.random() * 0.3)


def tests(draw: random.Random, checkout: Checkout, *, failed: bool) -> Call:
    """Run the tests of the repository."""
    command = checkout.repository.test
    language = checkout.repository.language
    if language not in _PRINTERS or not _own_tests(checkout, language):
        return shell(draw, command, "Run the tests", "no tests ran")
    said = _PRINTERS[language](draw, checkout, failed)
    return shell(draw, command, "Run the tests", said, failed=failed)


def _own_tests(checkout: Checkout, language: str) -> bool:
    """Whether the tests lie where repositories of the grammar have them."""
    if language == "rust":
        return {"Cargo.toml", "src/lib.rs"} <= checkout.files.keys()
    return any("test" in path for path in checkout.files)


def _test_file(checkout: Checkout) -> str:
    return next((path for path in checkout.files if "test" in path), "test.sh")


def _pytest(draw: random.Random, checkout: Checkout, failed: bool) -> str:
    path = _test_file(checkout)
    took = f"{0.02 + draw.random() * 2:.2f}s"
    count = 1 + checkout.files[path].count("def test_")
    if not failed:
        return f"{'.' * count}{' ' * (72 - count)} [100%]\n{count} passed in {took}"
    module = path.removeprefix("tests/test_").removesuffix(".py")
    source = next((name for name in checkout.files if name.endswith(f"/{module}.py")), path)
    line = 1 + int(draw.random() * checkout.files[source].count("\n"))
    test = checkout.files[path].partition("def ")[2].partition("(")[0]
    return (
        f"F{'.' * (count - 1)}{' ' * (72 - count)} [100%]\n"
        f"=================================== FAILURES ===================================\n"
        f"___ {test} ___\n\n"
        f"Traceback (most recent call last):\n"
        f'  File "{checkout.path(path)}", line {3 + count}, in {test}\n'
        f'  File "{checkout.path(source)}", line {line}, in {module}\n'
        f"    {checkout.lines(source)[line - 1].strip()}\n"
        f"{draw.choice(_PYTHON_ERRORS)}\n"
        f"=========================== short test summary info ============================\n"
        f"FAILED {path}::{test}\n1 failed, {count - 1} passed in {took}"
    )


_PYTHON_ERRORS = (
    "KeyError: 'status'",
    "TypeError: '<' not supported between instances of 'NoneType' and 'str'",
    "ValueError: could not convert string to float: ''",
    "AttributeError: 'NoneType' object has no attribute 'strip'",
    "IndexError: list index out of range",
    "AssertionError",
)


def _node(draw: random.Random, checkout: Checkout, failed: bool) -> str:
    path = _test_file(checkout)
    mark = "✖" if failed else "✔"
    took = f"{draw.random() * 3:.6f}"
    name = checkout.files[path].partition('test("')[2].partition('"')[0]
    head = f"{mark} {name} ({took}ms)\n"
    if failed:
        line = 4 + int(draw.random() * 6)
        head += f"  AssertionError [ERR_ASSERTION]: false == true\n      at {checkout.path(path)}:{line}:3\n"
    return (
        f"{head}\u2139 tests 1\n\u2139 suites 0\n\u2139 pass {1 - failed}\n\u2139 fail {int(failed)}\n"
        f"\u2139 cancelled 0\n\u2139 skipped 0\n\u2139 todo 0\n\u2139 duration_ms {40 + draw.random() * 90:.6f}"
    )


def _gotest(draw: random.Random, checkout: Checkout, failed: bool) -> str:
    module = f"git.example.com/{checkout.repository.name}"
    took = f"{draw.random() * 0.4:.3f}s"
    if not failed:
        return f"ok  \t{module}\t{took}"
    path = _test_file(checkout)
    name = checkout.files[path].partition("func ")[2].partition("(")[0]
    return (
        f"--- FAIL: {name} (0.00s)\n    {path}:{6 + int(draw.random() * 20)}: got "
        f"{draw.randrange(90)}, want {draw.randrange(90)}\nFAIL\nFAIL\t{module}\t{took}\nFAIL"
    )


def _cargo(draw: random.Random, checkout: Checkout, failed: bool) -> str:
    name = checkout.repository.name.replace("-", "_")
    version = next(
        line.partition('"')[2].rstrip('"')
        for line in checkout.lines("Cargo.toml")
        if line.startswith("version")
    )
    test = checkout.files["src/lib.rs"].partition("    fn ")[2].partition("(")[0]
    took = f"{0.2 + draw.random() * 4:.2f}s"
    word = "FAILED" if failed else "ok"
    return (
        f"   Compiling {name} v{version} ({checkout.folder})\n"
        f"    Finished `test` profile [unoptimized + debuginfo] target(s) in {took}\n"
        f"     Running unittests src/lib.rs (target/debug/deps/{name}-"
        f"{draw.getrandbits(64):016x})\n\nrunning 1 test\ntest tests::{test} ... {word}\n\n"
        f"test result: {word}. {1 - failed} passed; {int(failed)} failed; 0 ignored; 0 measured; "
        f"0 filtered out; finished in 0.00s"
    )


def _shell_tests(draw: random.Random, checkout: Checkout, failed: bool) -> str:
    test = checkout.files["test.sh"]
    name = test.partition("declare -F ")[2].partition(" ")[0]
    if failed:
        line = 4 + int(draw.random() * 20)
        script = test.partition(". ")[2].partition("\n")[0]
        return f"{script}: line {line}: {draw.choice(('from', 'bad', 'total', 'LIMIT'))}: unbound variable"
    return f"{name}\nok"


_PRINTERS: dict[str, Callable[[random.Random, Checkout, bool], str]] = {
    "python": _pytest,
    "javascript": _node,
    "go": _gotest,
    "rust": _cargo,
    "shell": _shell_tests,
}


def _list_folder(draw: random.Random, checkout: Checkout) -> Call:
    said = f"{tools.pwd(checkout)}\n{tools.listing(checkout)}"
    return shell(draw, "pwd && ls -la", "List the project", said)


def _history(draw: random.Random, checkout: Checkout) -> Call:
    count = 2 + int(draw.random() * 3)
    said = tools.git_log(checkout, count)
    return shell(draw, f"git log -{count}", "Show the last commits", said)


def _short_history(draw: random.Random, checkout: Checkout) -> Call:
    count = 4 + int(draw.random() * 5)
    said = "\n".join(filter(None, (tools.git_oneline(checkout, count), tools.git_short(checkout))))
    return shell(draw, f"git log --oneline -{count} && git status --short", "Recent work", said)


def _who(draw: random.Random, checkout: Checkout) -> Call:
    command = "git log -3 --format='%h %an <%ae> %s'"
    return shell(draw, command, "Who changed it last", tools.git_who(checkout, 3))


def _status(draw: random.Random, checkout: Checkout) -> Call:
    return shell(draw, "git status", "State of the tree", tools.git_status(checkout))


def _machine(draw: random.Random, checkout: Checkout) -> Call:
    said = f"{tools.uname(checkout.machine)}\n{tools.pwd(checkout)}"
    return shell(draw, "uname -a && pwd", "Look at the machine", said)


def _remote(draw: random.Random, checkout: Checkout) -> Call:
    said = f"{checkout.person.mail}\n{tools.remotes(checkout)}"
    return shell(draw, "git config user.email && git remote -v", "Who and where", said)


def _readme(draw: random.Random, checkout: Checkout) -> Call:
    path = "README.md" if "README.md" in checkout.files else next(iter(checkout.files))
    said = checkout.files[path].rstrip("\n")
    return shell(draw, f"cat {path}", "Read the introduction", said)


def _count(draw: random.Random, checkout: Checkout) -> Call:
    return shell(draw, "wc -l $(git ls-files)", "Count lines", tools.count_lines(checkout))


LOOKS: tuple[Callable[[random.Random, Checkout], Call], ...] = (
    _list_folder,
    _history,
    _short_history,
    _who,
    _status,
    _machine,
    _remote,
    _readme,
    _count,
)
"""Ways of looking around."""
