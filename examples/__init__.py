"""Bundled example traffic, and the script that recorded it."""
