"""Queries of an open corpus, one module per subject. May import all of `store` but `recovery`."""
