"""The relay programs, one file each."""
