"""Annotations stored apart from the text they are in: brat, WebAnno TSV, UIMA CAS."""
