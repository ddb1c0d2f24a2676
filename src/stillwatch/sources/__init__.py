"""Where exchanges come from, one file a format."""
