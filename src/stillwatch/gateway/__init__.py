"""The live side: what passes is seen, decided by written rules, and acted on."""
