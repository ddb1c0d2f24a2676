"""Scenarios: a small file in, captures and labels out."""
