"""The same disagreement in several articles of a real corpus, decided in one step."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from builders import apply_edits, create_corpus, label_words

from annotator.jobs.adjudication import adjudicate, load_adjudications
from annotator.jobs.same_disagreements import SamePlace, decide_same_disagreements, find_same_disagreements
from annotator.model import operations
from annotator.model.history import build_stacks, reverse_step
from annotator.model.records import DONE, IN_PROGRESS, Edit, Status, article_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import gold
from annotator.team.disagreements import CandidateKind, Disagreement, describe_candidate

T = TypeVar("T")
SHORT, LONG, CITY = "وزارة الصحة", "وزارة الصحة بالرباط", "وجدة"
TEXTS = (
    f"أعلنت {LONG} عن الخطة الوطنية.",
    f"قالت {LONG} إن القطار وصل إلى {CITY}.",
    "أضافت وَزَارَةُ الصحة بالرباط أن الأشغال بدأت.",
    f"زار الوفد {LONG} يوم الجمعة.",
)
UIDS = tuple(map(article_uid, TEXTS))


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Create a corpus in which two annotators differ in the same way in three articles, and a third in the last."""
    with create_corpus(tmp_path / "a.corpus", *TEXTS) as corpus:
        for text in TEXTS:
            words = LONG if LONG in text else text[text.index("وَ") : text.index(" أن")]
            short = words.removesuffix(" بالرباط")
            extra = [(CITY, "PLAN")] if CITY in text else []
            layers = {"منى": [(words, "INSTITUTION")], "سلمى": [(short, "INSTITUTION"), *extra]}
            if text == TEXTS[3]:
                layers["Sanae"] = [(short, "INSTITUTION")]
            for name, labelled in layers.items():
                spans = label_words(text, labelled, name)
                status = Edit(None, Status(article_uid(text), name, DONE))
                apply_edits(corpus, [*(Edit(None, span) for span in spans), status], name)
        finish(adjudicate(corpus, "Lead", agreed=True))
        yield corpus


def finish(steps: Generator[tuple[int, int], None, T]) -> T:
    """Run a job to its end, and return its result; its progress only rises."""
    last = 0
    while True:
        try:
            position, total = next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        assert last <= position <= total
        last = position


def first_disagreement(corpus: Corpus, number: int = 1) -> Disagreement:
    [item] = load_adjudications(corpus, "gold", [number])
    return item.adjudication.open_disagreements()[0]


def find_places(corpus: Corpus, number: int = 1) -> list[SamePlace]:
    return finish(find_same_disagreements(corpus, "gold", number, first_disagreement(corpus, number)))


def kind_of(corpus: Corpus, index: int) -> CandidateKind:
    disagreement = first_disagreement(corpus)
    return describe_candidate(disagreement, disagreement.candidates[index], TEXTS[0])


def decide(corpus: Corpus, places: list[SamePlace], choice: CandidateKind, open_article: str = UIDS[0]) -> int:
    return finish(
        decide_same_disagreements(
            corpus, "gold", "Lead", places, choice, open_article=open_article, cause="guideline", reason="مع المدينة"
        )
    )


def gold_words(corpus: Corpus) -> list[list[str]]:
    return [
        [text[span.start : span.end] for span in corpus.spans(uid, "gold")]
        for text, uid in zip(TEXTS, UIDS, strict=True)
    ]


def test_the_places_have_the_same_words_and_candidates_whoever_has_them(corpus: Corpus) -> None:
    places = find_places(corpus)
    assert [place.occurrence.number for place in places] == [1, 2, 3, 4]
    assert [place.occurrence.before + place.occurrence.words + place.occurrence.after for place in places] == [*TEXTS]
    assert [place.was_decided for place in places] == [False] * 4
    assert [place.majority for place in places] == [None, None, None, kind_of(corpus, 1)]


def test_words_that_begin_inside_a_word_are_found_without_the_index(corpus: Corpus) -> None:
    for uid, text in zip(UIDS[:2], TEXTS[:2], strict=True):
        start = text.index("صحة")
        [own] = corpus.spans(uid, "منى")
        apply_edits(corpus, operations.resize(corpus.article(uid), [own], own, start, own.end), "منى")
        [own] = [span for span in corpus.spans(uid, "سلمى") if span.label == "INSTITUTION"]
        apply_edits(corpus, operations.resize(corpus.article(uid), [own], own, start, start + 3), "سلمى")
    assert [place.occurrence.number for place in find_places(corpus)] == [1, 2]


def test_they_are_decided_in_one_step_with_who_and_why(corpus: Corpus) -> None:
    assert decide(corpus, find_places(corpus), kind_of(corpus, 0)) == 4
    assert gold_words(corpus) == [[LONG], [LONG], ["وَزَارَةُ الصحة بالرباط"], [LONG]]
    decisions = [decision for each in gold.load_decisions(corpus, UIDS).values() for decision in each]
    assert {(each.verdict, each.cause, each.reason) for each in decisions} == {("candidate", "guideline", "مع المدينة")}
    states = [corpus.status(uid, "gold") for uid in UIDS]
    # The first article is open, and in the second one the city is not decided.
    assert [status and status.state for status in states] == [IN_PROGRESS, IN_PROGRESS, DONE, DONE]
    undoable = [build_stacks(corpus.history(uid, "gold"))[0][-1].uid for uid in UIDS]
    assert len(set(undoable)) == 1
    step = corpus.step(undoable[0])
    assert step.actor == "Lead"
    apply_edits(corpus, reverse_step(step), "gold", undoes=step.uid, name=step.name)
    assert gold_words(corpus) == [[], [], [], []]
    assert gold.load_decisions(corpus, UIDS) == {}


def test_for_no_span_is_a_decision_that_nobody_had(corpus: Corpus) -> None:
    assert decide(corpus, find_places(corpus), ()) == 4
    assert gold_words(corpus) == [[], [], [], []]
    [decision] = gold.load_decisions(corpus, UIDS)[UIDS[2]]
    assert decision.verdict == "none"


def test_what_is_decided_is_no_place_any_more_and_what_changed_since_says_so(corpus: Corpus) -> None:
    [_first, second, *_others] = find_places(corpus)
    decide(corpus, [second], kind_of(corpus, 1))
    assert [place.occurrence.number for place in find_places(corpus)] == [1, 3, 4]
    spans = label_words(TEXTS[1], [(LONG, "INSTITUTION")], "Youssef")
    apply_edits(
        corpus, [*(Edit(None, span) for span in spans), Edit(None, Status(UIDS[1], "Youssef", DONE))], "Youssef"
    )
    places = find_places(corpus)
    assert [(place.occurrence.number, place.was_decided) for place in places] == [
        (1, False),
        (2, True),
        (3, False),
        (4, False),
    ]


def test_a_place_that_was_decided_or_changed_after_the_list_is_left_alone(corpus: Corpus) -> None:
    places, choice = find_places(corpus), kind_of(corpus, 0)
    decide(corpus, places[2:3], ())
    [own] = corpus.spans(UIDS[3], "Sanae")
    apply_edits(corpus, operations.remove_span(own), "Sanae")
    assert decide(corpus, places, choice) == 2
    assert gold_words(corpus) == [[LONG], [LONG], [], []]


def test_one_undo_reverts_it_in_the_open_article_though_nothing_is_decided_there(corpus: Corpus) -> None:
    decide(corpus, find_places(corpus)[1:], kind_of(corpus, 0))
    [*_earlier, last] = build_stacks(corpus.history(UIDS[0], "gold"))[0]
    assert {edit.article for edit in corpus.step(last.uid).edits} == set(UIDS)
    assert gold_words(corpus)[0] == []


def test_nothing_is_written_if_it_is_cancelled(corpus: Corpus) -> None:
    version = corpus.content_version()
    steps = decide_same_disagreements(
        corpus, "gold", "Lead", find_places(corpus), kind_of(corpus, 0), open_article=UIDS[0]
    )
    for _progress in range(5):
        next(steps)
    steps.close()
    assert corpus.content_version() == version
    assert gold_words(corpus) == [[], [], [], []]
