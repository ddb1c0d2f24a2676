"""`stillwatch marks`: seals, sealed ids, disclosure, and other people's hidden marks."""
