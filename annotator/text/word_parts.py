"""Cut tokens of several words, such as domains and hyphenated names, into these words and the marks between.

What is a domain depends on its spelling and surroundings (Hespress.COM is none), so a name would be cut in one way
where it was labelled, and in another, or hidden in a longer token, where it is looked up.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import regex

from annotator.text.analysis import TextAnalysis, analysed
from annotator.text.folding import fold_word
from annotator.text.lexicon import FoldedForm, split_form
from annotator.text.tokenizer import Token, tokenize

# Numbers with signs stay whole: 2.16.668, 2023-2030.
_COMPOUND: Final = regex.compile(r"\p{L}[\p{M}\p{Cf}]*+[^\s\w]++\w|\w[\p{M}\p{Cf}]*+[^\s\w]++\p{L}")
# Joiners, which are invisible, are \w too.
_PART: Final = regex.compile(r"(?!\p{Cf})\w\p{M}*+(?:\p{Cf}*+\w\p{M}*+)*+|[^\w\p{Cf}]\p{M}*+")


@lru_cache(maxsize=16)
def analysed_in_parts(text: str) -> TextAnalysis:
    """Analyse a text that is read again soon, with compounds cut; then it has no sentences."""
    analysis = analysed(text)
    if not any(map(_is_compound, analysis.words)):
        return analysis
    tokens = tuple(split_compounds(text, analysis.tokens))
    words = tuple(text[start:end] for start, end in tokens)
    return TextAnalysis(text, tokens, words, tuple(map(fold_word, words)), ())


def split_form_in_parts(form: str) -> FoldedForm:
    """Split a folded form into words as those of texts are split (see text.lexicon.split_form)."""
    if not _COMPOUND.search(form):
        return split_form(form)
    return tuple(form[start:end] for start, end in split_compounds(form, tokenize(form)))


def split_compounds(text: str, tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the tokens, those of several words in parts."""
    for token in tokens:
        if _is_compound(text[slice(*token)]):
            yield from (Token(*part.span()) for part in _PART.finditer(text, *token))
        else:
            yield token


def _is_compound(word: str) -> bool:
    """Return whether a token is of several words."""
    return len(word) > 2 and not word.isalnum() and _COMPOUND.search(word) is not None  # most are letters alone
