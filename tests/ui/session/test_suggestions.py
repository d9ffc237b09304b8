"""What is suggested for the open article, in a real session on a real corpus."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator.model.article_builder import build_article
from annotator.model.labels import LabelSet
from annotator.model.records import Suggestion
from annotator.store.corpus import Corpus
from annotator.suggest.dates import DateSuggester
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel


@pytest.fixture
def suggestions(qtbot: QtBot, session: Session) -> Iterator[SuggestionModel]:
    model = SuggestionModel(session)
    model.reload()
    ready(qtbot, model)
    yield model
    model.close()


def ready(qtbot: QtBot, suggestions: SuggestionModel) -> None:
    qtbot.waitUntil(lambda: not suggestions.is_busy)


def suggested_at(suggestions: SuggestionModel, text_range: tuple[int, int]) -> list[tuple[str, str]]:
    return [
        (suggestion.label, suggestion.source)
        for suggestion in suggestions.visible
        if (suggestion.start, suggestion.end) == text_range
    ]


def suggestion_at(suggestions: SuggestionModel, text_range: tuple[int, int]) -> Suggestion:
    return next(suggestion for suggestion in suggestions.visible if (suggestion.start, suggestion.end) == text_range)


def test_tagged_words_are_suggested_at_other_occurrences(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    second = stretch("وزارة الصحة", 1)
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    assert ("INSTITUTION", "memory") in suggested_at(suggestions, second)
    session.undo()
    ready(qtbot, suggestions)
    assert ("INSTITUTION", "memory") not in suggested_at(suggestions, second)


def test_nothing_is_suggested_that_only_a_removed_article_has(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    other = stretch("وزارة الصحة", 1)
    ready(qtbot, suggestions)
    assert suggested_at(suggestions, other)
    session.remove_article()
    ready(qtbot, suggestions)
    assert not suggested_at(suggestions, other)
    session.undo()
    ready(qtbot, suggestions)
    assert suggested_at(suggestions, other)


@pytest.fixture
def dated(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open an article with a relative date, for which only dates are suggested."""
    monkeypatch.setattr("annotator.jobs.suggesting.rule_suggesters", lambda: (DateSuggester(),))
    assert session.corpus
    session.corpus.add(build_article("قالت الوزارة أمس إن الخطة جاهزة، وإنها ستبدأ بعد أيام."))
    session.open_by_id(3)


@pytest.mark.usefixtures("dated")
def test_value_of_a_relative_date_follows_the_publication(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    assert suggestion_at(suggestions, stretch("أمس")).value is None
    for published, value in (("2024-07-09", "2024-07-08"), ("2024-07-16", "2024-07-15"), (None, None)):
        session.set_published(published)
        ready(qtbot, suggestions)
        assert suggestion_at(suggestions, stretch("أمس")).value == value


def test_accepted_suggestion_becomes_a_span_and_disappears(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    suggestion = suggestion_at(suggestions, stretch("وزارة الصحة", 1))
    suggestions.set_current(suggestion)
    assert session.accept(suggestion, suggestion)
    assert suggestions.current is None
    assert not suggested_at(suggestions, (suggestion.start, suggestion.end))
    assert session.corpus
    assert session.article
    stored = session.corpus.spans(session.article.uid, "Sanae")
    assert [(span.start, span.source) for span in stored] == [(0, None), (suggestion.start, "memory")]
    session.undo()
    ready(qtbot, suggestions)
    assert suggested_at(suggestions, (suggestion.start, suggestion.end))


def test_rejected_suggestion_returns_only_after_undo(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    place = stretch("وزارة الصحة", 1)
    session.reject(suggestion_at(suggestions, place))
    assert not suggested_at(suggestions, place)
    ready(qtbot, suggestions)
    assert not suggested_at(suggestions, place)
    suggestions.reload()
    ready(qtbot, suggestions)
    assert not suggested_at(suggestions, place)
    session.undo()
    ready(qtbot, suggestions)
    assert suggested_at(suggestions, place)


def test_undo_makes_a_suggestion_current_again_while_others_write(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    suggestion = suggestion_at(suggestions, stretch("وزارة الصحة", 1))
    suggestions.set_current(suggestion)
    session.reject(suggestion)
    assert suggestions.current != suggestion
    assert session.corpus
    with Corpus.open(session.corpus.path) as other:
        other.add(build_article("وصل قطار آخر."))  # the session has not looked at the file since
    session.undo()
    ready(qtbot, suggestions)
    assert suggestions.current == suggestion


def test_selecting_a_span_clears_the_current_suggestion(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    suggestions.set_current(suggestions.visible[0])
    assert session.selection is None
    session.select(session.spans[0])
    assert suggestions.current is None


def test_edited_suggestion_stays_current_while_others_are_decided(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    suggestion = suggestion_at(suggestions, stretch("وزارة الصحة", 1))
    suggestions.set_current(suggestion)
    wanted = Suggestion(suggestion.start, suggestion.end + 8, suggestion.label, suggestion.source, suggestion.score)
    suggestions.edit_current(wanted)
    session.tag("DATE", *stretch("الثلاثاء"))
    session.select(None)
    suggestions.set_current(suggestion)
    suggestions.edit_current(wanted)
    ready(qtbot, suggestions)
    assert (suggestions.original and suggestions.original.start, suggestions.current) == (suggestion.start, wanted)


def test_nothing_is_suggested_without_a_corpus(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    assert suggestions.visible
    session.close()
    ready(qtbot, suggestions)
    assert suggestions.visible == ()


def test_rejections_belong_to_one_annotator(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    place = stretch("وزارة الصحة", 1)
    session.reject(suggestion_at(suggestions, place))
    ready(qtbot, suggestions)
    assert not suggested_at(suggestions, place)
    session.switch_annotator("Idris")
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    assert len([suggestion for suggestion in suggestions.visible if suggestion.label == "INSTITUTION"]) >= 1
    assert suggested_at(suggestions, place)


def test_edits_during_loading_are_learned_too(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    suggestions.reload()
    suggestions._request_timer.stop()
    suggestions._start_request()
    assert suggestions.is_busy
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    place = stretch("وزارة الصحة", 1)
    assert suggested_at(suggestions, place)
    session.undo()
    ready(qtbot, suggestions)
    assert not suggested_at(suggestions, place)


def test_deleted_label_is_not_suggested(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    assert suggestions.visible
    labels = tuple(label for label in session.labels.labels if label.name != "INSTITUTION")
    session._change(labels=LabelSet(labels))
    assert suggestions.visible == ()


def test_response_for_a_closed_article_is_dropped(
    qtbot: QtBot, session: Session, suggestions: SuggestionModel, stretch: Stretch
) -> None:
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    ready(qtbot, suggestions)
    assert suggestions.visible
    for place in (1, 0, 1):
        session.open_article(place)
        assert suggestions.visible == ()
        qtbot.wait(30)
    ready(qtbot, suggestions)
    assert suggestions.visible == ()
    session.open_article(0)
    ready(qtbot, suggestions)
    assert suggestions.visible
