"""Zones: which line of a news text is headline, dateline, body or boilerplate, and what a dateline says.

News pages are pasted with what stands around the article on the screen. The rules here are for that: they
look at a line's shape, its place and a list of furniture words, and never at more. A wrong guess is put right
in the window. When in doubt a line is body, for a body line that is dimmed is a label that is lost.
"""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from annotator.model.records import BODY, BOILERPLATE, DATELINE, HEADLINE
from annotator.text.visible import visible, written

Stretch: TypeAlias = tuple[str, int, int]
"""Kind, start and end of a zone that has no article yet."""

FURNITURE: Final = (
    *("عاجل", "خبر عاجل", "مباشر", "آخر الأخبار", "آخر خبر", "الأكثر قراءة", "الأكثر مشاهدة", "إشهار"),
    *("شارك", "شاركها", "شارك المقال", "شارك الخبر", "شارك هذا المقال", "شارك هذا الخبر", "شارك على"),
    *("مشاركة", "انشر", "طباعة", "اطبع"),
    *("فيسبوك", "فايسبوك", "تويتر", "إكس", "واتساب", "واتس اب", "تلغرام", "تيليغرام", "لينكد إن", "لينكدإن"),
    *("ماسنجر", "إنستغرام", "يوتيوب", "البريد الإلكتروني", "بريد إلكتروني", "إرسال", "نسخ الرابط", "استمع"),
    *("تعليقات", "التعليقات", "أضف تعليقا", "facebook", "twitter", "whatsapp", "telegram", "linkedin"),
    *("messenger", "instagram", "youtube", "email", "print", "share", "tweet", "copy link"),
)
"""A line that says nothing but these is boilerplate wherever it stands."""

SECTIONS: Final = (
    *("الرئيسية", "الواجهة", "أخبار", "الأخبار", "سياسة", "السياسة", "مجتمع", "المجتمع", "اقتصاد", "الاقتصاد"),
    *("رياضة", "الرياضة", "ثقافة", "الثقافة", "فن", "فن وثقافة", "ثقافة وفن", "فنون", "حوادث", "جهات", "دولي"),
    *("دولية", "العالم", "المغرب", "وطني", "وطنية", "صحة", "بيئة", "تعليم", "تكنولوجيا", "علوم", "رأي", "آراء"),
    *("كتاب وآراء", "منوعات", "فيديو", "صوت وصورة", "خارج الحدود", "24 ساعة", "سياحة", "ميديا", "تمازيغت"),
)
"""Names of a site's sections: boilerplate before the headline, but a heading like any other after it."""

LINKS: Final = (
    *("اقرأ أيضا", "اقرأوا أيضا", "اقرؤوا أيضا", "اقرأ المزيد", "شاهد أيضا", "طالع أيضا", "قد يهمك أيضا"),
    *("مواضيع ذات صلة", "أخبار ذات صلة", "مقالات ذات صلة", "قد يعجبك أيضا"),
)
"""What links to other articles begin with; alone on a line, it heads a list of them."""

TAGS: Final = ("وسوم", "الوسوم", "كلمات دلالية", "الكلمات الدلالية", "كلمات مفتاحية", "الكلمات المفتاحية", "tags")
"""What heads a list of tags: with a colon after it, or alone on its line."""

NOTICES: Final = ("جميع الحقوق محفوظة", "حقوق النشر محفوظة", "copyright", "تابعونا على", "تابعوا آخر الأخبار")
"""What copyright lines and calls to follow a site begin with."""

MONTHS: Final = (
    *(("يناير", "جانفي", "كانون الثاني"), ("فبراير", "فيفري", "شباط"), ("مارس", "آذار")),
    *(("أبريل", "أفريل", "نيسان"), ("ماي", "مايو", "أيار"), ("يونيو", "يونيه", "جوان", "حزيران")),
    *(("يوليوز", "يوليو", "يوليه", "جويلية", "تموز"), ("غشت", "أغسطس", "أوت", "آب"), ("شتنبر", "سبتمبر", "أيلول")),
    *(("أكتوبر", "تشرين الأول"), ("نونبر", "نوفمبر", "تشرين الثاني"), ("دجنبر", "ديسمبر", "كانون الأول")),
)
"""The names of each month in Morocco, its neighbours, Egypt and the Gulf, and the Levant (CLDR 48, ar locales)."""

WEEKDAYS: Final = ("الاثنين", "الإثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")

DATELINE_WORDS: Final = (
    *("نشر", "نشرت", "النشر", "تم النشر", "تاريخ", "بتاريخ", "آخر تحديث", "التحديث", "الساعة", "الموافق"),
    *("في", "يوم", "على", "و", "صباحا", "زوالا", "بعد الزوال", "مساء", "ليلا", "ظهرا", "ص", "م", "ه", "am", "pm"),
    *("توقيت", "بتوقيت", "غرينتش", "جرينتش", "gmt", "محرم", "صفر", "ربيع", "الأول", "الآخر", "الثاني", "جمادى"),
    *("الأولى", "الآخرة", "الثانية", "رجب", "شعبان", "رمضان", "شوال", "ذو", "ذي", "القعدة", "الحجة"),
)
"""Words that belong to a dateline besides the date itself (a Hijri date may stand beside the Gregorian one)."""

BYLINE: Final = ("بقلم", "كتب", "كتبه", "كتبها", "حرره", "حررته", "إعداد")
"""What says that a name follows."""

_PARAGRAPH = 150  # code points above which a line is no headline: the longest of 119 Moroccan ones has 134
_NEAR = 3  # how many lines above the first paragraph a headline without a dateline may stand
_NAMES = 4  # words of a dateline that are not of the date, at most; words of a headline among section names, at least
_JOINED = 2  # how many of the former may stand beside the date without a mark between

_UNWRITTEN = re.compile(r"[\u00ad\u0640\u064b-\u065f\u0670\u200c\u200d]")
_FOLDED = str.maketrans("أإآٱىة٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "اااايه" + "0123456789" * 2)
_BULLET = re.compile(r"[•●▪■◦‣∙·○◾►▶]|[*–—-]\s")
_STOP = re.compile(r"(?<![.…])[.][\s\"”»)\]]*$")
_CRUMBS = re.compile(r"الرئيسيه\s*[|/\\»«>‹›<–—-]")
_HASHTAGS = re.compile(r"(?:#[\w-]+[\s،,]*)+")
_APART = re.compile(r"[-–—|/،,؛•·()\[\]\t]")


def _fold(text: str) -> str:
    """`text` for comparing: no marks, one spelling of alef, ya and ta marbuta, ASCII digits, lower case."""
    return _UNWRITTEN.sub("", written(text)).translate(_FOLDED).casefold()


def _words(text: str) -> str:
    """The words of folded `text` alone, one space between."""
    return " ".join(re.findall(r"[^\W_]+", text))


def _any_of(phrases: Iterable[str]) -> str:
    """A regular expression for any of the phrases, folded; the longest that fits."""
    return "|".join(sorted({re.escape(_fold(phrase)) for phrase in phrases}, key=len, reverse=True))


_ONLY_FURNITURE = re.compile(rf"(?:(?:{_any_of(FURNITURE)})(?: \d+)?(?: |$))+")
_ONLY_SECTIONS = re.compile(rf"(?:(?:{_any_of(FURNITURE + SECTIONS)})(?: |$))+")
_LINK = re.compile(rf"(?:{_any_of(LINKS)})\b")
_NOTICE = re.compile(rf"©|(?:{_any_of(NOTICES)})\b|(?:{_any_of(TAGS)})\s*(?::|$)")
_NUMBERS = {_fold(name): number for number, names in enumerate(MONTHS, 1) for name in names}
_MONTH = rf"(?:{_any_of(_NUMBERS)})(?!\w)"
_YEAR = r"(?:1[3-9]|2[01])\d\d"  # 2.16.6682 is a decree
_DONE = r"(?!\d|[.,٫٬]\d)"
_DATE = re.compile(
    rf"(?:(?<!\d)(?P<day>\d+|فاتح)\s*(?:من\s+)?(?:شهر\s+)?)?(?<![^\W\d])(?P<month>{_MONTH})"
    rf"(?:\s*[/(-]\s*{_MONTH}\)?)?(?:\s*[،,]?\s*(?:من\s+)?(?:سنه\s+|عام\s+)?(?P<year>\d{{4}})(?!\d))?"
    rf"|(?<![\d./-])(?P<y>{_YEAR})(?P<s1>[-/.])(?P<m>\d{{1,2}})(?P=s1)(?P<d>\d{{1,2}}){_DONE}"
    r"|(?<![\d./-])(?P<first>\d{1,2})\s?(?P<s2>[-/.])\s?(?P<second>\d{1,2})\s?(?P=s2)\s?"
    rf"(?P<last>{_YEAR}){_DONE}"
)
_CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-3])(?::|\s?[hس]\s?)(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])"
    r"(?:\s*(?:(?P<am>صباحا|ص(?!\w)|am)|(?P<pm>مساء|بعد الزوال|م(?!\w)|pm)))?"
)
_WEEKDAY = re.compile(rf"(?<!\w)(?:{_any_of(WEEKDAYS)})(?!\w)")
_DATELINE_WORD = re.compile(rf"(?<!\w)(?:{_any_of(WEEKDAYS + DATELINE_WORDS)})(?!\w)")
_BYLINE = re.compile(rf"(?<!\w)(?:{_any_of(BYLINE)})(?!\w)")


def published(text: str) -> str | None:
    """The ISO 8601 date and time that a dateline states, to its precision: `2024-07-09T09:00`, `2024-07-09`, `2024-07`.

    None where it states none, or one that no calendar has, and of what is longer than any dateline. 09/07/2024 is the
    ninth of July.
    """
    if len(text) > _PARAGRAPH:
        return None
    folded = _fold(text)
    found = [stated for stated in _DATE.finditer(folded) if stated["year"] or not stated["month"]]
    day = _iso(found[0]) if found else None
    if day is None or len(day) < len("2024-07-09"):
        return day
    end = found[1].start() if found[1:] else len(folded)
    clock = _CLOCK.search(folded, found[0].end(), end) or _CLOCK.search(folded, 0, found[0].start())
    if clock is None:
        return day
    hour = int(clock["hour"]) % 12 if clock["am"] or clock["pm"] else int(clock["hour"])
    return f"{day}T{hour + 12 if clock['pm'] else hour:02}:{clock['minute']}"


def _iso(found: re.Match[str]) -> str | None:
    """The date that `_DATE` found; None where it is not whole or the calendar has no such day."""
    part = found.groupdict()
    if part["month"]:
        month = _NUMBERS[part["month"]]
        if part["year"] is None or part["day"] is None:
            return part["year"] and f"{part['year']}-{month:02}"
        return _day(part["year"], month, 1 if part["day"] == "فاتح" else part["day"])
    if part["y"]:
        return _day(part["y"], part["m"], part["d"])
    first, second = part["first"], part["second"]
    return _day(part["last"], second, first) or _day(part["last"], first, second)


def _day(*parts: str | int) -> str | None:
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:  # a day that the calendar does not have
        return None


class _Line(NamedTuple):
    """A line that shows something, without the space at its edges. Of a long one, no rule reads the words."""

    start: int
    end: int
    folded: str
    key: str

    @property
    def size(self) -> int:
        return self.end - self.start

    @property
    def bulleted(self) -> bool:
        return self.size <= _PARAGRAPH and _BULLET.match(self.folded) is not None

    @property
    def furniture(self) -> bool:
        """Boilerplate wherever it stands."""
        if self.size > _PARAGRAPH:
            return False
        link = not _STOP.search(self.folded) and _LINK.match(self.key)
        bare = _ONLY_FURNITURE.fullmatch(self.key) or _HASHTAGS.fullmatch(self.folded)
        return bool(link or bare or _NOTICE.match(self.folded))

    @property
    def surrounding(self) -> bool:
        """Boilerplate where it stands before a headline."""
        above = _CRUMBS.match(self.folded) or _ONLY_SECTIONS.fullmatch(self.key)
        return self.bulleted or self.furniture or bool(above)

    @property
    def paragraph(self) -> bool:
        """Longer than any headline, or a sentence with its full stop."""
        long = self.size > _PARAGRAPH or _STOP.search(self.folded) is not None
        return long and not self.surrounding and not self.dateline

    @property
    def dateline(self) -> bool:
        """Whether this is a date with at most a few words beside it: a place, a source, a name.

        More than two of them, or any in a sentence, must be set off from the date by a mark, or a headline with
        a date in it would be one too. A date without its year needs a weekday or the time of day.
        """
        dates = list(_DATE.finditer(self.folded)) if self.size <= _PARAGRAPH else []
        if not any(_iso(found) for found in dates):
            timed = _CLOCK.search(self.folded) or _WEEKDAY.search(self.folded)
            if not timed or not any(found["day"] and not found["year"] for found in dates):
                return False
        left = _DATELINE_WORD.sub("\n", _CLOCK.sub("\n", _DATE.sub("\n", self.folded)))
        before, after = left[: left.index("\n")].replace(":", "|"), left[left.index("\n") :]
        named = _BYLINE.search(left) is not None
        pieces = _APART.split(_BYLINE.sub("", before) + after)
        joined = sum(len(_words(piece).split()) for piece in pieces if "\n" in piece)
        most = 0 if _STOP.search(self.folded) else _NAMES if named else _JOINED
        return joined <= most and len(_words(" ".join(pieces)).split()) <= _NAMES


def recognise(text: str) -> list[Stretch]:
    """One zone for each line of `text` that shows something, without the space and invisible marks at its edges."""
    lines = _lines(text)
    # Where no line is a paragraph, only the first two can be said to stand above the body.
    top = next((at for at, line in enumerate(lines) if line.paragraph), min(2, len(lines)))
    dated = next((at for at, line in enumerate(lines[:top]) if line.dateline), None)
    head = _headline(lines, top, dated)
    key = lines[head].key if head is not None else ""
    repeated = {at for at, line in enumerate(lines) if key and line.key == key}
    start = max(head or 0, dated or 0)
    # A headline that is repeated shows that this is a page: what stands above it is of the page too.
    away = {at for at in range(start) if lines[at].surrounding or (len(repeated) > 1 and at < (head or 0))}
    away |= _linked(lines, top)
    while start < top and (lines[start].dateline or lines[start].furniture or start in repeated):
        start += 1
    zones = []
    for at, line in enumerate(lines):
        kind = BODY
        if at == head:
            kind = HEADLINE
        elif at < start and line.dateline:
            kind = DATELINE
        elif at in repeated or at in away or line.furniture:
            kind = BOILERPLATE
        zones.append((kind, line.start, line.end))
    return zones


def _lines(text: str) -> list[_Line]:
    """The lines that show something."""
    lines = []
    for found in re.finditer(r"[^\n]+", text):
        start, end = visible(text, *found.span())
        if start < end:
            folded = _fold(text[start:end]) if end - start <= _PARAGRAPH else ""
            lines.append(_Line(start, end, folded, _words(folded)))
    return lines


def _headline(lines: list[_Line], top: int, dated: int | None) -> int | None:
    """The index of the headline among the `top` lines before the first paragraph; `dated` is the dateline's."""
    able = [at for at in range(top) if not lines[at].surrounding and not lines[at].dateline]
    again = (at for at, after in pairwise(able) if " " in lines[at].key and lines[at].key == lines[after].key)
    if (head := next(again, None)) is not None:
        return head
    if dated is None:
        if not able or able[0] + _NEAR < top or top == len(lines) or not lines[top].paragraph:
            return None
        return able[0] if lines[able[0]].size < lines[top].size else None
    above = [at for at in able if at < dated]
    long = [at for at in above if lines[at].key.count(" ") >= _NAMES - 1] or above
    after = next((at for at in able if at > dated and at + 1 < len(lines)), None)
    return long[-1] if long and (after is None or len(long) == 1) else after


def _linked(lines: list[_Line], top: int) -> set[int]:
    """The lines, from `top` on, that others head as lists of links.

    These are bulleted lines or the one line after it; at the end of a text, where no paragraph follows, all.
    """
    last = next((at for at in reversed(range(len(lines))) if lines[at].paragraph), -1)
    found: set[int] = set()
    end = 0
    for at in range(top, len(lines)):
        if _LINK.fullmatch(lines[at].key) is None:
            continue
        if at >= last:
            return found.union(range(at + 1, len(lines)))
        begins = end = max(end, at + 1)  # no line is looked at twice: a list may be within a list
        while lines[end].bulleted:
            end += 1
        found.update(range(begins, end))
        if end == at + 1 and not lines[end].paragraph:
            found.add(end)
    return found
