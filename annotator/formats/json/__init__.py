"""Articles as JSON: our own lines, doccano, Prodigy, Label Studio, spaCy 2."""
