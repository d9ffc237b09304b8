"""An article cut up once for all who look for something in it: its tokens, their folded words, its sentences.

Offsets are code points, end exclusive.
"""

from functools import lru_cache

from msgspec import Struct

from annotator.text.folding import fold
from annotator.text.sentences import sentences
from annotator.text.tokenizer import Token, tokens


class Analysis(Struct, frozen=True):
    """What is looked at. `folded[i]` is the word of `tokens[i]` (see text.folding); `sentences` are the first and the
    last token of each, exclusive."""

    text: str
    tokens: tuple[Token, ...]
    folded: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]


@lru_cache(maxsize=16)
def analysed(text: str) -> Analysis:
    """The tokens, words and sentences of a text."""
    found = tokens(text)
    bounds, first = [], 0
    for sentence in sentences(text, found):
        bounds.append((first, first + len(sentence)))
        first += len(sentence)
    return Analysis(text, tuple(found), tuple(_folded(text[slice(*token)]) for token in found), tuple(bounds))


@lru_cache(maxsize=1 << 15)
def _folded(word: str) -> str:
    return fold(word)
