"""What is asked about a corpus of several articles and annotators."""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from annotator.jobs.checking import Asked, check, check_again
from annotator.model import operations
from annotator.model.article_builder import draft
from annotator.model.records import DONE, Draft, Span, Status, Step, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.queries.check_data import dismissed

NAME = "وزارة العدل"
_Result = TypeVar("_Result")


def finished(job: Generator[Any, None, _Result]) -> _Result:
    while True:
        try:
            next(job)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def article(text: str, *words: str, label: str = "INSTITUTION", by: str = "Sanae", state: str | None = None) -> Draft:
    spans = [Span(new_uid(), "", by, label, text.index(one), text.index(one) + len(one)) for one in words]
    made = draft(text, spans=spans)
    states = (Status(made.article.uid, by, state),) if state else ()
    return Draft(made.article, made.zones, made.spans, states)


def told(asked: list[Asked]) -> list[tuple[int, str, str, str]]:
    return [(one.number, one.annotator, one.question.kind, one.text) for one in asked]


def test_what_is_usual_is_told_by_all_articles_and_asked_in_each_layer(make: Callable[..., Corpus]) -> None:
    corpus = make(
        article(f"قالت {NAME} أمس", NAME),
        article(f"وقالت {NAME} غدا", NAME, by="Omar"),
        article(f"ثم قالت {NAME} شيئا", NAME, label="PLAN"),
        article(f"وعلى {NAME} السلام، خطة", "خطة", label="PLAN"),
        article("نهاية، خطة", "خطة،"[:3], label="PLAN", by="Omar"),
    )
    found = finished(check(corpus))
    assert told(found.asked) == [
        (3, "Sanae", "labelled_differently", NAME),
        (4, "Sanae", "unlabelled_repeat", NAME),
    ]
    assert told(finished(check(corpus, "Omar")).asked) == []
    assert told(finished(check(corpus, "Sanae")).asked) == told(found.asked)


def test_only_layers_in_a_state_are_looked_at_where_one_is_named(make: Callable[..., Corpus]) -> None:
    corpus = make(article("قالت «العدل أمس", "«العدل", state=DONE), article("قالت «الصحة أمس", "«الصحة"))
    assert told(finished(check(corpus, state=DONE)).asked) == [(1, "Sanae", "punctuation", "«العدل")]
    assert told(finished(check(corpus, state="new")).asked) == [(2, "Sanae", "punctuation", "«الصحة")]


def test_an_article_that_is_done_without_a_span_is_looked_at(make: Callable[..., Corpus]) -> None:
    corpus = make(
        article(f"قالت {NAME} أمس", NAME),
        article(f"وقالت {NAME} غدا", NAME),
        article(f"في {NAME} شيء", state=DONE),
        article(f"عن {NAME} شيء"),
    )
    assert told(finished(check(corpus)).asked) == [(3, "Sanae", "unlabelled_repeat", NAME)]


def test_words_that_are_mostly_not_labelled_are_not_asked_about(make: Callable[..., Corpus]) -> None:
    labelled = [article(f"قالت {NAME} {at}", NAME) for at in range(2)]
    others = [article(f"في {NAME} {at}", state=DONE) for at in range(2)]
    assert told(finished(check(make(*labelled, *others))).asked) == []
    assert len(finished(check(make(*labelled, others[0]))).asked) == 1


def test_what_was_dismissed_is_not_asked_again(make: Callable[..., Corpus]) -> None:
    corpus = make(
        article("قالت «العدل أمس", "«العدل"),
        article(f"قالت {NAME} أمس", NAME),
        article(f"وقالت {NAME} غدا", NAME),
        article(f"في {NAME} شيء", state=DONE),
    )
    asked = finished(check(corpus)).asked
    assert [one.question.kind for one in asked] == ["punctuation", "unlabelled_repeat"]
    for one in asked:
        edits = operations.dismiss(corpus.article(one.number), "Sanae", *one.question.place)
        corpus.apply(Step(new_uid(), "Sanae", now(), "dismiss", tuple(edits)))
    assert finished(check(corpus)).asked == []
    again = finished(check(corpus)).checks
    known = dismissed(corpus)
    for number in (1, 4):
        whole = corpus.whole(number, "Sanae")
        assert check_again(again, whole, "Sanae", known[whole.article.uid, "Sanae"]) == []
        assert len(check_again(again, whole, "Sanae", ())) == 1


def test_a_date_is_known_by_the_name_of_its_label(make: Callable[..., Corpus]) -> None:
    text = "في 2024 كانت خطة"
    made = draft(
        text,
        spans=[Span("a", "", "Sanae", "DATE", 3, 7, "09/07/24"), Span("b", "", "Sanae", "PLAN", 13, 16, "09/07/24")],
    )
    assert told(finished(check(make(made))).asked) == [(1, "Sanae", "value", "2024")]


def test_it_tells_how_far_it_is_and_can_be_stopped(make: Callable[..., Corpus]) -> None:
    corpus = make(*(article(f"قالت {NAME} {at}", NAME) for at in range(60)))
    job = check(corpus)
    assert [next(job), next(job)] == [(0, 60), (50, 60)]
    job.close()
