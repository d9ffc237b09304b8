"""Names behind one plural head: أحزاب الاستقلال والحركة الشعبية, أندية النصر والشباب والرائد, موقعي «كذا» و«كذا»."""

from collections.abc import Container, Iterator
from typing import Final, NamedTuple

from annotator.model.label_roles import INSTITUTION
from annotator.suggest.names.data import load_knowledge
from annotator.suggest.names.fixed_parts import QUOTATION_MARKS, find_closing_mark
from annotator.suggest.names.word_roles import AND, AT, DEFINITE, FOR, LOCAL, classify_word
from annotator.text.analysis import TextAnalysis
from annotator.text.folding import fold

_CLUB: Final = fold("نادي")
_LEADS: Final = ("", AND, FOR, AT)
_COMMAS: Final = ("،", ",")
_MAX_WORDS: Final = 6  # of a member
_MAX_QUOTED: Final = 3
_MIN_MEMBERS: Final = 2
_MIN_CLUBS: Final = 3  # in a row, for some to be in no list


class _Member(NamedTuple):
    """A name that is joined to others: its tokens, the letters of its و, and whether a list or marks tell it."""

    first: int
    last: int
    skipped: int
    is_known: bool


def find_enumerations(analysis: TextAnalysis) -> Iterator[tuple[int, int]]:
    """Yield the ranges of the names behind plurals; the plural is the first one's head, but for clubs."""
    words, plurals = analysis.folded_words, load_knowledge().plurals
    for index, word in enumerate(words):
        lead = 0 if word in plurals else 1
        head = plurals.get(word[lead:])
        if head is None or word[:lead] not in _LEADS:
            continue
        members = list(_read_members(words, index + 1, head))
        known = sum(member.is_known for member in members)
        if known < _MIN_MEMBERS or (known < len(members) and len(members) < _MIN_CLUBS):
            continue
        for member in members:
            start, stop = analysis.tokens[member.first].start + member.skipped, member.last
            if member is members[0] and head != _CLUB:
                start = analysis.tokens[index].start + lead
                stop += words[member.first - 1] in QUOTATION_MARKS
            yield start, analysis.tokens[stop - 1].end


def _read_members(words: tuple[str, ...], index: int, head: str) -> Iterator[_Member]:
    """Yield the names from `index` on that و or commas join."""
    skipped = 0
    while member := _read_member(words, index, head, skipped):
        yield member
        index = member.last + _stands_at(words, member.last, QUOTATION_MARKS)
        is_joined = _stands_at(words, index, _COMMAS)
        index += is_joined
        following = words[index] if index < len(words) else ""
        if following == AND:
            index, skipped = index + 1, 0
        elif following.startswith(AND):
            skipped = 1
        elif is_joined:
            skipped = 0
        else:
            return


def _stands_at(words: tuple[str, ...], index: int, marks: Container[str]) -> bool:
    return index < len(words) and words[index] in marks


def _read_member(words: tuple[str, ...], index: int, head: str, skipped: int) -> _Member | None:
    """Return the name at `index`, behind so many letters of its first word: listed with or without its head, or quoted.

    Clubs may be in no list.
    """
    if index >= len(words):
        return None
    listed = load_knowledge().listed
    if words[index] in QUOTATION_MARKS and head in load_knowledge().quoted_members:
        stop = find_closing_mark(words, index, _MAX_QUOTED)
        return _Member(index + 1, stop, 0, is_known=True) if stop else None
    first = words[index][skipped:]
    for count in range(min(_MAX_WORDS, len(words) - index), 0, -1):
        name = (first, *words[index + 1 : index + count])
        for form in ((head, *name), name):
            if form in listed and listed[form].role == INSTITUTION:
                return _Member(index, index + count, skipped, is_known=True)
    if head == _CLUB and classify_word(first).kind in (DEFINITE, LOCAL):
        return _Member(index, index + 1, skipped, is_known=False)
    return None
