"""What is doubtful in one annotator's layer of an article: pure functions. May import `model` and `text`."""
