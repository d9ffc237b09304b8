"""The table of all actions, and the commands that they run."""
