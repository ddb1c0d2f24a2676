"""Test purchases: prompts that an analyst sends through a suspected shop and finds again."""
