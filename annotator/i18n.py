"""The reader's language: every text that a person sees goes through `_` or `ngettext`.

The texts in the code are English; `resources/i18n/*.po` hold Arabic and French. gettext and not Qt's
translator, because the commands speak to people too and never load Qt (docs/adr/0002).
"""

import gettext as _gettext
from typing import Final

from annotator.resources import resource

DEFAULT: Final = "ar"
LANGUAGES: Final = {"ar": "العربية", "fr": "Français", "en": "English"}
"""Code and own name of each language that the program speaks."""

_EASTERN: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

_current = DEFAULT
_eastern = False
_translations: _gettext.NullTranslations | None = None


class MissingCatalogue(RuntimeError):
    """The translations were not compiled: a broken build, never a user's fault."""


def use(language: str) -> None:
    """Speak `language`, a key of LANGUAGES, from now on.

    Raises ValueError for another language, MissingCatalogue when its texts were not compiled.
    """
    global _current, _translations
    if language not in LANGUAGES:
        raise ValueError(language)
    _translations = _load(language)
    _current = language


def current() -> str:
    """The code of the language in use."""
    return _current


def use_numerals(kind: str) -> None:
    """Write numbers in Arabic texts in these digits from now on: `western` (0123) or `eastern` (٠١٢٣)."""
    global _eastern
    _eastern = kind == "eastern"


def number(value: int) -> str:
    """A number as it stands in a text of the window."""
    return str(value).translate(_EASTERN) if _eastern and _current == "ar" else str(value)


def is_rtl() -> bool:
    """Whether the language in use is written from right to left."""
    return _current == "ar"


def _load(language: str) -> _gettext.NullTranslations:
    if language == "en":
        return _gettext.NullTranslations()
    try:
        return _gettext.translation("annotator", str(resource("i18n")), [language])
    except FileNotFoundError as missing:
        raise MissingCatalogue(f"no compiled texts for {language!r}: run packaging/catalogues.py") from missing


def _active() -> _gettext.NullTranslations:
    global _translations
    if _translations is None:
        _translations = _load(_current)
    return _translations


def _(text: str) -> str:
    """`text` in the reader's language."""
    return _active().gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form for `count` things, in the reader's language (Arabic has six)."""
    return _active().ngettext(one, many, count)


def pgettext(context: str, text: str) -> str:
    """`text` in the reader's language, where one English word means several things."""
    return _active().pgettext(context, text)
