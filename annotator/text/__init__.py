"""Arabic text as such: tokens, sentences, offsets, folding, search.

Knows no article, label or file; imports nothing of the program.
"""
