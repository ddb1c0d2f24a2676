"""A documented generator of people at work with coding agents, at the level of stored tables.

It makes no text and no bytes: it draws people, machines, sessions and what tool traffic shows, and
writes the columns that signals read. Rhythm and lengths follow quantiles of real sessions
(benchmarks/data); who owns which machine, and what shows it, are assumptions that stand in
`settings.py`, each drawn anew for every account.
"""
