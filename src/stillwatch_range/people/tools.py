"""What commands print on somebody's machine for a checkout, without running them.

The Linux forms are held against the real commands in the tests; macOS and Git for Windows differ
where they differ in life (block counts, groups, `uname`).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from stillwatch_range.model import Machine
from stillwatch_range.people import githash
from stillwatch_range.people.checkout import CONTEXT, Change, Checkout
from stillwatch_range.people.repositories import offset, touched

HALF_YEAR_S = 15_778_476
"""`ls` shows the year in place of the time for files older than this (GNU coreutils)."""
ABBREVIATED = 7


@lru_cache(maxsize=4096)
def _local(zone: str, at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, ZoneInfo(zone))


def numbered(text: str, first: int = 1, count: int | None = None) -> str:
    """`cat -n`, or a part of it."""
    lines = text.splitlines()
    chosen = lines[first - 1 :] if count is None else lines[first - 1 : first - 1 + count]
    return "\n".join(f"{number:6}\t{line}" for number, line in enumerate(chosen, first))


def grep(checkout: Checkout, pattern: str, *, prefix: str = "./") -> str:
    """`grep -rn PATTERN . --exclude-dir=.git | sort` for a fixed string."""
    found = [
        f"{prefix}{path}:{number}:{line}"
        for path, text in checkout.files.items()
        if pattern in text
        for number, line in enumerate(text.splitlines(), 1)
        if pattern in line
    ]
    return "\n".join(found)


def listing(checkout: Checkout) -> str:
    """`ls -la` in the root of the checkout."""
    machine = checkout.machine
    rows = list(_entries(checkout))
    block = 512 if machine.system == "macos" else 1024
    width = max(len(str(size)) for _, _, size, _, _ in rows)
    links = max(len(str(count)) for _, count, _, _, _ in rows)
    group = {"macos": "staff", "windows": "197121"}.get(machine.system, machine.user)
    gap = "  " if machine.system == "macos" else " "
    lines = [f"total {sum(-(-size // 4096) * 4096 // block for _, _, size, _, _ in rows)}"]
    for mode, count, size, at_s, name in rows:
        when = _ls_time(machine.zone, at_s, checkout.now_s)
        owner = f"{machine.user}{gap}{group}"
        lines.append(f"{mode} {count:>{links}} {owner}{gap}{size:>{width}} {when} {name}")
    return "\n".join(lines)


def _entries(checkout: Checkout) -> Iterable[tuple[str, int, int, int, str]]:
    newest = touched(checkout.repository)
    commits = checkout.repository.commits
    latest = commits[0][3]
    folders: dict[str, set[str]] = {}
    times: dict[str, int] = {}
    for path in checkout.files:
        head, _, rest = path.partition("/")
        at_s = checkout.now_s if path in checkout.changes else commits[newest.get(path, 0)][3]
        times[head] = max(times.get(head, 0), at_s)
        if rest:
            folders.setdefault(head, set()).add(rest.partition("/")[0] if "/" in rest else "")
    yield "drwxr-xr-x", 3 + len(folders), 4096, latest, "."
    yield "drwxr-xr-x", 5 + checkout.person.seed % 9, 4096, latest, ".."
    for name in sorted([*times, ".git"], key=_order(checkout.machine)):
        if name == ".git":
            yield "drwxr-xr-x", 8, 4096, checkout.now_s - 60, name
        elif name in folders:
            inner = len(folders[name] - {""})
            yield "drwxr-xr-x", 2 + inner, 4096, times[name], name
        else:
            size = len(checkout.files[name].encode())
            mode = "-rwxr-xr-x" if name.endswith(".sh") else "-rw-r--r--"
            yield mode, 1, size, times[name], name


def _order(machine: Machine) -> Callable[[str], str]:
    """GNU `ls` sorts by the rules of the language, without case and points; others by bytes."""
    if machine.system in {"linux", "wsl"} and not machine.locale.startswith("C"):
        return lambda name: name.lower().replace(".", "").replace("_", "")
    return lambda name: name


def _ls_time(zone: str, at_s: int, now_s: int) -> str:
    when = _local(zone, at_s)
    if now_s - at_s > HALF_YEAR_S:
        return f"{when:%b} {when.day:2}  {when.year}"
    return f"{when:%b} {when.day:2} {when:%H:%M}"


def git_log(checkout: Checkout, count: int) -> str:
    """`git log -COUNT`."""
    zone = checkout.repository.zone
    pieces = [
        f"commit {made}\nAuthor: {name} <{mail}>\nDate:   {_git_date(zone, at_s)}\n\n    {subject}\n"
        for made, name, mail, at_s, subject in checkout.commits[:count]
    ]
    return "\n".join(pieces).rstrip("\n")


def _git_date(zone: str, at_s: int) -> str:
    when = _local(zone, at_s)
    return f"{when:%a %b} {when.day} {when:%H:%M:%S %Y} {offset(zone, at_s)}"


def git_oneline(checkout: Checkout, count: int) -> str:
    """`git log --oneline -COUNT`."""
    return "\n".join(
        f"{made[:ABBREVIATED]} {subject}" for made, _, _, _, subject in checkout.commits[:count]
    )


def git_who(checkout: Checkout, count: int) -> str:
    """`git log -COUNT --format='%h %an <%ae> %s'`."""
    return "\n".join(
        f"{made[:ABBREVIATED]} {name} <{mail}> {subject}"
        for made, name, mail, _, subject in checkout.commits[:count]
    )


def git_status(checkout: Checkout) -> str:
    """`git status` on a branch that follows no other."""
    if not checkout.changes:
        return "On branch main\nnothing to commit, working tree clean"
    rows = "\n".join(f"\tmodified:   {path}" for path in sorted(checkout.changes))
    return (
        "On branch main\nChanges not staged for commit:\n"
        '  (use "git add <file>..." to update what will be committed)\n'
        '  (use "git restore <file>..." to discard changes in working directory)\n'
        f'{rows}\n\nno changes added to commit (use "git add" and/or "git commit -a")'
    )


def git_short(checkout: Checkout) -> str:
    """`git status --short`."""
    return "\n".join(f" M {path}" for path in sorted(checkout.changes))


def git_diff(checkout: Checkout) -> str:
    """`git diff` of all edits."""
    return "\n".join(_diff(checkout, path) for path in sorted(checkout.changes))


def _diff(checkout: Checkout, path: str) -> str:
    before, after = checkout.committed[path], checkout.files[path]
    hashes = (
        f"{githash.blob(before).hex()[:ABBREVIATED]}..{githash.blob(after).hex()[:ABBREVIATED]}"
    )
    mode = "100755" if path.endswith(".sh") else "100644"
    head = [
        f"diff --git a/{path} b/{path}",
        f"index {hashes} {mode}",
        f"--- a/{path}",
        f"+++ b/{path}",
    ]
    old = before.splitlines()
    hunks = _hunks(old, [_trimmed(change) for change in checkout.changes[path]])
    return "\n".join([*head, *hunks])


def _trimmed(change: Change) -> Change:
    """The change without lines that are the same on both sides at its ends."""
    old, new, start = list(change.old), list(change.new), change.start
    while old and new and old[0] == new[0]:
        old, new, start = old[1:], new[1:], start + 1
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return Change(start, tuple(old), tuple(new))


def _hunks(old: Sequence[str], changes: Sequence[Change]) -> Iterable[str]:
    shift = 0
    for group in _groups(changes):
        first = max(0, group[0].start - CONTEXT)
        last = min(len(old), group[-1].start + len(group[-1].old) + CONTEXT)
        body: list[str] = []
        place = first
        for change in group:
            body += [f" {line}" for line in old[place : change.start]]
            body += [f"-{line}" for line in change.old] + [f"+{line}" for line in change.new]
            place = change.start + len(change.old)
        body += [f" {line}" for line in old[place:last]]
        grown = sum(len(change.new) - len(change.old) for change in group)
        sizes = f"-{_span(first, last - first)} +{_span(first + shift, last - first + grown)}"
        yield f"@@ {sizes} @@{_function(old, first)}"
        yield from body
        shift += grown


def _span(first: int, count: int) -> str:
    start = first + 1 if count else first
    return f"{start}" if count == 1 else f"{start},{count}"


def _groups(changes: Sequence[Change]) -> list[list[Change]]:
    groups: list[list[Change]] = []
    for change in changes:
        if (
            groups
            and change.start - (groups[-1][-1].start + len(groups[-1][-1].old)) <= 2 * CONTEXT
        ):
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups


def _function(old: Sequence[str], first: int) -> str:
    """The heading that git puts behind a hunk: the last line before it that begins at the margin."""
    for line in reversed(old[:first]):
        if line[:1].isalpha() or line[:1] in ("_", "$"):
            return f" {line.encode()[:80].decode(errors='ignore').rstrip()}"
    return ""


def diff_stat(checkout: Checkout) -> tuple[int, int, int]:
    """Files changed, lines added and lines taken away since the last commit."""
    added = gone = 0
    for changes in checkout.changes.values():
        for change in changes:
            small = _trimmed(change)
            added += len(small.new)
            gone += len(small.old)
    return len(checkout.changes), added, gone


def git_commit(checkout: Checkout, subject: str) -> str:
    """`git commit -am SUBJECT`; the checkout has the commit afterwards."""
    files, added, gone = diff_stat(checkout)
    made = checkout.commit(subject)
    parts = [f" {files} file{'s' * (files != 1)} changed"]
    if added or not gone:
        parts.append(f"{added} insertion{'s' * (added != 1)}(+)")
    if gone or not added:
        parts.append(f"{gone} deletion{'s' * (gone != 1)}(-)")
    return f"[main {made[:ABBREVIATED]}] {subject}\n{', '.join(parts)}"


def remotes(checkout: Checkout) -> str:
    """`git remote -v`."""
    url = checkout.repository.remote
    return f"origin\t{url} (fetch)\norigin\t{url} (push)"


def pwd(checkout: Checkout) -> str:
    """`pwd`; Git for Windows shows drives as folders."""
    if checkout.machine.system == "windows":
        drive, _, rest = checkout.folder.partition(":")
        return f"/{drive.lower()}{rest.replace(chr(92), '/')}"
    return checkout.folder


def uname(machine: Machine) -> str:
    """`uname -a`."""
    arm = machine.arch == "arm64"
    match machine.system:
        case "macos":
            kernel = f"Darwin Kernel Version {machine.release}: Thu Jul 10 22:02:43 PDT 2025"
            kind = "RELEASE_ARM64_T6000 arm64" if arm else "RELEASE_X86_64 x86_64"
            return f"Darwin {machine.host} {machine.release} {kernel}; root:xnu~1/{kind}"
        case "windows":
            build = machine.release.rpartition(".")[2]
            return f"MINGW64_NT-10.0-{build} {machine.host} 3.6.4-b9f03e96.x86_64 2025-07-16 17:32 UTC x86_64 Msys"
        case _:
            arch = "aarch64" if arm else "x86_64"
            number = 1 + sum(machine.release.encode()) % 120
            return (
                f"Linux {machine.host} {machine.release} #{number} SMP PREEMPT_DYNAMIC "
                f"{arch} GNU/Linux"
            )


def count_lines(checkout: Checkout) -> str:
    """`wc -l` of all files; GNU's columns are as wide as the number of bytes, BSD's eight."""
    counts = [(text.count("\n"), path) for path, text in checkout.files.items()]
    size = sum(len(text.encode()) for text in checkout.files.values())
    width = 8 if checkout.machine.system == "macos" else len(str(size))
    rows = [f"{count:>{width}} {path}" for count, path in counts]
    return "\n".join([*rows, f"{sum(count for count, _ in counts):>{width}} total"])
