"""Tokens in columns, a token a line: CoNLL-2002, CoNLL-2003, GermEval, Wojood, CoNLL-U."""
