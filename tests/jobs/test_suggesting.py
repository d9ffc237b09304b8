"""The suggesters of a corpus together: their suggestions, what they learn at once, and accepting."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_plain_article, create_corpus
from suggest.learning import examples
from suggest.suggesting import LABELS

from annotator.jobs import suggesting
from annotator.jobs.suggesting import (
    AnnotatorSuggester,
    ArticleSuggestions,
    BatchSuggester,
    SuggesterPool,
    accept_in_batches,
    suggest_in_batches,
)
from annotator.model import operations
from annotator.model.labels import LabelSet
from annotator.model.open_suggestions import RejectionFilter
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    NEW,
    AnnotatedArticle,
    Article,
    Edit,
    Span,
    Status,
    Suggestion,
    new_uid,
)
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict
from annotator.suggest.crf.training import train
from annotator.suggest.joining.belief import Belief
from annotator.suggest.memory import MemorySuggester

SANAE: Final = "Sanae"
TEXT: Final = "اجتمعت جمعية البستان يوم أمس، وقالت جمعية البستان إنها راضية."
OTHER: Final = "وزارت جمعية البستان مدينة فاس."


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", TEXT, OTHER, labels=LABELS) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "rule_suggesters", tuple)


def tag(article: Article, words: str = "جمعية البستان") -> list[Edit]:
    start = article.text.index(words)
    return operations.add_span(article, [], SANAE, "INSTITUTION", start, start + len(words))


def suggest_in(
    corpus: Corpus, numbers: Sequence[int], annotator: str = SANAE, jobs: int = 1
) -> list[ArticleSuggestions]:
    suggester = BatchSuggester.from_corpus(corpus, annotator)
    batches = suggest_in_batches(suggester, corpus.load_articles(numbers, annotator), pytest.fail)
    return [result for batch in batches for result in batch]


def accept(corpus: Corpus, results: Sequence[ArticleSuggestions]) -> list[ArticleSuggestions]:
    [accepted] = accept_in_batches(corpus, SANAE, [results])
    return accepted


class Fixed:
    """A suggester with constant suggestions that counts its calls."""

    name = "fixed"

    def __init__(self) -> None:
        self.calls = 0

    def suggest(self, article: Article, _labels: LabelSet) -> list[Suggestion]:
        self.calls += 1
        return [Suggestion(0, 6, "DATE", self.name, 0.5)]


def test_learning_takes_effect_at_once_and_undo_reverts_it(corpus: Corpus) -> None:
    pool, article = SuggesterPool.from_corpus(corpus), corpus.article(1)
    assert pool.names == ["memory"]
    assert pool.suggest(article) == {"memory": []}
    edits = tag(article)
    pool.learn(article, edits)
    assert [suggestion.start for suggestion in pool.suggest(article)["memory"]] == [7, 36]
    pool.learn(article, [edit.inverse() for edit in edits])
    assert pool.suggest(article) == {"memory": []}


def test_nobody_is_shown_what_another_annotator_decided(corpus: Corpus) -> None:
    article = corpus.article(1)
    apply_edits(corpus, tag(article), SANAE)
    for annotator, starts in ((SANAE, [36]), ("Omar", [])):
        service = AnnotatorSuggester.from_corpus_file(corpus.path, annotator)
        suggestions = service.suggest(article, corpus.spans(article.uid, annotator), ())
        assert [suggestion.start for suggestion in suggestions] == starts
        [result] = suggest_in(corpus, [1], annotator)
        assert [suggestion.start for suggestion in result.suggestions] == starts


def test_model_suggests_nothing_where_it_may_have_learned_from_others(corpus: Corpus) -> None:
    trained = train(examples(), LABELS, (MemorySuggester(),))
    apply_edits(corpus, tag(corpus.article(1)), SANAE)
    other = corpus.article(2)
    apply_edits(corpus, operations.set_state(None, other, SANAE, DONE), SANAE)
    for annotator, names in ((SANAE, ["model", "memory"]), ("Omar", ["memory"])):
        pool = SuggesterPool.from_corpus(corpus, trained, annotator=annotator)
        assert [list(pool.suggest(corpus.article(number))) for number in (1, 2)] == [names, names]
        assert list(pool.suggest(build_plain_article(TEXT * 2).article)) == ["model", "memory"]


def test_suggesters_are_ordered_and_one_can_be_used_alone(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, other = Fixed(), Fixed()
    other.name = "brought"
    monkeypatch.setattr(suggesting, "rule_suggesters", lambda: (rule,))
    trained = train(examples(), LABELS, (rule, MemorySuggester()))
    assert trained
    pool = SuggesterPool(LABELS, MemorySuggester(), trained, (other,))
    assert pool.names == ["fixed", "model", "brought", "memory"]
    assert list(pool.suggest(corpus.article(1))) == pool.names
    assert list(pool.suggest(corpus.article(1), "brought")) == ["brought"]
    assert pool.suggest(corpus.article(1), "nobody") == {}


def test_a_rule_runs_once_for_an_article_although_the_model_uses_it_too(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = Fixed()
    monkeypatch.setattr(suggesting, "rule_suggesters", lambda: (rule,))
    trained = train(examples(), LABELS, (rule, MemorySuggester()))
    pool, calls = SuggesterPool(LABELS, MemorySuggester(), trained), rule.calls
    pool.suggest(corpus.article(1))
    assert rule.calls == calls + 1
    pool.suggest(corpus.article(2))
    assert rule.calls == calls + 2


def test_memory_changes_its_suggestions_at_once_and_the_model_on_the_next_run(corpus: Corpus) -> None:
    memory = MemorySuggester()
    for example in examples():
        for start, end, label in example.spans:
            memory.learn(example.article.text[start:end], label, accepted=1)
    trained = train(examples(), LABELS, (memory,))
    pool, article = SuggesterPool(LABELS, MemorySuggester(), trained), corpus.article(2)
    before = pool.suggest(article)
    pool.learn(article, tag(article))
    by_source = pool.suggest(article)
    assert by_source["memory"] != before["memory"]
    assert by_source["model"] == before["model"]
    pool.suggest(corpus.article(1))
    taught = SuggesterPool(LABELS, MemorySuggester([("جمعية البستان", "INSTITUTION", 1, 0)]), trained)
    assert pool.suggest(article) == taught.suggest(article)


def test_labelled_or_rejected_words_are_not_suggested_in_the_article_or_the_same_context(corpus: Corpus) -> None:
    article = corpus.article(1)
    spans = (Span(new_uid(), article.uid, annotator, "INSTITUTION", 7, 20) for annotator in (SANAE, "Omar"))
    corpus.add(AnnotatedArticle(article, spans=tuple(spans)))
    results = suggest_in(corpus, [1, 2])
    assert [(result.article.id, [item.start for item in result.suggestions]) for result in results] == [
        (1, [36]),
        (2, [6]),
    ]
    [suggestion] = results[1].suggestions
    step = operations.reject(results[1].article, SANAE, suggestion)
    apply_edits(corpus, step, SANAE, name="reject")
    results = suggest_in(corpus, [2])
    assert results[0].suggestions == ()
    assert suggest_in(corpus, [2], "Omar")[0].suggestions != ()


def test_accepting_skips_suggestions_over_spans_labelled_meanwhile(corpus: Corpus) -> None:
    article = corpus.article(1)
    taught = build_plain_article("جمعية البستان").article
    corpus.add(AnnotatedArticle(taught, spans=(Span(new_uid(), taught.uid, SANAE, "INSTITUTION", 0, 13),)))
    results = suggest_in(corpus, [1, 2])
    assert [len(item.suggestions) for item in results] == [2, 1]
    corpus.add(AnnotatedArticle(article, spans=(Span(new_uid(), article.uid, SANAE, "PLAN", 12, 25),)))
    accepted = accept(corpus, results)
    assert [[item.start for item in result.suggestions] for result in accepted] == [[36], [6]]
    spans = corpus.spans(article.uid, SANAE)
    assert [(span.label, span.start, span.source) for span in spans] == [
        ("PLAN", 12, None),
        ("INSTITUTION", 36, "memory"),
    ]


def test_accepting_starts_a_new_article_and_keeps_any_later_state(corpus: Corpus) -> None:
    article, other = corpus.article(1), corpus.article(2)
    corpus.add(AnnotatedArticle(article, states=(Status(article.uid, SANAE, DONE),)))
    suggestion = Suggestion(0, 6, "DATE", "dates", 0.9, "2024")
    accept(corpus, [ArticleSuggestions(article, (suggestion,)), ArticleSuggestions(other, (suggestion,))])
    assert [corpus.status(each.uid, SANAE) for each in (article, other)] == [
        Status(article.uid, SANAE, DONE),
        Status(other.uid, SANAE, IN_PROGRESS),
    ]
    assert [(span.value, span.source) for span in corpus.spans(other.uid)] == [("2024", "dates")]


def test_accepting_starts_an_article_that_was_reset_to_new(corpus: Corpus) -> None:
    article = corpus.article(1)
    for state in (DONE, NEW):
        edits = operations.set_state(corpus.status(article.uid, SANAE), article, SANAE, state)
        apply_edits(corpus, edits, SANAE, name="state")
    accept(corpus, [ArticleSuggestions(article, (Suggestion(0, 6, "DATE", "dates", 0.9),))])
    assert corpus.status(article.uid, SANAE) == Status(article.uid, SANAE, IN_PROGRESS)


def test_accepting_closed_early_leaves_complete_batches_of_articles(corpus: Corpus) -> None:
    suggestion = Suggestion(0, 6, "DATE", "dates", 0.9)
    batches = [
        [ArticleSuggestions(corpus.article(number), (suggestion, Suggestion(7, 12, "DATE", "dates", 0.9)))]
        for number in (1, 2)
    ]
    work = accept_in_batches(corpus, SANAE, batches)
    [accepted] = next(work)
    with Corpus.open(corpus.path) as other:
        assert [span.start for span in other.spans(accepted.article.uid)] == [0, 7], "what was yielded is on disk"
    assert isinstance(work, Generator)
    work.close()
    assert [len(corpus.spans(corpus.article(number).uid)) for number in (1, 2)] == [2, 0]


def test_accepting_a_deleted_label_raises_and_writes_nothing(corpus: Corpus) -> None:
    results = [ArticleSuggestions(corpus.article(1), (Suggestion(0, 6, "GONE", "dates", 0.9),))]
    with pytest.raises(Conflict):
        accept(corpus, results)
    assert corpus.spans(corpus.article(1).uid) == []
    assert corpus.status(corpus.article(1).uid, SANAE) is None


def test_a_suggestion_without_a_value_takes_it_from_another_source(corpus: Corpus) -> None:
    article = corpus.article(1)
    sure, knows = Suggestion(0, 6, "DATE", "model", 0.9), Suggestion(0, 6, "DATE", "dates", 0.5, "2024", True)
    beside = Suggestion(0, 6, "PLAN", "names", 0.1, "another")
    heard = {"model": [sure], "names": [beside], "dates": [knows]}
    belief = Belief({"date model same": 3.0}, {})
    [suggestion] = suggesting.filter_suggestions(article, heard, belief.join, RejectionFilter(), [], [])
    assert (suggestion.source, suggestion.value, suggestion.assumed) == ("model", "2024", True)
