"""Suggestions for one annotator, and learning from their decisions, on a real corpus."""

from collections.abc import Callable
from typing import Final

import pytest
from builders import apply_edits

from annotator.jobs.suggesting import AnnotatorSuggester
from annotator.model.article_builder import build_article
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Edit, Rejection, Span, Suggestion, new_uid
from annotator.store.corpus import Corpus
from annotator.suggest.memory import MemorySuggester

SANAE: Final = "Sanae"
WORDS: Final = "وزارة العدل"
HERE: Final = "قالت وزارة العدل إنها تعمل. وأضافت وزارة العدل أنها مستمرة."
ELSEWHERE: Final = "زار الوفد وزارة العدل صباحا."


@pytest.fixture(autouse=True)
def _nothing_is_suggested_before_it_is_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.jobs.suggesting.rule_suggesters", tuple)


def label(corpus: Corpus, article: Article, nth: int = 0) -> Edit:
    """Label the words in the article, on disk."""
    start = article.text.index(WORDS)
    for _ in range(nth):
        start = article.text.index(WORDS, start + 1)
    span = Span(new_uid(), article.uid, SANAE, "INSTITUTION", start, start + len(WORDS))
    edit = Edit(None, span)
    apply_edits(corpus, [edit], SANAE)
    return edit


def starts(suggester: AnnotatorSuggester, corpus: Corpus, article: Article) -> list[int]:
    """Return the starts of all suggestions of the words in the article."""
    suggestions = suggester.suggest(article, corpus.spans(article.uid, SANAE), corpus.zones(article.uid))
    return [suggestion.start for suggestion in suggestions if article.text[suggestion.start : suggestion.end] == WORDS]


def test_earlier_labels_are_suggested_and_new_labels_are_learned(make: Callable[..., Corpus]) -> None:
    corpus = make(build_article(HERE), build_article(ELSEWHERE))
    open_article, elsewhere = corpus.article(1), corpus.article(2)
    suggester = AnnotatorSuggester.from_corpus_file(corpus.path, SANAE)
    assert starts(suggester, corpus, open_article) == []
    edit = label(corpus, elsewhere)
    suggester.learn(elsewhere, [edit])
    assert starts(suggester, corpus, open_article) == [5, HERE.rindex(WORDS)]
    reloaded = AnnotatorSuggester.from_corpus_file(corpus.path, SANAE)
    assert starts(reloaded, corpus, open_article) == [5, HERE.rindex(WORDS)]


def test_learning_in_the_open_article_takes_effect_at_once_and_undo_reverts_it(
    make: Callable[..., Corpus],
) -> None:
    corpus = make(build_article(HERE))
    open_article = corpus.article(1)
    suggester = AnnotatorSuggester.from_corpus_file(corpus.path, SANAE)
    edit = label(corpus, open_article)
    suggester.learn(open_article, [edit])
    assert starts(suggester, corpus, open_article) == [HERE.rindex(WORDS)]
    suggester.learn(open_article, [edit.inverse()])
    assert suggester.suggest(open_article, [], []) == ()


def test_several_decisions_in_a_row_read_the_article_once(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(build_article(HERE))
    open_article = corpus.article(1)
    suggester = AnnotatorSuggester.from_corpus_file(corpus.path, SANAE)
    read, suggest = list[Article](), MemorySuggester.suggest

    def counted(memory: MemorySuggester, article: Article, labels: LabelSet) -> list[Suggestion]:
        read.append(article)
        return suggest(memory, article, labels)

    monkeypatch.setattr(MemorySuggester, "suggest", counted)
    edit = label(corpus, open_article)
    for decision in (edit, edit.inverse(), edit):
        suggester.learn(open_article, [decision])
    assert starts(suggester, corpus, open_article) == [HERE.rindex(WORDS)]
    assert starts(suggester, corpus, open_article) == [HERE.rindex(WORDS)]
    assert read == [open_article]


def test_a_rejection_applies_until_it_is_undone(make: Callable[..., Corpus]) -> None:
    corpus = make(build_article(HERE))
    open_article = corpus.article(1)
    suggester = AnnotatorSuggester.from_corpus_file(corpus.path, SANAE)
    suggester.learn(open_article, [label(corpus, open_article)])
    start = HERE.rindex(WORDS)
    rejection = Rejection(new_uid(), open_article.uid, SANAE, "INSTITUTION", start, start + len(WORDS), "memory")
    suggester.learn(open_article, [Edit(None, rejection)])
    assert starts(suggester, corpus, open_article) == []
    suggester.learn(open_article, [Edit(rejection, None)])
    assert starts(suggester, corpus, open_article) == [start]


def test_two_rejections_of_the_same_words_apply_until_both_are_undone(make: Callable[..., Corpus]) -> None:
    corpus = make(build_article(HERE))
    open_article = corpus.article(1)
    suggester = AnnotatorSuggester.from_corpus_file(corpus.path, SANAE)
    suggester.learn(open_article, [label(corpus, open_article)])
    start = HERE.rindex(WORDS)
    twice = [
        Rejection(new_uid(), open_article.uid, SANAE, "INSTITUTION", start, start + len(WORDS), name) for name in "ab"
    ]
    suggester.learn(open_article, [Edit(None, rejection) for rejection in twice])
    for rejection, expected in zip(twice, ([], [start]), strict=True):
        suggester.learn(open_article, [Edit(rejection, None)])
        assert starts(suggester, corpus, open_article) == expected
