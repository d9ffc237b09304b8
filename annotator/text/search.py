"""Where the words of a span stand elsewhere, and where a query stands: in folded spelling, behind proclitics.

Offsets are code points of the text that is searched.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple, TypeVar

from annotator.text.folding import Folded, fold, folded
from annotator.text.proclitics import ARTICLE, BOUND, FUTURE, JOINING, SWALLOWING, Words, begins_with_lam

# What may stand before a noun, and what before a word that is sought, whose article is no matter to who seeks it.
_NOMINAL: Final = frozenset(["", *JOINING, *BOUND, *(first + second for first in JOINING for second in BOUND)])
_WITH_ARTICLE: Final = frozenset(
    [lead + ARTICLE for lead in _NOMINAL if not lead.endswith(ARTICLE[1])] + [lead + ARTICLE[1] for lead in SWALLOWING]
)
_VERBAL: Final = frozenset(lead + FUTURE for lead in ("", *JOINING))
_SWALLOWING: Final = frozenset(SWALLOWING)
_SOUGHT: Final = _NOMINAL | _VERBAL | _WITH_ARTICLE
_RUN: Final = re.compile(f"[{''.join(sorted(set(''.join(_SOUGHT))))}]{{0,{max(map(len, _SOUGHT))}}}")
_SHORT: Final = 3  # letters: with one more in front, as likely as not another word
_REACH: Final = 32  # characters that two proclitics take at most, with marks and tatweels
_ARABIC: Final = "\u0620-\u065f\u066e-\u06ef\u06fa-\u06ff\u0750-\u077f\u0870-\u08ff"  # letters, once digits are folded
_BESIDE: Final = [(r"\d", r"[^\W\d_]"), (rf"[{_ARABIC}]", rf"[^\W\d_{_ARABIC}]")]  # never in one word

SEAM: Final = re.compile("|".join(f"(?<={a})(?={b})|(?<={b})(?={a})" for a, b in _BESIDE))
"""Where in a run of letters and digits of a folded text a word ends and the next begins: words are runs of digits, of
Arabic letters or of others (سنة2024 is two)."""

BEGINNING: Final = 3
"""Letters of the longest of the `beginnings` of a word."""


class Hit(NamedTuple):
    """Where the words stand, without what is written onto the first; not `sure` where it may be another word."""

    start: int
    end: int
    sure: bool


_Stretch = TypeVar("_Stretch", Hit, tuple[int, int])


class _Needle(NamedTuple):
    """A folded stretch to look for, and what may stand before it in its first word."""

    text: str
    leads: frozenset[str]


def occurrences(text: str, form: str, *, taa: bool = False) -> list[Hit]:
    """Every place in `text` where the words of `form` stand as whole words, in order, none overlapping another.

    Spelling is folded (ة and ه with `taa`), white space is any but a newline, and a proclitic or two (not the س of
    verbs) may stand in front, the ل also as in للأمم for الأمم. But for these a hit is whole tokens. It is not sure
    where `form` is one word: one of three letters or fewer behind a proclitic (جدة in وجدة), or لجنة in للجنة.
    """
    shape = fold(form, taa=taa).strip()
    if not shape:
        return []
    needles = [_Needle(shape, _NOMINAL)]
    if len(shape.partition(" ")[0]) > _SHORT:
        needles += _swallowed(shape)
    whole, words = folded(text, taa=taa), Words(text)
    hits = []
    for needle in needles:
        for at in _places(whole.text, needle.text):
            stop = at + len(needle.text)
            start, end = whole.source(at, stop)
            first, last = words.at(start), words.at(whole.source(stop - 1, stop - 1)[0])
            if first is None or last is None or "\n" in text[start : last.start]:
                continue
            lead = fold(text[max(first.start, start - _REACH) : start])
            if lead not in needle.leads or start - first.start > _REACH or any(map(fold, text[end : last.end])):
                continue
            if fold(text[start:end], taa=taa) == needle.text:  # else it would cut a ligature
                sure = not lead or _is_sure(needle.text, shape, lead)
                hits.append(Hit(start if lead else first.start, last.end, sure))
    return _apart(hits)


def found(text: str, query: str, *, taa: bool = True) -> list[tuple[int, int]]:
    """Where `query`, as far as it is typed, stands in `text`: in order, none overlapping another.

    A hit begins where a word does (see SEAM), or behind its proclitics and its article, and may end within one. A
    query that begins with another character is found everywhere, a blank one nowhere.
    """
    shape = fold(query, taa=taa).strip()
    if not shape:
        return []
    whole, anywhere = _opened(text, taa), not shape[0].isalnum()
    hits = []
    for needle in _sought(shape):
        is_led = _led(needle.leads).match
        for at in _places(whole.text, needle.text):
            if anywhere or is_led(whole.text, at):
                hits.append(whole.source(at, at + len(needle.text)))
    return _apart(hits)


def forms(word: str) -> list[str]:
    """How the words begin in which `found` finds `word`: folded, ة as ه, `word` itself first. Empty for no word.

    For an index of whole words (see SEAM): the one that a hit begins in begins with one of these.
    """
    shape = fold(word, taa=True).strip()
    if not shape or not shape[0].isalnum():
        return []
    begun = [lead + needle.text for needle in _sought(shape) for lead in sorted(needle.leads)]
    return list(dict.fromkeys(begun))


@lru_cache(maxsize=20_000)
def beginnings(word: str) -> frozenset[str]:
    """What a query of BEGINNING letters or fewer may be that `found` finds at this word of a text; folded, like `word`.

    For an index that need not try all `forms` of a word of which so little is typed that it is in nearly every text.
    """
    run = _RUN.match(word)
    starts = _leads(run[0]) if run else ()
    begun = {word[at : at + length] for at in starts for length in range(1, BEGINNING + 1)}
    for at in (1, 2):
        if word[:at] in _SWALLOWING and word[at : at + 1] == ARTICLE[1]:  # see _swallowed
            begun.update([ARTICLE, ARTICLE[0] + word[at : at + BEGINNING - 1], ARTICLE + ARTICLE[1]])
    return frozenset(begun - {""})


@lru_cache
def _leads(run: str) -> tuple[int, ...]:
    """Where a word that begins with these letters of proclitics may begin without some of them."""
    return tuple(at for at in range(len(run) + 1) if run[:at] in _SOUGHT)


@lru_cache(maxsize=1)
def _opened(text: str, taa: bool) -> Folded:
    """The folded text that is searched, kept from one key press to the next."""
    return folded(text, taa=taa)


def _sought(shape: str) -> list[_Needle]:
    return [_Needle(shape, _SOUGHT), *_swallowed(shape)]


def _swallowed(shape: str) -> list[_Needle]:
    """What is left of `shape` behind a ل that has swallowed the alef of its article.

    ل + الأمم is written للأمم; of the three lams of ل + اللجنة two are written.
    """
    needles = []
    if shape.startswith(ARTICLE) and not begins_with_lam(shape[1:]):
        needles.append(_Needle(shape[1:], _SWALLOWING))
    if shape.startswith(ARTICLE + ARTICLE[1]):
        needles.append(_Needle(shape[2:], _SWALLOWING))
    return needles


def _is_sure(part: str, shape: str, lead: str) -> bool:
    """Whether `part`, what is written of `shape` behind the proclitics `lead`, can hardly be of another word."""
    own_lam = part == shape and shape.startswith(ARTICLE[1]) and lead.endswith(ARTICLE[1])  # may be the article's
    return " " in shape or (len(shape) > _SHORT and not own_lam)


@lru_cache(maxsize=2)
def _led(leads: frozenset[str]) -> re.Pattern[str]:
    """Matches, with no length, where what stands before in the same word is one of `leads`."""
    begun = f"(?:(?<![^\\W_])|{SEAM.pattern})"
    by_length = [f"(?<={begun}(?:{'|'.join(some)}))" for _, some in groupby(sorted(leads, key=len), key=len)]
    return re.compile("|".join(by_length))


def _places(text: str, part: str) -> Iterator[int]:
    """Where `part` begins in `text`, overlapping ones too."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _apart(hits: list[_Stretch]) -> list[_Stretch]:
    """`hits` in order, without those that overlap one before."""
    kept: list[_Stretch] = []
    for hit in sorted(hits):
        if not kept or kept[-1][1] <= hit[0]:
            kept.append(hit)
    return kept
