"""Dialogs, a module each."""
