"""claude-code-router: one provider and one key, for the messages format."""

import json

from stillwatch_range.record.process import Program
from stillwatch_range.record.relays.kind import CUSTOMER_KEY, MESSAGES, Kind, Site, plain_door


def _program(site: Site) -> Program:
    config = {
        "HOST": "127.0.0.1",
        "PORT": site.port,
        "APIKEY": CUSTOMER_KEY,
        "LOG": False,
        "NON_INTERACTIVE_MODE": True,
        "Providers": [
            {
                "name": "upstream",
                "api_base_url": f"{site.upstream}/v1/messages",
                "api_key": site.keys[0],
                "models": list(MESSAGES),
                "transformer": {"use": ["Anthropic"]},
            }
        ],
        "Router": {"default": f"upstream,{MESSAGES[0]}"},
    }
    return Program(
        name=site.name,
        command=("node", str(site.tools.path("ccr").resolve()), "start"),
        port=site.port,
        files={".claude-code-router/config.json": json.dumps(config, indent=1)},
        env={"SERVICE_PORT": str(site.port)},
    )


CCR = Kind(
    name="ccr",
    needs=("ccr",),
    clients=frozenset({"claude", "claude-old", "sdk-messages"}),
    program=_program,
    door=plain_door,
)
