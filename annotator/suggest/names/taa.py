"""Words that an article types with ه for ة, as many do: وزاره الداخليه."""

from functools import lru_cache
from itertools import chain
from typing import Final

from annotator.suggest.names.data import load_knowledge
from annotator.text.analysis import TextAnalysis
from annotator.text.proclitics import DEFINITE_ARTICLE, find_readings

_HAA: Final = "ه"
_TAA: Final = "ة"
_ADJECTIVE: Final = "يه"
_MIN_ADJECTIVE: Final = 6  # letters, with the article: not اليه
_MIN_SO_TYPED: Final = 2  # definite words, which have no suffix, before others are read so: وزاره is also "visited him"


def read_taa(analysis: TextAnalysis) -> TextAnalysis:
    """Return the same with the ة of known words that were typed with ه.

    Definite words have no suffix; others, which may have one (فرقه), count where an article has definite ones so typed.
    """
    words = list(analysis.folded_words)
    at_haa = [index for index, word in enumerate(words) if word.endswith(_HAA)]
    definite = [index for index in at_haa if _may_have_taa(analysis.words[index], is_definite=True)]
    if not definite:
        return analysis
    if len(definite) < _MIN_SO_TYPED:
        at_haa = definite
    written = list(analysis.words)
    for index in at_haa:
        if index in definite or _may_have_taa(written[index], is_definite=False):
            written[index] = written[index][:-1] + _TAA
            words[index] = words[index][:-1] + _TAA
    return TextAnalysis(analysis.text, analysis.tokens, tuple(written), tuple(words), analysis.sentence_ranges)


@lru_cache(maxsize=1 << 13)
def _may_have_taa(token: str, *, is_definite: bool) -> bool:
    """Return whether a word that ends in ه is a known one with ة, or a definite adjective, and no known one itself."""
    readings = [word for _offset, word in find_readings(token)]
    known = _known_words()
    if not token.endswith(_HAA) or not known.isdisjoint(readings):
        return False
    return any(
        word[:-1] + _TAA in known
        or (word.endswith(_ADJECTIVE) and len(word) >= _MIN_ADJECTIVE and word.startswith(DEFINITE_ARTICLE))
        for word in readings
        if not is_definite or word.startswith(DEFINITE_ARTICLE)
    )


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    """Return the words of heads, lists and places in ة and ه, nouns also with the article."""
    knowledge = load_knowledge()
    phrases = chain(knowledge.heads, knowledge.listed, knowledge.phrases)
    words = chain(
        chain.from_iterable(phrases),
        *(knowledge.works, knowledge.nouns, knowledge.places, knowledge.localities, knowledge.persons),
        *(knowledge.telling, knowledge.vague, knowledge.nations, knowledge.plain, knowledge.common, knowledge.ends),
        *(knowledge.actors, knowledge.people, knowledge.given_names, knowledge.own_haa),
    )
    ending = frozenset(word for word in words if word.endswith((_TAA, _HAA)))
    bare = frozenset(word for word in ending if not word.startswith(DEFINITE_ARTICLE))
    return ending | frozenset(map(DEFINITE_ARTICLE.__add__, bare))
