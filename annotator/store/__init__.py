"""The corpus file, and the program's only SQL. May import `model` and `text`."""
