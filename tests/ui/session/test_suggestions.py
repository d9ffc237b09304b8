"""What is suggested for the open article, in a real session on a real corpus."""

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from annotator.model.labels import LabelSet
from annotator.model.records import Suggestion
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import Suggestions

Stretch = Callable[..., tuple[int, int]]


@pytest.fixture
def suggestions(qtbot: QtBot, session: Session) -> Iterator[Suggestions]:
    made = Suggestions(session)
    made.learned()
    ready(qtbot, made)
    yield made
    made.close()


def ready(qtbot: QtBot, suggestions: Suggestions) -> None:
    qtbot.waitUntil(lambda: not suggestions.busy)


def at(suggestions: Suggestions, place: tuple[int, int]) -> list[tuple[str, str]]:
    return [(one.label, one.source) for one in suggestions.standing if (one.start, one.end) == place]


def chosen_at(suggestions: Suggestions, place: tuple[int, int]) -> Suggestion:
    return next(one for one in suggestions.standing if (one.start, one.end) == place)


def test_what_was_labelled_is_suggested_at_once_where_it_stands_again(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    again = stretch("وزارة الصحة", 1)
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    assert ("INSTITUTION", "memory") in at(suggestions, again)
    session.undo()
    ready(qtbot, suggestions)
    assert ("INSTITUTION", "memory") not in at(suggestions, again)


def test_what_is_accepted_is_a_span_and_suggested_no_more(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    one = chosen_at(suggestions, stretch("وزارة الصحة", 1))
    suggestions.choose(one)
    assert session.accept(one, one)
    assert suggestions.chosen is None
    assert not at(suggestions, (one.start, one.end))
    assert session.corpus
    assert session.article
    stored = session.corpus.spans(session.article.uid, "Sanae")
    assert [(span.start, span.source) for span in stored] == [(0, None), (one.start, "memory")]
    session.undo()
    ready(qtbot, suggestions)
    assert at(suggestions, (one.start, one.end))


def test_what_is_rejected_does_not_come_back_until_that_is_undone(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    place = stretch("وزارة الصحة", 1)
    session.reject(chosen_at(suggestions, place))
    assert not at(suggestions, place)
    ready(qtbot, suggestions)
    assert not at(suggestions, place)
    suggestions.learned()
    ready(qtbot, suggestions)
    assert not at(suggestions, place)
    session.undo()
    ready(qtbot, suggestions)
    assert at(suggestions, place)


def test_a_span_that_is_selected_takes_the_choice_from_a_suggestion(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    suggestions.choose(suggestions.standing[0])
    assert session.selection is None
    session.select(session.spans[0])
    assert suggestions.chosen is None


def test_a_changed_suggestion_stays_chosen_while_others_are_decided(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    one = chosen_at(suggestions, stretch("وزارة الصحة", 1))
    suggestions.choose(one)
    wanted = Suggestion(one.start, one.end + 8, one.label, one.source, one.score)
    suggestions.change(wanted)
    session.tag("DATE", *stretch("الثلاثاء"))
    session.select(None)
    suggestions.choose(one)
    suggestions.change(wanted)
    ready(qtbot, suggestions)
    assert (suggestions.proposed and suggestions.proposed.start, suggestions.chosen) == (one.start, wanted)


def test_nothing_is_suggested_when_no_corpus_is_open(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    assert suggestions.standing
    session.close()
    ready(qtbot, suggestions)
    assert suggestions.standing == ()


def test_another_annotator_has_rejected_nothing(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    place = stretch("وزارة الصحة", 1)
    session.reject(chosen_at(suggestions, place))
    ready(qtbot, suggestions)
    assert not at(suggestions, place)
    session.work_as("Idris")
    ready(qtbot, suggestions)
    assert len([one for one in suggestions.standing if one.label == "INSTITUTION"]) >= 1
    assert suggestions._annotator == "Idris"


def test_what_is_labelled_while_the_corpus_is_being_read_teaches_too(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    suggestions.learned()
    suggestions._soon.stop()
    suggestions._ask()
    assert suggestions.busy
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    place = stretch("وزارة الصحة", 1)
    assert at(suggestions, place)
    session.undo()
    ready(qtbot, suggestions)
    assert not at(suggestions, place)


def test_nothing_is_suggested_with_a_label_that_is_gone(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    assert suggestions.standing
    session.labels = LabelSet(tuple(label for label in session.labels.labels if label.name != "INSTITUTION"))
    session.labels_changed.emit()
    assert suggestions.standing == ()


def test_an_article_that_is_left_at_once_is_not_answered_for(
    qtbot: QtBot, session: Session, suggestions: Suggestions, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    assert suggestions.standing
    for place in (1, 0, 1):
        session.open_article(place)
        assert suggestions.standing == ()
        qtbot.wait(30)
    ready(qtbot, suggestions)
    assert suggestions.standing == ()
    session.open_article(0)
    ready(qtbot, suggestions)
    assert suggestions.standing
