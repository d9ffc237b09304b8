"""Dates in French and English words, put into Arabic ones, which the grammar of dates reads."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from annotator.text.folding import fold

_MONTHS: Final[Mapping[str, str]] = {
    "يناير": "january janvier jan janv",
    "فبراير": "february fevrier feb fev fevr",
    "مارس": "march mars mar",
    "أبريل": "april avril apr avr",
    "ماي": "may mai",
    "يونيو": "june juin jun",
    "يوليوز": "july juillet jul juil",
    "غشت": "august aout aug",
    "شتنبر": "september septembre sep sept",
    "أكتوبر": "october octobre oct",
    "نونبر": "november novembre nov",
    "دجنبر": "december decembre dec",
    "محرم": "muharram mouharram moharram",
    "صفر": "safar",
    "ربيع الأول": "rabi1",
    "ربيع الثاني": "rabi2",
    "جمادى الأولى": "jumada1",
    "جمادى الآخرة": "jumada2",
    "رجب": "rajab",
    "شعبان": "shaaban shaban chaabane",
    "رمضان": "ramadan",
    "شوال": "shawwal chawwal",
    "ذو القعدة": "dhulqidah",
    "ذو الحجة": "dhulhijjah",
}
_WEEKDAYS: Final[Mapping[str, str]] = {
    "الاثنين": "monday lundi mon lun",
    "الثلاثاء": "tuesday mardi tue",
    "الأربعاء": "wednesday mercredi wed mer",
    "الخميس": "thursday jeudi thu jeu",
    "الجمعة": "friday vendredi fri ven",
    "السبت": "saturday samedi sat sam",
    "الأحد": "sunday dimanche sun dim",
}
_UNITS: Final[Mapping[str, str]] = {
    "الأسبوع": "week semaine",
    "الشهر": "month mois",
    "السنة": "year annee an",
}
_SEASONS: Final[Mapping[str, str]] = {
    "ربيع": "spring printemps",
    "صيف": "summer ete",
    "خريف": "autumn fall automne",
    "شتاء": "winter hiver",
}
_OTHERS: Final[Mapping[str, str]] = {
    "اليوم": "today aujourd'hui",
    "أمس": "yesterday hier",
    "غدا": "tomorrow demain",
    "الماضي": "last past dernier derniere passe passee",
    "المقبل": "next prochain prochaine",
    "هذا": "this ce cet cette",
    "إلى": "to until till au a",
    "و": "and et",
    "من": "from",
    "قبل الميلاد": "bc bce",
    "هجرية": "ah h",
    "صباحا": "am",
    "مساء": "pm",
    "": "the of on in le la l' de du d' en ci between entre",
}
_PHRASES: Final = (
    (r"\bav(?:ant)?\.? ?j\.?-?c\.?", " bc "),
    (r"\brabi['’ʻ]? (?:al[- ]awwal|1er|i)\b", "rabi1"),
    (r"\brabi['’ʻ]? (?:al[- ]thani|ath[- ]thani|2|ii)\b", "rabi2"),
    (r"\b[jd]j?[ou]u?mada (?:al[- ]ula|al[- ]oula|i)\b", "jumada1"),
    (r"\b[jd]j?[ou]u?mada (?:al[- ]akhirah?|ath[- ]thaniyah?|ii)\b", "jumada2"),
    (r"\bdh[uo]u?[- ]?(?:al|l)?[- ]?q[ai]['’ʻ]?da[ah]?\b", "dhulqidah"),
    (r"\bdh[uo]u?[- ]?(?:al|l)?[- ]?hi[jd]?jj?a[ah]?\b", "dhulhijjah"),
    (r"\b(\d{1,2}) ?h(?:eures?)? ?(\d\d)\b", r"\1:\2"),
    (r"\b(\d{1,2}) ?h(?:eures?)?\b", r"\1:00"),
    (r"(?<=\d)(?:st|nd|rd|th|er|re|e)\b", ""),
    (r"(?:\ba|\bat|@) (?=\d{1,2}(?::\d\d| ?[ap]m\b))", "، "),
    (r"(?<![\d:])(\d{1,2}) ?([ap])\.?m\b\.?", r"\1:00 \2m"),
    (r"\b([ap])\.m\.?", r"\1m"),
)
"""Spellings of several words or signs, replaced before words are looked up; their replacements are words below."""
_WORD: Final = re.compile(r"[a-z]+(?:'(?:hui\b)?|\d)?|\d+|[^\sa-z\d]|\s+")
_ABBREVIATION: Final = re.compile(r"(?<=[a-z]{3})\.")


@lru_cache(maxsize=1)
def _arabic_words() -> dict[str, str]:
    tables = (_MONTHS, _WEEKDAYS, _UNITS, _SEASONS, _OTHERS)
    return {word: arabic for table in tables for arabic, words in table.items() for word in words.split()}


def to_arabic(text: str) -> str | None:
    """Return a date in French or English in Arabic, in the order of its words; None with an unknown word."""
    folded = _ABBREVIATION.sub("", fold(text).replace("’", "'"))
    for pattern, replacement in _PHRASES:
        folded = re.sub(pattern, replacement, folded)
    words = _arabic_words()
    parts = []
    for part in _WORD.findall(folded):
        if part[0].isalpha() and part.isascii() and part not in words:
            return None
        parts.append(f" {words[part]} " if part in words else part)
    return _reorder(" ".join("".join(parts).split()))


def _any_of(words: Mapping[str, str]) -> str:
    return f"(?:{'|'.join(words)})"


_MONTH_FIRST: Final = re.compile(rf"({_any_of(_MONTHS)}) (\d{{1,2}})(?!\d|:)")
_WAY_FIRST: Final = re.compile(rf"(الماضي|المقبل) ({_any_of({**_WEEKDAYS, **_UNITS})})")
_BEFORE_CHRIST: Final = re.compile(r"(\d+) قبل الميلاد")


def _reorder(text: str) -> str:
    """Put day before month and noun before adjective, as in Arabic: `July 9`, `last Tuesday`."""
    text = _WAY_FIRST.sub(r"\2 \1", _MONTH_FIRST.sub(r"\2 \1", text))
    return _BEFORE_CHRIST.sub(r"سنة \1 قبل الميلاد", text).replace("هذا السنة", "هذه السنة")
