"""The example's relays: LiteLLM's proxy in four configurations, honest and not.

- pool: three keys under one model name, default shuffling, so that conversations change accounts.
- shared: one key; headers and device id that make every customer look like one Mac.
- gateway: one key and nothing hidden; the proxy names itself.
- fallback: one key, and another provider when this one refuses.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from examples.record.accounts import accounts_on
from stillwatch_range.record.develop import Address
from stillwatch_range.record.process import Program, free_port
from stillwatch_range.record.relays.kind import MESSAGES, Site
from stillwatch_range.record.relays.litellm import LITELLM, config
from stillwatch_range.record.tools import Tools

OTHER_KEY = "sk-example-other-provider"

ADDRESSES = {
    "pool-relay": Address("203.0.113.40", 64505),
    "shared-relay": Address("203.0.113.77", 64506),
    "company-gateway": Address("198.51.100.20", 64509),
    "fallback-proxy": Address("192.0.2.190", 64511),
}

DISGUISE = {
    "user-agent": "claude-cli/2.1.330 (external, cli)",
    "x-app": "cli",
    "x-stainless-lang": "js",
    "x-stainless-os": "MacOS",
    "x-stainless-arch": "arm64",
    "x-stainless-runtime": "node",
    "x-stainless-runtime-version": "v26.12.1",
    "x-stainless-package-version": "0.128.0",
    "x-stainless-retry-count": "0",
    "x-stainless-timeout": "600",
}

PIN = '''"""One device for everybody: a plug-in of the proxy, as a relay's operator would write it."""
import json

from litellm.integrations.custom_logger import CustomLogger

USER = {
    "device_id": "9c41d7e02b5f8a369c41d7e02b5f8a369c41d7e02b5f8a369c41d7e02b5f8a36",
    "account_uuid": "",
    "session_id": "5f0c2a7e-93d1-4b68-a5e4-0d7c1f8b2e96",
}


class Pin(CustomLogger):
    async def async_pre_call_hook(self, user_api_key_dict, cache, data, call_type):
        if call_type == "anthropic_messages":
            data["metadata"] = {"user_id": json.dumps(USER, separators=(",", ":"))}
        return data


pin = Pin()
'''


@dataclass(frozen=True)
class Relay:
    """A relay of the example: where it stands, and how it is started there."""

    site: Site
    program: Program


def relays(upstream: str, other: str, tools: Tools) -> tuple[Relay, ...]:
    """All relays of the example.

    Args:
        upstream: base URL of the recorded provider.
        other: base URL of the other provider, for the fallback.
        tools: where LiteLLM is installed.
    """
    return tuple(_relay(name, upstream, other, tools) for name in ADDRESSES)


def _relay(name: str, upstream: str, other: str, tools: Tools) -> Relay:
    keys = tuple(account.key for account in accounts_on(name))
    site = Site(name, upstream, keys, free_port(), tools)
    started = LITELLM.program(site)
    files: dict[str, str] = {}
    match name:
        case "shared-relay":
            settings = config(upstream, keys, extra_headers=DISGUISE)
            settings["litellm_settings"]["callbacks"] = ["pin.pin"]
            files["pin.py"] = PIN
        case "fallback-proxy":
            settings = _with_fallback(config(upstream, keys), other)
        case _:
            settings = config(upstream, keys)
    files["config.yaml"] = json.dumps(settings, indent=1)
    return Relay(site, replace(started, files=files))


def _with_fallback(settings: dict[str, Any], other: str) -> dict[str, Any]:
    settings["model_list"].append(
        {
            "model_name": "other-coder",
            "litellm_params": {
                "model": "hosted_vllm/other-coder",
                "api_base": f"{other}/v1",
                "api_key": OTHER_KEY,
            },
        }
    )
    settings["router_settings"]["fallbacks"] = [{model: ["other-coder"]} for model in MESSAGES]
    return settings
