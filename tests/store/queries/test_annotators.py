"""Tests of the annotators of a corpus."""

from pathlib import Path

from builders import apply_edits, build_label_set, create_corpus

from annotator.model import operations
from annotator.model.records import DONE, IN_PROGRESS
from annotator.store.queries.annotators import AnnotatorSummary, find_own_name, list_annotators
from annotator.store.queries.gold import create_gold


def test_nobody_is_called_like_the_gold_layer(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "a.corpus", labels=build_label_set("DATE")) as corpus:
        assert find_own_name(corpus, "gold") == "gold"
        assert create_gold(corpus) == "gold"
        assert find_own_name(corpus, "gold") == "gold (2)"
        assert find_own_name(corpus, "Sanae") == "Sanae"
    with create_corpus(tmp_path / "b.corpus", labels=build_label_set("DATE")) as corpus:
        corpus._add_annotator("gold")
        assert create_gold(corpus) == "gold (2)"
        assert find_own_name(corpus, "gold") == "gold"


def test_annotators_are_listed_with_what_they_have_done(tmp_path: Path) -> None:
    with create_corpus(tmp_path / "a.corpus", "خبر أول", "خبر ثان", labels=build_label_set("A")) as corpus:
        assert list_annotators(corpus) == []
        for number, annotator, state in ((1, "Omar", DONE), (2, "Omar", IN_PROGRESS), (1, "Sanae", IN_PROGRESS)):
            article = corpus.article(number)
            edits = operations.add_span(article, [], annotator, "A", 0, 3)
            apply_edits(corpus, [*edits, *operations.set_state(None, article, annotator, state)], annotator)
        assert list_annotators(corpus) == [AnnotatorSummary("Omar", 1, 2), AnnotatorSummary("Sanae", 0, 1)]
        apply_edits(corpus, operations.remove_article(None, corpus.article(1)), "Omar")
        assert list_annotators(corpus) == [AnnotatorSummary("Omar", 0, 1), AnnotatorSummary("Sanae", 0, 0)]
