"""The levels of each factor, and what is made up for them.

Levels stand for kinds of places (a server under a country's suffix, a zone with the same offset as
another), not for anyone; an audit asks only whether a tool tells them apart.
"""

from pathlib import Path

LOCAL_PORT = 8080
PROXY = "proxy.intranet.example"
CERTIFICATE = "/etc/ssl/certs/ca-certificates.crt"
EXTRA_PROGRAMS = "/opt/bin"
PATH = ("/usr/local/bin", "/usr/bin", "/bin", EXTRA_PROGRAMS)

SERVERS = {
    "plain": "llm.harbour-cloud.com",
    "relay": "api.claude-gpt-proxy.com",
    "lab": "api.deepseek.com",
    "lab name": "deepseek.harbour-cloud.com",
    "suffix": "llm.harbour-cloud.cn",
    "lab name and suffix": "deepseek.harbour-cloud.cn",
}
"""A server for each host class besides the vendor's own and this machine; all are the recorder."""

ZONES = ("UTC", "Asia/Shanghai", "Asia/Singapore", "America/New_York")
LOCALES = ("en_US.UTF-8", "zh_CN.UTF-8", "fr_FR.UTF-8")
USERS = {"one": ("rowan", "Rowan Ashdown"), "two": ("svc-build7", "Build Seven")}
HOMES = {"one": "/home", "two": "/srv/people"}
PROJECTS = {"one": "work/orchard", "two": "src/payments-api"}
MACHINES = {"one": "rowan-laptop", "two": "ip-10-0-3-17"}
AUTHORS = {
    "one": ("Rowan Ashdown", "rowan@ashdown.example"),
    "two": ("M. Okafor", "mo@quietbay.example"),
}
REMOTES = {
    "one": "https://github.com/orchard-tools/orchard.git",
    "two": "git@git.quietbay.example:platform/payments.git",
}
TERMINALS: dict[str, dict[str, str]] = {
    "none": {},
    "xterm": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "editor": {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TERM_PROGRAM": "vscode"},
}
BUILDS: dict[str, dict[str, str]] = {
    "none": {},
    "github": {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "orchard-tools/orchard",
        "GITHUB_RUN_ID": "4711",
        "GITHUB_WORKFLOW": "build",
        "RUNNER_OS": "Linux",
    },
}
PROGRAMS = (
    *("docker", "kubectl", "terraform", "aws", "gh", "glab", "cargo", "go", "code", "cursor"),
    *("codex", "gemini", "qwen", "opencode", "aider", "ollama"),
)
CLOCKS = {"now": "+0", "later": "+190d"}
FAKETIME = tuple(
    Path("/usr/lib", *folder, "faketime/libfaketime.so.1")
    for folder in ((), ("x86_64-linux-gnu",), ("aarch64-linux-gnu",))
)
