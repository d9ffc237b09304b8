"""The reader's language: every text that a person sees goes through `_` or `ngettext`.

The texts in the code are English; `resources/i18n/*.po` hold Arabic and French. gettext is used rather than Qt's
translator, because the commands have texts too and never load Qt (docs/adr/0002).
"""

import gettext as _gettext
from typing import Final

from annotator.resources import resource_path

DEFAULT_LANGUAGE: Final = "ar"
"""The language of titles and guidelines that a label set has in no other."""
FALLBACK_LANGUAGE: Final = "en"
"""The language of the program where the system speaks none of LANGUAGES, or none at all, as under LANG=C."""
LANGUAGES: Final = {"ar": "العربية", "fr": "Français", "en": "English"}
"""Code and native name of each available language."""

_EASTERN: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

_current = DEFAULT_LANGUAGE
_eastern = False
_translations: _gettext.NullTranslations | None = None


class MissingCatalogue(RuntimeError):
    """The translations were not compiled: a broken build, never a user's fault."""


def set_language(language: str) -> None:
    """Switch to `language`, a key of LANGUAGES.

    Raises ValueError for another language, MissingCatalogue if its texts were not compiled.
    """
    global _current, _translations
    if language not in LANGUAGES:
        raise ValueError(language)
    _translations = _load_translations(language)
    _current = language


def current_language() -> str:
    """Return the code of the language in use."""
    return _current


def set_numerals(kind: str) -> None:
    """Set the digits of numbers in Arabic texts: `western` (0123) or `eastern` (٠١٢٣)."""
    global _eastern
    _eastern = kind == "eastern"


def format_number(value: int) -> str:
    """Format a number for a text that a person sees."""
    return str(value).translate(_EASTERN) if _eastern and _current == "ar" else str(value)


def is_rtl() -> bool:
    """Return whether the language in use is written from right to left."""
    return _current == "ar"


def _load_translations(language: str) -> _gettext.NullTranslations:
    if language == "en":
        return _gettext.NullTranslations()
    try:
        return _gettext.translation("annotator", str(resource_path("i18n")), [language])
    except FileNotFoundError as error:
        raise MissingCatalogue(f"no compiled texts for {language!r}: run packaging/catalogues.py") from error


def _active_translations() -> _gettext.NullTranslations:
    global _translations
    if _translations is None:
        _translations = _load_translations(_current)
    return _translations


def _(text: str) -> str:
    """Translate `text` into the reader's language."""
    return _active_translations().gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate the form for `count` items into the reader's language (Arabic has six)."""
    return _active_translations().ngettext(singular, plural, count)


def pgettext(context: str, text: str) -> str:
    """Translate `text`, where one English word has several meanings, into the reader's language."""
    return _active_translations().pgettext(context, text)
