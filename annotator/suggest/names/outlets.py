"""Media that no head noun announces: by their domain (example.com), or quoted behind a word of reporting."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import itemgetter
from typing import Final, NamedTuple

from annotator.suggest.names.data import load_knowledge
from annotator.suggest.names.fixed_parts import QUOTATION_MARKS, find_closing_mark
from annotator.suggest.names.word_roles import FOR
from annotator.text.analysis import TextAnalysis
from annotator.text.folding import fold

_DOMAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\.[a-z]{2,6}){1,2}")
_ENDING: Final = re.compile(r"\.[a-z]{2,6}")
_MAX_WORDS: Final = 2  # of a quoted name
_REACH: Final = 7  # tokens between a word of reporting and the ل or به before a name
_LINKS: Final = frozenset(map(fold, (FOR, "به", "بها", "عليه", "عليها", "مع")))


class Outlet(NamedTuple):
    """A medium's name, its probability to be right, and its evidence as in Suggestion."""

    bounds: tuple[int, int]
    score: float
    evidence: str


def find_outlets(analysis: TextAnalysis) -> Iterator[Outlet]:
    """Yield the media of a text: علمت «كذا», لـ«كذا», example.com.

    What is a medium by its words of reporting is one wherever else it stands in quotation marks.
    """
    scores = load_knowledge().scores
    quoted: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    reported = set()
    for index in [index for index, word in enumerate(analysis.folded_words) if word in QUOTATION_MARKS]:
        words = _quoted_words(analysis.folded_words, index)
        if words:
            bounds = (analysis.tokens[index + 1].start, analysis.tokens[index + len(words)].end)
            quoted.setdefault(words, []).append(bounds)
            if _is_reported(analysis.folded_words, index):
                reported.add(words)
    for words in reported:
        for bounds in quoted[words]:
            yield Outlet(bounds, scores["reporting"], "quoted:reporting")
    for bounds in _find_domains(analysis):
        yield Outlet(bounds, scores["domain"], "domain")


def _quoted_words(words: tuple[str, ...], opening: int) -> tuple[str, ...]:
    """Return the one or two words that the mark at `opening` quotes; none if it quotes more."""
    stop = find_closing_mark(words, opening, _MAX_WORDS)
    quoted = words[opening + 1 : stop] if stop else ()
    return quoted if all(word[0].isalpha() for word in quoted) else ()


def _is_reported(words: tuple[str, ...], opening: int) -> bool:
    """Return whether a word of reporting stands before a mark, or one of saying before ل, به and the like there."""
    knowledge = load_knowledge()
    before = words[opening - 1] if opening else ""
    if before in _LINKS:
        earlier = words[max(0, opening - 1 - _REACH) : opening - 1]
        return any(word in knowledge.reporting or word in knowledge.saying for word in earlier)
    return before in knowledge.reporting


def _find_domains(analysis: TextAnalysis) -> Iterator[tuple[int, int]]:
    """Yield the ranges of tokens that are domains, without a path."""
    for match in _ENDING.finditer(analysis.text):
        index = bisect_right(analysis.tokens, match.start(), key=itemgetter(0)) - 1
        if _DOMAIN.fullmatch(analysis.words[index]):
            yield analysis.tokens[index]
