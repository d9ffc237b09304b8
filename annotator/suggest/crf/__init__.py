"""The model that is trained on the corpus itself: a conditional random field."""
