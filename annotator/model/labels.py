"""A label set: the labels of a corpus, decoded from TOML and validated.

A file in `resources/labels/`, or for `annotator import --labels`, repeats this:

    [[label]]
    name = "DATE"                       # as in exports: no space, letters, digits, _ and -
    key = "1"                           # one character, or none
    colour = { light = "#b97a1c", dark = "#e0a84a" }
    title = { ar = "تاريخ", fr = "Date", en = "Date" }
    guideline = { ar = "…", fr = "…", en = "…" }
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from annotator.i18n import DEFAULT_LANGUAGE, _, current_language, ngettext
from annotator.model.decoders import prepare_decoders
from annotator.model.limits import MAX_LABEL_LENGTH, MAX_LABEL_SET_SIZE, MAX_TOML_DOTS
from annotator.model.reasons import Code, Reason
from annotator.model.records import Refusal
from annotator.model.remarks import sanitise_remark
from annotator.open_databases import refuse_open_here
from annotator.resources import resource_path

DEFAULT_KEYS: Final = "123456789"
"""Keys for new labels: each gets the first free one."""

_NAME: Final = re.compile(rf"[^\W_][\w-]{{0,{MAX_LABEL_LENGTH - 1}}}")
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")  # https://toml.io/en/v1.0.0#keys


class Colour(Struct, frozen=True):
    """A label's full colour on light and dark paper, as `#rrggbb`; fills are mixed from it."""

    light: str
    dark: str


class Label(Struct, frozen=True):
    """A label of the corpus. Titles and guidelines are by language code."""

    name: str
    title: dict[str, str]
    colour: Colour
    key: str | None = None
    guideline: dict[str, str] = {}

    def localised_title(self) -> str:
        """Return the title in the user's or the default language, or the name."""
        return self.title.get(current_language()) or self.title.get(DEFAULT_LANGUAGE) or self.name

    def localised_guideline(self) -> str:
        """Return the guideline in the user's or the default language, or nothing."""
        return self.guideline.get(current_language()) or self.guideline.get(DEFAULT_LANGUAGE) or ""


class LabelSet(Struct, frozen=True):
    """Labels in order, also their rank in exports where two have the same range."""

    labels: tuple[Label, ...]

    def find(self, name: str) -> Label | None:
        """Return the label of this name, or None."""
        return next((label for label in self.labels if label.name == name), None)

    def rank(self, name: str) -> int:
        """Return a label's index; unknown labels come last."""
        return next((index for index, label in enumerate(self.labels) if label.name == name), len(self.labels))


class InvalidLabelSet(ValueError):
    """An unusable label set; `refusal` has the file, line and reason."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = sanitise_remark(refusal)
        super().__init__(self.refusal.reason)


class _File(Struct, forbid_unknown_fields=True):
    label: list[dict[str, Any]]


def decode(data: bytes, path: str = "") -> LabelSet:
    """Decode a label set from TOML; errors mention `path`. Raises InvalidLabelSet."""
    if len(data) > MAX_LABEL_SET_SIZE:
        message = _("The file is larger than {size} kB.").format(size=MAX_LABEL_SET_SIZE // 1000)
        raise InvalidLabelSet(Refusal.at(path, 0, Reason(Code.FILE_TOO_LARGE, message)))
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.count(b".") > MAX_TOML_DOTS:
            message = ngettext(
                "the line has more than {count} dot", "the line has more than {count} dots", MAX_TOML_DOTS
            )
            text = message.format(count=MAX_TOML_DOTS)
            raise InvalidLabelSet(Refusal.at(path, number, Reason(Code.TOO_COMPLEX, text)))
    try:
        rows = msgspec.toml.decode(data, type=_File).label
        labels = tuple(msgspec.convert(row, Label) for row in rows)
    except (ValueError, RecursionError) as error:  # ValueError also for overlong numbers
        line_match = re.search(r"line (\d+)", str(error))
        message = _("invalid label set: {error}").format(error=error)
        number = int(line_match[1]) if line_match else 0
        raise InvalidLabelSet(Refusal.at(path, number, Reason(Code.INVALID_LABEL_SET, message))) from error
    label_set = LabelSet(labels)
    check_labels(label_set, path)
    return label_set


def encode(labels: LabelSet) -> bytes:
    """Return TOML that `decode` reads back as these labels, if faultless."""
    return "\n".join(map(_label_toml, labels.labels)).encode()


def is_label_name(text: str) -> bool:
    """Return whether a label may have this name."""
    return bool(_NAME.fullmatch(text))


def normalise_key(key: str) -> str:
    """Return the same text for keys that share a key of a keyboard: ١ is 1, Q is q."""
    return str(int(key)) if key.isdecimal() else key.casefold()


class Fault(Struct, frozen=True):
    """A fault of a label: its index, field (`name`, `key`, `light`, `dark`) and why it is one.

    A set without labels has one at index 0.
    """

    index: int
    field: str
    reason: Reason


def find_faults(labels: LabelSet, normalise: Callable[[str], str] = normalise_key) -> Iterator[Fault]:
    """Yield every fault; `normalise` unifies equivalent keys (see `normalise_key`)."""
    if not labels.labels:
        yield Fault(0, "name", Reason(Code.NO_LABELS, _("the label set has no labels")))
    for index, label in enumerate(labels.labels):
        yield from _label_faults(index, label)
    names = Counter(label.name for label in labels.labels)
    keys = Counter(normalise(label.key) for label in labels.labels if label.key)
    for index, label in enumerate(labels.labels):
        if names[label.name] > 1:
            message = _("two labels are named {name}").format(name=label.name)
            yield Fault(index, "name", Reason(Code.DUPLICATE_LABEL, message))
        if label.key and keys[normalise(label.key)] > 1:
            message = _("two labels have the key {key}").format(key=label.key)
            yield Fault(index, "key", Reason(Code.DUPLICATE_KEY, message))


def check_labels(labels: LabelSet, path: str = "") -> None:
    """Raise InvalidLabelSet for a fault; the error mentions `path`."""
    for fault in find_faults(labels):
        raise InvalidLabelSet(Refusal.at(path, 0, fault.reason))


def check_label(label: Label) -> None:
    """Raise InvalidLabelSet for a fault of this label alone."""
    for fault in _label_faults(0, label):
        raise InvalidLabelSet(Refusal.at("", 0, fault.reason))


def _label_faults(index: int, label: Label) -> Iterator[Fault]:
    if not _NAME.fullmatch(label.name):
        message = _("“{name}” is not a valid label name: use letters, digits, _ and -, without spaces")
        yield Fault(index, "name", Reason(Code.INVALID_LABEL, message.format(name=label.name)))
    for field, colour in (("light", label.colour.light), ("dark", label.colour.dark)):
        if not _COLOUR.fullmatch(colour):
            message = _("the colour “{colour}” of {name} is not of the form #rrggbb")
            yield Fault(index, field, Reason(Code.INVALID_COLOUR, message.format(colour=colour, name=label.name)))
    if label.key is not None and not _is_key(label.key):
        message = _("the key “{key}” of {name} is not a single visible character")
        yield Fault(index, "key", Reason(Code.INVALID_KEY, message.format(key=label.key, name=label.name)))


def _is_key(key: str) -> bool:
    return len(key) == 1 and key.isprintable() and not key.isspace()


def _label_toml(label: Label) -> str:
    lines = ["[[label]]", f"name = {_string(label.name)}"]
    if label.key is not None:
        lines.append(f"key = {_string(label.key)}")
    lines.append(f"colour = {_table({'light': label.colour.light, 'dark': label.colour.dark})}")
    lines.append(f"title = {_table(label.title)}")
    if label.guideline:
        lines.append("\n[label.guideline]")
        lines += (f"{_key(code)} = {_multiline_string(text)}" for code, text in label.guideline.items())
    return "\n".join(lines) + "\n"


def _table(texts: Mapping[str, str]) -> str:
    pairs = ", ".join(f"{_key(key)} = {_string(text)}" for key, text in texts.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def _key(text: str) -> str:
    return text if _BARE.fullmatch(text) else _string(text)


def _string(text: str) -> str:
    # TOML has JSON's escapes, and one more (https://toml.io/en/v1.0.0#string).
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _multiline_string(text: str) -> str:
    lines = (_string(line)[1:-1] for line in text.split("\n"))
    return '"""\n' + "\n".join(lines) + '"""'


prepare_decoders(LabelSet, _File)


@cache
def default_labels() -> LabelSet:
    """Return the program's own label set."""
    return read_label_set(resource_path("labels", "default.toml"))


def read_label_set(path: Path) -> LabelSet:
    """Return the label set in a TOML file. Raises InvalidLabelSet, and OSError, also for an open corpus."""
    refuse_open_here(path)
    with path.open("rb") as file:
        return decode(file.read(MAX_LABEL_SET_SIZE + 1), str(path))
