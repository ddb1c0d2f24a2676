"""Record a day of example traffic on loopback, with real clients and a real relay.

The script plays people at work: it makes Linux users with git repositories, runs real coding
clients and SDKs as those users against a scripted model server, some of them through a real
relay, and writes what the server received as capture files.
"""
