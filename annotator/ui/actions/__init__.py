"""The table of actions, their shortcuts, and which action a key press triggers."""
