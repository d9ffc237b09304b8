"""The tokenizer as a file for spaCy gives any text back, with the tokens of the program."""

from typing import Any

import pytest
from consumers.reading import consumer
from hypothesis import given
from strategies import texts

from annotator.text import spacy_tokenizer
from annotator.text.tokenizer import tokenize


@pytest.fixture(scope="module")
def nlp() -> Any:
    spacy = consumer("spacy")
    spacy_tokenizer.register()
    return spacy.blank("ar", config={"nlp": {"tokenizer": {"@tokenizers": spacy_tokenizer.REGISTERED_NAME}}})


@given(text=texts)
def test_tokens_are_those_of_the_program_and_the_text_is_unchanged(nlp: Any, text: str) -> None:
    doc = nlp.make_doc(text)
    assert doc.text == text
    ranges = {(token.idx, token.idx + len(token)) for token in doc}
    assert {(token.start, token.end) for token in tokenize(text)} <= ranges
    assert len(ranges) >= len(doc)


def test_the_file_needs_only_spacy_and_regex() -> None:
    lines = spacy_tokenizer.build_file().decode().splitlines()
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    assert imports == ["import regex", "import spacy", "from spacy.tokens import Doc"]
