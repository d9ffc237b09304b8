"""The shared reader of JSON: a list is split into its values, whatever their texts contain."""

from io import BytesIO

from annotator.formats.json.json_values import locate_values, read_values
from annotator.model.reasons import Code, Reason


def test_text_of_millions_of_escapes_is_one_value() -> None:
    """A pattern that keeps a state for each escape would run out of memory here, far below the limit."""
    first = b'{"text": "' + rb"\u0627\n" * 5_000_000 + b'"}'
    second = b'{"text": "]"}'
    assert list(read_values(BytesIO(b"[" + first + b",\n" + second + b"]"))) == [(1, first), (2, second)]


def test_only_values_in_one_line_are_named_by_their_number() -> None:
    file = BytesIO(b'[{}, {},\n{},\n{"a": 1}, {} ] rest')
    reason = Reason(Code.NO_TEXT, "no text")
    places = [(line, str(name_value(reason))) for line, name_value, _data in locate_values(file)]
    assert places == [
        (1, "Document 1: no text"),
        (1, "Document 2: no text"),
        (2, "no text"),
        (3, "Document 4: no text"),
        (3, "Document 5: no text"),
        (3, "no text"),
    ]
    assert {name_value(reason).code for _line, name_value, _data in locate_values(BytesIO(b"[{}, {}]"))} == {
        Code.NO_TEXT
    }
