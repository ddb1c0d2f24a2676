"""Scripts that write documentation."""
