"""The sources of suggestions, one module or folder each (see `base` for their protocol).

May import `model`, `text` and `tagging`.
"""
