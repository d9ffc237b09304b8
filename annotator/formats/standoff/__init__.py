"""Annotations apart from their text: brat, WebAnno TSV, UIMA CAS."""
