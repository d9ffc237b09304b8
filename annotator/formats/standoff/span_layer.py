"""The layer of a UIMA project that spans are written to: a type, and its features of label, value and note."""

import re
from functools import partial
from typing import Final, Protocol

from msgspec import Struct

from annotator.formats.format import Files
from annotator.formats.standoff.annotations import (
    LABEL_FEATURES,
    NAMED_ENTITY,
    NOTE_FEATURES,
    VALUE_FEATURES,
    SpanFields,
    is_layer,
    read_features,
)
from annotator.i18n import _
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Span
from annotator.text.tokenizer import tokenize
from annotator.text.visible import trim_invisible

_NAME: Final = "[A-Za-z][A-Za-z0-9_]*"
_LAYER: Final = re.compile(rf"({_NAME}(?:\.{_NAME})*)\|({_NAME})(?:\|({_NAME})?)?(?:\|({_NAME})?)?")
_RESERVED_TYPES: Final = ("uima.", "de.tudarmstadt.ukp.clarin.webanno.api.type.")
_RESERVED_FEATURES: Final = re.compile("begin|end|sofa|Governor|Dependent|next|referenceRelation|(?:ROLE|BT)_.*")
"""Features of all annotations, and names by which formats tell relations and slots."""


class SpanLayer(Struct, frozen=True):
    """A layer of spans: its UIMA type, and the features of label, value and note; "" for one that it lacks.

    The default is the named entities of DKPro Core, a layer of each WebAnno and INCEpTION project.
    """

    type: str = NAMED_ENTITY
    label: str = "value"
    value: str = "identifier"
    note: str = ""

    def __str__(self) -> str:
        return "|".join((self.type, self.label, self.value, self.note)).rstrip("|")

    @property
    def features(self) -> tuple[str, ...]:
        """The features, in alphabetical order."""
        return tuple(sorted(filter(None, (self.label, self.value, self.note))))

    @property
    def stored_fields(self) -> frozenset[str]:
        """Those of ALL_FIELDS that the layer holds."""
        return frozenset(name for name, feature in (("value", self.value), ("note", self.note)) if feature)

    def feature_values(self, span: Span) -> dict[str, str]:
        """Return the features of a span that have a value."""
        values = {self.label: span.label, self.value: span.value, self.note: span.note}
        return {feature: values[feature] or "" for feature in self.features if values[feature]}

    def refusal_reason(self, text: str, span: Span) -> Reason | None:
        """Return why the layer cannot contain a span of a text, or None."""
        start, end = trim_invisible(text, span.start, span.end)
        if start == end:
            return Reason(Code.SPAN_BLANK, _("It has no visible characters."))
        if read_features(self.type, self.feature_values(span)).label != span.label:
            message = _(
                "A label that looks like a number is read only from a feature with one of these names: {names}."
            ).format(names=_(", ").join(LABEL_FEATURES))
            return Reason(Code.INVALID_LABEL, message)
        return None

    def allows_span(self, text: str, span: Span) -> bool:
        """Return whether the layer can contain a span of a text; independent of `refusal_reason`, to verify it."""
        is_number = span.label in ("true", "false") or all(
            character.isdecimal() or character.isspace() or character in "-." for character in span.label
        )
        is_visible = bool(tokenize(text, span.start, span.end))
        return is_visible and (not is_number or self.label in ("label", "value", "kind"))


class LayerEncoder(Protocol):
    """A function of a module that encodes an article's files, by suffix, with its spans in a layer; see `Files`."""

    def __call__(self, item: AnnotatedArticle, layer: SpanLayer) -> dict[str, bytes]: ...


_DEFAULT_LAYER: Final = SpanLayer()


def build_output(encode: LayerEncoder, layer: SpanLayer = _DEFAULT_LAYER) -> Files:
    """Return the output of a format that can hold what the layer can, in this layer or any other."""
    return Files(
        partial(encode, layer=layer),
        layer.stored_fields,
        refusal_reason=layer.refusal_reason,
        allows_span=layer.allows_span,
        with_layer=partial(_build_output_with, encode),
    )


def _build_output_with(encode: LayerEncoder, layer: str) -> Files:
    return build_output(encode, parse_layer(layer))


def parse_layer(text: str) -> SpanLayer:
    """Parse a layer such as `custom.Span|label|value|note`, of which the last two may be missing.

    Raises ValueError, with a sentence, for invalid names and those that would not be read back.
    """
    match = _LAYER.fullmatch(text)
    if not match:
        raise ValueError(
            _("“{text}” is not a layer; write TYPE|LABEL, TYPE|LABEL|VALUE or TYPE|LABEL|VALUE|NOTE.").format(text=text)
        )
    layer = SpanLayer(match[1], match[2], match[3] or "", match[4] or "")
    if not is_layer(layer.type) or layer.type.startswith(_RESERVED_TYPES):
        raise ValueError(_("{type} is not a type of spans with labels.").format(type=layer.type))
    if reserved := next(filter(_RESERVED_FEATURES.fullmatch, layer.features), None):
        raise ValueError(_("A feature cannot be named {name}.").format(name=reserved))
    values = {
        feature: field for feature, field in ((layer.note, "n"), (layer.value, "v"), (layer.label, "l")) if feature
    }
    expected = SpanFields("l", "v" if layer.value else None, "n" if layer.note else None)
    if len(values) < len(layer.features) or read_features(layer.type, values) != expected:
        raise ValueError(
            _("These features would not be read back: the value is read from {values}, the note from {notes}.").format(
                values=_(", ").join(VALUE_FEATURES), notes=_(", ").join(NOTE_FEATURES)
            )
        )
    return layer
