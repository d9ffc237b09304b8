"""Data sets that training tools load: spaCy's DocBin, Hugging Face."""
