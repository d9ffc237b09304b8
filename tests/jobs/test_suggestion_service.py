"""What is suggested to one annotator, and what their decisions teach, on a real corpus."""

from collections.abc import Callable
from typing import Final

import pytest

from annotator.jobs.suggestion_service import Proposals
from annotator.model.article_builder import draft
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Edit, Rejection, Span, Step, Suggestion, new_uid
from annotator.store.corpus import Corpus, now
from annotator.suggest.memory import Memory

SANAE: Final = "Sanae"
WORDS: Final = "وزارة العدل"
HERE: Final = "قالت وزارة العدل إنها تعمل. وأضافت وزارة العدل أنها مستمرة."
ELSEWHERE: Final = "زار الوفد وزارة العدل صباحا."


@pytest.fixture(autouse=True)
def _nothing_is_suggested_before_it_is_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.jobs.suggesting.rules", tuple)


def label(corpus: Corpus, article: Article, nth: int = 0) -> Edit:
    """Label the words in the article, on disk."""
    start = article.text.index(WORDS)
    for _ in range(nth):
        start = article.text.index(WORDS, start + 1)
    span = Span(new_uid(), article.uid, SANAE, "INSTITUTION", start, start + len(WORDS))
    edit = Edit(None, span)
    corpus.apply(Step(new_uid(), SANAE, now(), "tag", (edit,)))
    return edit


def said(proposals: Proposals, corpus: Corpus, article: Article) -> list[int]:
    """Where the words are suggested in the article, as often as they stand there."""
    left = proposals.left(corpus.spans(article.uid, SANAE), corpus.zones(article.uid))
    return [one.start for one in left if article.text[one.start : one.end] == WORDS]


def test_what_was_labelled_before_is_suggested_and_what_is_labelled_now_teaches(make: Callable[..., Corpus]) -> None:
    corpus = make(draft(HERE), draft(ELSEWHERE))
    here, elsewhere = corpus.article(1), corpus.article(2)
    proposals = Proposals.of(corpus.path, SANAE)
    assert proposals.left([], []) == ()
    proposals.open(here)
    assert said(proposals, corpus, here) == []
    edit = label(corpus, elsewhere)
    proposals.learn(elsewhere, [edit])  # of another article than the open one
    assert proposals.left([], []) == ()
    proposals.open(here)
    assert said(proposals, corpus, here) == [5, HERE.rindex(WORDS)]
    again = Proposals.of(corpus.path, SANAE)
    again.open(here)
    assert said(again, corpus, here) == [5, HERE.rindex(WORDS)]


def test_what_is_learned_in_the_open_article_is_said_at_once_and_forgotten_with_undo(
    make: Callable[..., Corpus],
) -> None:
    corpus = make(draft(HERE))
    here = corpus.article(1)
    proposals = Proposals.of(corpus.path, SANAE)
    proposals.open(here)
    edit = label(corpus, here)
    proposals.learn(here, [edit])
    assert said(proposals, corpus, here) == [HERE.rindex(WORDS)]
    proposals.learn(here, [edit.inverse()])
    assert proposals.left([], []) == ()


def test_decisions_in_a_row_are_answered_by_reading_the_article_once(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(draft(HERE))
    here = corpus.article(1)
    proposals = Proposals.of(corpus.path, SANAE)
    proposals.open(here)
    read, suggest = list[Article](), Memory.suggest

    def counted(memory: Memory, article: Article, labels: LabelSet) -> list[Suggestion]:
        read.append(article)
        return suggest(memory, article, labels)

    monkeypatch.setattr(Memory, "suggest", counted)
    edit = label(corpus, here)
    for one in (edit, edit.inverse(), edit):
        proposals.learn(here, [one])
    assert said(proposals, corpus, here) == [HERE.rindex(WORDS)]
    assert said(proposals, corpus, here) == [HERE.rindex(WORDS)]
    assert read == [here]


def test_a_rejection_is_heeded_until_it_is_taken_back(make: Callable[..., Corpus]) -> None:
    corpus = make(draft(HERE))
    here = corpus.article(1)
    proposals = Proposals.of(corpus.path, SANAE)
    proposals.open(here)
    proposals.learn(here, [label(corpus, here)])
    start = HERE.rindex(WORDS)
    rejection = Rejection(new_uid(), here.uid, SANAE, "INSTITUTION", start, start + len(WORDS), "memory")
    proposals.learn(here, [Edit(None, rejection)])
    assert said(proposals, corpus, here) == []
    proposals.learn(here, [Edit(rejection, None)])
    assert said(proposals, corpus, here) == [start]


def test_what_was_rejected_twice_is_heeded_until_both_are_taken_back(make: Callable[..., Corpus]) -> None:
    corpus = make(draft(HERE))
    here = corpus.article(1)
    proposals = Proposals.of(corpus.path, SANAE)
    proposals.open(here)
    proposals.learn(here, [label(corpus, here)])
    start = HERE.rindex(WORDS)
    twice = [Rejection(new_uid(), here.uid, SANAE, "INSTITUTION", start, start + len(WORDS), name) for name in "ab"]
    proposals.learn(here, [Edit(None, rejection) for rejection in twice])
    for rejection, left in zip(twice, ([], [start]), strict=True):
        proposals.learn(here, [Edit(rejection, None)])
        assert said(proposals, corpus, here) == left
