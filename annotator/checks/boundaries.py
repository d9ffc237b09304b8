"""Where spans begin and end: on words, not on punctuation or within one, and without a proclitic (the guidelines)."""

from typing import Final

import regex

from annotator.checks.check_context import Seen, asked, moved, removed
from annotator.checks.issue import EMPTY, INSIDE_WORD, PROCLITIC, PUNCTUATION, Question
from annotator.checks.label_statistics import Usage
from annotator.i18n import _, ngettext, number
from annotator.model.records import Span
from annotator.text.proclitics import ARTICLE, BOUND, FUTURE, JOINING, form, readings
from annotator.text.punctuation import PAIRED, is_punctuation, partners
from annotator.text.selection import snap
from annotator.text.sentences import abbreviates
from annotator.text.tokenizer import Token, tokens

_SEEN: Final = regex.compile(
    r"[[\p{L}\p{N}\p{S}]--\p{Default_Ignorable_Code_Point}--[\u0640\u115f\u1160\u3164\uffa0]]", regex.V1
)
_KEPT_FIRST: Final = "#@"  # of a name
_KEPT_LAST: Final = "%٪‰"  # of a number
_PROCLITICS: Final = JOINING + BOUND + FUTURE
_SHORT: Final = 3  # letters: behind what looks like a proclitic, as likely as not another word
_OFTEN: Final = 2  # times as often as the span's own words, and at least


def empty(seen: Seen, span: Span) -> Question | None:
    """A span in which there is no letter, digit or symbol: only spaces, marks, tatweels, punctuation or what cannot be
    seen. Put right: it is removed.

    «» is one, ١ and 👍 are none.
    """
    if _SEEN.search(seen.text, span.start, span.end):
        return None
    return asked(EMPTY, span, _("There is nothing to read in this span."), removed(span))


def punctuation(seen: Seen, span: Span) -> Question | None:
    """A span that begins or ends on a space or a mark of punctuation, or holds one mark of a pair and not the other.
    Put right: its edges go where a selection's would (see text.tokenizer.snap).

    «وزارة العدل is one in «وزارة العدل», and so is منظمة (اليونسكو in منظمة (اليونسكو). None is منظمة (اليونسكو) with
    both its brackets, nor a span that ends on an abbreviation's dot (ش.م.), on % or ٪, or begins on # or @.
    """
    text, start, end = seen.text, span.start, span.end
    if text[start].isalnum() and text[end - 1].isalnum() and PAIRED.isdisjoint(text[start:end]):
        return None
    own = tokens(text, start, end)
    # By itself, whatever its line has: opening and closing marks are mixed up in many.
    pairs = partners(text, own)
    lonely = any(text[token.start] in PAIRED and at not in pairs for at, token in enumerate(own))
    if not lonely and pairs.get(0) != len(own) - 1 and _begins(text, own, start) and _ends(text, own, end):
        return None
    first, last = seen.token(start), seen.token(end - 1)
    snapped = snap(text, start, end)
    if snapped[0] >= snapped[1]:
        return None
    # What of the word stands beyond an edge is no matter here.
    kept = (
        start if (first and snapped[0] == first.start) or text[start] in _KEPT_FIRST else snapped[0],
        end if (last and snapped[1] == last.end) or _ends_whole(text, own) else snapped[1],
    )
    if kept == (start, end):
        return None
    if kept[0] < start or kept[1] > end:
        said = _("Of a pair of brackets or quotation marks, this span holds one and not the other.")
    else:
        said = _("This span begins or ends on punctuation or a space.")
    return asked(PUNCTUATION, span, said, moved(span, *kept))


def inside_word(seen: Seen, span: Span) -> Question | None:
    """A span with an edge inside a word: what stands before its start in the word is no proclitic, or something of the
    word stands after its end. Put right: it takes in the whole word, but for what is written before an article.

    حكومة in الحكومة is one, for the article ال belongs to a span; so are 2023 in 2023-2030 and وزارت in وزارته. None is
    أمم with its ل in للأمم, nor العدل in والعدل.
    """
    text, start, end = seen.text, span.start, span.end
    if (not start or text[start - 1].isspace()) and (end == len(text) or text[end].isspace()):
        return None
    first, last = seen.token(start), seen.token(end - 1)
    if first and first.start < start:
        known = {first.start + place: shape for place, shape in reversed(readings(text[slice(*first)]))}
        if start not in known:
            before = [place for place, shape in known.items() if place < start and shape.startswith(ARTICLE)]
            start = max(before, default=first.start)
    if last and last.end > end and any(map(str.isalnum, text[end : last.end])):
        end = last.end
    if (start, end) == (span.start, span.end):
        return None
    cut = first if start != span.start else last
    word = text[slice(*cut)] if cut else ""
    return asked(INSIDE_WORD, span, _("This span cuts the word “{word}”.").format(word=word), moved(span, start, end))


def proclitic(seen: Seen, span: Span, usage: Usage) -> Question | None:
    """A span that begins with a proclitic (و ف ب ل ك س), where spans of its label leave it out elsewhere: at least
    twice as often as they have it, and twice at least. Words of three letters do not count: و is of وجدة itself. Put
    right: it begins behind the proclitic.

    لوزارة العدل is one where وزارة العدل has the label twice.
    """
    text = seen.text
    if text[span.start] not in _PROCLITICS:
        return None
    first = seen.token(span.start)
    if first is None or first.start != span.start:
        return None
    starts = dict.fromkeys(first.start + place for place, _form in readings(text[slice(*first)]) if place)
    if not starts:
        return None
    mine = usage.count(form(text, span.start, span.end), span.label)
    for start in starts:
        words = form(text, start, span.end)
        without = usage.count(words, span.label) if len(words) > _SHORT and start < span.end else 0
        if without >= _OFTEN * max(mine, 1):
            said = ngettext(
                "This span begins with “{letters}”; {count} other leaves it out.",
                "This span begins with “{letters}”; {count} others leave it out.",
                without,
            )
            letters = text[span.start : start]
            return asked(
                PROCLITIC, span, said.format(letters=letters, count=number(without)), moved(span, start, span.end)
            )
    return None


def _begins(text: str, own: list[Token], start: int) -> bool:
    """Whether what begins here may: not a space or a mark, but for one that opens a pair, or begins a name."""
    if own[0].start != start:
        return False
    return not is_punctuation(text, own[0]) or text[start] in PAIRED or text[start] in _KEPT_FIRST


def _ends(text: str, own: list[Token], end: int) -> bool:
    if own[-1].end != end:
        return False
    return not is_punctuation(text, own[-1]) or text[own[-1].start] in PAIRED or _ends_whole(text, own)


def _ends_whole(text: str, own: list[Token]) -> bool:
    """Whether the mark at the end belongs to the word before it: %, or the dot of an abbreviation."""
    return text[own[-1].start] in _KEPT_LAST or abbreviates(text, own, len(own) - 1)
