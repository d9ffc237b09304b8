"""The table of all actions, their keys, and how a key finds its action."""
