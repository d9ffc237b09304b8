"""Articles as JSON values: our own lines, doccano, Prodigy, Label Studio, spaCy 2."""
