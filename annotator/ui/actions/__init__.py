"""The table of all actions, their shortcuts, and the resolution of key presses to actions."""
