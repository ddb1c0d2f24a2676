"""The twins themselves, one file a story."""
