"""The session on the open corpus, and what runs beside the window for it."""
