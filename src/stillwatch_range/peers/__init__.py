"""Published detectors on the range's traffic, so that figures can be compared.

Each is written from its paper's mathematics, or run as its package is, and writes the verdict
format. What differs from the paper stands at the head of its file.
"""
