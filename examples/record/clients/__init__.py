"""How each client is set up and started, by its documented settings."""
