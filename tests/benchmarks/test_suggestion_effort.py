"""That the simulated annotator counts what is done, and that what is waved through is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import suggestion_effort
from labelled_corpora import Gold
from model_accuracy import create_label_set
from suggest.suggesting import CREDULITY
from suggestion_effort import WAYS, Assistance, simulate

from annotator.jobs.suggesting import SuggesterPool
from annotator.model.open_suggestions import SURE_SCORE
from annotator.model.records import DONE, Article, Suggestion, article_uid
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import list_done_articles

TEXT = "أعلنت وزارة الصحة أمس عن خطة. وقال مجلس النواب إن وزارة الصحة لم تعلن شيئا في ماي."
ARTICLE = Article(article_uid(TEXT), TEXT)


def locate(words: str, label: str, nth: int = 0) -> tuple[int, int, str]:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return start, start + len(words), label


GOLD = (
    locate("وزارة الصحة", "ORG"),
    locate("أمس", "DATE"),
    locate("مجلس النواب", "ORG"),
    locate("وزارة الصحة", "ORG", 1),
    locate("ماي", "DATE"),
)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "a.corpus", create_label_set(("DATE", "ORG"))) as created:
        yield created


def stub_suggesters(monkeypatch: pytest.MonkeyPatch, *suggested: tuple[tuple[int, int, str], float]) -> None:
    """Let the suggesters suggest these spans, and learn nothing."""
    suggestions = [Suggestion(*where, "told", score) for where, score in suggested]
    monkeypatch.setattr(SuggesterPool, "suggest", lambda *_article: {"told": suggestions})
    monkeypatch.setattr(SuggesterPool, "learn", lambda *_edits: None)
    monkeypatch.setattr("annotator.jobs.suggesting.believe_beforehand", lambda _labels: CREDULITY)


def stored_spans(corpus: Corpus) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.label) for span in corpus.spans(ARTICLE.uid)]


def test_by_hand_every_span_is_labelled_and_paid_for(corpus: Corpus) -> None:
    [cost] = simulate(corpus, [Gold(ARTICLE, GOLD)], WAYS[0])
    assert stored_spans(corpus) == [*GOLD]
    assert list_done_articles(corpus, None) == [1]
    assert corpus.status(ARTICLE.uid, "bench").state == DONE  # type: ignore[union-attr]
    # To each by one key, an arrow or its letter; those of two words take one more to the last; and the label.
    assert (cost.spans, cost.errors) == (5, 0)
    assert cost.keys == 3 + 2 + 3 + 3 + 2


def test_a_suggestion_that_is_right_costs_one_key_and_a_wrong_one_another(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_suggesters(monkeypatch, *((where, 0.5) for where in GOLD), (locate("خطة", "ORG"), 0.5))
    [cost] = simulate(corpus, [Gold(ARTICLE, GOLD)], Assistance("all"))
    assert stored_spans(corpus) == [*GOLD]
    assert cost.keys == 1 + 5 + 1  # to the first one, five that are right, one that is not
    assert cost.clicking == pytest.approx(5 * 1.3)


def test_what_is_sure_is_accepted_by_a_key_a_sentence_and_what_was_wrong_is_told(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_suggesters(monkeypatch, *((where, SURE_SCORE) for where in GOLD), (locate("خطة", "ORG"), SURE_SCORE))
    [cost] = simulate(corpus, [Gold(ARTICLE, GOLD)], Assistance("all", at_once="sentence"))
    assert stored_spans(corpus) == sorted([*GOLD, locate("خطة", "ORG")])
    assert (cost.keys, cost.errors) == (2, 1)


def test_what_is_right_in_view_is_accepted_by_one_key_after_the_rest_is_corrected(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_suggesters(monkeypatch, *((where, 0.3) for where in GOLD[:4]), (locate("خطة", "ORG"), SURE_SCORE))
    [cost] = simulate(corpus, [Gold(ARTICLE, GOLD)], Assistance("all", at_once="view"))
    assert stored_spans(corpus) == [*GOLD]
    # To the plan by its letter, Return, Delete; to the month by its letter, twice, and the label; what is left.
    assert (cost.keys, cost.errors) == (3 + (2 + 1) + 1, 0)


def test_a_view_has_whole_sentences(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestion_effort, "_WORDS_IN_VIEW", 12)
    stub_suggesters(monkeypatch, *((where, 0.3) for where in GOLD))
    [cost] = simulate(corpus, [Gold(ARTICLE, GOLD)], Assistance("all", at_once="view"))
    assert stored_spans(corpus) == [*GOLD]
    assert cost.keys == 2


def test_edges_and_labels_are_put_right(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [(locate("وزارة", "ORG"), 0.5), (locate("أمس", "ORG"), 0.5)]
    stub_suggesters(monkeypatch, *wrong)
    [cost] = simulate(corpus, [Gold(ARTICLE, GOLD[:2])], Assistance("all"))
    assert stored_spans(corpus) == [*GOLD[:2]]
    assert cost.keys == 1 + (1 + 1) + 1


def test_every_way_has_its_figures_beside_the_peers(tmp_path: Path) -> None:
    figures = list(suggestion_effort.measure("news", [Gold(ARTICLE, GOLD)], ("DATE", "ORG"), tmp_path, shuffles=1))
    for helped in WAYS:
        assert any(figure.what == f"a span, all: news, {helped.what}" for figure in figures)
        shuffled = [
            each.what for each in figures if each.what == f"a span, the last quarter: news, {helped.what}, shuffled 1"
        ]
        assert bool(shuffled) is (helped.at_once is not None)
    assert {figure.against.split()[0] for figure in figures if figure.reference} == {"INCEpTION's", "Label", "a"}
    wanted = [(figure.what, figure.wanted.bound) for figure in figures if figure.wanted]
    assert len(wanted) == len(set(wanted)) == 6  # two of seconds and one of errors, in order and shuffled
    assert {bound for what, bound in wanted if "one key" in what} == {0.3, 0.25}
