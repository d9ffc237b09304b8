"""Check that dates have machine-readable values, which their own words do not contradict."""

import re
from datetime import date, timedelta
from typing import Final

from annotator.checks.check_context import Check, CheckContext, make_issue
from annotator.checks.issue import Issue
from annotator.i18n import _, pgettext
from annotator.model.date_display import format_date_value
from annotator.model.date_values import DateMoment, is_date_value, parse_date_value
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
    """Report a day or month that is not the one its words say: another weekday, or not today, or not in this month.

    Such a value, or the article's day of publication, from which it was reckoned, is wrong.

    Issue: الثلاثاء 9 يوليوز with 2024-07-10; اليوم 9 يوليوز or ماي الجاري in an article of 2024-07-16. No issue:
    الثلاثاء 9 يوليوز with 2024-07-09.
    """
    moment = _single_moment(span.value) if span.label in context.corpus.date_labels else None
    if moment is None:
        return None
    day, text = moment.calendar_day(), context.text[span.start : span.end]
    words = {fold(shape) for word in _WORD.findall(fold(text)) for _offset, shape in find_readings(word)}
    weekdays = set() if words & _HIJRI_MONTHS else {_WEEKDAYS[word] for word in words & _WEEKDAYS.keys()}
    if day and len(weekdays) == 1 and day.weekday() not in weekdays:
        message = _("The weekday of these words is not that of {date}. Is the day of publication right?")
        value = format_date_value(day.isoformat(), weekday=True)
        return make_issue(CONTRADICTION, span, Reason(Code.WRONG_WEEKDAY, message.format(date=value)))
    publication = _single_moment(context.published and context.published[:10])
    published = publication and publication.calendar_day()
    if published and not words & _NOT_A_MONTH and not _fits(moment, text, words, published):
        message = _(
            "These words say {date}, which does not fit an article of {published}. Is the day of publication right?"
        )
        value = format_date_value(day.isoformat() if day else f"{moment.year:04}-{moment.month:02}", weekday=True)
        message = message.format(date=value, published=format_date_value(published.isoformat(), weekday=True))
        return make_issue(CONTRADICTION, span, Reason(Code.OTHER_DAY, message))
    return None


def _single_moment(value: str | None) -> DateMoment | None:
    moments = parse_date_value(value) if value else None
    return moments[0] if moments and len(moments) == 1 else None


def _fits(moment: DateMoment, text: str, words: set[str], published: date) -> bool:
    """Return whether the words that reckon from the publication say this day, or this month."""
    day = moment.calendar_day()
    if moment.month is None or (day and not _DAY_NUMBER.search(text)) or (not day and words & _HIJRI_MONTHS):
        return True
    if words & _THIS_MONTH and (moment.year, moment.month) != (published.year, published.month):
        return False
    return day is None or all(day == published + timedelta(_DAYS_AWAY[word]) for word in words & _DAYS_AWAY.keys())


CHECKS: Final = (
    Check(VALUE, lambda: pgettext("what is doubtful", "Invalid date"), check_value),
    Check(CONTRADICTION, lambda: pgettext("what is doubtful", "Contradictory date"), check_contradiction),
)
