"""A removed article is as if it had never been there, until it is restored."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_plain_article, create_corpus

from annotator.generators import finish
from annotator.model import operations
from annotator.model.records import DONE, FLAGGED, Article, Edit, Suggestion
from annotator.store import restoring
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list, check_data, search, statistics, suggestion_statistics, training_data
from annotator.store.queries.article_list import ArticleFilter
from annotator.store.queries.removals import count_removed_articles, list_removed_articles
from annotator.store.queries.work_log import load_work_log

FIRST: Final = "أعلنت وزارة الصحة عن خطة أمس."
SECOND: Final = "قالت وزارة العدل إن الخطة جاهزة."
QUERIES: Final[dict[str, Callable[[Corpus], object]]] = {
    "numbers": lambda corpus: article_list.list_article_numbers(corpus, "Omar", ArticleFilter()),
    "words": lambda corpus: article_list.list_article_numbers(corpus, "Omar", ArticleFilter(words="وزارة")),
    "done": lambda corpus: [article_list.list_done_articles(corpus, name) for name in ("Omar", None)],
    "in state": lambda corpus: article_list.list_article_numbers(corpus, "Omar", ArticleFilter(state=DONE)),
    "unfinished": lambda corpus: article_list.list_unfinished_articles(corpus, "Sanae"),
    "states": lambda corpus: [article_list.count_by_state(corpus, name) for name in ("Omar", "Sanae")],
    "search": lambda corpus: [result.article.id for result in search.search(corpus, "الصحة")],
    "mentions": lambda corpus: [corpus.has_mention(words) for words in ("وزارة الصحة", "وزارة العدل")],
    "annotators": lambda corpus: corpus.annotators_with_spans(),
    "memory": training_data.count_mentions,
    "rejections": lambda corpus: training_data.load_rejections(corpus, "Omar"),
    "training": training_data.list_training_layers,
    "new layers": lambda corpus: training_data.count_training_layers_since(corpus, 0, 100),
    "uncertain": lambda corpus: training_data.list_uncertain_articles(corpus, "Sanae"),
    "forms": check_data.count_labelled_forms,
    "lengths": check_data.count_span_lengths,
    "checked": lambda corpus: [check_data.list_articles_to_check(corpus, name) for name in ("Omar", None)],
    "suggestions": lambda corpus: suggestion_statistics.collect_suggestion_statistics(corpus, "Omar"),
    "work": lambda corpus: (lambda log: [len(log.spans), len(log.rejections), len(log.done)])(
        finish(load_work_log(corpus))
    ),
    "decisions": suggestion_statistics.count_decisions,
    "statistics": lambda corpus: _without_edits(statistics.collect_statistics(corpus)),
    "contents": lambda corpus: (lambda contents: (contents.articles, contents.spans, contents.done))(
        restoring.read_contents(corpus)
    ),
}


def _without_edits(counts: statistics.CorpusStatistics) -> object:
    shares = counts.annotators.values()
    return (
        counts.articles,
        counts.characters,
        counts.spans,
        counts.labels,
        [(share.states, share.spans) for share in shares],
    )


def _label(corpus: Corpus, article: Article) -> None:
    """Have Omar label a ministry, reject a plan, and finish the article."""
    start = article.text.index("وزارة")
    apply_edits(corpus, operations.add_span(article, [], "Omar", "INSTITUTION", start, start + 11), "Omar")
    plan = article.text.index("خطة")
    rejected = Suggestion(plan, plan + 3, "PLAN", "memory", 0.9)
    apply_edits(corpus, operations.reject(article, "Omar", rejected), "Omar")
    apply_edits(corpus, operations.set_state(None, article, "Omar", DONE), "Omar")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", FIRST) as corpus:
        _label(corpus, corpus.article(1))
        apply_edits(corpus, [_write_note(corpus.article(1))], "Sanae")
        training_data.save_model(corpus, "model", training_data.StoredModel(None, 0, 0), {corpus.article(1).uid: 0.5})
        yield corpus


@pytest.mark.parametrize("query", QUERIES)
def test_removed_article_is_out_of_every_query_until_restored(corpus: Corpus, query: str) -> None:
    run = QUERIES[query]
    without = run(corpus)
    corpus.add(build_plain_article(SECOND))
    second = corpus.article(2)
    _label(corpus, second)
    apply_edits(corpus, [_write_note(second)], "Sanae")
    doubts = {corpus.article(1).uid: 0.5, second.uid: 0.9}
    training_data.save_model(corpus, "model", training_data.StoredModel(None, 0, 0), doubts)
    with_both = run(corpus)
    assert with_both != without or query in _BLIND
    apply_edits(corpus, operations.remove_article(None, second), "Sanae")
    assert run(corpus) == without
    apply_edits(corpus, operations.restore_article(corpus.removal(second.uid)), "Sanae")
    assert run(corpus) == with_both


_BLIND: Final = {"search", "annotators"}  # the second article has nothing for these


def _write_note(article: Article) -> Edit:
    [edit] = operations.set_note(None, article, "Sanae", "ملاحظة")
    return edit


def test_removed_articles_are_listed_and_counted_apart(corpus: Corpus) -> None:
    corpus.add(build_plain_article(SECOND))
    for number in (1, 2):
        apply_edits(corpus, operations.remove_article(None, corpus.article(number)))
    assert list_removed_articles(corpus) == [1, 2]
    assert article_list.list_article_numbers(corpus, "Omar", ArticleFilter(is_removed=True)) == [1, 2]
    removed = ArticleFilter(words="العدل", is_removed=True)
    assert article_list.list_article_numbers(corpus, "Omar", removed) == [2]
    assert [summary.title for summary in article_list.load_summaries(corpus, [1, 2])] == [FIRST, SECOND]
    counted = [
        count_removed_articles(corpus, *chosen) for chosen in ((), (DONE,), (DONE, "Omar"), (DONE, "Sanae"), (FLAGGED,))
    ]
    assert counted == [2, 1, 1, 0, 0]
    assert statistics.collect_statistics(corpus).removed == 2


def test_title_of_an_annotator_is_the_one_in_the_list(corpus: Corpus) -> None:
    article = corpus.article(1)
    apply_edits(corpus, operations.set_title(None, article, "عنوان أوضح"))
    [summary] = article_list.load_all_summaries(corpus)
    assert summary.title == "عنوان أوضح"
