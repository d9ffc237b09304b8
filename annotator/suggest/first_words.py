"""The words with which names and dates begin, by which a letter before one is told for a proclitic."""

from functools import lru_cache
from typing import Final

from annotator.suggest.names.data import load_knowledge

_OF_DATES: Final = frozenset(("يوم", "شهر", "سنة", "عام"))
_MIN_LENGTH: Final = 4  # letters: behind what looks like a proclitic, a shorter one is as likely as not another word


@lru_cache(maxsize=1)
def list_first_words() -> frozenset[str]:
    """Return the folded words; slow once."""
    knowledge = load_knowledge()
    words = {form[0] for names in (knowledge.heads, knowledge.listed) for form in names}
    return _OF_DATES | {word for word in words if len(word) >= _MIN_LENGTH}
