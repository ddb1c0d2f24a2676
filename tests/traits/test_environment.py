"""Tool traffic shows where its tools ran; nothing else does."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stillwatch.exchange import Message, Text, ToolCall, ToolResult
from stillwatch.traits.environment import FACTS_A_MESSAGE, message_facts


def results(text):
    return {(f.kind, f.value, f.label) for f in message_facts(_result(text))}


def arguments(**values):
    call = ToolCall("1", "Bash", json.dumps(values))
    return {(f.kind, f.value, f.label) for f in message_facts(Message("assistant", (call,)))}


def _result(text):
    return Message("user", (ToolResult("1", text),))


def test_prose_is_never_evidence():
    """A path that a person types about says nothing about the machine."""
    text = Text("look at /home/ada/project/a.py, uid=1000(ada), Linux box 6.1.0")
    assert message_facts(Message("user", (text,))) == ()
    assert message_facts(Message("assistant", (text,))) == ()


def test_content_that_the_model_writes_is_no_evidence():
    """A file's content may name any home."""
    assert arguments(content="open('/home/eve/x/y')") == set()


@pytest.mark.parametrize(
    ("path", "home", "user", "system"),
    [
        ("/home/ada/work/a.py", "/home/ada", "ada", "linux"),
        ("/Users/grace/work/a.py", "/Users/grace", "grace", "macos"),
        (r"C:\Users\Linus T\work\a.py", "c:/users/linus t", "linus t", "windows"),
        ("D:/Users/Linus/work/a.py", "c:/users/linus", "linus", "windows"),
        ("/mnt/c/Users/Linus/work/a.py", "c:/users/linus", "linus", "linux"),
    ],
)
def test_a_tools_path_shows_home_user_and_system(path, home, user, system):
    """An absolute path in an argument is where the tool worked."""
    found = arguments(file_path=path)
    assert {("home", home, None), ("user", user, None), ("os", system, system)} <= found


def test_names_that_everybody_has_are_marked():
    """A container's root and a cloud image's user tell no two people apart."""
    assert ("home", "/root", "generic") in arguments(file_path="/root/app/main.py")
    assert ("user", "ubuntu", "generic") in arguments(file_path="/home/ubuntu/x/y")


def test_a_home_that_only_stands_in_output_is_marked():
    """Documentation and other people's logs hold homes too."""
    assert ("home", "/home/ada", "mentioned") in results("see /home/ada/notes/todo.md")


@pytest.mark.parametrize(
    "text", ["GET https://x.test/home/ada/x", "src/home/ada/x", "see /home/profile"]
)
def test_routes_and_relative_paths_are_no_homes(text):
    """A web route looks like a home until something is known to lie in it."""
    assert not [fact for fact in results(text) if fact[0] == "home"]


def test_a_command_for_another_machine_shows_nothing_of_this_one():
    """What stands behind ssh or docker belongs elsewhere."""
    found = arguments(command="ssh box 'cd /home/ada/app && ls /home/ada/app/x'")
    assert ("home", "/home/ada", "mentioned") in found
    assert not [fact for fact in found if fact[0] in ("os", "cwd")]


def test_where_a_command_goes_is_a_working_directory():
    """The target of cd, a workdir argument, and a path alone in the output."""
    assert ("cwd", "/home/ada/app", None) in arguments(command="cd /home/ada/app && make")
    assert ("cwd", "/srv/app", None) in arguments(cmd=["ls"], workdir="/srv/app/")
    assert ("cwd", "/home/ada/app", None) in results("/home/ada/app\n")


def test_free_text_arguments_are_read_as_a_command():
    """Some clients send a patch or a script in place of JSON."""
    call = ToolCall("1", "shell", "cd /Users/grace/app; git status")
    values = {f.value for f in message_facts(Message("assistant", (call,)))}
    assert {"/Users/grace", "macos", "/Users/grace/app"} <= values


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Linux lovelace 6.1.0-13-amd64 #1 SMP", {("host", "lovelace", None), ("os", "linux", "linux")}),
        ("Darwin Hopper.local 23.1.0 Darwin Kernel", {("host", "hopper.local", None), ("os", "macos", "macos")}),
        ("MINGW64_NT-10.0-19045 DESK1 3.4.9", {("host", "desk1", None), ("os", "windows", "windows")}),
        ("Linux 0123456789ab 6.1.0 x", {("host", "0123456789ab", "generic"), ("os", "linux", "linux")}),
        ("uid=1000(ada) gid=1000(ada)", {("user", "ada", None)}),
        ("drwxr-xr-x  2 ada  staff  64 Nov 22 src", {("user", "ada", None)}),
        ("ada@lovelace:~/app$ make", {("user", "ada", None), ("host", "lovelace", None)}),
        ("HOME=/home/ada\nHOSTNAME=lovelace\n", {("home", "/home/ada", None), ("host", "lovelace", None)}),
        ("LANG=xx_YY.UTF-8", {("locale", "xx_yy.utf-8", None)}),
        ("a\r\nb", {("eol", "crlf", "crlf")}),
        ("bash: line 1: foo: command not found", {("shell", "bash", "bash")}),
        ("zsh: command not found: foo", {("shell", "zsh", "zsh")}),
        (
            "    + CategoryInfo : x\n    + FullyQualifiedErrorId : y",
            {("shell", "powershell", "powershell"), ("os", "windows", "windows")},
        ),
        ("user.email=ada@maths.test", {("git_email", "ada@maths.test", None)}),
        ("[user]\n\tname = Ada\n\temail = Ada@Maths.test\n", {("git_email", "ada@maths.test", None)}),
        ("Author: Ada <ada@maths.test>", {("git_email", "ada@maths.test", "history")}),
        ("Author: bot <41898282+github-actions[bot]@users.noreply.x>", set()),
        (
            "origin\thttps://u:secret@Git.test/Org/app.git (fetch)",
            {("repo", "git.test/Org/app", None)},
        ),
        ("origin  git@git.test:org/app.git (push)", {("repo", "git.test/org/app", None)}),
        ('[remote "origin"]\n\turl = ssh://git@git.test:22/org/app', {("repo", "git.test/org/app", None)}),
    ],
)  # fmt: skip
def test_output_shows_users_hosts_systems_and_repositories(text, facts):
    """Each kind of output gives its facts, and a repository keeps no credentials."""
    found = results(text)
    assert facts <= found
    assert not facts or {kind for kind, *_ in found} <= {kind for kind, *_ in facts} | {
        "user",
        "os",
    }
    assert bool(facts) == bool(found)


def test_facts_are_bounded_and_never_doubled():
    """A listing of a thousand homes stays small."""
    text = "\n".join(f"/home/user{i}x/app/main.py" for i in range(1000)) * 2
    facts = message_facts(_result(text))
    assert len(facts) == FACTS_A_MESSAGE
    assert len(set(facts)) == len(facts)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="/homeUsrC:\\.@ -=ad1$~\n[]\"'<>(){}", max_size=400), st.text(max_size=80))
def test_any_text_is_read_without_failing(path_like, anything):
    """Whatever a tool prints or a model calls, reading it gives facts or nothing."""
    for text in (path_like, anything, path_like + anything):
        call = ToolCall("1", "Bash", json.dumps({"command": text, "path": text}))
        raw = ToolCall("2", "Bash", text)
        for fact in message_facts(Message("assistant", (call, raw, ToolResult("1", text)))):
            assert fact.origin == "evidenced"
            assert fact.value


_TRAPS = (
    *("/home/a", "/Users/", "C:\\Users\\a", "a@b:~/", "@", "origin ", "drwx------ 1 ", "uid=1("),
    *("LANG=en_", "[user]\n a\n", "Author: ", "HOME=/a", "Linux a", "git clone -a ", "cd /", "\n"),
)


@pytest.mark.parametrize("trap", _TRAPS)
def test_time_grows_with_length_and_no_faster(trap):
    """No text can hold a worker up: ten times the text takes about ten times as long."""

    def cost(size):
        message = _result((trap * size)[:size])
        call = Message("assistant", (ToolCall("1", "Bash", (trap * size)[:size]),))
        best = min(_timed(lambda: (message_facts(message), message_facts(call))) for _ in range(5))
        return best + 50_000

    assert cost(200_000) < 60 * cost(20_000)


def _timed(work):
    start = time.thread_time_ns()
    work()
    return time.thread_time_ns() - start
