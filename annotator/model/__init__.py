"""The contents of a corpus (articles, zones, labels, spans, edits) and the operations on them, as pure functions.

May import `text`.
"""
