"""What an import asks: how each file is read, and what becomes of its labels."""
