"""The shared reader of JSON: a list is split into its values, whatever their texts contain."""

from io import BytesIO

from annotator.formats.json.json_values import read_values


def test_text_of_millions_of_escapes_is_one_value() -> None:
    """A pattern that keeps a state for each escape would run out of memory here, far below the limit."""
    first = b'{"text": "' + rb"\u0627\n" * 5_000_000 + b'"}'
    second = b'{"text": "]"}'
    assert list(read_values(BytesIO(b"[" + first + b",\n" + second + b"]"))) == [(1, first), (2, second)]
