"""The sources of suggestions, one module each (see `suggester` for what they have in common)."""
