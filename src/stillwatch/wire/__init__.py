"""API bytes to exchanges and back."""
