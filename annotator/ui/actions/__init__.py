"""What an action is, the keymap, and which action a key press triggers."""
