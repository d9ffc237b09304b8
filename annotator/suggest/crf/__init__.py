"""A conditional random field trained on the corpus itself."""
