"""Joining the sources' suggestions: how likely each is right, learned from the corpus, and which of them are sure."""
