"""People who work: who they are, what they have, when they work and what they write.

Nothing here knows an API, a relay or a campaign: `population` makes people and their sessions,
which clients turn into requests.
"""
