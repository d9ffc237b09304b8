"""What is open, and what works on it beside the window."""
