"""Exports as training sets: read back and compared with the corpus, with a report that accounts for every span.

May import what `jobs` may.
"""
