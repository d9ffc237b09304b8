"""The contents of a corpus (articles, zones, labels, spans, edits) and pure operations on them.

May import `text`.
"""
