"""Exports with a report of every span, read back before they take their place."""
