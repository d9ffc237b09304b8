"""Checking the labels in a real window: what is asked, what a key does about it, and what is on disk afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.model import operations
from annotator.model.article_builder import draft
from annotator.model.records import DONE, IN_PROGRESS, NEW, Dismissal, Step, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.errors import CorpusError
from annotator.store.queries.check_data import dismissed
from annotator.ui.session import issues
from annotator.ui.session.session import Session
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
QUOTED, NAME, CUT = "«برنامج العمل 2025", "وزارة الصحة", "أقاليم"
THIRD = f"قالت {NAME} إن الأقاليم بخير."


@pytest.fixture
def doubtful(window: Window, stretch: Stretch, qtbot: QtBot) -> Iterator[Window]:
    """In the first article an edge on a quotation mark and a name that is labelled once and once not, in the last one
    an edge inside a word; the name is labelled there too."""
    session = window.session
    assert session.corpus
    session.corpus.add(draft(THIRD))
    session.refresh()
    assert session.tag("PLAN", *stretch(QUOTED))
    assert session.tag("INSTITUTION", *stretch(NAME))
    assert session.set_state(DONE)
    session.open_number(3)
    assert session.tag("INSTITUTION", *stretch(NAME))
    assert session.tag("PLAN", *stretch(CUT))
    session.open_number(1)
    yield window
    qtbot.waitUntil(lambda: not window.suggestions.busy)


def check(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.checking.questions.begun):
        QTest.keyClick(window.view, Qt.Key.Key_K, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: not window.corpus_commands.background.busy)


def press(window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.view, key, modifiers)


def asked(window: Window) -> list[tuple[int, str, str]]:
    return [(one.number, one.question.kind, one.text) for one in window.checking.questions.shown]


def current(window: Window) -> tuple[int, str, str] | None:
    one = window.checking.questions.current
    return (one.number, one.question.kind, one.text) if one else None


REPEAT, EDGE, WORD = (1, "unlabelled_repeat", NAME), (1, "punctuation", QUOTED), (3, "inside_word", CUT)


def words(session: Session) -> list[str]:
    assert session.article
    return [session.article.text[span.start : span.end] for span in session.spans]


def test_what_is_doubtful_is_listed_and_the_first_gone_to(doubtful: Window, qtbot: QtBot) -> None:
    assert not doubtful.checking.side.isVisible()
    doubtful.resize(doubtful.minimumSizeHint().width(), doubtful.height())
    before = doubtful.width()
    check(doubtful, qtbot)
    assert doubtful.width() == before
    assert asked(doubtful) == [REPEAT, EDGE, WORD]
    assert current(doubtful) == REPEAT
    assert doubtful.checking.side.isVisible()
    assert doubtful.checking.bar.isVisible()
    assert not doubtful.articles_side.isVisible()
    assert doubtful.view.text_of_selection() == NAME
    assert doubtful.view.hasFocus()
    assert "Labelled elsewhere, not here" in doubtful.checking.bar.said()
    assert "Putting it right tags them: Institution." in doubtful.checking.bar.said()


def test_one_key_goes_to_the_next_and_one_back_and_round(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    seen = []
    for _time in range(3):
        press(doubtful, Qt.Key.Key_F10)
        seen.append(current(doubtful))
    assert seen == [EDGE, WORD, REPEAT]
    assert session.article
    assert session.article.id == 1
    press(doubtful, Qt.Key.Key_F10, CONTROL)
    assert current(doubtful) == WORD
    assert session.article.id == 3
    assert session.selection
    assert session.article.text[session.selection.start : session.selection.end] == CUT


def test_one_key_puts_right_and_goes_on_in_the_article(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert words(session).count(NAME) == 2
    assert current(doubtful) == EDGE
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert "برنامج العمل 2025" in words(session)
    assert asked(doubtful) == [WORD]
    # What comes next is in another article: what was done can still be seen and undone.
    assert current(doubtful) is None
    assert session.article
    assert session.article.id == 1
    assert "1 question is left." in doubtful.checking.bar.said()
    press(doubtful, Qt.Key.Key_F10)
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert words(session) == [NAME, "الأقاليم"]
    assert asked(doubtful) == []
    assert "Nothing is doubtful." in doubtful.checking.bar.said()


def test_what_was_put_right_is_undone_and_asked_again(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    press(doubtful, Qt.Key.Key_F10)
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert asked(doubtful) == [REPEAT, WORD]
    press(doubtful, Qt.Key.Key_Z, CONTROL)
    assert asked(doubtful) == [REPEAT, EDGE, WORD]
    assert current(doubtful) == EDGE
    assert QUOTED in words(doubtful.session)


def test_what_is_dismissed_is_never_asked_again_unless_that_is_undone(
    doubtful: Window, qtbot: QtBot, corpus_path: Path
) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    press(doubtful, Qt.Key.Key_F10)
    press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert asked(doubtful) == [REPEAT, WORD]
    assert QUOTED in words(session)
    with Corpus.open(corpus_path, readonly=True) as corpus:
        [(place, *_others)] = dismissed(corpus).values()
        assert place[0] == "punctuation"
        [edit] = corpus.step(session.undoable[-1].uid).edits
        assert isinstance(edit.after, Dismissal)
    press(doubtful, Qt.Key.Key_K, CONTROL | SHIFT)
    assert not doubtful.checking.side.isVisible()
    check(doubtful, qtbot)
    assert asked(doubtful) == [REPEAT, WORD]
    press(doubtful, Qt.Key.Key_Z, CONTROL)
    assert asked(doubtful) == [REPEAT, EDGE, WORD]


def test_what_is_put_right_by_the_usual_keys_leaves_the_list(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    press(doubtful, Qt.Key.Key_2)  # the words are selected: tagged as an institution
    assert words(doubtful.session).count(NAME) == 2
    assert asked(doubtful) == [EDGE, WORD]
    assert current(doubtful) is None
    press(doubtful, Qt.Key.Key_F10)
    assert current(doubtful) == EDGE
    press(doubtful, Qt.Key.Key_Delete)
    assert asked(doubtful) == [WORD]


def test_what_a_new_span_does_is_asked_about_at_once(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    check(doubtful, qtbot)
    doubtful.session.tag("DATE", *stretch("الثلاثاء 09 يوليوز 2024،"))
    assert (1, "punctuation", "الثلاثاء 09 يوليوز 2024،") in asked(doubtful)


def test_a_kind_alone_can_be_shown(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    side = doubtful.checking.side
    titles = [side.kind.itemText(at) for at in range(side.kind.count())]
    assert titles == [
        "All questions: 3",
        "Edge on punctuation: 1",
        "Edge inside a word: 1",
        "Labelled elsewhere, not here: 1",
    ]
    side.kind.setCurrentIndex(2)
    side.kind.activated.emit(2)
    assert asked(doubtful) == [WORD]
    assert current(doubtful) is None
    press(doubtful, Qt.Key.Key_F10)
    assert current(doubtful) == WORD
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert asked(doubtful) == []
    assert side.kind.itemText(side.kind.currentIndex()) == "Edge inside a word: 0"


def test_a_click_on_a_question_goes_to_it(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    rows = doubtful.checking.side.questions
    where = rows.visualRect(rows.model().index(2, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert current(doubtful) == WORD
    assert doubtful.session.article
    assert doubtful.session.article.id == 3
    assert doubtful.view.hasFocus()


def test_from_another_article_a_key_first_shows_what_it_is_about(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    doubtful.session.open_number(2)
    press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert doubtful.session.article
    assert doubtful.session.article.id == 1
    assert asked(doubtful) == [REPEAT, EDGE, WORD]
    press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert asked(doubtful) == [EDGE, WORD]


def test_a_dismissal_begins_no_article(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    session = doubtful.session
    session.open_number(2)
    assert session.tag("DATE", *stretch("يوم الجمعة 3 ماي 2024 "))
    assert session.state() == IN_PROGRESS
    assert session.set_state(NEW)
    check(doubtful, qtbot)
    press(doubtful, Qt.Key.Key_F10)
    press(doubtful, Qt.Key.Key_F10)
    assert session.article
    assert session.article.id == 2
    press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert session.state() == NEW
    assert asked(doubtful) == [REPEAT, EDGE, WORD]


def test_what_putting_right_does_is_told_of_the_article_that_it_is_about(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    press(doubtful, Qt.Key.Key_F10, CONTROL)
    assert current(doubtful) == WORD
    assert "Putting it right makes it “الأقاليم”." in doubtful.checking.bar.said()
    doubtful.session.open_number(1)
    assert "Putting it right" not in doubtful.checking.bar.said()


def test_what_has_no_clear_remedy_says_so(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    session = doubtful.session
    assert session.tag("PLAN", *stretch("للتلقيح\n\nأعلنت"))
    check(doubtful, qtbot)
    kinds = [kind for _number, kind, _text in asked(doubtful)]
    doubtful.checking._go(doubtful.checking.questions.shown[kinds.index("across_sentences")])
    assert "It is for you to put right." in doubtful.checking.bar.said()
    before = list(session.spans)
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert session.spans == before
    assert "by the usual keys" in doubtful.status_line.said()


def test_a_change_of_another_article_is_followed(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    assert session.corpus
    article = session.corpus.article(3)
    [doubted] = [span for span in session.corpus.spans(article.uid) if article.text[span.start : span.end] == CUT]
    edits = [*operations.remove(doubted), *operations.add(article, [], "Sanae", "DATE", 0, 4)]
    step = Step(new_uid(), "Sanae", now(), "remove", tuple(edits))
    session.corpus.apply(step)
    session.stepped.emit(step)
    assert asked(doubtful) == [REPEAT, EDGE]


def test_what_is_usual_changes_with_the_labels(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    session.open_number(3)
    session.select(session.spans[0])
    press(doubtful, Qt.Key.Key_Delete)
    assert NAME not in words(session)
    session.open_number(1)
    assert session.tag("DATE", *stretch("2024"))
    assert REPEAT not in asked(doubtful)  # it is labelled once now, and that tells nothing


@pytest.fixture
def put_right_elsewhere(doubtful: Window, qtbot: QtBot, corpus_path: Path) -> Window:
    """After the check, another program has removed the span of the last article that was asked about."""
    check(doubtful, qtbot)
    with Corpus.open(corpus_path) as corpus:
        article = corpus.article(3)
        [doubted] = [span for span in corpus.spans(article.uid) if article.text[span.start : span.end] == CUT]
        corpus.apply(Step(new_uid(), "Sanae", now(), "remove", tuple(operations.remove(doubted))))
    return doubtful


def test_what_is_not_asked_any_more_is_passed_over(put_right_elsewhere: Window) -> None:
    press(put_right_elsewhere, Qt.Key.Key_F10, CONTROL)
    assert current(put_right_elsewhere) == EDGE
    assert asked(put_right_elsewhere) == [REPEAT, EDGE]


def test_a_click_on_what_is_not_asked_any_more_shows_where_it_was(put_right_elsewhere: Window) -> None:
    window = put_right_elsewhere
    window.checking.side.questions.question_clicked.emit(window.checking.questions.shown[2])
    assert window.session.article
    assert window.session.article.id == 3
    assert asked(window) == [REPEAT, EDGE]
    assert current(window) is None
    assert window.view.selection is None


def test_where_very_many_are_gone_all_is_checked_again(
    put_right_elsewhere: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issues, "_MOST", 1)
    with qtbot.waitSignal(put_right_elsewhere.checking.questions.begun):
        press(put_right_elsewhere, Qt.Key.Key_F10, CONTROL)
    assert asked(put_right_elsewhere) == [REPEAT, EDGE]


def test_after_a_change_of_very_many_articles_all_are_checked_again(
    doubtful: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(doubtful, qtbot)
    monkeypatch.setattr(issues, "_MOST", 0)
    with qtbot.waitSignal(doubtful.checking.questions.begun):
        press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert asked(doubtful) == [EDGE, WORD]


def test_another_annotator_and_another_corpus_end_it(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    doubtful.session.work_as("Omar")
    assert not doubtful.checking.questions.active
    assert doubtful.articles_side.isVisible()
    check(doubtful, qtbot)
    assert asked(doubtful) == []
    doubtful.session.close()
    assert not doubtful.checking.questions.active


def test_without_questions_the_keys_say_so_or_begin(doubtful: Window, qtbot: QtBot) -> None:
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert doubtful.status_line.said() == "There is no question here."
    with qtbot.waitSignal(doubtful.checking.questions.begun):
        press(doubtful, Qt.Key.Key_F10)
    assert current(doubtful) == REPEAT


def test_what_the_corpus_fails_is_told(doubtful: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:

    def failing(*_arguments: object) -> Iterator[tuple[int, int]]:
        raise CorpusError("no such luck")
        yield 0, 0

    monkeypatch.setattr(issues, "check", failing)
    with qtbot.waitSignal(doubtful.session.failed) as told:
        press(doubtful, Qt.Key.Key_K, CONTROL | SHIFT)
    assert told.args == ["no such luck"]
    qtbot.waitUntil(lambda: not doubtful.corpus_commands.background.busy)
    assert not doubtful.checking.questions.active


def test_it_can_be_cancelled(doubtful: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_arguments: object) -> Iterator[tuple[int, int]]:
        while True:
            yield 0, 1

    monkeypatch.setattr(issues, "check", endless)
    press(doubtful, Qt.Key.Key_K, CONTROL | SHIFT)
    assert doubtful.corpus_commands.background.busy
    doubtful.corpus_commands.background.stop()
    qtbot.waitUntil(lambda: not doubtful.corpus_commands.background.busy)
    assert not doubtful.checking.questions.active
    assert doubtful.articles_side.isVisible()


def test_a_reader_of_the_screen_is_told_what_is_asked(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    rows = doubtful.checking.side.questions.model()
    said = rows.data(rows.index(1, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith(f"{QUOTED}, Edge on punctuation, ")
    assert doubtful.checking.bar.accessibleName() == "Labelled elsewhere, not here"
