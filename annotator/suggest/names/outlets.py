"""Media that no head noun announces: by their domain, by their last word, or quoted behind a word of reporting."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

from annotator.model import zones
from annotator.suggest.names.data import load_knowledge
from annotator.suggest.names.fixed_parts import QUOTATION_MARKS, find_closing_mark
from annotator.suggest.names.word_roles import AND, AT, DEFINITE, END, FOR, LOCAL, NOUN, classify_word
from annotator.text.analysis import TextAnalysis
from annotator.text.folding import fold

_DOMAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:\.[a-z]{2,6}){1,2}")
# What the tokenizer takes for the end of a sentence: the last part of a domain in capitals, as bylines have them, or in
# Arabic letters, and what stands before it.
_SPLIT_ENDING: Final = re.compile(
    r"\.(?:[A-Z]{2,5}|(?i:com|net|org|info|ma|fr|tv|press|news)|كوم|نت|[أإا]نفو)(?![\w/.])"
)
_SPLIT_START: Final = re.compile(r"(?<![\w@./-])(?:[A-Za-z][A-Za-z0-9-]{2,}|[ء-كم-هي][ء-ي]{2,})$")
_MAX_LABEL: Final = 64  # letters before the last part that are looked at
_ENDING: Final = re.compile(r"\.[a-z]{2,6}")
_MAX_WORDS: Final = 2  # of a quoted name
_MAX_LETTERS: Final = 4  # of a spelled abbreviation: أ ف ب
LINK_TO_ARTICLE: Final = re.compile(r"رابط (?:الخبر|المقال|الموضوع) [^\n]*")  # with what it is called there
TAGS: Final = re.compile(
    rf"[.!؟”»\"\n]\s*(?:سمات|{'|'.join(zones.TAGS)}) [^.،:\n]*\Z"
)  # in the last line, without commas
_SEPARATORS: Final = ("-", "–", "—", "ـ", "/")
_REACH: Final = 7  # tokens between a word of reporting and the ل or به before a name
_NEAR: Final = 3  # tokens between a talk and the one with whom
_QUOTED_FROM: Final = tuple(map(fold, ("نقلا", "عن")))
_LINKS: Final = frozenset(map(fold, (FOR, "به", "بها", "عليه", "عليها")))
_WITH: Final = fold("مع")
_MODULATION: Final = tuple(map(fold, ("إف", "إم")))  # FM, the end of a station's name
_OBTAINED: Final = frozenset(map(fold, ("حصل", "حصلت", "تحصلت", "وحصلت")))
_ON: Final = fold("على")
_WHAT_IS_OBTAINED: Final = frozenset(
    map(
        fold, ("نسخة", "نسخته", "نسخ", "بيان", "بلاغ", "وثيقة", "وثائق", "معلومات", "معطيات", "تفاصيل", "تسجيل", "صورة")
    )
)
_KUNYAS: Final = frozenset(map(fold, ("أبو", "أبي", "أم", "ابن", "بن")))
_DASHES: Final = ("-", "–", "—", "ـ")
_LEARNED: Final = frozenset(map(fold, ("علم", "وعلم")))  # a flag or a science as well
_WHAT_IS_LEARNED: Final = frozenset(map(fold, ("أن", "بأن", "أنه", "أنها", "من")))
_RECEIVED: Final = frozenset(map(fold, ("توصل", "توصلت", "وتوصل", "وتوصلت", "اطلع", "اطلعت")))


class Outlet(NamedTuple):
    """A medium's name, its probability to be right, and its evidence as in Suggestion."""

    bounds: tuple[int, int]
    score: float
    evidence: str


def find_outlets(analysis: TextAnalysis) -> Iterator[Outlet]:
    """Yield the media of a text: علمت «كذا», لـ«كذا», example.com, شمال بريس, شمال24.

    What is a medium by its words of reporting is one wherever else it stands in quotation marks.
    """
    scores = load_knowledge().scores
    quoted: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    reported = set()
    signs = _signs()
    for index in [index for index, word in enumerate(analysis.folded_words) if word in signs]:
        if analysis.folded_words[index] not in QUOTATION_MARKS:
            start = _find_title_start(analysis, index)
            if start is not None:
                end = _find_title_end(analysis, index)
                yield Outlet((start, analysis.tokens[end - 1].end), scores["title"], "title")
            continue
        words = _quoted_words(analysis.folded_words, index)
        if words:
            bounds = (analysis.tokens[index + 1].start, analysis.tokens[index + len(words)].end)
            quoted.setdefault(words, []).append(bounds)
            after = index + len(words) + 2
            if _is_reported(analysis.folded_words, index, after) or _reports(analysis.folded_words, after):
                reported.add(words)
    for words in reported:
        for bounds in quoted[words]:
            yield Outlet(bounds, scores["reporting"], "quoted:reporting")
    for bounds in _find_bylines(analysis):
        yield Outlet(bounds, scores["byline"], "byline")
    for bounds in _find_domains(analysis):
        yield Outlet(bounds, scores["domain"], "domain")


@lru_cache(maxsize=1)
def _signs() -> frozenset[str]:
    """Return the words and marks at which media may be found."""
    return frozenset((*QUOTATION_MARKS, *load_knowledge().titles, _MODULATION[0]))


def _find_title_end(analysis: TextAnalysis, index: int) -> int:
    """Return the end of a medium's name whose last word, or the first of إف إم, is at `index`."""
    return index + (len(_MODULATION) if analysis.folded_words[index] == _MODULATION[0] else 1)


def _find_title_start(analysis: TextAnalysis, index: int) -> int | None:
    """Return the start of a medium's name of two words whose last is at `index`; a number is written onto the first."""
    titles, words = load_knowledge().titles, analysis.folded_words
    if words[index] == _MODULATION[0] and words[index : index + len(_MODULATION)] != _MODULATION:
        return None
    if not index or titles.intersection(analysis.folded_words[index + 1 : index + 2]):
        return None
    if index > 1 and analysis.folded_words[index - 1] in titles:  # two such words: شمال ميديا نيوز
        index -= 1
    word, before, token = analysis.folded_words[index], analysis.folded_words[index - 1], analysis.tokens[index - 1]
    gap = analysis.text[token.end : analysis.tokens[index].start]
    role = classify_word(before)
    is_noun = role.kind in (NOUN, DEFINITE, LOCAL) or (before.startswith(AND) and before != AND)  # 20 و24
    if gap != ("" if word.isdecimal() else " ") or not is_noun or role.is_head or role.is_work or role.is_quality:
        return None
    is_led = (
        role.kind == END
        or role.lead != ""
        or (before.startswith(FOR) and _is_said_to(analysis.folded_words, index - 1))
    )
    return token.start + (1 if is_led else 0)


def _is_said_to(words: tuple[str, ...], index: int) -> bool:
    """Return whether a word of saying stands a little before the token at `index`."""
    knowledge, earlier = load_knowledge(), words[max(0, index - _REACH) : index]
    return any(word in knowledge.reporting or word in knowledge.saying for word in earlier)


def _quoted_words(words: tuple[str, ...], opening: int) -> tuple[str, ...]:
    """Return the one or two words or spelled letters that the mark at `opening` quotes; none if it quotes more."""
    stop = find_closing_mark(words, opening, _MAX_LETTERS)
    quoted = words[opening + 1 : stop] if stop else ()
    is_name = len(quoted) <= _MAX_WORDS or all(len(word) == 1 for word in quoted)
    if not is_name or not all(word[0].isalpha() for word in quoted):
        return ()
    is_person = quoted[:1] and quoted[0] in _KUNYAS  # «أبو عمار»
    is_mention = len(quoted) > 1 and quoted[-1] in load_knowledge().plain  # «المصدر نفسه»
    return () if is_person or is_mention else quoted


def _is_reported(words: tuple[str, ...], opening: int, after: int) -> bool:
    """Return whether a word of reporting stands before a mark, or one of saying before ل, به and the like there.

    Also علم, if what was learned follows at `after`, and what is received: توصل به «كذا», توصل «كذا» ببلاغ, حصلت «كذا»
    على نسخة.
    """
    before = words[opening - 1] if opening else ""
    following = words[after] if after < len(words) else ""
    if before in _DASHES and opening > 1:  # الرباط - «كذا»: a dateline
        return following == ":" and classify_word(words[opening - 2]).kind == LOCAL
    if before in _LEARNED:
        return following in _WHAT_IS_LEARNED
    if before in _RECEIVED and following.startswith(AT):
        return True
    if before in _OBTAINED and following == _ON:
        return not _WHAT_IS_OBTAINED.isdisjoint(words[after + 1 : after + 2])
    nearby = words[max(0, opening - 1 - _NEAR) : opening - 1]
    if before in _LINKS and before != FOR and not _RECEIVED.isdisjoint(nearby):
        return True
    if words[max(0, opening - 2) : opening] == _QUOTED_FROM:
        return True
    if before == _WITH:
        return not load_knowledge().talks.isdisjoint(nearby)
    return _is_said_to(words, opening - 1) if before in _LINKS else before in load_knowledge().reporting


def _reports(words: tuple[str, ...], index: int) -> bool:
    """Return whether the word at `index`, behind a quoted name, says what a medium does."""
    return not load_knowledge().reports.isdisjoint(words[index : index + 1])


def _find_bylines(analysis: TextAnalysis) -> Iterator[tuple[int, int]]:
    """Yield the media between dashes, slashes and the ends of lines: الرباط – كونا, /أخبارنا –, لندن - «الشرق الأوسط»:.

    Those are media that a list has behind a head noun, and neither places nor ordinary words.
    """
    words, knowledge = analysis.folded_words, load_knowledge()
    for index in [index for index, word in enumerate(words) if word in _SEPARATORS]:
        first = index + 1 + (index + 1 < len(words) and words[index + 1] in QUOTATION_MARKS)
        if not first < len(words) or _is_new_line(analysis, index + 1):
            continue
        for last in range(min(first + _MAX_WORDS, len(words)), first, -1):
            name = words[first:last]
            is_medium = any((head, *name) in knowledge.listed for head in knowledge.media)
            is_other = len(name) == 1 and classify_word(name[0]).kind in (LOCAL, END)
            if is_medium and not is_other and _ends_byline(analysis, last):
                yield analysis.tokens[first].start, analysis.tokens[last - 1].end
                break


def _ends_byline(analysis: TextAnalysis, index: int) -> bool:
    words = analysis.folded_words
    index += index < len(words) and words[index] in QUOTATION_MARKS
    return index >= len(words) or words[index] in (*_SEPARATORS, ":") or _is_new_line(analysis, index)


def _is_new_line(analysis: TextAnalysis, index: int) -> bool:
    return "\n" in analysis.text[analysis.tokens[index - 1].end : analysis.tokens[index].start]


def _find_domains(analysis: TextAnalysis) -> Iterator[tuple[int, int]]:
    """Yield the ranges of domains without a path: example.com, EXAMPLE.INFO, مثال.كوم."""
    for ending in _SPLIT_ENDING.finditer(analysis.text):
        start = _SPLIT_START.search(analysis.text, max(ending.start() - _MAX_LABEL, 0), ending.start())
        if start and start[0].isascii() == ending[0].isascii():
            yield start.start(), ending.end()
    for match in _ENDING.finditer(analysis.text):
        index = bisect_right(analysis.tokens, match.start(), key=itemgetter(0)) - 1
        if _DOMAIN.fullmatch(analysis.words[index]):
            yield analysis.tokens[index]
