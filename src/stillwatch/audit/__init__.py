"""Runs an AI tool in many environments and names what its requests tell about them."""
