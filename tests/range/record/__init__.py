"""Recording real clients and real relays."""
