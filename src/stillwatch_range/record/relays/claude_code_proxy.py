"""claude-code-proxy: takes the messages format, asks over chat completions, one key."""

from stillwatch_range.record.process import Program
from stillwatch_range.record.relays.kind import Kind, Site, plain_door


def _program(site: Site) -> Program:
    # Its own command listens on every interface, always on one port; its application is the same.
    python = str(site.tools.path("claude-code-proxy").with_name("python"))
    command = (python, "-m", "uvicorn", "server.fastapi:app", "--host", "127.0.0.1")
    return Program(
        name=site.name,
        command=(*command, "--port", str(site.port)),
        port=site.port,
        env={
            "OPENAI_API_KEY": site.keys[0],
            "OPENAI_BASE_URL": f"{site.upstream}/v1",
            "BIG_MODEL": "gpt-4.1",
            "SMALL_MODEL": "gpt-4.1-mini",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        },
    )


CLAUDE_CODE_PROXY = Kind(
    name="claude-code-proxy",
    needs=("claude-code-proxy",),
    clients=frozenset({"claude", "claude-old"}),
    program=_program,
    door=plain_door,
    # It knows haiku and sonnet only, and fails with other names.
    model="claude-sonnet-4-5",
)
