"""Real relay programs: how each is configured, started and reached."""
