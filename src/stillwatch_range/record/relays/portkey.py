"""Portkey's gateway: a config that customers send along spreads requests over keys."""

import json

from stillwatch_range.record.commands import Door
from stillwatch_range.record.process import Program
from stillwatch_range.record.relays.kind import CUSTOMER_KEY, Kind, Site


def _program(site: Site) -> Program:
    command = ("node", str(site.tools.path("portkey").resolve()), f"--port={site.port}")
    return Program(
        name=site.name,
        command=(*command, "--headless"),
        port=site.port,
        env={"NODE_ENV": "production"},
    )


def _door(site: Site) -> Door:
    targets = [
        {"provider": "anthropic", "api_key": key, "custom_host": f"{site.upstream}/v1"}
        for key in site.keys
    ]
    config = {"strategy": {"mode": "loadbalance"}, "targets": targets}
    headers = {"x-portkey-config": json.dumps(config, separators=(",", ":"))}
    return Door(f"http://127.0.0.1:{site.port}", CUSTOMER_KEY, headers)


PORTKEY = Kind(
    name="portkey",
    needs=("portkey",),
    # Streams over the messages format end in an error of Portkey's own with Node 20 and 22.
    clients=frozenset({"sdk-messages"}),
    program=_program,
    door=_door,
    pools=True,
)
