"""Checks of where spans begin and end.

By the guidelines, on whole words, without punctuation or a proclitic.
"""

from typing import Final

import regex

from annotator.checks.check_context import Check, CheckContext, make_issue, move_fix, removal_fix
from annotator.checks.issue import Issue
from annotator.i18n import _, format_number, ngettext, pgettext
from annotator.model.reasons import Code, Reason
from annotator.model.records import Span
from annotator.text.proclitics import (
    CONJUNCTIONS,
    DEFINITE_ARTICLE,
    FUTURE_PREFIX,
    PREPOSITIONS,
    find_readings,
    normalise_form,
)
from annotator.text.punctuation import PAIRED_MARKS, match_pairs
from annotator.text.selection import (
    NAME_PREFIXES,
    belongs_to_word_before,
    may_begin_span,
    may_end_span,
    snap_to_words,
)
from annotator.text.tokenizer import tokenize
from annotator.text.visible import INVISIBLE

OUTSIDE: Final = "outside"
EMPTY: Final = "empty"
PUNCTUATION: Final = "punctuation"
INSIDE_WORD: Final = "inside_word"
PROCLITIC: Final = "proclitic"
_READABLE: Final = regex.compile(
    r"[[\p{L}\p{N}\p{S}]--\p{Default_Ignorable_Code_Point}--[\u0640\u115f\u1160\u3164\uffa0]]", regex.V1
)
_PROCLITICS: Final = CONJUNCTIONS + PREPOSITIONS + FUTURE_PREFIX
_MAX_SHORT: Final = 3  # letters: behind what looks like a proclitic, as likely as not another word
_RATIO: Final = 2  # times as often as the span's own words, and at least


def check_outside(context: CheckContext, span: Span) -> Issue | None:
    """Report a span not within the text, as in files changed by other programs; the fix removes it."""
    if 0 <= span.start < span.end <= len(context.text):
        return None
    message = _("This span runs from {start} to {end}, but the text ends at {length}.")
    message = message.format(start=span.start, end=span.end, length=len(context.text))
    return make_issue(OUTSIDE, span, Reason(Code.SPAN_OUTSIDE_TEXT, message), removal_fix(span))


def check_empty(context: CheckContext, span: Span) -> Issue | None:
    """Report a span without any letter, digit or symbol; the fix removes it.

    Spaces, marks, tatweels, punctuation and invisible characters do not count.

    Issue: «». No issue: ١, 👍.
    """
    if _READABLE.search(context.text, span.start, span.end):
        return None
    return make_issue(
        EMPTY, span, Reason(Code.SPAN_BLANK, _("This span contains nothing readable.")), removal_fix(span)
    )


def check_punctuation(context: CheckContext, span: Span) -> Issue | None:
    """Report a span with a space or punctuation at an edge, or with only one mark of a pair.

    Invisible characters at an edge are left to check_invisible. The fix snaps the span like a selection (see
    text.selection.snap_to_words).

    Issue: «وزارة العدل in «وزارة العدل», منظمة (اليونسكو in منظمة (اليونسكو). No issue: all of منظمة (اليونسكو), a
    final abbreviation's dot (ش.م.), % or ٪, an initial # or @.
    """
    text = context.text
    start, end = _skip_marks(text, span.start, span.end)
    if text[start].isalnum() and text[end - 1].isalnum() and PAIRED_MARKS.isdisjoint(text[start:end]):
        return None
    span_tokens = tokenize(text, start, end)
    # Match within the span alone: many lines mix up opening and closing marks.
    pairs = match_pairs(text, span_tokens)
    has_unpaired = any(
        text[token.start] in PAIRED_MARKS and index not in pairs for index, token in enumerate(span_tokens)
    )
    if (
        not has_unpaired
        and pairs.get(0) != len(span_tokens) - 1
        and span_tokens[0].start == start
        and span_tokens[-1].end == end
        and may_begin_span(text, span_tokens[0])
        and may_end_span(text, span_tokens, len(span_tokens) - 1)
    ):
        return None
    first, last = context.token_at(start), context.token_at(end - 1)
    snapped = snap_to_words(text, start, end)
    if snapped[0] >= snapped[1]:
        return None
    # Letters of the word beyond an edge are the concern of check_inside_word.
    bounds = (
        start if (first and snapped[0] == first.start) or text[start] in NAME_PREFIXES else snapped[0],
        end
        if (last and snapped[1] == last.end) or belongs_to_word_before(text, span_tokens, len(span_tokens) - 1)
        else snapped[1],
    )
    if bounds == (start, end):
        return None
    if bounds[0] < start or bounds[1] > end:
        reason = Reason(Code.UNPAIRED_MARK, _("This span contains only one of a pair of brackets or quotation marks."))
    else:
        reason = Reason(Code.PUNCTUATION, _("This span begins or ends with punctuation or a space."))
    return make_issue(PUNCTUATION, span, reason, move_fix(span, *bounds))


def _skip_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without direction marks and the like at its edges."""
    leading = INVISIBLE.match(text, start, end)
    first = leading.end() if leading else start
    while end - 1 > first and INVISIBLE.fullmatch(text, end - 1, end):
        end -= 1
    return (first, end) if first < end else (start, end)


def check_inside_word(context: CheckContext, span: Span) -> Issue | None:
    """Report a span with an edge inside a word, other than after a proclitic.

    The fix includes the whole word except what precedes an article.

    Issue: حكومة in الحكومة (spans include the article), 2023 in 2023-2030, وزارت in وزارته. No issue: أمم in للأمم,
    with its ل; العدل in والعدل.
    """
    text, start, end = context.text, span.start, span.end
    if (not start or text[start - 1].isspace()) and (end == len(text) or text[end].isspace()):
        return None
    first, last = context.token_at(start), context.token_at(end - 1)
    if first and first.start < start:
        readings = {first.start + offset: form for offset, form in reversed(find_readings(text[slice(*first)]))}
        if start not in readings:
            before = [
                offset for offset, form in readings.items() if offset < start and form.startswith(DEFINITE_ARTICLE)
            ]
            start = max(before, default=first.start)
    if last and last.end > end and any(map(str.isalnum, text[end : last.end])):
        end = last.end
    if (start, end) == (span.start, span.end):
        return None
    cut_token = first if start != span.start else last
    word = text[slice(*cut_token)] if cut_token else ""
    message = _("This span includes only part of the word “{word}”.").format(word=word)
    return make_issue(INSIDE_WORD, span, Reason(Code.INSIDE_WORD, message), move_fix(span, start, end))


def check_proclitic(context: CheckContext, span: Span) -> Issue | None:
    """Report a span that begins with a proclitic (و ف ب ل ك س) that spans of its label usually omit.

    “Usually” means at least twice, and at least twice as often as not. Words of up to three letters do not count: و
    belongs to وجدة. The fix starts the span after the proclitic.

    Issue: لوزارة العدل where وزارة العدل has the label twice.
    """
    text, statistics = context.text, context.corpus.statistics
    if text[span.start] not in _PROCLITICS:
        return None
    first = context.token_at(span.start)
    if first is None or first.start != span.start:
        return None
    starts = dict.fromkeys(first.start + place for place, _form in find_readings(text[slice(*first)]) if place)
    if not starts:
        return None
    own_count = statistics.count(normalise_form(text, span.start, span.end), span.label)
    for start in starts:
        words = normalise_form(text, start, span.end)
        without = statistics.count(words, span.label) if len(words) > _MAX_SHORT and start < span.end else 0
        if without >= _RATIO * max(own_count, 1):
            template = ngettext(
                "This span begins with “{letters}”; {count} other span omits it.",
                "This span begins with “{letters}”; {count} other spans omit it.",
                without,
            )
            message = template.format(letters=text[span.start : start], count=format_number(without))
            return make_issue(PROCLITIC, span, Reason(Code.PROCLITIC, message), move_fix(span, start, span.end))
    return None


CHECKS: Final = (
    Check(OUTSIDE, lambda: pgettext("what is doubtful", "Outside the text"), check_outside, is_exclusive=True),
    Check(EMPTY, lambda: pgettext("what is doubtful", "Nothing readable"), check_empty, is_exclusive=True),
    Check(PUNCTUATION, lambda: pgettext("what is doubtful", "Punctuation at the edge"), check_punctuation),
    Check(INSIDE_WORD, lambda: pgettext("what is doubtful", "Edge inside a word"), check_inside_word),
    Check(PROCLITIC, lambda: pgettext("what is doubtful", "Begins with a proclitic"), check_proclitic),
)
