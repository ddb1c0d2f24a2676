"""For a vendor's client: seal requests, declare the environment, enrol an install.

    from stillwatch.client import sealed
    client = sealed(anthropic.Anthropic(), Path("enrolment.json"))

Without the call nothing is read and nothing is changed.
"""

from stillwatch.client.enrolling import enrol
from stillwatch.client.enrolment import Enrolment, read_enrolment
from stillwatch.client.environment import Environment, environment
from stillwatch.client.events import Event, Unsealed
from stillwatch.client.policy import Policy, load_policy
from stillwatch.client.wrapping import Choices, sealed

__all__ = [
    "Choices",
    "Enrolment",
    "Environment",
    "Event",
    "Policy",
    "Unsealed",
    "enrol",
    "environment",
    "load_policy",
    "read_enrolment",
    "sealed",
]
