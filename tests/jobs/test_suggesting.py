"""The suggesters of a corpus together: what they say, what they learn at once, and how it is accepted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from suggest.learning import LABELS, examples

from annotator.jobs import suggesting
from annotator.jobs.suggesting import Found, Suggesting, accept_each, suggest
from annotator.model import operations
from annotator.model.labels import LabelSet
from annotator.model.open_suggestions import Rejected
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    NEW,
    Article,
    Draft,
    Edit,
    Span,
    Status,
    Step,
    Suggestion,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict
from annotator.suggest.crf.training import train
from annotator.suggest.memory import Memory

SANAE: Final = "Sanae"
TEXT: Final = "اجتمعت جمعية البستان يوم أمس، وقالت جمعية البستان إنها راضية."
OTHER: Final = "وزارت جمعية البستان مدينة فاس."


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as opened:
        for text in (TEXT, OTHER):
            opened.add(Draft(Article(article_uid(text), text)))
        yield opened


@pytest.fixture(autouse=True)
def _no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "rules", tuple)


def drained(work: Iterator[tuple[int, int]]) -> list[Found]:
    while True:
        try:
            next(work)
        except StopIteration as end:
            return list(end.value)


def tag(article: Article, words: str = "جمعية البستان") -> list[Edit]:
    start = article.text.index(words)
    return operations.add(article, [], SANAE, "INSTITUTION", start, start + len(words))


class Fixed:
    """A suggester that always says the same, and counts how often it was asked."""

    name = "fixed"

    def __init__(self) -> None:
        self.asked = 0

    def suggest(self, article: Article, _labels: LabelSet) -> list[Suggestion]:
        self.asked += 1
        return [Suggestion(0, 6, "DATE", self.name, 0.5)]


def test_what_is_learned_is_said_at_once_and_forgotten_when_it_is_undone(corpus: Corpus) -> None:
    found, article = Suggesting.of(corpus), corpus.article(1)
    assert found.names == ["memory"]
    assert found.ask(article) == {"memory": []}
    edits = tag(article)
    found.learn(article, edits)
    said = found.again(article)
    assert [one.start for one in said["memory"]] == [7, 36]
    assert found.ask(article) == said
    found.learn(article, [edit.inverse() for edit in edits])
    assert found.again(article) == {"memory": []}


def test_the_order_is_rules_model_others_memory_and_one_may_be_asked_alone(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, other = Fixed(), Fixed()
    other.name = "brought"
    monkeypatch.setattr(suggesting, "rules", lambda: (rule,))
    trained = train(examples(), LABELS, (rule, Memory()))
    assert trained
    found = Suggesting(LABELS, Memory(), trained, (other,))
    assert found.names == ["fixed", "model", "brought", "memory"]
    assert list(found.ask(corpus.article(1))) == found.names
    assert list(found.ask(corpus.article(1), "brought")) == ["brought"]
    assert found.ask(corpus.article(1), "nobody") == {}


def test_a_rule_is_asked_once_about_an_article_though_the_model_asks_too(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = Fixed()
    monkeypatch.setattr(suggesting, "rules", lambda: (rule,))
    trained = train(examples(), LABELS, (rule, Memory()))
    found, asked = Suggesting(LABELS, Memory(), trained), rule.asked
    found.ask(corpus.article(1))
    assert rule.asked == asked + 1
    found.ask(corpus.article(2))
    assert rule.asked == asked + 2


def test_memory_alone_says_something_else_at_once_and_the_model_when_it_is_asked_again(corpus: Corpus) -> None:
    memory = Memory()
    for one in examples():
        for start, end, label in one.spans:
            memory.learn(one.article.text[start:end], label, accepted=1)
    trained = train(examples(), LABELS, (memory,))
    found, article = Suggesting(LABELS, Memory(), trained), corpus.article(2)
    before = found.ask(article)
    found.learn(article, tag(article))
    said = found.again(article)
    assert list(said) == ["memory"]
    assert said["memory"] != before["memory"]
    taught = Suggesting(LABELS, Memory([("جمعية البستان", "INSTITUTION", 1, 0)]), trained)
    assert found.ask(article) == taught.ask(article)


def test_nothing_is_suggested_that_is_labelled_or_rejected_in_the_article_or_its_context(corpus: Corpus) -> None:
    article = corpus.article(1)
    corpus.add(Draft(article, spans=(Span(new_uid(), article.uid, SANAE, "INSTITUTION", 7, 20),)))
    found = drained(suggest(corpus, Suggesting.of(corpus), SANAE, [1, 2]))
    assert [(one.article.id, [item.start for item in one.suggestions]) for one in found] == [(1, [36]), (2, [6])]
    [suggestion] = found[1].suggestions
    step = operations.reject(found[1].article, SANAE, suggestion)
    corpus.apply(Step(new_uid(), SANAE, now(), "reject", tuple(step)))
    found = drained(suggest(corpus, Suggesting.of(corpus), SANAE, [2]))
    assert found[0].suggestions == ()
    assert drained(suggest(corpus, Suggesting.of(corpus), "Omar", [2]))[0].suggestions != ()


def test_what_was_labelled_meanwhile_is_not_accepted_over_it(corpus: Corpus) -> None:
    article = corpus.article(1)
    corpus.add(Draft(article, spans=(Span(new_uid(), article.uid, "Omar", "INSTITUTION", 7, 20),)))
    found = drained(suggest(corpus, Suggesting.of(corpus), SANAE, [1, 2]))
    assert [len(one.suggestions) for one in found] == [2, 1]
    corpus.add(Draft(article, spans=(Span(new_uid(), article.uid, SANAE, "PLAN", 12, 25),)))
    accepted = drained(accept_each(corpus, SANAE, found))
    assert [[one.start for one in each.suggestions] for each in accepted] == [[36], [6]]
    spans = corpus.spans(article.uid, SANAE)
    assert [(span.label, span.start, span.source) for span in spans] == [
        ("PLAN", 12, None),
        ("INSTITUTION", 36, "memory"),
    ]


def test_accepting_begins_an_article_and_ends_no_state(corpus: Corpus) -> None:
    article, other = corpus.article(1), corpus.article(2)
    corpus.add(Draft(article, states=(Status(article.uid, SANAE, DONE),)))
    one = Suggestion(0, 6, "DATE", "dates", 0.9, "2024")
    drained(accept_each(corpus, SANAE, [Found(article, (one,)), Found(other, (one,))]))
    assert [corpus.status(each.uid, SANAE) for each in (article, other)] == [
        Status(article.uid, SANAE, DONE),
        Status(other.uid, SANAE, IN_PROGRESS),
    ]
    assert [(span.value, span.source) for span in corpus.spans(other.uid)] == [("2024", "dates")]


def test_accepting_begins_an_article_that_was_set_back_to_new(corpus: Corpus) -> None:
    article = corpus.article(1)
    for state in (DONE, NEW):
        edits = operations.set_state(corpus.status(article.uid, SANAE), article, SANAE, state)
        corpus.apply(Step(new_uid(), SANAE, now(), "state", tuple(edits)))
    drained(accept_each(corpus, SANAE, [Found(article, (Suggestion(0, 6, "DATE", "dates", 0.9),))]))
    assert corpus.status(article.uid, SANAE) == Status(article.uid, SANAE, IN_PROGRESS)


def test_stopped_while_accepting_it_leaves_whole_articles(corpus: Corpus) -> None:
    one = Suggestion(0, 6, "DATE", "dates", 0.9)
    work = accept_each(
        corpus,
        SANAE,
        [Found(corpus.article(number), (one, Suggestion(7, 12, "DATE", "dates", 0.9))) for number in (1, 2)],
    )
    next(work)
    next(work)
    work.close()
    assert [len(corpus.spans(corpus.article(number).uid)) for number in (1, 2)] == [2, 0]


def test_a_label_that_is_gone_is_a_conflict_and_nothing_is_written(corpus: Corpus) -> None:
    found = [Found(corpus.article(1), (Suggestion(0, 6, "GONE", "dates", 0.9),))]
    with pytest.raises(Conflict):
        drained(accept_each(corpus, SANAE, found))
    assert corpus.spans(corpus.article(1).uid) == []
    assert corpus.status(corpus.article(1).uid, SANAE) is None


def test_what_is_surest_has_the_value_that_another_knows(corpus: Corpus) -> None:
    article = corpus.article(1)
    sure, knows = Suggestion(0, 6, "DATE", "model", 0.9), Suggestion(0, 6, "DATE", "dates", 0.5, "2024", True)
    beside = Suggestion(0, 6, "PLAN", "names", 0.1, "another")
    heard = {"dates": [knows], "names": [beside], "model": [sure]}
    assert suggesting.left(article, heard, Rejected(), [], []) == (
        Suggestion(0, 6, "DATE", "model", 0.9, "2024", True),
    )
