"""Annotations apart from the text they lie in: brat, WebAnno TSV, UIMA CAS."""
