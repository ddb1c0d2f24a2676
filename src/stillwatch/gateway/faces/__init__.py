"""Ways in which traffic reaches the gate, besides the proxy."""
