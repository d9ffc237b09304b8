"""spaCy finds in our DocBin the spans that the corpus has: the flat ones, and all of them."""

from pathlib import Path
from typing import Any

import pytest
from consumers.reading import LABELS, Found, consumer, expected_places, place_chunks, run_export

from annotator.generators import finish
from annotator.jobs.imports.importer import ImportOptions, import_paths
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


def test_the_tokenizer_beside_the_file_cuts_as_the_docs_are_cut(corpus: Corpus, tmp_path: Path) -> None:
    """As `spacy debug data --code` counts misaligned tokens: none, where spaCy's own has some."""
    spacy = consumer("spacy")
    debug_data = consumer("spacy.cli.debug_data")
    run_export(corpus, tmp_path / "news.spacy", format="spacy")
    consumer("spacy.util").import_file("python_code", tmp_path / "news.spacy.tokenizer.py")
    counts = []
    for tokenizer in ("arabic_news.v1", "spacy.Tokenizer.v1"):
        nlp = spacy.blank("ar", config={"nlp": {"tokenizer": {"@tokenizers": tokenizer}}})
        docs = spacy.tokens.DocBin().from_disk(tmp_path / "news.spacy").get_docs(nlp.vocab)
        examples = [consumer("spacy.training").Example(nlp.make_doc(doc.text), doc) for doc in docs]
        counts.append(debug_data._compile_gold(examples, ["ner"], nlp, True)["n_misaligned_words"])
        assert all(example.predicted.text == example.reference.text for example in examples)
    assert counts[0] == 0
    assert counts[1] > 0


def test_a_split_has_the_tokenizer_in_its_folder(corpus: Corpus, tmp_path: Path) -> None:
    consumer("spacy")
    run_export(corpus, tmp_path / "news", format="spacy", split={"a": 1})
    assert sorted(path.name for path in (tmp_path / "news").iterdir()) == ["a.spacy", "tokenizer.py"]


@pytest.mark.parametrize("options", [{}, {"split": {"a": 1}}], ids=["file", "folder"])
def test_an_import_of_an_export_leaves_the_tokenizer_out(
    corpus: Corpus, tmp_path: Path, options: dict[str, Any]
) -> None:
    consumer("spacy")
    (tmp_path / "news").mkdir()
    report = run_export(
        corpus, tmp_path / "news" / "a.spacy" if not options else tmp_path / "news", format="spacy", **options
    )
    with Corpus.create(tmp_path / "b.corpus", LABELS) as other:
        result = finish(import_paths(other, [tmp_path / "news"], ImportOptions(annotator="x")))
    assert (result.added, [item.path for item in result.skipped if "tokenizer" in item.path]) == (report.articles, [])
