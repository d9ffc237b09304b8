"""spaCy finds in our DocBin the spans that the corpus has: the flat ones, and all of them."""

from pathlib import Path

import pytest
from consumers.reading import Found, consumer, expected_places, place_chunks, run_export

from annotator.store.corpus import Corpus


@pytest.mark.parametrize("flatten", ["outermost", "innermost", "refuse"])
@pytest.mark.parametrize("boundary", ["widen", "split", "refuse"])
def test_docbin(corpus: Corpus, tmp_path: Path, flatten: str, boundary: str) -> None:
    spacy = consumer("spacy")
    report = run_export(corpus, tmp_path / "news.spacy", format="spacy", flatten=flatten, boundary=boundary)
    flat: list[list[Found]] = []
    all_: list[list[Found]] = []
    for doc in spacy.tokens.DocBin().from_disk(tmp_path / "news.spacy").get_docs(spacy.blank("ar").vocab):
        words = [["" if token.is_space else token.text for token in doc]]
        for spans, places in ((doc.ents, flat), (doc.spans["sc"], all_)):
            places.append(place_chunks(words, [(0, span.start, span.end - 1, span.label_) for span in spans]))
    assert flat == expected_places(corpus, report)
    assert all_ == expected_places(corpus, report, beside=True)
    assert sum(map(len, all_)) > sum(map(len, flat)) > 100
