"""Questions asked of the tables, one file a question."""
