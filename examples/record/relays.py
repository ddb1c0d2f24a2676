"""Real relays: LiteLLM's proxy in four configurations, honest and not.

- pool: three keys under one model name, default shuffling, so that conversations change accounts.
- shared: one key; headers and device id that make every customer look like one Mac.
- gateway: one key and nothing hidden; the proxy names itself.
- fallback: one key, and another provider when this one refuses.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from examples.record.accounts import accounts_on

MODELS = ("claude-opus-5-5", "claude-opus-4-8")
MASTER_KEY = "sk-relay-Qm3vT8xkLz92Wc"
OTHER_KEY = "sk-example-other-provider"
START_LIMIT_S = 150

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
class RelaySettings:
    """A relay: its port, its address as the provider sees it, and its configuration."""

    name: str
    port: int
    ip: str
    asn: int
    config: dict[str, Any]
    plugin: str = ""

    @property
    def url(self) -> str:
        """Where its customers' clients point."""
        return f"http://127.0.0.1:{self.port}"


def relay_settings(upstream: str, other: str) -> tuple[RelaySettings, ...]:
    """All relays of the example.

    Args:
        upstream: base URL of the recorded provider.
        other: base URL of the other provider, for the fallback.
    """
    fallback = _config("fallback-proxy", upstream, {})
    fallback["model_list"].append(
        {
            "model_name": "other-coder",
            "litellm_params": {
                "model": "hosted_vllm/other-coder",
                "api_base": f"{other}/v1",
                "api_key": OTHER_KEY,
            },
        }
    )
    fallback["router_settings"]["fallbacks"] = [{model: ["other-coder"]} for model in MODELS]
    shared = _config("shared-relay", upstream, {"extra_headers": DISGUISE})
    shared["litellm_settings"]["callbacks"] = ["pin.pin"]
    return (
        RelaySettings(
            "pool-relay", 18191, "203.0.113.40", 64505, _config("pool-relay", upstream, {})
        ),
        RelaySettings("shared-relay", 18192, "203.0.113.77", 64506, shared, PIN),
        RelaySettings(
            "company-gateway",
            18193,
            "198.51.100.20",
            64509,
            _config("company-gateway", upstream, {}),
        ),
        RelaySettings("fallback-proxy", 18194, "192.0.2.190", 64511, fallback),
    )


def _config(road: str, upstream: str, more: dict[str, Any]) -> dict[str, Any]:
    deployments = [
        {
            "model_name": model,
            "litellm_params": {
                "model": f"anthropic/{model}",
                "api_base": upstream,
                "api_key": account.key,
                **more,
            },
        }
        for model in MODELS
        for account in accounts_on(road)
    ]
    return {
        "model_list": deployments,
        "router_settings": {"num_retries": 0},
        "litellm_settings": {"telemetry": False},
    }


class Relay:
    """A running proxy; it ends when the block does."""

    def __init__(self, settings: RelaySettings, program: Path, folder: Path) -> None:
        self._settings = settings
        self._program = program
        self._folder = folder / settings.name
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "config.yaml"
        config.write_text(json.dumps(self._settings.config, indent=1), encoding="utf-8")
        if self._settings.plugin:
            (self._folder / "pin.py").write_text(self._settings.plugin, encoding="utf-8")
        with (self._folder / "log").open("w") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command(config),
                stdout=log,
                stderr=log,
                env=_environment(self._folder),
                start_new_session=True,
                cwd=self._folder,
            )
        await asyncio.to_thread(_wait_until_up, f"{self._settings.url}/health/liveliness")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), 20)
            except TimeoutError:
                os.killpg(self._process.pid, signal.SIGKILL)

    def _command(self, config: Path) -> Sequence[str]:
        port = str(self._settings.port)
        return (str(self._program), "--config", str(config), "--host", "127.0.0.1", "--port", port)


def _environment(folder: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "LITELLM_MASTER_KEY": MASTER_KEY,
        "LITELLM_TELEMETRY": "False",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def _wait_until_up(url: str) -> None:
    end = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(1)
    raise TimeoutError(f"{url} did not come up in {START_LIMIT_S} s")
