"""What the formats share that keep annotations apart from the text: where each lies, and what of it is taken."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator.formats.documents import plain_text as plain
from annotator.i18n import _, ngettext
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import BODY, Draft, Refusal, Span, Zone, new_uid
from annotator.text.offsets import Utf16

LARGEST: Final = 50_000_000
"""Bytes of the largest file of annotations that is read."""

MOST: Final = 1_000_000
"""Annotations of a file: the longest article has some hundred thousand tokens, and each a few of all kinds."""

_DKPRO: Final = "de.tudarmstadt.ukp.dkpro.core.api."
NAMED_ENTITY: Final = f"{_DKPRO}ner.type.NamedEntity"
"""The type that DKPro Core, WebAnno and INCEpTION have for names: its `value` is the label."""
_LABEL: Final = ("value", "label", "kind")
_VALUE: Final = "identifier"
_NOTE: Final = ("note", "comment")
_LONGEST_SHOWN: Final = 80
_NO_NAME: Final = re.compile(r"true|false|[-\d.\s]*")
"""What is no name of anything: a truth value, a number, references to others."""


class Tally:
    """What there is of each kind that an article has no place for, and the line of the first of it."""

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[int, int]] = {}

    def add(self, kind: str, line: int, count: int = 1) -> None:
        """Count `count` of a kind; nothing for none."""
        if count:
            before, first = self._kinds.get(kind, (0, line))
            self._kinds[kind] = before + count, first

    def refusals(self, path: Path) -> Iterator[Refusal]:
        """One for each kind, with the line of its first."""
        for kind, (count, line) in self._kinds.items():
            reason = ngettext(
                "{count} annotation of the kind “{kind}” is not taken.",
                "{count} annotations of the kind “{kind}” are not taken.",
                count,
            )
            yield Refusal(str(path), line, reason.format(count=count, kind=kind))


class Described(Struct, frozen=True):
    """What the features of a UIMA annotation say of a span; `rest` names those that a span has no place for."""

    label: str
    value: str | None = None
    note: str | None = None
    rest: tuple[str, ...] = ()


def loaded(path: Path, largest: int = LARGEST) -> str:
    """The text of a file, UTF-8 as a rule, a byte order mark kept. Raises Rejected, OSError."""
    data = content(path, largest)
    try:
        return data.decode()
    except UnicodeDecodeError:
        return plain.decoded(data)


def content(path: Path, largest: int = LARGEST) -> bytes:
    """The bytes of a file. Raises Rejected for one that is larger than `largest`, OSError."""
    with path.open("rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise Rejected(_("The file is larger than {size} MB.").format(size=largest // 1_000_000))
    return data


def within(files: dict[str, bytes], largest: int = LARGEST) -> dict[str, bytes]:
    """The same files. Raises Rejected for one that would not be read again, since it is larger than `largest`."""
    if max(map(len, files.values())) > largest:
        raise Rejected(_("Its file would be larger than {size} MB.").format(size=largest // 1_000_000))
    return files


def check_count(count: int) -> None:
    """Raise Rejected where a file has so many annotations that it is none of a news text."""
    if count > MOST:
        reason = ngettext(
            "The file has more than {count} annotation.", "The file has more than {count} annotations.", MOST
        )
        raise Rejected(reason.format(count=MOST))


def drafted(path: Path, text: str, spans: Iterable[Span], *, page: bool) -> Draft | Refusal:
    """The article of the file, or why it is none. What may be a page of the web has its zones recognised."""
    try:
        return draft(text, zones=None if page else [Zone(new_uid(), "", BODY, 0, len(text))], spans=spans)
    except Rejected as rejected:
        return Refusal(str(path), 0, str(rejected))


def stretch(units: Utf16, length: int, start: int, end: int) -> tuple[int, int]:
    """Code point offsets of UTF-16 ones in a text of `length` code points.

    Raises Rejected for a stretch that is empty, not within the text, or that cuts a character in two.
    """
    if start == end:
        raise Rejected(_("A span from {start} to {end} holds nothing.").format(start=start, end=end))
    if not 0 <= start < end <= units.units(length):
        raise Rejected(_("A span from {start} to {end} is not within the text.").format(start=start, end=end))
    first, last = units.points(start), units.points(end)
    if (units.units(first), units.units(last)) != (start, end):
        raise Rejected(_("A span from {start} to {end} cuts a character in two.").format(start=start, end=end))
    return first, last


def differs(start: int, end: int, given: str, there: str) -> str:
    """That the file's own copy of a stretch is not what the text holds there."""
    reason = _("The span from {start} to {end} should hold “{given}”, and the text there is “{there}”.")
    return reason.format(start=start, end=end, given=_shown(given), there=_shown(there))


def _shown(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def short(type_: str) -> str:
    """The name of a UIMA type without its package."""
    return type_.rpartition(".")[2]


def is_layer(type_: str) -> bool:
    """Whether annotations of a UIMA type are spans: all are but those of DKPro Core other than names.

    Its parts of speech, lemmas, dependencies and so on say nothing that a label of an article could.
    """
    return not type_.startswith(_DKPRO) or type_.startswith(f"{_DKPRO}ner.")


def described(type_: str, features: Mapping[str, str]) -> Described:
    """What an annotation of a UIMA type with these features is.

    The label is its `value`, `label` or `kind`, or the only other feature that may be a name, or else the type's own
    name. `identifier` is what it stands for, `note` or `comment` what is noted.
    """
    names = [name for name, said in features.items() if name not in (_VALUE, *_NOTE) and not _NO_NAME.fullmatch(said)]
    label = next((name for name in _LABEL if features.get(name)), names[0] if len(names) == 1 else "")
    note = next((name for name in _NOTE if features.get(name)), "")
    return Described(
        features.get(label) or short(type_),
        features.get(_VALUE) or None,
        features.get(note) or None,
        tuple(name for name, said in features.items() if said and name not in (label, _VALUE, note)),
    )


class Annotation(Struct):
    """A UIMA annotation: offsets are UTF-16 units, `line` is where it stands in its file, features are as written."""

    type: str
    start: int
    end: int
    line: int
    features: dict[str, str]


def layered(
    path: Path, text: str, annotations: Iterable[Annotation], annotator: str, tally: Tally
) -> Iterator[Span | Refusal]:
    """The spans that the annotations are, and why others are none; `tally` has those of a kind that never is one."""
    units = Utf16(text)
    for found in annotations:
        if not is_layer(found.type):
            tally.add(short(found.type), found.line)
            continue
        try:
            start, end = stretch(units, len(text), found.start, found.end)
        except Rejected as rejected:
            yield Refusal(str(path), found.line, str(rejected))
            continue
        said = described(found.type, found.features)
        for name in said.rest:
            tally.add(f"{short(found.type)}.{name}", found.line)
        yield Span(new_uid(), "", annotator, said.label, start, end, said.value, said.note)
