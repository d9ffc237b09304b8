"""Documents without labels: plain text, Word, PDF, web pages, tables."""
