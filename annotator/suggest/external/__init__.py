"""Models and suggesters that others made: spaCy, ONNX, plugins."""
