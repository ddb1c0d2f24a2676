"""Evidence to verdicts, with error control."""
