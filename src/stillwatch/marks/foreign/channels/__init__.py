"""One file a channel. `registry.py` lists them."""
