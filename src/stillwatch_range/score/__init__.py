"""Judges what detectors say: the labels, the scoreboard, trials on growing traffic, shortcuts."""
