"""LiteLLM's proxy: a pool of keys under one model name, picked at random for each request."""

import json
from typing import Any

from stillwatch_range.record.process import Program
from stillwatch_range.record.relays.kind import CUSTOMER_KEY, MESSAGES, Kind, Site, plain_door

RESPONSES = ("gpt-5",)


def _program(site: Site) -> Program:
    command = (str(site.tools.path("litellm")), "--config", "config.yaml")
    return Program(
        name=site.name,
        command=(*command, "--host", "127.0.0.1", "--port", str(site.port)),
        port=site.port,
        ready="/health/liveliness",
        env={
            "LITELLM_MASTER_KEY": CUSTOMER_KEY,
            "LITELLM_TELEMETRY": "False",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        },
        files={"config.yaml": json.dumps(config(site.upstream, site.keys), indent=1)},
    )


def config(upstream: str, keys: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """The proxy's settings; YAML reads JSON.

    Args:
        upstream: base URL of the provider.
        keys: one deployment of each model for each key.
        more: further parameters of the messages deployments, such as `extra_headers`.
    """
    spoken = {f"anthropic/{model}": (upstream, more) for model in MESSAGES}
    spoken |= {f"openai/{model}": (f"{upstream}/v1", {}) for model in RESPONSES}
    return {
        "model_list": [
            {
                "model_name": model.partition("/")[2],
                "litellm_params": {"model": model, "api_base": base, "api_key": key, **extra},
            }
            for model, (base, extra) in spoken.items()
            for key in keys
        ],
        "router_settings": {"num_retries": 0},
        "litellm_settings": {"telemetry": False},
    }


LITELLM = Kind(
    name="litellm",
    needs=("litellm",),
    clients=frozenset({"claude", "claude-old", "codex", "opencode", "sdk-messages", "sdk-chat"}),
    program=_program,
    door=plain_door,
    pools=True,
)
