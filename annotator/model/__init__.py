"""What a corpus holds (articles, zones, labels, spans, edits) and the operations that change it, as pure functions.

May import `text`.
"""
