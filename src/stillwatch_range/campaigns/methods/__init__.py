"""The methods of campaigns, one file each."""

from collections.abc import Mapping

from stillwatch_range.campaigns.desk import Method
from stillwatch_range.campaigns.methods.fixed_prompt import FixedPrompt
from stillwatch_range.campaigns.methods.grid import Grid
from stillwatch_range.campaigns.methods.judge import Judge
from stillwatch_range.campaigns.methods.own_users import OwnUsers
from stillwatch_range.campaigns.methods.probe_then_bulk import ProbeThenBulk
from stillwatch_range.campaigns.methods.reasoning_elicitation import ReasoningElicitation
from stillwatch_range.campaigns.methods.signature_replay import SignatureReplay
from stillwatch_range.campaigns.methods.store_replay import StoreReplay
from stillwatch_range.campaigns.methods.trace_cleaner import TraceCleaner
from stillwatch_range.campaigns.methods.training_rows import TrainingRows
from stillwatch_range.campaigns.spec import MethodName

METHODS: Mapping[MethodName, type[Method]] = {
    "fixed-prompt": FixedPrompt,
    "grid": Grid,
    "judge": Judge,
    "own-users": OwnUsers,
    "probe-then-bulk": ProbeThenBulk,
    "reasoning-elicitation": ReasoningElicitation,
    "signature-replay": SignatureReplay,
    "store-replay": StoreReplay,
    "trace-cleaner": TraceCleaner,
    "training-rows": TrainingRows,
}
