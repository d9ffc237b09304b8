"""Panels at the sides of the article, their lists and fields, and the status line."""
