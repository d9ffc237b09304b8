"""Long work for the window and the commands alike, as generators that yield their progress.

May import everything below `ui`.
"""
