"""For a vendor's client: seal requests, declare the environment, enrol an install."""

from stillwatch.client.environment import Environment, environment
from stillwatch.client.policy import Policy, load_policy

__all__ = ["Environment", "Policy", "environment", "load_policy"]
