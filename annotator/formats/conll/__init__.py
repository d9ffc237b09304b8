"""Tokens in columns, one a line: CoNLL-2002, CoNLL-2003, GermEval, Wojood, CoNLL-U."""
