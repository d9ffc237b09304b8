"""Recognise punctuation, and match quotation marks and brackets."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import regex

from annotator.text.tokenizer import Token

_PUNCTUATION: Final = regex.compile(r"\p{P}[\p{P}\p{M}\p{Cf}]*", regex.V1)
QUOTES: Final = '"“”„'  # Arabic uses them either way round, so only their order tells which opens
OPENING_BRACKETS: Final = {"»": "«", "›": "‹", "’": "‘", ")": "(", "]": "[", "}": "{", "⟩": "⟨", "﴾": "﴿"}
PAIRED_MARKS: Final = frozenset([*QUOTES, *OPENING_BRACKETS, *OPENING_BRACKETS.values()])
"""Quotation marks and brackets."""


def is_punctuation(text: str, token: Token) -> bool:
    """Return whether a token is a punctuation mark, quotation mark or bracket."""
    return _PUNCTUATION.fullmatch(text, *token) is not None


def match_pairs(text: str, tokens: Sequence[Token]) -> dict[int, int]:
    """Return the index of each quotation mark's or bracket's partner, both ways, within lines."""
    pairs: dict[int, int] = {}
    unclosed: list[tuple[str, int]] = []
    marks = [(index, token) for index, token in enumerate(tokens) if text[token.start] in PAIRED_MARKS]
    for previous, (index, token) in pairwise([(-1, Token(0, 0)), *marks]):
        if "\n" in text[previous[1].end : token.start]:
            unclosed.clear()
        mark = '"' if text[token.start] in QUOTES else text[token.start]
        opener = OPENING_BRACKETS.get(mark, mark)
        opener_depth = next((depth for depth in reversed(range(len(unclosed))) if unclosed[depth][0] == opener), None)
        if (mark in OPENING_BRACKETS or mark == '"') and opener_depth is not None:
            pairs[index] = unclosed[opener_depth][1]
            pairs[pairs[index]] = index
            del unclosed[opener_depth:]
        elif mark == '"' or mark in OPENING_BRACKETS.values():
            unclosed.append((mark, index))
    return pairs
