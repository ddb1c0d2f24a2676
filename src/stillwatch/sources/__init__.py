"""Where exchanges come from: one file a format, and a reader of files in blocks.

A format is a source: it turns a line, or a whole document, into envelopes. `registry` lists them,
`inputs` finds files, `blocks` reads them.
"""
