"""Long-running work, as generators that yield their progress.

May import everything below `ui`.
"""
