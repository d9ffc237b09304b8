"""Check that dates have machine-readable values, which their own words do not contradict."""

import re
from datetime import date, timedelta
from typing import Final

from annotator.checks.check_context import Check, CheckContext, make_issue
from annotator.checks.issue import Issue
from annotator.i18n import _, pgettext
from annotator.model.date_display import format_date_value
from annotator.model.date_values import is_date_value, parse_date_value
from annotator.model.reasons import Code, Reason
from annotator.model.records import Span
from annotator.text.folding import fold
from annotator.text.proclitics import find_readings

VALUE: Final = "value"
CONTRADICTION: Final = "contradiction"
_WORD: Final = re.compile(r"[^\W\d_]+")
_DAY_NUMBER: Final = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_WEEKDAYS: Final = {
    fold(word): number
    for number, word in enumerate(("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"))
}
_DAYS_AWAY: Final = {fold(word): days for word, days in (("أمس", -1), ("اليوم", 0), ("يومه", 0), ("غدا", 1), ("غد", 1))}
_THIS_MONTH: Final = frozenset(map(fold, ("الجاري", "الحالي")))
_HIJRI_MONTHS: Final = frozenset(
    map(fold, ("محرم", "صفر", "ربيع", "جمادى", "رجب", "شعبان", "رمضان", "شوال", "القعدة", "الحجة"))
)
"""Their days differ from country to country, as the moon is seen."""
_NOT_A_MONTH: Final = frozenset(map(fold, ("الأسبوع", "العام", "الموسم", "من", "أول", "قبل", "بعد")))
"""Words beside which the others say something else: اليوم الثالث من مارس, أول أمس, العام الجاري."""


def check_value(context: CheckContext, span: Span) -> Issue | None:
    """Report a date whose value is no ISO 8601 date, time or period.

    Accepted are the suggesters' forms: `2024`, `2024-07`, `2024-07-09`, `2024-07-09T09:00`, `2023/2030`. Impossible
    days and periods that end before they begin are issues too.

    Issue: 09/07/2024, 2024-02-31. No issue: 2023/2030.
    """
    if span.label not in context.corpus.date_labels or span.value is None or is_date_value(span.value):
        return None
    message = _("“{value}” is not an ISO 8601 date, time or period, such as 2024-07-09 or 2023/2030.")
    return make_issue(VALUE, span, Reason(Code.INVALID_DATE_VALUE, message.format(value=span.value)))


def check_contradiction(context: CheckContext, span: Span) -> Issue | None:
    """Report a day that is not the one its words say: another weekday, or not today's, in an article of that day.

    Such a value, or the article's day of publication, from which it was reckoned, is wrong.

    Issue: الثلاثاء 9 يوليوز with 2024-07-10; اليوم 9 يوليوز in an article of 2024-07-16. No issue: الثلاثاء 9 يوليوز
    with 2024-07-09.
    """
    day = _single_day(span.value) if span.label in context.corpus.date_labels else None
    if day is None:
        return None
    text = context.text[span.start : span.end]
    words = {fold(shape) for word in _WORD.findall(fold(text)) for _offset, shape in find_readings(word)}
    value = format_date_value(day.isoformat(), weekday=True)
    weekdays = set() if words & _HIJRI_MONTHS else {_WEEKDAYS[word] for word in words & _WEEKDAYS.keys()}
    if len(weekdays) == 1 and day.weekday() not in weekdays:
        message = _("The weekday of these words is not that of {date}. Is the day of publication right?")
        return make_issue(CONTRADICTION, span, Reason(Code.WRONG_WEEKDAY, message.format(date=value)))
    published = _single_day(context.published and context.published[:10])
    if published and _DAY_NUMBER.search(text) and not words & _NOT_A_MONTH and not _fits(day, words, published):
        message = _("These words say {date}, but the article is of {published}. Is the day of publication right?")
        publication = format_date_value(published.isoformat(), weekday=True)
        message = message.format(date=value, published=publication)
        return make_issue(CONTRADICTION, span, Reason(Code.OTHER_DAY, message))
    return None


def _single_day(value: str | None) -> date | None:
    moments = parse_date_value(value) if value else None
    return moments[0].calendar_day() if moments and len(moments) == 1 else None


def _fits(day: date, words: set[str], published: date) -> bool:
    """Return whether the words that reckon from the publication say this day, or this day's month."""
    if words & _THIS_MONTH and (day.year, day.month) != (published.year, published.month):
        return False
    return all(day == published + timedelta(_DAYS_AWAY[word]) for word in words & _DAYS_AWAY.keys())


CHECKS: Final = (
    Check(VALUE, lambda: pgettext("what is doubtful", "Invalid date"), check_value),
    Check(CONTRADICTION, lambda: pgettext("what is doubtful", "Contradictory date"), check_contradiction),
)
