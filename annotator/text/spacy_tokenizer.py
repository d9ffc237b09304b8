"""The tokenizer as a Python file for spaCy: pipelines trained with it cut words as exported documents are cut."""

from typing import Any, Final

from annotator.text.tokenizer import TOKEN_PATTERN

FILE_NAME: Final = "tokenizer.py"
REGISTERED_NAME: Final = "arabic_news.v1"
_SOURCE: Final = '''"""The tokenizer of the training documents beside this file, for spaCy.

    python -m spacy train config.cfg --code tokenizer.py --nlp.tokenizer.@tokenizers {name}

It needs the package regex (pip install regex), also where the pipeline is used: import this file there.
"""

import regex
import spacy
from spacy.tokens import Doc

PATTERN = regex.compile(
    {pattern!a},
    regex.V1,
)


class ArabicNewsTokenizer:
    """Makes a Doc of a text; space beyond one blank is a token, as in spaCy's own tokenizer."""

    def __init__(self, vocab):
        self.vocab = vocab

    def __call__(self, text):
        words, spaces = [], []
        end = 0
        for start, stop in [*(match.span() for match in PATTERN.finditer(text)), (len(text), len(text))]:
            gap = text[end:start]
            if words and gap.startswith(" "):
                spaces[-1] = True
                gap = gap[1:]
            for word in filter(None, (gap, text[start:stop])):
                words.append(word)
                spaces.append(False)
            end = stop
        return Doc(self.vocab, words=words, spaces=spaces)

    def pipe(self, texts, batch_size=1000):
        return map(self, texts)

    def to_bytes(self, **_options):
        return b""

    def from_bytes(self, _data, **_options):
        return self

    def to_disk(self, _path, **_options):
        pass

    def from_disk(self, _path, **_options):
        return self


@spacy.registry.tokenizers("{name}")
def create_tokenizer():
    return lambda nlp: ArabicNewsTokenizer(nlp.vocab)
'''


def build_file() -> bytes:
    """Return the file, which imports spaCy and nothing of this program."""
    return _SOURCE.format(pattern=TOKEN_PATTERN, name=REGISTERED_NAME).encode()


def register() -> None:
    """Let spaCy load pipelines with this tokenizer; spaCy is imported."""
    _run_file()


def create_tokenizer() -> Any:
    """Return what makes the tokenizer of a pipeline; the package registers this for spaCy as an entry point."""
    return _run_file()["create_tokenizer"]()


def _run_file() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(build_file(), FILE_NAME, "exec"), names)
    return names
