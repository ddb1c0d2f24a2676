"""A scripted model server for recordings: it answers from the story and keeps what it got."""
