"""The layer that spans are written to: which names are allowed, and which spans it holds."""

import pytest
from formats.standoff_samples import LAYERS
from hypothesis import given
from hypothesis import strategies as st

from annotator import i18n
from annotator.formats.standoff.annotations import SpanFields, read_features
from annotator.formats.standoff.span_layer import SpanLayer, parse_layer
from annotator.model.reasons import Code, Reason
from annotator.model.records import Span


def test_a_layer_is_parsed() -> None:
    assert parse_layer("custom.Span|label") == SpanLayer("custom.Span", "label", "", "")
    assert parse_layer("custom.Span|label|value|note") == SpanLayer("custom.Span", "label", "value", "note")
    assert parse_layer("custom.Span|label||note") == SpanLayer("custom.Span", "label", "", "note")
    assert parse_layer("Span|label|") == SpanLayer("Span", "label", "", "")
    assert parse_layer(str(SpanLayer())) == SpanLayer()
    assert SpanLayer().features == ("identifier", "value")
    assert SpanLayer().stored_fields == {"value"}
    assert parse_layer("custom.Span|label||note").stored_fields == {"note"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("custom.Span", "“custom.Span” is not a layer; write TYPE|LABEL, TYPE|LABEL|VALUE or TYPE|LABEL|VALUE|NOTE."),
        ("a b|label", "“a b|label” is not a layer; write TYPE|LABEL, TYPE|LABEL|VALUE or TYPE|LABEL|VALUE|NOTE."),
        ("نوع|label", "“نوع|label” is not a layer; write TYPE|LABEL, TYPE|LABEL|VALUE or TYPE|LABEL|VALUE|NOTE."),
        ("uima.tcas.Annotation|label", "uima.tcas.Annotation is not a type of spans with labels."),
        (
            "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token|value",
            "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token is not a type of spans with labels.",
        ),
        ("a.B|begin", "A feature cannot be named begin."),
        ("a.B|label|ROLE_x", "A feature cannot be named ROLE_x."),
        *(
            (
                layer,
                (
                    "These features would not be read back: the value is read from identifier, value, the note from "
                    "note, comment."
                ),
            )
            for layer in ("a.B|label|label", "a.B|value|norm", "a.B|entity|value", "a.B|label|value|remark", "a.B|note")
        ),
    ],
)
def test_an_invalid_layer_is_refused(text: str, reason: str) -> None:
    i18n.set_language("en")
    with pytest.raises(ValueError) as error:  # noqa: PT011 - its message is compared
        parse_layer(text)
    assert str(error.value) == reason


@given(
    st.sampled_from(LAYERS),
    st.sampled_from(["PLAN", "2024", "-.", "true", "٣", "A1"]),
    st.sampled_from([None, "2024"]),
    st.sampled_from([None, "12"]),
)
def test_fields_are_read_from_their_features_or_refused(
    layer: SpanLayer, label: str, value: str | None, note: str | None
) -> None:
    i18n.set_language("en")
    span = Span("1", "", "a", label, 0, 3, value, note)
    reason = layer.refusal_reason("خطة", span)
    assert (reason is None) == layer.allows_span("خطة", span)
    if reason is None:
        expected = SpanFields(label, value if layer.value else None, note if layer.note else None)
        assert read_features(layer.type, layer.feature_values(span)) == expected
    else:
        assert reason == Reason(
            Code.INVALID_LABEL,
            "A label that looks like a number is read only from a feature with one of these names: label, value, kind.",
        )
        assert (layer.label, label != "PLAN", label != "A1") == ("entity", True, True)
