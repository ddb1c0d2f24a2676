"""Which accounts share what unrelated accounts do not, and which of them form a group."""
