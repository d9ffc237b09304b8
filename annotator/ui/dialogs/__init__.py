"""Dialogs, one a module; those of an import, of the labels and of a team have folders of their own."""
