"""The reader's language: every text that a person sees goes through `_` or `ngettext`.

The code has English texts, `resources/i18n/*.po` Arabic and French ones. The commands, which never load Qt, use gettext
too (docs/adr/0002).
"""

import gettext as _gettext
from collections.abc import Iterable
from typing import Final

from annotator.resources import resource_path

DEFAULT_LANGUAGE: Final = "ar"
"""The language of titles and guidelines that a label set has in no other."""
FALLBACK_LANGUAGE: Final = "en"
"""The program's language if the system has none of LANGUAGES, or none at all (LANG=C)."""
LANGUAGES: Final = {"ar": "العربية", "fr": "Français", "en": "English"}
"""Native names by language code."""

_EASTERN: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

_current = DEFAULT_LANGUAGE
_eastern = False
_translations: _gettext.NullTranslations | None = None


class MissingCatalogue(RuntimeError):
    """The translations were not compiled: a broken build."""


def set_language(language: str) -> None:
    """Switch to `language`, a key of LANGUAGES.

    Raises ValueError for another language, MissingCatalogue without compiled texts.
    """
    global _current, _translations
    if language not in LANGUAGES:
        raise ValueError(language)
    _translations = _load_translations(language)
    _current = language


def current_language() -> str:
    """Return the code of the current language."""
    return _current


def set_numerals(kind: str) -> None:
    """Set the digits in Arabic texts: `western` (0123) or `eastern` (٠١٢٣)."""
    global _eastern
    _eastern = kind == "eastern"


def format_number(value: int) -> str:
    """Format a number for display."""
    return format_digits(str(value))


def format_digits(text: str) -> str:
    """Return a text with its digits as they are displayed."""
    return text.translate(_EASTERN) if _eastern and _current == "ar" else text


def is_rtl() -> bool:
    """Return whether the current language is written from right to left."""
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


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark `text` for translation where it is shown."""
    return text


def _(text: str) -> str:
    """Translate `text`."""
    return _active_translations().gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate the form for `count` items (Arabic has six)."""
    return _active_translations().ngettext(singular, plural, count)


def pgettext(context: str, text: str) -> str:
    """Translate an English `text` with several meanings; `context` says which is meant."""
    return _active_translations().pgettext(context, text)


def in_all_languages(texts: Iterable[str]) -> list[tuple[str, ...]]:
    """Translate each text into every language, in the order of LANGUAGES."""
    catalogues = [_load_translations(language) for language in LANGUAGES]
    return [tuple(catalogue.gettext(text) for catalogue in catalogues) for text in texts]


def count_phrase(singular: str, plural: str, count: int) -> str:
    """Translate the form for `count` items, with the number in place of {count}."""
    return ngettext(singular, plural, count).format(count=format_number(count))


class LazyText:
    """A text that is translated when it is shown, with `values` in place of its names in braces.

    For what is written before the language is chosen, such as the help of a command.
    """

    def __init__(self, text: str, **values: object) -> None:
        self._text = text
        self._values = values

    def __str__(self) -> str:
        return _(self._text).format(**self._values)
