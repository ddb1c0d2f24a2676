"""The library that a vendor's client uses."""
