"""File formats, a module each, for import and export. May import `tagging`, `model` and `text`."""
