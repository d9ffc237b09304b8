"""A label set: the tags of a corpus, decoded from TOML and validated.

A file in `resources/labels/` or given to `annotator import --labels` looks like this; `[[label]]` repeats:

    [[label]]
    name = "DATE"                       # what the export writes: no space, letters, digits, _ and -
    key = "1"                           # one character, or none
    colour = { light = "#b97a1c", dark = "#e0a84a" }
    title = { ar = "تاريخ", fr = "Date", en = "Date" }
    guideline = { ar = "…", fr = "…", en = "…" }
"""

import re
from collections import Counter
from typing import Any

import msgspec
from msgspec import Struct

from annotator.core.model import Refusal
from annotator.i18n import DEFAULT, _, current

_NAME = re.compile(r"[^\W_][\w-]*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Colour(Struct, frozen=True):
    """The firm colour of a label on light and on dark paper, as `#rrggbb`; fills are mixed from it."""

    light: str
    dark: str


class Label(Struct, frozen=True):
    """A tag that the corpus defines. Titles and guidelines are by language code."""

    name: str
    title: dict[str, str]
    colour: Colour
    key: str | None = None
    guideline: dict[str, str] = {}

    def shown(self) -> str:
        """The title in the reader's language; the name where there is none."""
        return self.title.get(current()) or self.title.get(DEFAULT) or self.name

    def told(self) -> str:
        """The guideline in the reader's language; empty where there is none."""
        return self.guideline.get(current()) or self.guideline.get(DEFAULT) or ""


class LabelSet(Struct, frozen=True):
    """Labels in their order, which is also their rank where two claim the same stretch in an export."""

    labels: tuple[Label, ...]

    def find(self, name: str) -> Label | None:
        """The label of this name."""
        return next((label for label in self.labels if label.name == name), None)

    def rank(self, name: str) -> int:
        """The place of a label in the order; unknown ones come last."""
        return next((at for at, label in enumerate(self.labels) if label.name == name), len(self.labels))


class BadLabelSet(ValueError):
    """A label set that cannot be used; `refusal` says in which file, at which line and why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class _File(Struct, forbid_unknown_fields=True):
    label: list[dict[str, Any]]


def decode(data: bytes, path: str = "") -> LabelSet:
    """The label set in the TOML text `data`; `path` is what errors call it. Raises BadLabelSet."""
    try:
        rows = msgspec.toml.decode(data, type=_File).label
        labels = tuple(msgspec.convert(row, Label) for row in rows)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        where = re.search(r"line (\d+)", str(error))
        reason = _("the label set does not read as one: {error}").format(error=error)
        raise BadLabelSet(Refusal(path, int(where[1]) if where else 0, reason)) from error
    found = LabelSet(labels)
    reason = _fault(found)
    if reason:
        raise BadLabelSet(Refusal(path, 0, reason))
    return found


def _fault(labels: LabelSet) -> str:
    """What is wrong with a label set, in one sentence; empty when nothing is."""
    if not labels.labels:
        return _("the label set holds no label")
    for label in labels.labels:
        if not _NAME.fullmatch(label.name):
            return _("“{name}” cannot name a label: use letters, digits, _ and - without spaces").format(
                name=label.name
            )
        for colour in (label.colour.light, label.colour.dark):
            if not _COLOUR.fullmatch(colour):
                return _("the colour “{colour}” of {name} is not of the form #rrggbb").format(
                    colour=colour, name=label.name
                )
        if label.key is not None and len(label.key) != 1:
            return _("the key “{key}” of {name} is not one character").format(key=label.key, name=label.name)
    for what, times in Counter(label.name for label in labels.labels).items():
        if times > 1:
            return _("two labels are named {name}").format(name=what)
    for what, times in Counter(label.key for label in labels.labels if label.key).items():
        if times > 1:
            return _("two labels have the key {key}").format(key=what)
    return ""
