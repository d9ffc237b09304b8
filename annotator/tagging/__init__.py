"""Spans of an article as tags of its tokens, and back. May import `model` and `text`."""
