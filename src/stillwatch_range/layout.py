"""What lies where in a folder of traffic; labels stand apart from what detectors are shown."""

CAPTURES = "captures"
ACCOUNTS = "accounts.jsonl"
"""Beside the captures, as a provider knows its accounts."""
LABELS = "labels.jsonl"
