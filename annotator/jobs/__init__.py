"""Long-running work for the window and the commands, as generators that yield their progress.

May import everything below `ui`.
"""
