"""`stillwatch policy`: written rules, checked, tested, tried on past traffic, and reported on."""
