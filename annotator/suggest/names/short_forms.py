"""Short forms of institutions and plans whose names stand in full elsewhere in the article.

They are an abbreviation or name in the brackets or quotation marks behind a full name, the proper name of a company,
medium or party without its head noun (شركة Managem, then Managem), the quoted name of a plan (برنامج «سند», then
«سند») or its first words (برنامج الصنوبر الأخضر, then برنامج الصنوبر), and what lists know for it (نادي الوداد الرياضي,
then الوداد). A head noun alone (اللجنة، الوزارة) is a generic mention and no short form. Clubs have short forms in any
article about sport.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from annotator.model.label_roles import INSTITUTION, PLAN
from annotator.suggest.names.cursor import NameEnd
from annotator.suggest.names.data import KNOWN, PROPER, QUOTED, Head, load_knowledge
from annotator.suggest.names.fixed_parts import BRACKETS, QUOTATION_MARKS
from annotator.suggest.names.word_roles import DEFINITE, NOUN, classify_word, is_adjective_at
from annotator.text.analysis import TextAnalysis
from annotator.text.folding import fold
from annotator.text.lexicon import FoldedForm, Lexicon, Match, split_form
from annotator.text.proclitics import DEFINITE_ARTICLE

BRACKETED: Final = "bracketed"
REPEATED: Final = "quoted again"
QUOTED_PLAN: Final = "plan quoted again"
CUT_SHORT: Final = "plan cut short"
SPORT: Final = "sport"
BARE: Final = "without head"
LISTED: Final = "listed"

_PROPER_RULES: Final = (KNOWN, PROPER, QUOTED)
_PARTY: Final = (fold("حزب"),)
_MIN_FULL: Final = 3  # words before an abbreviation in Arabic letters, which may be something else behind fewer
_DEFINITE_WORDS: Final = (DEFINITE_ARTICLE, "وال", "بال", "لل")
_PREFIXES: Final = ("", "ال", "و", "وال", "ب", "بال", "ل", "لل", "ف", "فال")
_MIN_OF_SPORT: Final = 3
_MIN_CUT: Final = 2  # words of a plan's name that are not cut short
_MIN_LETTERS: Final = 4  # of a proper name of one word in Arabic letters
_OPENING: Final = frozenset((*BRACKETS, *QUOTATION_MARKS))
CLOSING_MARKS: Final = frozenset("".join((*BRACKETS.values(), *QUOTATION_MARKS.values())))


class FullName(NamedTuple):
    """A name's bounds, canonical full name, where its proper name begins if that may stand alone, listed forms."""

    start: int
    end: int
    full: str
    proper_start: int | None
    listed: tuple[FoldedForm, ...]


class ShortForm(NamedTuple):
    """A short form in the text, of which kind, and its full name."""

    start: int
    end: int
    kind: str
    full: str


def has_proper_name(head: Head, first: int, end: NameEnd, *, definite: bool) -> bool:
    """Return whether the words from `first` to a name's end are a proper name that may stand without its head.

    What is quoted behind a definite head may be anything of it: الحزب «مسار الثقة».
    """
    if definite and end.rule == QUOTED:
        return False
    if head.words == _PARTY:
        return end.rule == QUOTED or end.stop - first > 1
    return end.rule in _PROPER_RULES and head.words[-1] in load_knowledge().named


def find_short_forms(analysis: TextAnalysis, names: Iterable[FullName], role: str) -> Iterator[ShortForm]:
    """Yield where short forms of these names of a role stand outside of them."""
    forms: dict[FoldedForm, tuple[str, str]] = {}
    text = ""
    for name in names:
        for words, kind in _derive_forms(analysis, name, role):
            text = text or " ".join(analysis.folded_words)
            if words not in forms and _may_stand_outside(words, text, name):
                forms[words] = kind, name.full
    if role == INSTITUTION and _is_about_sport(analysis):
        for words, full in load_knowledge().clubs.items():
            forms.setdefault(words, (SPORT, full))
    if not forms:
        return
    lexicon = Lexicon()
    for words in forms:
        lexicon.add(words)
    for match in lexicon.find_matches(analysis):
        kind, full = forms[match.words]
        if _is_short_form(analysis, match, kind):
            yield ShortForm(match.start, match.end, kind, full)


def _is_about_sport(analysis: TextAnalysis) -> bool:
    """Return whether an article has several different words of sport."""
    forms = _forms_of_sport()
    return len({forms[word] for word in forms.keys() & set(analysis.folded_words)}) >= _MIN_OF_SPORT


@lru_cache(maxsize=1)
def _forms_of_sport() -> Mapping[str, str]:
    """Return the words of sport by their forms behind proclitics."""
    return {f"{prefix}{word}": word for word in load_knowledge().sports for prefix in _PREFIXES}


def _may_stand_outside(words: FoldedForm, text: str, name: FullName) -> bool:
    """Return whether a form stands in a folded text more often than once in its full name, as far as letters tell.

    Those that lists have by themselves need not be looked for.
    """
    listed = load_knowledge().listed.get(words)
    if listed and not listed.subject:
        return False
    letters = " ".join(words).removeprefix(DEFINITE_ARTICLE)
    return text.count(letters) > (letters in fold(name.full))


def _derive_forms(analysis: TextAnalysis, name: FullName, role: str) -> Iterator[tuple[FoldedForm, str]]:
    """Yield the short forms that a name may have, with their kinds."""
    for words in name.listed:
        yield words, LISTED
    if role == PLAN:
        yield from _first_words(analysis.text[name.start : name.end])
    if analysis.text[name.end - 1] in CLOSING_MARKS:
        yield from _forms_within_marks(analysis, name, role)
    elif name.proper_start is not None:
        first, last = _token_at(analysis, name.proper_start), _token_at(analysis, name.end - 1)
        words = analysis.folded_words[first : last + 1]
        if _may_stand_alone(words):
            yield words, BARE


def _first_words(name: str) -> Iterator[tuple[FoldedForm, str]]:
    """Yield the head of a plan's name and the noun behind it, if that tells it apart: برنامج الصنوبر | لغرس الأشجار."""
    words = split_form(fold(name))
    role = classify_word(words[1]) if len(words) > _MIN_CUT else None
    if role is None or role.kind != DEFINITE or role.lead:
        return
    if not (role.is_work or role.is_head or role.is_actor or role.is_people or role.is_adjective or role.is_plain):
        yield words[:2], CUT_SHORT


def _token_at(analysis: TextAnalysis, offset: int) -> int:
    """Return the index of the token at an offset, or of the one before it."""
    return bisect_right(analysis.tokens, (offset, len(analysis.text))) - 1


def _forms_within_marks(analysis: TextAnalysis, name: FullName, role: str) -> Iterator[tuple[FoldedForm, str]]:
    """Yield the name within the marks that end a full name: المكتب الوطني للمطارات (ONDA), شركة «نور الأطلس»."""
    words, first, closing = analysis.folded_words, _token_at(analysis, name.start), _token_at(analysis, name.end - 1)
    opening = next((index for index in range(closing - 1, first, -1) if words[index] in _OPENING), first)
    inside = words[opening + 1 : closing]
    if opening == first or not all(map(str.isalpha, inside)):
        return
    if words[opening] in BRACKETS:
        if inside[0].isascii() or opening - first >= _MIN_FULL:
            yield inside, BRACKETED
    elif role == PLAN:
        yield inside, QUOTED_PLAN
    elif name.proper_start is not None and name.proper_start in (
        analysis.tokens[opening].start,
        analysis.tokens[opening - 1].end,
    ):
        yield inside, REPEATED


def _may_stand_alone(words: FoldedForm) -> bool:
    """Return whether a proper name is none of a place or ordinary word, as far as is known."""
    if len(words) != 1:
        return bool(words)
    role = classify_word(words[0])
    return words[0].isascii() or (role.kind == NOUN and role.is_proper and len(words[0]) >= _MIN_LETTERS)


def _is_short_form(analysis: TextAnalysis, match: Match, kind: str) -> bool:
    """Return whether the words are a short form here, by the words around them.

    Latin letters begin with a capital; a quoted name of one word, and any of a plan, is quoted again; none is what
    completes an office, nor a listed word beside another definite one (التجمع الخطابي، الشؤون الداخلية) or as an
    occasion (بعد الاستقلال).
    """
    text = analysis.text[match.start : match.end]
    if text.isascii():
        return text[0].isupper()
    words, knowledge = analysis.folded_words, load_knowledge()
    before = words[match.first - 1] if match.first else ""
    after = words[match.last] if match.last < len(words) else ""
    if not match.is_sure or before in knowledge.offices:
        return False
    if kind in (LISTED, SPORT) and len(match.words) == 1:
        is_led = match.start > analysis.tokens[match.first].start
        is_part = (kind == LISTED and after.startswith(DEFINITE_ARTICLE)) or (
            not is_led and before.startswith(_DEFINITE_WORDS)
        )
        is_adjective = kind == LISTED and is_adjective_at(words, match.first, match.words[0])
        return not (is_part or is_adjective) and before not in knowledge.occasions
    is_quoted = before in QUOTATION_MARKS and after in QUOTATION_MARKS
    if kind == QUOTED_PLAN:  # behind a head it is what that makes of it: برنامج «كذا» of a channel, شركة «كذا»
        return is_quoted and not (match.first > 1 and classify_word(words[match.first - 2]).is_head)
    return is_quoted or kind != REPEATED or len(match.words) > 1
