"""The sources of suggestions, one module or folder each (see `base`).

Offsets are code points, end exclusive. May import `model`, `text` and `tagging`.
"""
