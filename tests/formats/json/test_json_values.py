"""What the formats of JSON share: a list is cut into its values, whatever their texts hold."""

from io import BytesIO

from annotator.formats.json.json_values import values


def test_text_of_millions_of_escapes_is_one_value() -> None:
    """A pattern that keeps a state for each escape runs out of memory here, far below the limit."""
    first = b'{"text": "' + rb"\u0627\n" * 5_000_000 + b'"}'
    second = b'{"text": "]"}'
    assert list(values(BytesIO(b"[" + first + b",\n" + second + b"]"))) == [(1, first), (2, second)]
