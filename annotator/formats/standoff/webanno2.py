"""Reader of WebAnno TSV 2.

     # layer | feature | feature # layer | feature | AttachTo=layer
    #id=1
    #text=the text of a sentence
    1-1<tab>token<tab>B-LOC|O-_<tab>_<tab>

A sentence's tokens are searched in its text; sentences become lines. A value without B- or I- is of one token.
"""

import re
from pathlib import Path
from typing import Final, NamedTuple

from annotator.formats.standoff.annotations import Annotation, Tally, check_count, short_name
from annotator.formats.standoff.webanno_reading import Layer, ParsedFile
from annotator.i18n import _, ngettext
from annotator.model.operations import InvalidEdit
from annotator.model.records import Refusal
from annotator.text.offsets import Utf16Offsets

_MAX_LAYERS: Final = 1000
"""Layers of a file; each token's line has them all."""
_MAX_LINE_LENGTH: Final = 1_000_000
"""Code points of a line other than the text."""
_TEXT: Final = "#text="
_TOKEN: Final = re.compile(r"\d{1,9}-\d{1,9}\t\S")
_EMPTY_VALUES: Final = frozenset(("_", "O", "O-_", "B-_", "I-_"))


class _Token(NamedTuple):
    line: int
    text: str
    fields: list[str]


class _Sentence:
    """A sentence while it is read: the lines of its text, if any, and its tokens."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.tokens: list[_Token] = []


def parse(path: Path, lines: list[str], tally: Tally, refusals: list[Refusal]) -> ParsedFile:
    """Parse a file's text and annotations. Raises InvalidEdit for too many."""
    layers: list[Layer] = []
    sentences = [_Sentence()]
    for number, line in enumerate(lines, 1):
        last = sentences[-1]
        if len(line) > _MAX_LINE_LENGTH and not line.startswith(_TEXT):
            reason = _("The line is longer than {size} MB.").format(size=_MAX_LINE_LENGTH // 1_000_000)
            refusals.append(Refusal(str(path), number, reason))
        elif _TOKEN.match(line):
            fields = line.rstrip("\t").split("\t")
            last.tokens.append(_Token(number, fields[1], fields))
        elif line.startswith(_TEXT) or (line.startswith("#id=") and last.tokens):
            if last.tokens or last.text:
                sentences.append(_Sentence())
            sentences[-1].text = [line[len(_TEXT) :]] if line.startswith(_TEXT) else []
        elif line.lstrip().startswith("#"):
            if not line.startswith("#id="):
                layers += _parse_layers(line, layers)
                if len(layers) > _MAX_LAYERS:
                    reason = ngettext(
                        "The file has more than {count} layer.", "The file has more than {count} layers.", _MAX_LAYERS
                    )
                    raise InvalidEdit(reason.format(count=_MAX_LAYERS))
        elif line and last.text and not last.tokens:
            last.text.append(line)  # WebAnno does not escape a line end
        elif line.strip():
            refusals.append(Refusal(str(path), number, _("The line is not a valid token.")))
    return _build_text(path, sentences, layers, tally, refusals)


def _parse_layers(line: str, previous: list[Layer]) -> list[Layer]:
    """Parse a header line's layers; a relation's last column names what it attaches to."""
    layers: list[Layer] = []
    for declaration in line.strip().removeprefix("#").split("#", _MAX_LAYERS):
        name, *features = (part.strip() for part in declaration.split("|"))
        last = layers[-1:] or previous[-1:]
        first = last[0].first + len(last[0].features) if last else 2
        kind = "RL" if features and features[-1].startswith("AttachTo=") else "SP"
        layers.append(Layer(name, kind, first, tuple(features)))
    return layers


def _build_text(
    path: Path, sentences: list[_Sentence], layers: list[Layer], tally: Tally, refusals: list[Refusal]
) -> ParsedFile:
    parts: list[str] = []
    length = 0
    annotations = _AnnotationBuilder(layers, tally)
    width = layers[-1].first + len(layers[-1].features) if layers else 2
    for sentence in sentences:
        words = [token.text for token in sentence.tokens]
        text = "\n".join(sentence.text)
        starts = _locate_words(text, words)
        if starts is None:
            text = " ".join(words)
            starts = _locate_words(text, words) or []
            reason = _("The text of the sentence does not match its tokens, so the tokens are joined with spaces.")
            refusals.append(Refusal(str(path), sentence.tokens[0].line, reason))
        units = Utf16Offsets(text)
        for token, start in zip(sentence.tokens, starts, strict=True):
            if len(token.fields) < width:
                reason = _("The line has fewer columns than the file header declares.")
                refusals.append(Refusal(str(path), token.line, reason))
                continue
            check_count(len(annotations.annotations))
            annotations.add(token, length + units.to_utf16(start), length + units.to_utf16(start + len(token.text)))
        if text:
            parts.append(text)
            length += units.to_utf16(len(text)) + 1
    return "\n".join(parts), annotations.annotations


def _locate_words(text: str, words: list[str]) -> list[int] | None:
    """Return where the words are in the text, in order; None if more than space is between them."""
    starts: list[int] = []
    index = 0
    for word in words:
        start = text.find(word, index)
        if start < 0 or text[index:start].strip():
            return None
        starts.append(start)
        index = start + len(word)
    return None if words and text[index:].strip() else starts


class _AnnotationBuilder:
    """Collects annotations token by token; open ones are by layer and position in the stack."""

    def __init__(self, layers: list[Layer], tally: Tally) -> None:
        self.annotations: list[Annotation] = []
        self._layers = layers
        self._tally = tally
        self._open: dict[tuple[str, int], Annotation] = {}

    def add(self, token: _Token, start: int, end: int) -> None:
        """Add the annotations of a token's line."""
        still_open: dict[tuple[str, int], Annotation] = {}
        for layer in self._layers:
            columns = [cell.split("|") for cell in token.fields[layer.first : layer.first + len(layer.features)]]
            if layer.kind == "RL":
                count = sum(value not in _EMPTY_VALUES for value in columns[-1])
                self._tally.add(short_name(layer.name), token.line, count)
                continue
            for index in range(max(map(len, columns), default=0)):
                values = [column[index] if index < len(column) else "_" for column in columns]
                tags = [value for value in values if value not in _EMPTY_VALUES]
                if not tags:
                    continue
                is_continued = tags[0].startswith("I-")
                annotation = self._open.get((layer.name, index)) if is_continued else None
                if annotation is None:
                    annotation = Annotation(layer.name, start, end, token.line, _read_features(layer, values))
                    self.annotations.append(annotation)
                annotation.end = end
                if is_continued or tags[0].startswith("B-"):
                    still_open[layer.name, index] = annotation
        self._open = still_open


def _read_features(layer: Layer, values: list[str]) -> dict[str, str]:
    """Return the features without B- and I-, empty values, and copies of the layer's name."""
    bare = (value[2:] if value.startswith(("B-", "I-")) else value for value in values)
    return {
        feature: value
        for feature, value in zip(layer.features, bare, strict=True)
        if value not in ("_", "O") and not value.startswith(layer.name)
    }
