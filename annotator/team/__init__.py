"""What several annotators agree on, where they differ, and how they share the work.

Pure functions; may import `model` and `text`.
"""
