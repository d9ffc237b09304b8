"""What one annotator does in an article that is given blind is learned from by nobody, and suggested to nobody."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import apply_edits, create_corpus, give_articles
from suggest.suggesting import LABELS

from annotator.generators import finish
from annotator.jobs import learning, suggesting
from annotator.jobs.checking import check_corpus
from annotator.jobs.suggesting import AnnotatorSuggester, BatchSuggester
from annotator.jobs.team_agreement import measure_team_agreement
from annotator.jobs.team_progress import summarise_work
from annotator.jobs.work_counting import count_work
from annotator.model import operations
from annotator.model.progress import sum_work
from annotator.model.records import DONE, FLAGGED, NEW, Edit, Rejection, new_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import training_data
from annotator.store.queries.suggestion_statistics import collect_suggestion_statistics
from annotator.store.queries.work_log import load_work_log

AMAL, BILAL, CHAFIA, GOLD = "Amal", "Bilal", "Chafia", "gold"
WORDS = "جمعية البستان"
TEXT = f"اجتمعت {WORDS} يوم أمس."
OTHER = f"وزارت {WORDS} مدينة فاس."
THIRD = f"لم تحضر {WORDS} لقاء الرباط."


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Corpus]:
    """Yield a corpus of three articles, of which the first is given blind to two annotators."""
    for module in (suggesting, learning):
        monkeypatch.setattr(module, "rule_suggesters", tuple)
    with create_corpus(tmp_path / "a.corpus", TEXT, OTHER, THIRD, labels=LABELS) as opened:
        give_articles(opened, {AMAL: [1], BILAL: [1]}, is_blind=True)
        yield opened


def do(corpus: Corpus, number: int, annotator: str) -> None:
    """Label the first mention in an article, and finish it."""
    article = corpus.article(number)
    start = article.text.index(WORDS)
    edits = operations.add_span(article, [], annotator, "INSTITUTION", start, start + len(WORDS))
    edits += operations.set_state(None, article, annotator, DONE)
    apply_edits(corpus, edits, annotator)


def make_gold(corpus: Corpus) -> None:
    with corpus.transaction():
        corpus.db.execute("INSERT INTO annotator (name, added, kind) VALUES (?, '2026-11-27', 'gold')", (GOLD,))


def suggest(corpus: Corpus, number: int, annotator: str) -> list[int]:
    """Return where something is suggested to the annotator, in the window and by the command alike."""
    article = corpus.article(number)
    service = AnnotatorSuggester.from_corpus_file(corpus.path, annotator)
    layer = corpus.spans(article.uid, annotator)
    starts = [suggestion.start for suggestion in service.suggest(article, layer, ())]
    [result], _problems = BatchSuggester.from_corpus(corpus, annotator)([corpus.load_article(number, annotator)])
    assert [suggestion.start for suggestion in result.suggestions] == starts
    return starts


def test_memory_suggests_ones_own_labels_alone(corpus: Corpus) -> None:
    do(corpus, 1, BILAL)
    assert [suggest(corpus, number, AMAL) for number in (1, 2)] == [[], []]
    assert suggest(corpus, 2, BILAL) == [OTHER.index(WORDS)]


def test_memory_learns_from_gold_but_not_in_an_article_that_is_still_to_be_done(corpus: Corpus) -> None:
    make_gold(corpus)
    do(corpus, 1, GOLD)
    assert [suggest(corpus, number, AMAL) for number in (1, 2)] == [[], []]
    do(corpus, 3, GOLD)
    assert suggest(corpus, 2, AMAL) == [OTHER.index(WORDS)]
    counts = training_data.count_mentions(corpus, AMAL)
    assert [count.spans for count in counts] == [1]
    do(corpus, 1, AMAL)
    counts = training_data.count_mentions(corpus, AMAL)
    assert [count.spans for count in counts] == [3]  # her own, and both of gold


def test_the_model_learns_from_gold_alone_where_several_label_blind(corpus: Corpus) -> None:
    do(corpus, 1, BILAL)
    do(corpus, 2, BILAL)
    assert training_data.list_training_layers(corpus) == [(2, BILAL)]
    assert training_data.count_training_layers_since(corpus, 0, 9) == 1
    assert [count.spans for count in training_data.count_mentions(corpus)] == [1]
    make_gold(corpus)
    do(corpus, 1, GOLD)
    do(corpus, 3, AMAL)
    assert training_data.list_training_layers(corpus) == [(2, BILAL), (3, AMAL), (1, GOLD)]
    data = learning._load_training_data(corpus)
    assert [example.article.id for example in data.examples] == [2, 3, 1]
    assert [span[0] for example in data.examples for span in example.spans] == [
        text.index(WORDS) for text in (OTHER, THIRD, TEXT)
    ]
    assert data.other_layers == []  # Bilal's in the first article is not in the memory, which need not forget it


def test_the_model_forgets_what_it_knows_of_other_layers_of_gold_articles(corpus: Corpus) -> None:
    make_gold(corpus)
    do(corpus, 2, BILAL)
    do(corpus, 2, GOLD)
    data = learning._load_training_data(corpus)
    assert [example.article.id for example in data.examples] == [2]
    assert len(data.other_layers) == 1


def test_an_article_given_blind_to_one_annotator_teaches_everybody(corpus: Corpus) -> None:
    give_articles(corpus, {AMAL: [2]}, is_blind=True)
    do(corpus, 2, AMAL)
    assert training_data.list_training_layers(corpus) == [(2, AMAL)]


def test_agreement_leaves_out_what_the_reader_still_has_to_do_blind(corpus: Corpus) -> None:
    give_articles(corpus, {CHAFIA: [1, 2]}, is_blind=True)
    for number in (1, 2, 3):
        do(corpus, number, AMAL)
        edits = operations.set_state(None, corpus.article(number), BILAL, DONE)
        apply_edits(corpus, edits, BILAL)

    def compared(reader: str) -> tuple[list[int], list[int], int, int]:
        measured = finish(measure_team_agreement(corpus, reader))
        numbers = [article.id for article in measured.agreement.by_article]
        return numbers, [article.number for article in measured.contested], measured.disagreements, measured.hidden

    assert compared(CHAFIA) == ([3], [3], 1, 2)
    for reader in (AMAL, ""):  # she is done with what she labels blind
        assert compared(reader) == ([1, 2, 3], [3], 1, 0)
    for number, state in ((1, DONE), (2, FLAGGED)):
        apply_edits(corpus, operations.set_state(None, corpus.article(number), CHAFIA, state), CHAFIA)
    assert compared(CHAFIA) == ([1, 3], [1, 3], 2, 1)
    assert compared("") == ([1, 2, 3], [1, 2, 3], 3, 0)


def test_checks_compare_with_ones_own_labels_alone(corpus: Corpus) -> None:
    do(corpus, 1, BILAL)
    do(corpus, 3, BILAL)
    article = corpus.article(2)
    for name in (AMAL, BILAL):
        apply_edits(corpus, operations.set_state(None, article, name, DONE), name)
    issues = {name: [issue.article for issue in finish(check_corpus(corpus, name)).issues] for name in (AMAL, BILAL)}
    assert issues[AMAL] == []
    assert article.uid in issues[BILAL]


def test_statistics_of_suggestions_leave_out_what_the_reader_still_has_to_do_blind(corpus: Corpus) -> None:
    for number in (1, 2):
        do(corpus, number, BILAL)

    def count_articles(reader: str) -> int:
        return sum(collect_suggestion_statistics(corpus, BILAL, reader=reader).bin_sizes)

    assert [count_articles(reader) for reader in ("", BILAL, CHAFIA, AMAL)] == [2, 2, 2, 1]
    do(corpus, 1, AMAL)
    assert count_articles(AMAL) == 2


def test_totals_leave_out_what_others_did_in_what_the_reader_still_has_to_do_blind(corpus: Corpus) -> None:
    make_gold(corpus)
    for number in (1, 2):
        do(corpus, number, BILAL)
    do(corpus, 1, GOLD)
    today = datetime.now(UTC).astimezone().date()

    def count(reader: str) -> dict[str, tuple[int, ...]]:
        work = finish(count_work(corpus, reader))
        progress = finish(summarise_work(corpus, work, today, reader))
        bilal = progress.annotators[BILAL]
        totals = [sum_work(work.get(name, {}).values()) for name in (BILAL, GOLD)]
        return {
            "articles": tuple(total.articles for total in totals),
            "spans": tuple(total.spans for total in totals),
            "labels": tuple(total.labels.get("INSTITUTION", 0) for total in totals),
            "states": (bilal.states[NEW], bilal.states[DONE], bilal.assigned or 0),
            "edits": (bilal.edits, bilal.spans),
            "days": tuple(day.edits for name, day in progress.days[today].items() if name == BILAL),
            "hidden": (progress.hidden,),
        }

    everything = count("")
    assert everything == {
        "articles": (2, 1),
        "spans": (2, 1),
        "labels": (2, 1),
        "states": (0, 1, 1),
        "edits": (4, 2),
        "days": (4,),
        "hidden": (0,),
    }
    assert count(BILAL) == everything  # he is done with it
    assert count(AMAL) == {
        "articles": (1, 0),
        "spans": (1, 0),
        "labels": (1, 0),
        "states": (0, 0, 0),
        "edits": (2, 1),
        "days": (2,),
        "hidden": (1,),
    }
    give_articles(corpus, {BILAL: [2]})
    assert count(AMAL)["states"] == (0, 1, 1)
    assert finish(summarise_work(corpus, {}, today, AMAL)).annotators[AMAL].states[NEW] == 1  # one's own counts
    do(corpus, 1, AMAL)
    assert count(AMAL)["articles"] == everything["articles"]
    assert count(AMAL)["hidden"] == (0,)


def test_the_record_of_work_leaves_out_what_others_did_in_what_the_reader_still_has_to_do_blind(corpus: Corpus) -> None:
    for number in (1, 2):
        article = corpus.article(number)
        rejection = Rejection(new_uid(), article.uid, BILAL, "INSTITUTION", 0, 3, "rules")
        apply_edits(corpus, [Edit(None, rejection)], BILAL)

    def count(reader: str) -> tuple[int, int]:
        log = finish(load_work_log(corpus, reader))
        return len(log.rejections), len(log.steps)

    assert (count(""), count(BILAL), count(AMAL)) == ((2, 2), (2, 2), (1, 1))
