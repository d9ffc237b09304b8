"""Punctuation marks, and the pairs of quotation marks and brackets."""

from itertools import pairwise
from typing import Final

import regex

from annotator.text.tokenizer import Token

_PUNCTUATION: Final = regex.compile(r"\p{P}[\p{P}\p{M}\p{Cf}]*", regex.V1)
QUOTES: Final = '"“”„'  # written either way round in Arabic, so only their order tells which one opens
OPENING_BRACKETS: Final = {"»": "«", "›": "‹", "’": "‘", ")": "(", "]": "[", "}": "{", "⟩": "⟨", "﴾": "﴿"}
PAIRED: Final = frozenset([*QUOTES, *OPENING_BRACKETS, *OPENING_BRACKETS.values()])
"""Quotation marks and brackets."""


def is_punctuation(text: str, token: Token) -> bool:
    """Whether a token is a quotation mark, a bracket or another mark of punctuation."""
    return _PUNCTUATION.fullmatch(text, *token) is not None


def partners(text: str, tokens: list[Token]) -> dict[int, int]:
    """Which token each quotation mark or bracket among `tokens` belongs with, both ways; a pair stays in its line."""
    found: dict[int, int] = {}
    waiting: list[tuple[str, int]] = []
    marks = [(at, token) for at, token in enumerate(tokens) if text[token.start] in PAIRED]
    for before, (at, token) in pairwise([(-1, Token(0, 0)), *marks]):
        if "\n" in text[before[1].end : token.start]:
            waiting.clear()
        mark = '"' if text[token.start] in QUOTES else text[token.start]
        opener = OPENING_BRACKETS.get(mark, mark)
        matching = next((depth for depth in reversed(range(len(waiting))) if waiting[depth][0] == opener), None)
        if (mark in OPENING_BRACKETS or mark == '"') and matching is not None:
            found[at] = waiting[matching][1]
            found[found[at]] = at
            del waiting[matching:]
        elif mark == '"' or mark in OPENING_BRACKETS.values():
            waiting.append((mark, at))
    return found
