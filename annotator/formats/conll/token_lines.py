"""JSON lines of tokens and tags, a sentence each, as datasets of Hugging Face are saved.

    {"id": "0", "tokens": ["وزارة", "العدل"], "ner_tags": ["B-ORG", "I-ORG"]}

Tags that are numbers have their names in the dataset, not in the file: it is refused.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from annotator.formats.conll.column_layout import Layout
from annotator.formats.conll.column_remarks import RemarkCollector
from annotator.formats.json import json_values
from annotator.i18n import _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason

LAYOUT: Final = Layout(" ", 0, 2, (1,))
"""The columns that a sentence has as rows."""
_TOKEN_LIST, _TAG_LIST = (
    re.compile(rb'(?<!\\)"(?:%s)"\s*:\s*\[' % "|".join(keys).encode())
    for keys in (json_values.TOKEN_KEYS, json_values.TAG_KEYS)
)
"""A key with a list: other JSON has counts under such a key."""


def sniff(beginning: bytes) -> bool:
    """Return whether a file starts with objects of lists of tokens and tags, and without a text."""
    if not (_TOKEN_LIST.search(beginning) and _TAG_LIST.search(beginning)):
        return False
    keys = json_values.find_keys(beginning)
    return (
        not keys.isdisjoint(json_values.TOKEN_KEYS) and not keys.isdisjoint(json_values.TAG_KEYS) and "text" not in keys
    )


def read_sentences(file: BinaryIO, remarks: RemarkCollector) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield the line, the tokens and the tags of each sentence that is not empty.

    Raises InvalidEdit if the tags are numbers.
    """
    for line, name_value, data in json_values.locate_values(file):
        try:
            tokens, tags = _parse_sentence(json_values.decode_object(data, line))
        except InvalidEdit as error:
            remarks.add(line, name_value(error.reason))
            continue
        if any(isinstance(tag, int) for tag in tags):
            message = _("The tags are numbers, whose names are not in the file: save it with the names, such as B-ORG.")
            raise InvalidEdit(Reason(Code.INVALID_VALUE, message))
        if tokens:
            yield line, tokens, tags


def _parse_sentence(record: dict[str, Any]) -> tuple[list[str], list[Any]]:
    """Return the tokens and the tags. Raises InvalidEdit unless they are as many, and tokens are visible texts."""
    tokens, tags = _find_list(record, json_values.TOKEN_KEYS), _find_list(record, json_values.TAG_KEYS)
    if (
        tokens is None
        or tags is None
        or len(tokens) != len(tags)
        or not all(isinstance(tag, str | int) for tag in tags)
    ):
        raise InvalidEdit(Reason(Code.INVALID_VALUE, _("The line does not have a tag for each token.")))
    if not all(isinstance(token, str) and token.strip() for token in tokens):
        raise InvalidEdit(Reason(Code.NO_TOKEN, _("A token in the line is blank.")))
    return tokens, tags


def _find_list(record: dict[str, Any], names: Iterable[str]) -> list[Any] | None:
    return next((value for name in names if isinstance(value := record.get(name), list)), None)
