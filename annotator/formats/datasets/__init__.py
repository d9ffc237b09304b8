"""Training sets: spaCy's DocBin, Hugging Face's datasets."""
