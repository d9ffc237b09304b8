"""Arabic text as such: tokens, sentences, offsets, folding, search.

Offsets are code points, ends exclusive. Knows no article, label or file; imports nothing of the program.
"""
