"""The test range: labelled traffic made on purpose, and a scoreboard for detectors.

The range knows how clients, relays and campaigns work, and nothing of how anybody finds them: it
imports `stillwatch.wire` and `stillwatch.marks` at most, never signals or verdicts.
"""
