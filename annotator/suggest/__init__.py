"""The sources of suggestions, one module each (see `base` for what they have in common)."""
