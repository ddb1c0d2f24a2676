"""Real clients, hunted."""
