"""Recognise zones (headline, dateline, body or boilerplate) by line, and parse datelines.

News pages are pasted with whatever surrounds the article. The rules use only a line's shape, position and words; the
user corrects wrong guesses. Doubtful lines are body: dimming one would lose labels.
"""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from annotator.model.records import BODY, BOILERPLATE, DATELINE, HEADLINE
from annotator.text.visible import remove_invisible, trim_invisible

ZoneRange: TypeAlias = tuple[str, int, int]
"""Kind, start and end of a zone."""

FURNITURE: Final = (
    *("عاجل", "خبر عاجل", "مباشر", "آخر الأخبار", "آخر خبر", "الأكثر قراءة", "الأكثر مشاهدة", "إشهار"),
    *("شارك", "شاركها", "شارك المقال", "شارك الخبر", "شارك هذا المقال", "شارك هذا الخبر", "شارك على"),
    *("مشاركة", "انشر", "طباعة", "اطبع"),
    *("فيسبوك", "فايسبوك", "تويتر", "إكس", "واتساب", "واتس اب", "تلغرام", "تيليغرام", "لينكد إن", "لينكدإن"),
    *("ماسنجر", "إنستغرام", "يوتيوب", "البريد الإلكتروني", "بريد إلكتروني", "إرسال", "نسخ الرابط", "استمع"),
    *("تعليقات", "التعليقات", "أضف تعليقا", "facebook", "twitter", "whatsapp", "telegram", "linkedin"),
    *("messenger", "instagram", "youtube", "email", "print", "share", "tweet", "copy link"),
)
"""Page furniture: a line of nothing else is boilerplate anywhere."""

SECTIONS: Final = (
    *("الرئيسية", "الواجهة", "أخبار", "الأخبار", "سياسة", "السياسة", "مجتمع", "المجتمع", "اقتصاد", "الاقتصاد"),
    *("رياضة", "الرياضة", "ثقافة", "الثقافة", "فن", "فن وثقافة", "ثقافة وفن", "فنون", "حوادث", "جهات", "دولي"),
    *("دولية", "العالم", "المغرب", "وطني", "وطنية", "صحة", "بيئة", "تعليم", "تكنولوجيا", "علوم", "رأي", "آراء"),
    *("كتاب وآراء", "منوعات", "فيديو", "صوت وصورة", "خارج الحدود", "24 ساعة", "سياحة", "ميديا", "تمازيغت"),
)
"""Sections of a site: boilerplate before the headline, an ordinary heading after it."""

LINKS: Final = (
    *("اقرأ أيضا", "اقرأوا أيضا", "اقرؤوا أيضا", "اقرأ المزيد", "شاهد أيضا", "طالع أيضا", "قد يهمك أيضا"),
    *("مواضيع ذات صلة", "أخبار ذات صلة", "مقالات ذات صلة", "قد يعجبك أيضا"),
)
"""Beginnings of links to other articles; alone on a line, they head a list."""

TAGS: Final = ("وسوم", "الوسوم", "كلمات دلالية", "الكلمات الدلالية", "كلمات مفتاحية", "الكلمات المفتاحية", "tags")
"""Headings of a list of tags, before a colon or alone on a line."""

NOTICES: Final = ("جميع الحقوق محفوظة", "حقوق النشر محفوظة", "copyright", "تابعونا على", "تابعوا آخر الأخبار")
"""Beginnings of copyright lines and calls to follow a site."""

MONTHS: Final = (
    *(("يناير", "جانفي", "كانون الثاني"), ("فبراير", "فيفري", "شباط"), ("مارس", "آذار")),
    *(("أبريل", "أفريل", "نيسان"), ("ماي", "مايو", "أيار"), ("يونيو", "يونيه", "جوان", "حزيران")),
    *(("يوليوز", "يوليو", "يوليه", "جويلية", "تموز"), ("غشت", "أغسطس", "أوت", "آب"), ("شتنبر", "سبتمبر", "أيلول")),
    *(("أكتوبر", "تشرين الأول"), ("نونبر", "نوفمبر", "تشرين الثاني"), ("دجنبر", "ديسمبر", "كانون الأول")),
)
"""Month names in Morocco, its neighbours, Egypt and the Gulf, and the Levant (CLDR 48, ar locales)."""

WEEKDAYS: Final = ("الاثنين", "الإثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد")

DATELINE_WORDS: Final = (
    *("نشر", "نشرت", "النشر", "تم النشر", "تاريخ", "بتاريخ", "آخر تحديث", "التحديث", "الساعة", "الموافق"),
    *("في", "يوم", "على", "و", "صباحا", "زوالا", "بعد الزوال", "مساء", "ليلا", "ظهرا", "ص", "م", "ه", "am", "pm"),
    *("توقيت", "بتوقيت", "غرينتش", "جرينتش", "gmt", "محرم", "صفر", "ربيع", "الأول", "الآخر", "الثاني", "جمادى"),
    *("الأولى", "الآخرة", "الثانية", "رجب", "شعبان", "رمضان", "شوال", "ذو", "ذي", "القعدة", "الحجة"),
)
"""Words of a dateline besides the date, including those of a Hijri date."""

BYLINE: Final = ("بقلم", "كتب", "كتبه", "كتبها", "حرره", "حررته", "إعداد")
"""Words before an author's name."""

AGENCIES: Final = (
    *("وكالات", "و م ع", "ومع", "لاماب", "رويترز", "أ ف ب", "أف ب", "فرانس برس", "أسوشيتد برس", "أسوشييتد برس", "أ ب"),
    *("د ب أ", "إفي", "أوروبا برس", "الأناضول", "شينخوا", "سبوتنيك", "تاس", "وات", "واج", "وأج", "واص", "أ ش أ", "واس"),
    *("وام", "قنا", "كونا", "بنا", "العمانية", "سبأ", "بترا", "وفا", "سانا", "واع", "معا", "صفا", "إرنا"),
    *("map", "afp", "reuters", "ap", "dpa", "efe", "aa", "xinhua", "tass"),
    *("متابعة", "متابعات"),  # what others reported, of whom none is named
)
"""News agencies as a line names them beside a place; those of Arab states by their acronyms."""

_MAX_HEADLINE = 150  # code points; the longest of 119 Moroccan headlines has 134
_MAX_DISTANCE = 3  # most lines from a headline without a dateline to the first paragraph
_FEW_WORDS = 4  # most words of a dateline besides the date; fewest of a headline among section names
_MAX_JOINED = 2  # most words beside the date without a mark between
_MAX_BESIDE_AGENCY = 2  # words of a line, as its place
_MIN_HEADLINE_WORDS = 2  # words of at least two letters

_REMOVED = re.compile(r"[\u00ad\u0640\u064b-\u065f\u0670\u200c\u200d]")
_SPELLINGS = str.maketrans("أإآٱىیکھہەة٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "ااااييكهههه" + "0123456789" * 2)
_BULLET = re.compile(r"[•●▪■◦‣∙·○◾►▶]|[*–—-]\s")
_STOP = re.compile(r"(?<![.…])[.][\s\"”»)\]]*$")
_CRUMBS = re.compile(r"الرئيسيه\s*[|/\\»«>‹›<–—-]")
_HASHTAGS = re.compile(r"(?:#[\w-]+[\s،,]*)+")
_SEPARATOR = re.compile(r"[-–—|/،,؛•·()\[\]\t]")
_DRAWN_DASH = re.compile(r"(?<!\S)ـ+(?!\S)")  # a tatweel that stretches no letter
_SLASHES = re.compile(r"//\s*$")


def _fold(text: str) -> str:
    """Fold `text` for comparison: no marks, one spelling of alef, ya, kaf and ha, ASCII digits, lower case."""
    return _REMOVED.sub("", _DRAWN_DASH.sub("-", remove_invisible(text))).translate(_SPELLINGS).casefold()


def _words(text: str) -> str:
    """Return the words of folded `text`, single-spaced."""
    return " ".join(re.findall(r"[^\W_]+", text))


def _any_of(phrases: Iterable[str]) -> str:
    """Return a regular expression for any of these phrases; the longest wins."""
    return "|".join(sorted({re.escape(_fold(phrase)) for phrase in phrases}, key=len, reverse=True))


_ONLY_FURNITURE = re.compile(rf"(?:(?:{_any_of(FURNITURE)})(?: \d+)?(?: |$))+")
_ONLY_SECTIONS = re.compile(rf"(?:(?:{_any_of(FURNITURE + SECTIONS)})(?: |$))+")
_AGENCY = re.compile(rf"(?:عن )?(?:(?:{_any_of(AGENCIES)})|وكاله (?:\w+ ){{0,4}}(?:ال|لل)?انباء(?: \w+)?)")
_LINK = re.compile(rf"(?:{_any_of(LINKS)})\b")
_NOTICE = re.compile(rf"©|(?:{_any_of(NOTICES)})\b|(?:{_any_of(TAGS)})\s*(?::|$)")
_NUMBERS = {_fold(name): number for number, names in enumerate(MONTHS, 1) for name in names}
_MONTH = rf"(?:{_any_of(_NUMBERS)})(?!\w)"
_YEAR = r"(?:1[3-9]|2[01])\d\d"  # 2.16.6682 is a decree
_NUMBER_END = r"(?!\d|[.,٫٬]\d)"
_DATE = re.compile(
    rf"(?:(?<!\d)(?P<day>\d+|فاتح)\s*(?:من\s+)?(?:شهر\s+)?)?(?<![^\W\d])(?P<month>{_MONTH})"
    rf"(?:\s*[/(-]\s*{_MONTH}\)?)?(?:\s*[،,]?\s*(?:من\s+)?(?:سنه\s+|عام\s+)?(?P<year>\d{{4}})(?!\d))?"
    rf"|(?<![\d./-])(?P<y>{_YEAR})(?P<s1>[-/.])(?P<m>\d{{1,2}})(?P=s1)(?P<d>\d{{1,2}}){_NUMBER_END}"
    r"|(?<![\d./-])(?P<first>\d{1,2})\s?(?P<s2>[-/.])\s?(?P<second>\d{1,2})\s?(?P=s2)\s?"
    rf"(?P<last>{_YEAR}){_NUMBER_END}"
)
_CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-3])(?::|\s?[hس]\s?)(?P<minute>[0-5]\d)(?::[0-5]\d)?(?![\d:])"
    r"(?:\s*(?:(?P<am>صباحا|ص(?!\w)|am)|(?P<pm>مساء|بعد الزوال|م(?!\w)|pm)))?"
)
_WEEKDAY = re.compile(rf"(?<!\w)(?:{_any_of(WEEKDAYS)})(?!\w)")
_DATELINE_WORD = re.compile(rf"(?<!\w)(?:{_any_of(WEEKDAYS + DATELINE_WORDS)})(?!\w)")
_BYLINE = re.compile(rf"(?<!\w)(?:{_any_of(BYLINE)})(?!\w)")


def parse_dateline(text: str) -> str | None:
    """Return the ISO 8601 date and time of a dateline, or None.

    It is as precise as the dateline: `2024-07-09T09:00`, `2024-07-09`, `2024-07`. It is None without a date in the
    calendar, and for a text longer than any dateline. 09/07/2024 is the ninth of July.
    """
    if len(text) > _MAX_HEADLINE:
        return None
    folded = _fold(text)
    dates = [match for match in _DATE.finditer(folded) if match["year"] or not match["month"]]
    day = _to_iso_date(dates[0]) if dates else None
    if day is None or len(day) < len("2024-07-09"):
        return day
    end = dates[1].start() if dates[1:] else len(folded)
    clock = _CLOCK.search(folded, dates[0].end(), end) or _CLOCK.search(folded, 0, dates[0].start())
    if clock is None:
        return day
    hour = int(clock["hour"]) % 12 if clock["am"] or clock["pm"] else int(clock["hour"])
    return f"{day}T{hour + 12 if clock['pm'] else hour:02}:{clock['minute']}"


def _to_iso_date(match: re.Match[str]) -> str | None:
    """Return a match of `_DATE` in ISO 8601; None without a year, or if not in the calendar."""
    groups = match.groupdict()
    if groups["month"]:
        month = _NUMBERS[groups["month"]]
        if groups["year"] is None or groups["day"] is None:
            return groups["year"] and f"{groups['year']}-{month:02}"
        return _day(groups["year"], month, 1 if groups["day"] == "فاتح" else groups["day"])
    if groups["y"]:
        return _day(groups["y"], groups["m"], groups["d"])
    first, second = groups["first"], groups["second"]
    return _day(groups["last"], second, first) or _day(groups["last"], first, second)


def _day(*parts: str | int) -> str | None:
    try:
        return date(*map(int, parts)).isoformat()
    except ValueError:  # not in the calendar
        return None


class _Line(NamedTuple):
    """A visible line, trimmed.

    `folded` and `key` are empty for a long line, whose words no rule reads.
    """

    start: int
    end: int
    folded: str
    key: str

    @property
    def size(self) -> int:
        return self.end - self.start

    @property
    def is_bulleted(self) -> bool:
        return self.size <= _MAX_HEADLINE and _BULLET.match(self.folded) is not None

    @property
    def is_furniture(self) -> bool:
        """The line is boilerplate anywhere."""
        if self.size > _MAX_HEADLINE:
            return False
        is_link = not _STOP.search(self.folded) and _LINK.match(self.key)
        is_bare = _ONLY_FURNITURE.fullmatch(self.key) or _HASHTAGS.fullmatch(self.folded)
        return bool(is_link or is_bare or _NOTICE.match(self.folded))

    @property
    def is_page_header(self) -> bool:
        """The line is boilerplate before a headline."""
        is_navigation = _CRUMBS.match(self.folded) or _ONLY_SECTIONS.fullmatch(self.key)
        return self.is_bulleted or self.is_furniture or bool(is_navigation)

    @property
    def is_agency_line(self) -> bool:
        """The line names a news agency, between marks, with at most two words besides: a place, an outlet.

        Behind a colon the agency is last (الرباط: رويترز); before one it is quoted. Moroccan sites end such lines, and
        those that name only themselves, with slashes (كود- العيون ////).
        """
        if _SLASHES.search(self.folded):
            return len(self.key.split()) <= _FEW_WORDS
        before, _colon, after = self.folded.rpartition(":")
        parts = [before, after] if _AGENCY.fullmatch(_words(after)) else [self.folded]
        pieces = [_words(piece) for part in parts for piece in _SEPARATOR.split(part.replace("+", "|"))]
        others = [piece for piece in pieces if not _AGENCY.fullmatch(piece)]
        return len(others) < len(pieces) and len(" ".join(others).split()) <= _MAX_BESIDE_AGENCY

    @property
    def may_be_headline(self) -> bool:
        """The line has two words; a torn one, a letter, a domain or the name of an agency is no headline."""
        word_count = sum(len(word) > 1 for word in self.key.split())
        return min(word_count, len(self.folded.split())) >= _MIN_HEADLINE_WORDS and not self.is_agency_line

    @property
    def is_paragraph(self) -> bool:
        """The line is longer than any headline, or a sentence with a full stop."""
        is_long = self.size > _MAX_HEADLINE or _STOP.search(self.folded) is not None
        return is_long and not self.is_page_header and not self.is_dateline

    @property
    def is_dateline(self) -> bool:
        """The line is a date with at most a few words: a place, a source, a name.

        A mark must separate more than two words without a byline, or any in a sentence, from the date; otherwise
        headlines with dates would be datelines. A date without its year needs a weekday or the time of day.
        """
        dates = list(_DATE.finditer(self.folded)) if self.size <= _MAX_HEADLINE else []
        if not any(_to_iso_date(match) for match in dates):
            has_time = _CLOCK.search(self.folded) or _WEEKDAY.search(self.folded)
            if not has_time or not any(match["day"] and not match["year"] for match in dates):
                return False
        remainder = _DATELINE_WORD.sub("\n", _CLOCK.sub("\n", _DATE.sub("\n", self.folded)))
        before, after = remainder[: remainder.index("\n")].replace(":", "|"), remainder[remainder.index("\n") :]
        has_byline = _BYLINE.search(remainder) is not None
        pieces = _SEPARATOR.split(_BYLINE.sub("", before) + after)
        joined_count = sum(len(_words(piece).split()) for piece in pieces if "\n" in piece)
        max_joined = 0 if _STOP.search(self.folded) else _FEW_WORDS if has_byline else _MAX_JOINED
        return joined_count <= max_joined and len(_words(" ".join(pieces)).split()) <= _FEW_WORDS


def recognise_zones(text: str) -> list[ZoneRange]:
    """Return a zone for each visible line, trimmed."""
    lines = _split_lines(text)
    # Without a paragraph, assume that only the first two lines are above the body.
    top = next((index for index, line in enumerate(lines) if line.is_paragraph), min(2, len(lines)))
    dateline = next((index for index, line in enumerate(lines[:top]) if line.is_dateline), None)
    headline = _find_headline(lines, top, dateline)
    key = lines[headline].key if headline is not None else ""
    repetitions = {index for index, line in enumerate(lines) if key and line.key == key}
    start = max(headline or 0, dateline or 0)
    # A repeated headline suggests a copied page, to which the lines above it belong.
    boilerplate = {
        index
        for index in range(start)
        if lines[index].is_page_header or (len(repetitions) > 1 and index < (headline or 0))
    }
    boilerplate |= _find_link_lists(lines, top)
    while start < top and (lines[start].is_dateline or lines[start].is_furniture or start in repetitions):
        start += 1
    zones = []
    for index, line in enumerate(lines):
        kind = BODY
        if index == headline:
            kind = HEADLINE
        elif index < start and line.is_dateline:
            kind = DATELINE
        elif index in repetitions or index in boilerplate or line.is_furniture:
            kind = BOILERPLATE
        zones.append((kind, line.start, line.end))
    return zones


def _split_lines(text: str) -> list[_Line]:
    """Return the visible lines."""
    lines = []
    for match in re.finditer(r"[^\n]+", text):
        start, end = trim_invisible(text, *match.span())
        if start < end:
            folded = _fold(text[start:end]) if end - start <= _MAX_HEADLINE else ""
            lines.append(_Line(start, end, folded, _words(folded)))
    return lines


def _find_headline(lines: list[_Line], top: int, dateline: int | None) -> int | None:
    """Return the index of the headline among the `top` lines before the first paragraph."""
    candidates = [
        index
        for index, line in enumerate(lines[:top])
        if line.may_be_headline and not line.is_page_header and not line.is_dateline
    ]
    repeated = (
        index
        for index, following in pairwise(candidates)
        if " " in lines[index].key and lines[index].key == lines[following].key
    )
    if (headline := next(repeated, None)) is not None:
        return headline
    if dateline is None:
        if not candidates or candidates[0] + _MAX_DISTANCE < top or top == len(lines) or not lines[top].is_paragraph:
            return None
        return candidates[0] if lines[candidates[0]].size < lines[top].size else None
    before_dateline = [index for index in candidates if index < dateline]
    long_lines = [
        index for index in before_dateline if lines[index].key.count(" ") >= _FEW_WORDS - 1
    ] or before_dateline
    following = next((index for index in candidates if index > dateline and index + 1 < len(lines)), None)
    return long_lines[-1] if long_lines and (following is None or len(long_lines) == 1) else following


def _find_link_lists(lines: list[_Line], top: int) -> set[int]:
    """Return the indices of the lines, from `top` on, in lists of links.

    These are the bulleted lines or the one line after a heading; after the last paragraph, all lines.
    """
    last_paragraph = next((index for index in reversed(range(len(lines))) if lines[index].is_paragraph), -1)
    linked: set[int] = set()
    end = 0
    for index in range(top, len(lines)):
        if _LINK.fullmatch(lines[index].key) is None:
            continue
        if index >= last_paragraph:
            return linked.union(range(index + 1, len(lines)))
        start = end = max(end, index + 1)  # check each line once: lists may nest
        while lines[end].is_bulleted:
            end += 1
        linked.update(range(start, end))
        if end == index + 1 and not lines[end].is_paragraph:
            linked.add(end)
    return linked
