"""A label set: the tags of a corpus, decoded from TOML and validated.

A file in `resources/labels/` or given to `annotator import --labels` looks like this; `[[label]]` repeats:

    [[label]]
    name = "DATE"                       # what the export writes: no space, letters, digits, _ and -
    key = "1"                           # one character, or none
    colour = { light = "#b97a1c", dark = "#e0a84a" }
    title = { ar = "تاريخ", fr = "Date", en = "Date" }
    guideline = { ar = "…", fr = "…", en = "…" }
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from annotator.i18n import DEFAULT, _, current, ngettext
from annotator.model.limits import DOTS, LABEL, LABEL_SET
from annotator.model.records import Refusal
from annotator.model.remarks import plainly
from annotator.model.structs import prepare
from annotator.resources import resource

KEYS: Final = "123456789"
"""What a new label is given for a key, the first that is free."""

_NAME: Final = re.compile(rf"[^\W_][\w-]{{0,{LABEL - 1}}}")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")  # https://toml.io/en/v1.0.0#keys


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
        self.refusal = plainly(refusal)
        super().__init__(self.refusal.reason)


class _File(Struct, forbid_unknown_fields=True):
    label: list[dict[str, Any]]


def decode(data: bytes, path: str = "") -> LabelSet:
    """The label set in the TOML text `data`; `path` is what errors call it. Raises BadLabelSet."""
    if len(data) > LABEL_SET:
        reason = _("The file is larger than {size} kB.").format(size=LABEL_SET // 1000)
        raise BadLabelSet(Refusal(path, 0, reason))
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.count(b".") > DOTS:
            reason = ngettext("the line has more than {count} dot", "the line has more than {count} dots", DOTS)
            raise BadLabelSet(Refusal(path, number, reason.format(count=DOTS)))
    try:
        rows = msgspec.toml.decode(data, type=_File).label
        labels = tuple(msgspec.convert(row, Label) for row in rows)
    except (ValueError, RecursionError) as error:  # also of numbers of thousands of digits
        where = re.search(r"line (\d+)", str(error))
        reason = _("the label set does not read as one: {error}").format(error=error)
        raise BadLabelSet(Refusal(path, int(where[1]) if where else 0, reason)) from error
    found = LabelSet(labels)
    check(found, path)
    return found


def encode(labels: LabelSet) -> bytes:
    """The TOML text that `decode` makes this label set of, if it has no fault."""
    return "\n".join(map(_written, labels.labels)).encode()


def is_name(text: str) -> bool:
    """Whether a label may be called so."""
    return bool(_NAME.fullmatch(text))


def same_key(key: str) -> str:
    """What two labels' keys have in common when they are one key of a keyboard: ١ is 1, Q is q."""
    return str(int(key)) if key.isdecimal() else key.casefold()


class Fault(Struct, frozen=True):
    """What is wrong with one label of a set: its place in the order, the field (`name`, `key`, `light`, `dark`) and one
    sentence. A set without labels has a fault at place 0."""

    at: int
    field: str
    reason: str


def faults(labels: LabelSet, same: Callable[[str], str] = same_key) -> Iterator[Fault]:
    """Everything that is wrong with a label set. `same` makes two keys equal that are to be one (see `same_key`)."""
    if not labels.labels:
        yield Fault(0, "name", _("the label set holds no label"))
    for at, label in enumerate(labels.labels):
        yield from _label_faults(at, label)
    names = Counter(label.name for label in labels.labels)
    keys = Counter(same(label.key) for label in labels.labels if label.key)
    for at, label in enumerate(labels.labels):
        if names[label.name] > 1:
            yield Fault(at, "name", _("two labels are named {name}").format(name=label.name))
        if label.key and keys[same(label.key)] > 1:
            yield Fault(at, "key", _("two labels have the key {key}").format(key=label.key))


def check(labels: LabelSet, path: str = "") -> None:
    """Raise BadLabelSet where the set has a fault; `path` is what the error calls it."""
    for fault in faults(labels):
        raise BadLabelSet(Refusal(path, 0, fault.reason))


def check_label(label: Label) -> None:
    """Raise BadLabelSet where the label has a fault by itself, whatever the others of its set are."""
    for fault in _label_faults(0, label):
        raise BadLabelSet(Refusal("", 0, fault.reason))


def _label_faults(at: int, label: Label) -> Iterator[Fault]:
    if not _NAME.fullmatch(label.name):
        said = _("“{name}” cannot name a label: use letters, digits, _ and - without spaces")
        yield Fault(at, "name", said.format(name=label.name))
    for field, colour in (("light", label.colour.light), ("dark", label.colour.dark)):
        if not _COLOUR.fullmatch(colour):
            said = _("the colour “{colour}” of {name} is not of the form #rrggbb")
            yield Fault(at, field, said.format(colour=colour, name=label.name))
    if label.key is not None and not _is_key(label.key):
        said = _("the key “{key}” of {name} is not one character that can be seen")
        yield Fault(at, "key", said.format(key=label.key, name=label.name))


def _is_key(key: str) -> bool:
    return len(key) == 1 and key.isprintable() and not key.isspace()


def _written(label: Label) -> str:
    lines = ["[[label]]", f"name = {_string(label.name)}"]
    if label.key is not None:
        lines.append(f"key = {_string(label.key)}")
    lines.append(f"colour = {_table({'light': label.colour.light, 'dark': label.colour.dark})}")
    lines.append(f"title = {_table(label.title)}")
    if label.guideline:
        lines.append("\n[label.guideline]")
        lines += (f"{_key(code)} = {_long(text)}" for code, text in label.guideline.items())
    return "\n".join(lines) + "\n"


def _table(texts: Mapping[str, str]) -> str:
    pairs = ", ".join(f"{_key(key)} = {_string(text)}" for key, text in texts.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _string(text)


def _string(text: str) -> str:
    # What JSON escapes TOML reads alike; it asks for one more (https://toml.io/en/v1.0.0#string).
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _long(text: str) -> str:
    lines = (_string(line)[1:-1] for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'


prepare(LabelSet, _File)


def default_labels() -> LabelSet:
    """Return the label set that comes with the program."""
    path = resource("labels", "default.toml")
    return decode(path.read_bytes(), str(path))
