"""Without an optional package the library says which extra installs it, and a wrong argument needs no package."""

from collections.abc import Callable
from pathlib import Path

import pytest

import annotator
from annotator import optional_packages

CONVERSIONS: list[tuple[str, Callable[[annotator.Corpus], object]]] = [
    ("pandas", lambda corpus: corpus.to_pandas()),
    ("datasets", lambda corpus: corpus.to_datasets()),
    ("datasets", lambda corpus: annotator.load_dataset(corpus.path)),
    ("spacy", lambda corpus: corpus.to_spacy()),
]


@pytest.mark.parametrize(("extra", "convert"), CONVERSIONS)
def test_the_error_names_the_extra(
    path: Path, monkeypatch: pytest.MonkeyPatch, extra: str, convert: Callable[[annotator.Corpus], object]
) -> None:
    monkeypatch.setattr(optional_packages, "is_installed", lambda *_packages: False)
    with annotator.open(path) as corpus, pytest.raises(ImportError) as error:
        convert(corpus)
    assert f'pip install ".[{extra}]"' in str(error.value)
    assert error.value.name == extra


def test_a_wrong_argument_is_no_matter_of_packages(path: Path) -> None:
    with annotator.open(path) as corpus:
        with pytest.raises(ValueError, match="sentences"):
            corpus.to_pandas("sentences")
        with pytest.raises(ValueError, match="'train'"):
            corpus.to_spacy(part="train")
        with pytest.raises(ValueError, match="None is none of"):
            corpus.to_spacy(split={"train": 1, "dev": 1})
        with pytest.raises(ValueError, match="'fold-3/train'"):
            corpus.to_spacy(folds=2, part="fold-3/train")
