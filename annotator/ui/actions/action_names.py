"""Names of actions as people type them: spelled as folding allows, and without the Arabic article."""

import re
from functools import lru_cache
from typing import Final

from annotator.text.folding import fold

_HAMZA_SEATS: Final = str.maketrans("ؤئ", "وي")
_WORD: Final = re.compile(r"\w+")
_ARTICLE: Final = re.compile(r"[وف]?(?:[بك]?ال|لل)(?=\w\w)")  # ال and what is written onto it


@lru_cache(maxsize=4096)
def fold_name(name: str) -> str:
    """Return a name folded, with ة as ه and the seat of a hamza as a letter."""
    return fold(name, taa=True).translate(_HAMZA_SEATS).strip()


@lru_cache(maxsize=4096)
def word_starts(name: str) -> tuple[str, ...]:
    """Return the folded words of a name, each Arabic one followed by itself without the article."""
    return tuple(form for word in _WORD.findall(fold_name(name)) for form in _word_forms(word))


def first_word_starts(name: str) -> tuple[str, ...]:
    """Return the first of the folded words of a name, an Arabic one also without the article."""
    word = _WORD.search(fold_name(name))
    return _word_forms(word[0]) if word else ()


def _word_forms(word: str) -> tuple[str, ...]:
    article = _ARTICLE.match(word)
    return (word, word[article.end() :]) if article else (word,)
