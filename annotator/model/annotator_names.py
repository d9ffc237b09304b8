"""Names of annotators: as people type them, and free ones."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from typing import Final

from annotator.i18n import _, ngettext
from annotator.model.limits import MAX_ANNOTATOR_LENGTH
from annotator.text.folding import fold
from annotator.text.visible import remove_invisible

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_QUOTED: Final = 40  # characters of a name that is too long
_SIMILARITY: Final = 0.75  # that of "salma" and "selma" is 0.8


class InvalidName(ValueError):
    """A text that nobody can begin to work under; the error's text is one sentence that says why."""


def parse_name(text: str, names: Collection[str] = ()) -> str:
    """Return the name that a person typed, or gave to a command: one of `names`, or else a valid new one.

    Names in files are not parsed, but checked by `explain_invalid_name`: they stay as they are, or are refused. Raises
    InvalidName.
    """
    if text in names:
        return text
    if reason := _explain_controls(text.strip()):
        raise InvalidName(reason)
    name = clean_name(text)
    if not name:
        raise InvalidName(_("An annotator must have a name."))
    if name not in names and (reason := explain_invalid_name(name)):
        raise InvalidName(reason)
    return name


def clean_name(text: str) -> str:
    """Return the name in a typed text, single-spaced and without invisible characters; "" for none.

    Control characters become the spaces that a field shows for them.
    """
    return " ".join(remove_invisible(_CONTROLS.sub(" ", unicodedata.normalize("NFC", text))).split())


def find_similar_name(name: str, names: Iterable[str]) -> str | None:
    """Return the name of which `name` may be another spelling, if there is one."""
    by_form = {_form(other): other for other in names if other != name}
    matches = get_close_matches(_form(name), by_form, 1, _SIMILARITY)
    return by_form[matches[0]] if matches else None


def find_free_name(name: str, names: Collection[str]) -> str:
    """Return the name, with a number behind it if it is taken."""
    free_name, number = name, 1
    while free_name in names:
        number += 1
        free_name = f"{name} ({number})"
    return free_name


def explain_invalid_name(name: str) -> str | None:
    """Return why a new annotator cannot have this name, or None."""
    if len(name) > MAX_ANNOTATOR_LENGTH:
        reason = ngettext(
            "“{name}” is longer than {count} character.",
            "“{name}” is longer than {count} characters.",
            MAX_ANNOTATOR_LENGTH,
        )
        return reason.format(name=name[:_QUOTED] + "…", count=MAX_ANNOTATOR_LENGTH)
    return _explain_controls(name)


def _explain_controls(name: str) -> str | None:
    if _CONTROLS.search(name):
        return _("“{name}” has control characters, which no name of an annotator has.").format(
            name=_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", name)
        )
    return None


def explain_gold_name(name: str) -> str:
    """Say that nobody can work under the name of the gold layer."""
    return _("“{name}” is the name of the gold layer. Use another name.").format(name=name)


def _form(name: str) -> str:
    return fold(name).casefold()
