"""Reads WebAnno TSV 2.

     # layer | feature | feature # layer | feature | AttachTo=layer
    #id=1
    #text=the text of a sentence
    1-1<tab>token<tab>B-LOC|O-_<tab>_<tab>

The sentence is where its tokens are looked for; the sentences become lines. A value without B- or I- is a token's own.
"""

import re
from pathlib import Path
from typing import Final, NamedTuple

from annotator.formats.standoff.annotations import Annotation, Tally, check_count, short
from annotator.formats.standoff.webanno_reading import Layer, Parsed
from annotator.i18n import _, ngettext
from annotator.model.operations import Rejected
from annotator.model.records import Refusal
from annotator.text.offsets import Utf16

_MOST: Final = 1000
"""Layers: each is looked for in the line of each token."""
_LARGEST: Final = 1_000_000
"""Code points of a line that is no text."""
_TEXT: Final = "#text="
_TOKEN: Final = re.compile(r"\d{1,9}-\d{1,9}\t\S")
_NOTHING: Final = frozenset(("_", "O", "O-_", "B-_", "I-_"))


class _Token(NamedTuple):
    line: int
    text: str
    fields: list[str]


class _Sentence:
    """A sentence as it is read: the lines of its text, none where it has none, and its tokens."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.tokens: list[_Token] = []


def parsed(path: Path, lines: list[str], tally: Tally, refused: list[Refusal]) -> Parsed:
    """The text and the annotations of the lines of a file. Raises Rejected for one with too much in it."""
    layers: list[Layer] = []
    sentences = [_Sentence()]
    for number, line in enumerate(lines, 1):
        last = sentences[-1]
        if len(line) > _LARGEST and not line.startswith(_TEXT):
            reason = _("The line is longer than {size} MB.").format(size=_LARGEST // 1_000_000)
            refused.append(Refusal(str(path), number, reason))
        elif _TOKEN.match(line):
            fields = line.rstrip("\t").split("\t")
            last.tokens.append(_Token(number, fields[1], fields))
        elif line.startswith(_TEXT) or (line.startswith("#id=") and last.tokens):
            if last.tokens or last.text:
                sentences.append(_Sentence())
            sentences[-1].text = [line[len(_TEXT) :]] if line.startswith(_TEXT) else []
        elif line.lstrip().startswith("#"):
            if not line.startswith("#id="):
                layers += _layers(line, layers)
                if len(layers) > _MOST:
                    reason = ngettext(
                        "The file has more than {count} layer.", "The file has more than {count} layers.", _MOST
                    )
                    raise Rejected(reason.format(count=_MOST))
        elif line and last.text and not last.tokens:
            last.text.append(line)  # WebAnno does not escape a line end
        elif line.strip():
            refused.append(Refusal(str(path), number, _("The line does not read as a token.")))
    return _joined(path, sentences, layers, tally, refused)


def _layers(line: str, before: list[Layer]) -> list[Layer]:
    """The layers of a line of the header; the last column of a relation says what it is attached to."""
    found: list[Layer] = []
    for declared in line.strip().removeprefix("#").split("#", _MOST):
        name, *features = (part.strip() for part in declared.split("|"))
        last = found[-1:] or before[-1:]
        first = last[0].first + len(last[0].features) if last else 2
        kind = "RL" if features and features[-1].startswith("AttachTo=") else "SP"
        found.append(Layer(name, kind, first, tuple(features)))
    return found


def _joined(
    path: Path, sentences: list[_Sentence], layers: list[Layer], tally: Tally, refused: list[Refusal]
) -> Parsed:
    parts: list[str] = []
    length = 0
    annotations = _Annotations(layers, tally)
    width = layers[-1].first + len(layers[-1].features) if layers else 2
    for sentence in sentences:
        words = [token.text for token in sentence.tokens]
        text = "\n".join(sentence.text)
        starts = _starts(text, words)
        if starts is None:
            text = " ".join(words)
            starts = _starts(text, words) or []
            reason = _("The text of the sentence does not hold its tokens; they were joined with spaces instead.")
            refused.append(Refusal(str(path), sentence.tokens[0].line, reason))
        units = Utf16(text)
        for token, at in zip(sentence.tokens, starts, strict=True):
            if len(token.fields) < width:
                reason = _("The line has fewer columns than the head of the file says.")
                refused.append(Refusal(str(path), token.line, reason))
                continue
            check_count(len(annotations.found))
            annotations.add(token, length + units.units(at), length + units.units(at + len(token.text)))
        if text:
            parts.append(text)
            length += units.units(len(text)) + 1
    return "\n".join(parts), annotations.found


def _starts(text: str, words: list[str]) -> list[int] | None:
    """Where the words stand in the text, one after the other; None where other than space is between them."""
    starts: list[int] = []
    at = 0
    for word in words:
        start = text.find(word, at)
        if start < 0 or text[at:start].strip():
            return None
        starts.append(start)
        at = start + len(word)
    return None if words and text[at:].strip() else starts


class _Annotations:
    """Annotations as their tokens come; those that may go on are kept by layer and place in the stack."""

    def __init__(self, layers: list[Layer], tally: Tally) -> None:
        self.found: list[Annotation] = []
        self._layers = layers
        self._tally = tally
        self._open: dict[tuple[str, int], Annotation] = {}

    def add(self, token: _Token, start: int, end: int) -> None:
        """Take what a token's line says."""
        still: dict[tuple[str, int], Annotation] = {}
        for layer in self._layers:
            columns = [cell.split("|") for cell in token.fields[layer.first : layer.first + len(layer.features)]]
            if layer.kind == "RL":
                count = sum(value not in _NOTHING for value in columns[-1])
                self._tally.add(short(layer.name), token.line, count)
                continue
            for at in range(max(map(len, columns), default=0)):
                values = [column[at] if at < len(column) else "_" for column in columns]
                said = [value for value in values if value not in _NOTHING]
                if not said:
                    continue
                goes_on = said[0].startswith("I-")
                annotation = self._open.get((layer.name, at)) if goes_on else None
                if annotation is None:
                    annotation = Annotation(layer.name, start, end, token.line, _features(layer, values))
                    self.found.append(annotation)
                annotation.end = end
                if goes_on or said[0].startswith("B-"):
                    still[layer.name, at] = annotation
        self._open = still


def _features(layer: Layer, values: list[str]) -> dict[str, str]:
    """What the columns say, without B- and I-; the layer's own name stands where nothing is said."""
    bare = (value[2:] if value.startswith(("B-", "I-")) else value for value in values)
    return {
        feature: value
        for feature, value in zip(layer.features, bare, strict=True)
        if value not in ("_", "O") and not value.startswith(layer.name)
    }
