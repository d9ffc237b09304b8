"""The commands: a method for each action of the table."""
