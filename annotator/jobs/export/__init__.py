"""Exports as training sets, read back and compared, with a report on every span.

May import what `jobs` may.
"""
