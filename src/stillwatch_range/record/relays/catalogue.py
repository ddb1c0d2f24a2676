"""All real relays that recordings can run."""

from stillwatch_range.record.relays.ccr import CCR
from stillwatch_range.record.relays.claude_code_proxy import CLAUDE_CODE_PROXY
from stillwatch_range.record.relays.kind import Kind
from stillwatch_range.record.relays.litellm import LITELLM
from stillwatch_range.record.relays.ninerouter import NINEROUTER
from stillwatch_range.record.relays.portkey import PORTKEY

KINDS = (NINEROUTER, CCR, CLAUDE_CODE_PROXY, LITELLM, PORTKEY)
RELAYS: dict[str, Kind] = {kind.name: kind for kind in KINDS}
