"""Imports into a corpus, and their preview.

May import what `jobs` may.
"""
