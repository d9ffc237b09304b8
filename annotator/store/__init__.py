"""The corpus file, and the only SQL of the program. May import `model` and `text`."""
