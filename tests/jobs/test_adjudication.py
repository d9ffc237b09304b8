"""What adjudication makes of the layers of a real corpus."""

from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from builders import apply_edits, create_corpus, label_words

from annotator.jobs.adjudication import AdjudicationResult, adjudicate, list_decided_otherwise, load_adjudications
from annotator.model import operations
from annotator.model.changeset import Assignment, Batch
from annotator.model.history import build_stacks, reverse_step
from annotator.model.records import DONE, IN_PROGRESS, Decision, Edit, Span, Status, article_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import gold
from annotator.store.queries.annotators import list_people
from annotator.store.queries.assignments import save_assignments
from annotator.store.queries.statistics import collect_statistics
from annotator.team.disagreements import CandidateSpan

TEXT = "أعلنت وزارة الصحة بالرباط عن الخطة الوطنية للتلقيح، وقالت إن البرنامج بدأ."
OTHER = "وصل القطار إلى وجدة يوم الجمعة."
UID = article_uid(TEXT)
MINISTRY, LONG, PLAN, PROGRAMME = "وزارة الصحة", "وزارة الصحة بالرباط", "الخطة الوطنية للتلقيح", "البرنامج"


def label(corpus: Corpus, annotator: str, *labelled: tuple[str, str], text: str = TEXT, state: str = DONE) -> None:
    """Have an annotator do the article with these words and labels."""
    spans = label_words(text, labelled, annotator)
    apply_edits(
        corpus,
        [*(Edit(None, span) for span in spans), Edit(None, Status(article_uid(text), annotator, state))],
        annotator,
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Create a corpus of which three annotators have done the first article, and one the second."""
    with create_corpus(tmp_path / "a.corpus", TEXT, OTHER) as corpus:
        label(corpus, "منى", (MINISTRY, "INSTITUTION"), (PLAN, "PLAN"))
        label(corpus, "سلمى", (LONG, "INSTITUTION"), (PLAN, "PLAN"))
        label(corpus, "Sanae", (MINISTRY, "INSTITUTION"), (PLAN, "PLAN"), (PROGRAMME, "PLAN"))
        label(corpus, "منى", ("وجدة", "INSTITUTION"), text=OTHER)
        yield corpus


def finish(steps: Generator[object, None, AdjudicationResult]) -> AdjudicationResult:
    results: list[AdjudicationResult] = []

    def collect() -> Generator[object, None, None]:
        results.append((yield from steps))

    list(collect())
    return results[0]


def gold_words(corpus: Corpus) -> list[tuple[str, str, str | None]]:
    name = gold.find_gold(corpus)
    assert name
    return [(TEXT[span.start : span.end], span.label, span.source) for span in corpus.spans(UID, name)]


def test_without_a_wish_disagreements_are_listed_and_nothing_is_written(corpus: Corpus) -> None:
    version = corpus.content_version()
    result = finish(adjudicate(corpus, "Lead"))
    assert [TEXT[item.disagreement.start : item.disagreement.end] for item in result.disagreements] == [LONG, PROGRAMME]
    assert (result.agreed, result.decided, gold.find_gold(corpus)) == (0, 0, None)
    assert corpus.content_version() == version


def test_majorities_remove_a_span_over_two_disagreements_once(corpus: Corpus) -> None:
    [item] = load_adjudications(corpus, gold.create_gold(corpus), [1])
    first, last = item.adjudication.comparison.disagreements
    wide = CandidateSpan(first.start, last.end, "INSTITUTION")
    adjudication = item.adjudication.after(item.adjudication.decide(first, [wide]))
    edits = adjudication.decide_by_majority((first, last))
    removed = [edit.before for edit in edits if isinstance(edit.before, Span)]
    assert [(span.start, span.end) for span in removed] == [(first.start, last.end)]


def test_what_a_single_annotator_has_is_not_agreed(corpus: Corpus) -> None:
    [item] = load_adjudications(corpus, gold.create_gold(corpus), [2])
    assert item.adjudication.comparison.annotators == ("منى",)
    assert item.adjudication.agree() == []


def test_what_all_agree_on_goes_into_gold_once(corpus: Corpus) -> None:
    for count in (1, 0):
        result = finish(adjudicate(corpus, "Lead", agreed=True))
        assert (result.agreed, result.decided, len(result.disagreements)) == (count, 0, 2)
        assert gold_words(corpus) == [(PLAN, "PLAN", "agreed 3/3")]
    name = gold.find_gold(corpus)
    assert name == "gold"
    assert corpus.status(UID, name) == Status(UID, name, IN_PROGRESS)
    assert corpus.spans(article_uid(OTHER), name) == []
    [step] = corpus.history(UID, name)
    assert corpus.step(step.uid).actor == "Lead"
    assert build_stacks([step]) == ([], [])  # no key has done it, and none undoes it


def test_a_majority_decides_and_the_article_is_done(corpus: Corpus) -> None:
    result = finish(adjudicate(corpus, "Lead", majority=True))
    assert (result.agreed, result.decided, result.disagreements) == (1, 2, [])
    assert gold_words(corpus) == [(MINISTRY, "INSTITUTION", "decided 2/3"), (PLAN, "PLAN", "agreed 3/3")]
    [decisions] = gold.load_decisions(corpus, [UID]).values()
    assert [decision.verdict for decision in decisions] == ["majority", "majority"]
    assert corpus.status(UID, "gold") == Status(UID, "gold", DONE)
    assert finish(adjudicate(corpus, "Lead", majority=True)) == AdjudicationResult(0, 0, [])


def test_gold_is_no_annotator_of_the_statistics_and_doubles_nothing(corpus: Corpus) -> None:
    before = collect_statistics(corpus)
    assert before.gold is None
    finish(adjudicate(corpus, "Lead", majority=True))
    after = collect_statistics(corpus)
    assert (after.spans, after.labels, after.edits) == (before.spans, before.labels, before.edits)
    assert after.annotators.keys() - before.annotators.keys() == {"Lead"}
    assert after.gold
    assert (after.gold.spans, after.gold.states[DONE]) == (2, 1)


def test_a_decision_by_majority_is_undone_as_one_step(corpus: Corpus) -> None:
    finish(adjudicate(corpus, "Lead", majority=True))
    undoable, _redoable = build_stacks(corpus.history(UID, "gold"))
    step = corpus.step(undoable[-1].uid)
    apply_edits(corpus, reverse_step(step), "gold", undoes=step.uid, name=step.name)
    assert gold_words(corpus) == [(PLAN, "PLAN", "agreed 3/3")]
    assert gold.load_decisions(corpus, [UID]) == {}
    assert len(finish(adjudicate(corpus, "Lead")).disagreements) == 2


def test_only_a_disagreement_whose_votes_have_changed_comes_back(corpus: Corpus) -> None:
    finish(adjudicate(corpus, "Lead", majority=True))
    [own] = [span for span in corpus.spans(UID, "منى") if span.label == "INSTITUTION"]
    start, end = TEXT.index(LONG), TEXT.index(LONG) + len(LONG)
    apply_edits(corpus, operations.resize(corpus.article(UID), [own], own, start, end), "منى")
    result = finish(adjudicate(corpus, "Lead", agreed=True))
    [item] = result.disagreements
    assert item.disagreement.majority
    assert item.disagreement.majority.annotators == ("منى", "سلمى")
    assert corpus.status(UID, "gold") == Status(UID, "gold", IN_PROGRESS)
    finish(adjudicate(corpus, "Lead", majority=True))
    assert gold_words(corpus)[0] == (LONG, "INSTITUTION", "decided 2/3")
    assert len(gold.load_decisions(corpus, [UID])[UID]) == 2


def test_what_was_agreed_and_removed_by_hand_does_not_come_back(corpus: Corpus) -> None:
    finish(adjudicate(corpus, "Lead", agreed=True))
    [span] = corpus.spans(UID, "gold")
    apply_edits(corpus, operations.remove_span(span), "gold")
    assert finish(adjudicate(corpus, "Lead", agreed=True)).agreed == 0
    assert gold_words(corpus) == []


def test_what_nobody_has_any_more_goes_again(corpus: Corpus) -> None:
    finish(adjudicate(corpus, "Lead", agreed=True))
    for name in ("منى", "سلمى", "Sanae"):
        [span] = [span for span in corpus.spans(UID, name) if TEXT[span.start : span.end] == PLAN]
        apply_edits(corpus, operations.remove_span(span), name)
    finish(adjudicate(corpus, "Lead", agreed=True))
    assert gold_words(corpus) == []


def test_other_edges_are_a_decision_that_the_next_one_replaces_and_what_a_person_labelled_stays(corpus: Corpus) -> None:
    finish(adjudicate(corpus, "Lead", agreed=True))
    [item] = load_adjudications(corpus, "gold", [1])
    disagreement = item.adjudication.open_disagreements()[0]
    [short] = [candidate for candidate in disagreement.candidates if candidate.votes == 2]
    other = short.spans[0]._replace(end=short.spans[0].end - 1)
    apply_edits(corpus, item.adjudication.decide(disagreement, [other]), "gold")
    by_hand = Span("by-hand", UID, "gold", "DATE", disagreement.start, disagreement.start + 4)
    apply_edits(corpus, [Edit(None, by_hand)], "gold")
    assert [decision.verdict for decision in gold.load_decisions(corpus, [UID])[UID]] == ["other"]
    [item] = load_adjudications(corpus, "gold", [1])
    apply_edits(corpus, item.adjudication.decide(disagreement, []), "gold")
    assert gold_words(corpus) == [("وزار", "DATE", None), (PLAN, "PLAN", "agreed 3/3")]
    [decision] = gold.load_decisions(corpus, [UID])[UID]
    assert (decision.verdict, type(decision)) == ("none", Decision)


def test_a_layer_in_progress_does_not_vote_and_a_person_named_gold_keeps_the_name(tmp_path: Path) -> None:
    corpus = create_corpus(tmp_path / "b.corpus", TEXT)
    label(corpus, "gold", (PLAN, "PLAN"))
    label(corpus, "منى", (PLAN, "PLAN"))
    label(corpus, "سلمى", state=IN_PROGRESS)
    assert finish(adjudicate(corpus, "Lead", agreed=True)) == AdjudicationResult(1, 0, [])
    assert gold.find_gold(corpus) == "gold (2)"
    assert list_people(corpus) == ["gold", "منى", "سلمى", "Lead"]
    assert corpus.status(UID, "gold (2)") == Status(UID, "gold (2)", DONE)


def test_what_was_given_out_blind_waits_until_all_are_done(corpus: Corpus) -> None:
    batch = Batch("batch", "batch", is_blind=True, time="2026-11-27T00:00:00.000+00:00")
    save_assignments(corpus, batch, [Assignment(UID, "Youssef", "batch"), Assignment(UID, "منى", "batch")])
    assert gold.list_shared_articles(corpus) == []
    label(corpus, "Youssef")
    assert gold.list_shared_articles(corpus) == [1]
    assert gold.find_blind_batch(corpus, UID) == "batch"


def test_annotators_see_what_was_decided_otherwise_once_the_article_is_adjudicated(corpus: Corpus) -> None:
    def differences(annotator: str) -> list[tuple[list[str], list[str]]]:
        results: list[tuple[list[str], list[str]]] = []

        def collect() -> Generator[object, None, None]:
            for _annotated, item in (yield from list_decided_otherwise(corpus, annotator)):
                own, decided = ([TEXT[span.start : span.end] for span in spans] for spans in (item.own, item.decided))
                results.append((own, decided))

        list(collect())
        return results

    finish(adjudicate(corpus, "Lead", agreed=True))
    assert differences("سلمى") == []
    finish(adjudicate(corpus, "Lead", majority=True))
    assert differences("سلمى") == [([LONG], [MINISTRY])]
    assert differences("Sanae") == [([PROGRAMME], [])]
    assert differences("منى") == []
    assert differences("Youssef") == []
