"""The LiteLLM plugin: the gate inside LiteLLM's proxy.

    litellm_settings:
      callbacks: ["stillwatch.gateway.faces.litellm.handler"]

LiteLLM's hooks come after it has parsed a request, have no raw body, and wrap a refusal in an error
of LiteLLM's own. So the plugin uses the callback only to be loaded, and puts the middleware before
LiteLLM's application: bodies are seen as they came, refusals have the wire's own shape, also on
pass-through routes, and each request ends once. What LiteLLM asks of models is not seen.
"""

from functools import cache
from importlib import import_module
from typing import Any

from stillwatch.errors import SettingsError
from stillwatch.gateway.faces.asgi import Middleware

KEYS = (
    "x-litellm-api-key",
    "authorization",
    "api-key",
    "x-api-key",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
)
"""Headers in which LiteLLM takes keys, in its order (1.106, November 2026)."""


def __getattr__(name: str) -> Any:
    """The callback that LiteLLM's configuration names; asked for, it puts the gate in place."""
    if name == "handler":
        return _handler()
    raise AttributeError(name)


@cache  # LiteLLM may read its configuration more than once
def _handler() -> Any:
    app = import_module("litellm.proxy.proxy_server").app
    inner = app.middleware_stack
    if inner is None:
        raise SettingsError(
            "LiteLLM's proxy does not run.",
            "Name the handler in the callbacks of its configuration, and start `litellm`.",
        )
    app.middleware_stack = Middleware(inner, credentials=KEYS)
    return import_module("litellm.integrations.custom_logger").CustomLogger()
