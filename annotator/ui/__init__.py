"""The window; the only package that imports Qt."""

import builtins

import PySide6.QtCore  # noqa: F401 - puts PySide's import function in place

# It reads the source of every module to look for `__feature__`, which nothing here uses: a twentieth of a start.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
