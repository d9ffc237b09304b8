"""Training sets for programs that learn: spaCy's DocBin, Hugging Face's datasets."""
