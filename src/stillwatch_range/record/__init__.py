"""Records real clients and real relays on loopback: programs run, people's work is played."""
