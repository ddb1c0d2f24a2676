"""Stillwatch finds out who resells a model served behind an API, and shows how it knows."""

__version__ = "0.1.0"
