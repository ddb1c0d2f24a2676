"""The provider: a scripted model server, in process for the generator and over HTTP for programs.

It is a server for tests. It speaks three wire formats, mints ids and signatures in the shapes that
providers use, limits and bans, and answers what a script says. Nothing here runs a model.
"""
