"""The session on the open corpus and its background work."""
