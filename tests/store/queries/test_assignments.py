"""Articles given to annotators: their queues, who has what, and what stays hidden."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from builders import apply_edits, create_corpus, give_articles
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from annotator.model import operations
from annotator.model.changeset import Assignment, Batch, Changeset
from annotator.model.records import DONE, IN_PROGRESS, NEW, SKIPPED, Edit, Removal, Status
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter, count_articles, count_by_state, list_article_numbers
from annotator.store.queries.assignments import (
    count_assigned_states,
    has_queue,
    is_hidden,
    list_annotators_with_queues,
    list_article_uids,
    list_assignments,
    list_batches,
    list_hidden_articles,
    list_holders,
    list_queue,
    merge_assignments,
    save_assignments,
)
from annotator.store.queries.team import list_lacking_articles

AMAL, BILAL, LEAD = "Amal", "Bilal", "Lead"
TEXTS = tuple(f"أعلنت وزارة الصحة يوم {day} ماي" for day in range(1, 7))


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", *TEXTS) as opened:
        yield opened


def set_state(corpus: Corpus, number: int, annotator: str, state: str) -> None:
    uid = corpus.article(number).uid
    apply_edits(corpus, [Edit(corpus.status(uid, annotator), Status(uid, annotator, state))], annotator, name="state")


def tag(corpus: Corpus, number: int, annotator: str) -> None:
    article = corpus.article(number)
    start = article.text.index("وزارة الصحة")
    edits = operations.add_span(article, [], annotator, "INSTITUTION", start, start + len("وزارة الصحة"))
    apply_edits(corpus, edits, annotator)


def remove(corpus: Corpus, number: int) -> None:
    apply_edits(corpus, [Edit(None, Removal(corpus.article(number).uid))], LEAD, name="remove_article")


def test_a_queue_has_the_articles_given_to_the_annotator(corpus: Corpus) -> None:
    give_articles(corpus, {AMAL: [1, 2, 5], BILAL: [2]})
    assert (list_queue(corpus, AMAL), list_queue(corpus, BILAL)) == ({1, 2, 5}, {2})
    assert [has_queue(corpus, name) for name in (AMAL, BILAL, LEAD)] == [True, True, False]
    assert list_annotators_with_queues(corpus) == [AMAL, BILAL]
    mine = ArticleFilter(is_mine=True)
    assert list_article_numbers(corpus, AMAL, mine) == [1, 2, 5]
    set_state(corpus, 5, AMAL, DONE)
    assert list_article_numbers(corpus, AMAL, ArticleFilter(NEW, is_mine=True)) == [1, 2]
    assert list_article_numbers(corpus, AMAL, ArticleFilter(DONE, is_mine=True)) == [5]
    assert list_article_numbers(corpus, AMAL, ArticleFilter(words="5 ماي", is_mine=True)) == [5]
    assert list_article_numbers(corpus, LEAD, mine) == []


def test_a_batch_is_saved_once(corpus: Corpus) -> None:
    batch = give_articles(corpus, {AMAL: [1]}, is_blind=True)
    uid = corpus.article(1).uid
    save_assignments(corpus, batch, [Assignment(uid, AMAL, batch.uid)])
    assert list_batches(corpus) == [batch]
    assert list_assignments(corpus) == [Assignment(uid, AMAL, batch.uid)]
    assert list_assignments(corpus, BILAL) == []


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([None, "a", "b"])), max_size=6), st.randoms())
def test_what_was_given_out_and_taken_back_stands_alike_in_whatever_order_it_comes(
    entries: list[tuple[int, str | None]], random: Random
) -> None:
    with TemporaryDirectory() as folder, create_corpus(Path(folder, "a.corpus"), *TEXTS[:1]) as corpus:
        uid = corpus.article(1).uid
        give_articles(corpus, {AMAL: [], BILAL: []})
        for name in (AMAL, BILAL):
            tag(corpus, 1, name)
        for batch in "ab":
            save_assignments(corpus, Batch(batch, batch, is_blind=False, time="2026-11-27T12:00:00+00:00"), [])
        assignments = [Assignment(uid, AMAL, batch, clock, is_taken_back=batch is None) for clock, batch in entries]
        merge_assignments(corpus, assignments)
        random.shuffle(assignments)
        for assignment in assignments:
            merge_assignments(corpus, [replace(assignment, annotator=BILAL)])
        given_out = [[each.batch for each in list_assignments(corpus, name)] for name in (AMAL, BILAL)]
        assert given_out[0] == given_out[1]


def test_an_assignment_of_an_article_that_is_missing_is_left_out(corpus: Corpus) -> None:
    merge_assignments(corpus, [Assignment("0" * 64, AMAL), Assignment("0" * 64, AMAL, is_taken_back=True)])
    assert list_assignments(corpus) == []


def test_an_assignment_of_a_batch_that_is_missing_is_left_out(corpus: Corpus) -> None:
    """A server shows the batches of others to curators only: whoever becomes one may have read past them."""
    assignment = Assignment(corpus.article(1).uid, AMAL, batch="f" * 32)
    merge_assignments(corpus, [assignment])
    assert list_assignments(corpus) == []
    assert list_lacking_articles(corpus, Changeset("", assignments=(assignment,))) == {assignment.article}


def test_a_removed_article_is_in_no_queue_and_no_count(corpus: Corpus) -> None:
    batch = give_articles(corpus, {AMAL: [1, 2, 3]})
    set_state(corpus, 1, AMAL, DONE)
    set_state(corpus, 4, AMAL, DONE)  # not in the queue
    remove(corpus, 3)
    assert list_article_numbers(corpus, AMAL, ArticleFilter(is_mine=True)) == [1, 2]
    counts = count_by_state(corpus, AMAL, only_assigned=True)
    assert (counts[NEW], counts[DONE], sum(counts.values())) == (1, 1, 2)
    assert count_by_state(corpus, AMAL)[DONE] == 2
    assert (count_articles(corpus), count_articles(corpus, AMAL)) == (5, 2)
    assert count_assigned_states(corpus) == [(batch.uid, AMAL, DONE, 1), (batch.uid, AMAL, NEW, 1)]
    assert len(list_assignments(corpus)) == 2
    assert corpus.article(3).uid not in list_article_uids(corpus)


def test_an_article_given_blind_hides_what_others_do_there_from_those_who_have_it(corpus: Corpus) -> None:
    give_articles(corpus, {AMAL: [1, 2], BILAL: [2]}, is_blind=True)
    give_articles(corpus, {AMAL: [3], BILAL: [3]})
    uids = {number: corpus.article(number).uid for number in range(1, 4)}
    assert list_hidden_articles(corpus, AMAL) == {1: uids[1], 2: uids[2]}
    assert [is_hidden(corpus, uids[2], name, "Omar") for name in (AMAL, BILAL, LEAD)] == [True, True, False]
    assert not is_hidden(corpus, uids[1], BILAL, AMAL)
    assert not is_hidden(corpus, uids[3], AMAL, BILAL)
    everything = ArticleFilter()
    assert list_article_numbers(corpus, BILAL, everything, reader=AMAL) == [3, 4, 5, 6]
    assert list_article_numbers(corpus, BILAL, everything, reader=LEAD) == [1, 2, 3, 4, 5, 6]
    set_state(corpus, 2, BILAL, DONE)
    assert list_article_numbers(corpus, BILAL, ArticleFilter(DONE), reader=AMAL) == []


def test_gold_is_hidden_until_the_article_is_done(corpus: Corpus) -> None:
    give_articles(corpus, {AMAL: [1, 2], BILAL: [1, 2]}, is_blind=True)
    with corpus.transaction():
        corpus.db.execute("INSERT INTO annotator (name, added, kind) VALUES ('gold', '2026-11-27', 'gold')")
    uid = corpus.article(1).uid
    set_state(corpus, 1, AMAL, IN_PROGRESS)
    assert is_hidden(corpus, uid, AMAL, "gold")
    set_state(corpus, 1, AMAL, DONE)
    assert not is_hidden(corpus, uid, AMAL, "gold")
    assert is_hidden(corpus, uid, AMAL, BILAL)
    assert is_hidden(corpus, uid, BILAL, "gold")
    assert [*list_hidden_articles(corpus, AMAL, "gold")] == [2]
    assert list_hidden_articles(corpus, AMAL, BILAL).keys() == list_hidden_articles(corpus, AMAL).keys() == {1, 2}


def test_who_has_an_article(corpus: Corpus) -> None:
    """What is given, done by anybody, or begun by those to whom articles are to be given; nothing else."""
    give_articles(corpus, {AMAL: [1]})
    set_state(corpus, 2, LEAD, DONE)
    set_state(corpus, 3, LEAD, IN_PROGRESS)
    set_state(corpus, 4, BILAL, SKIPPED)
    tag(corpus, 5, BILAL)
    tag(corpus, 6, LEAD)
    uids = [corpus.article(number).uid for number in range(1, 7)]
    expected = {uids[0]: [AMAL], uids[1]: [LEAD], uids[3]: [BILAL], uids[4]: [BILAL]}
    assert list_holders(corpus, [AMAL, BILAL]) == expected
    remove(corpus, 2)
    assert uids[1] not in list_holders(corpus, [AMAL, BILAL])
