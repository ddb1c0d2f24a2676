"""What the range's parts hand to each other: people, work, requests, replies, accounts.

Plain records. People and their work know no API; clients turn work into requests; roads carry
requests to accounts; the provider answers and writes the capture. What is true of an exchange
(`Truth`) travels beside it and ends in the labels, never in the capture.
"""

from stillwatch_range.model.clock import (
    DAY_US,
    HOUR_US,
    SECOND_US,
)
from stillwatch_range.model.traffic import (
    Ask,
    Block,
    Called,
    Plan,
    Planned,
    Reply,
    Said,
    Thought,
    Toolset,
    Truth,
    Wire,
)
from stillwatch_range.model.work import (
    Call,
    Machine,
    Person,
    Purpose,
    Repository,
    Session,
    Step,
    System,
    Tool,
    Turn,
)
from stillwatch_range.model.world import (
    Account,
    Act,
    Actor,
    Cell,
    Label,
    Provider,
    Release,
    Road,
    World,
)

__all__ = [
    "DAY_US",
    "HOUR_US",
    "SECOND_US",
    "Account",
    "Act",
    "Actor",
    "Ask",
    "Block",
    "Call",
    "Called",
    "Cell",
    "Label",
    "Machine",
    "Person",
    "Plan",
    "Planned",
    "Provider",
    "Purpose",
    "Release",
    "Reply",
    "Repository",
    "Road",
    "Said",
    "Session",
    "Step",
    "System",
    "Thought",
    "Tool",
    "Toolset",
    "Truth",
    "Turn",
    "Wire",
    "World",
]
