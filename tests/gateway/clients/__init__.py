"""Real clients through a running gateway."""
