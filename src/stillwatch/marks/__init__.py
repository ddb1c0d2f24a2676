"""Marks: seals in requests, sealed ids in responses, and what others hide in text."""
