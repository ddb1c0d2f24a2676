"""What one exchange shows by itself."""
