"""File formats: a module each, read by imports and written by exports. May import `tagging`, `model` and `text`."""
