"""The operator's door: health, metrics, rules, cases and the switch, on a socket of its own."""
