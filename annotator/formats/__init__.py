"""File formats, a module each: read by imports, written by exports. May import `tagging`, `model` and `text`."""
