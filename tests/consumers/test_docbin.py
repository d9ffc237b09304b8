"""spaCy finds in our DocBin the spans that the corpus has: the flat ones, and all of them."""

from pathlib import Path

import pytest
from consumers.reading import Found, consumer, expected_places, place_chunks, run_export

from annotator.store.corpus import Corpus
from annotator.text.visible import remove_invisible


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


def test_docs_lead_back_to_the_corpus(corpus: Corpus, tmp_path: Path) -> None:
    """Each token to its place in the article, each span of the group to the one in the corpus, with its value."""
    spacy = consumer("spacy")
    run_export(corpus, tmp_path / "news.spacy", format="spacy", boundary="split")
    count = 0
    for doc in spacy.tokens.DocBin().from_disk(tmp_path / "news.spacy").get_docs(spacy.blank("ar").vocab):
        item = corpus.load_article(doc.user_data["uid"])
        article = item.article
        assert doc.user_data["article"] == article.id
        assert doc.user_data["source"] == article.source
        assert len(doc.user_data["offsets"]) == len(doc)
        for token, offset in zip(doc, doc.user_data["offsets"], strict=True):
            if not token.is_space:
                assert remove_invisible(article.text[offset:]).startswith(token.text)
        spans = {span.uid: span for span in item.spans}
        for group_span in doc.spans["sc"]:
            span = spans[group_span.id_]
            assert (group_span.label_, group_span.kb_id_) == (span.label, span.value or "")
            start = doc.user_data["offsets"][group_span.start]
            assert remove_invisible(article.text[span.start : start]).strip() == ""
            count += 1
    assert count > 100
