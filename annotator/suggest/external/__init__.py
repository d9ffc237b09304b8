"""Models and suggesters made elsewhere: spaCy pipelines, ONNX models and plugins."""
