"""Unlabelled documents: plain text, Word, PDF, web pages, tables."""
