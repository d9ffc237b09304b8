"""Checking the labels in a real window: what is asked, what a key does about it, and what is on disk afterwards."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import apply_edits, label_words
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, described

from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, IN_PROGRESS, NEW, Dismissal, Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import CorpusError
from annotator.store.queries.check_data import load_dismissals
from annotator.ui.session import issues
from annotator.ui.session.session import Session
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.window import Window

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
QUOTED, NAME, CUT = "«برنامج العمل 2025", "وزارة الصحة", "أقاليم"
THIRD = f"قالت {NAME} إن الأقاليم بخير."


@pytest.fixture
def doubtful(window: Window, stretch: Stretch, qtbot: QtBot) -> Iterator[Window]:
    """Make spans with issues.

    In the first article an edge is on a quotation mark, and a name is labelled once and once not; in the last one an
    edge is inside a word, and the name is labelled there too.
    """
    session = window.session
    assert session.corpus
    session.corpus.add(build_article(THIRD))
    session.reload_articles()
    assert session.tag("PLAN", *stretch(QUOTED))
    assert session.tag("INSTITUTION", *stretch(NAME))
    assert session.set_state(DONE)
    session.open_by_id(3)
    assert session.tag("INSTITUTION", *stretch(NAME))
    assert session.tag("PLAN", *stretch(CUT))
    session.open_by_id(1)
    yield window
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)


def check(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.issue_commands.issues.checked):
        QTest.keyClick(window.view, Qt.Key.Key_K, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: not window.tasks.is_busy)


def press(window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.view, key, modifiers)


def visible_issues(window: Window) -> list[tuple[int, str, str]]:
    return [(entry.number, entry.issue.kind, entry.text) for entry in window.issue_commands.issues.visible]


def current(window: Window) -> tuple[int, str, str] | None:
    entry = window.issue_commands.issues.current
    return (entry.number, entry.issue.kind, entry.text) if entry else None


REPEAT, EDGE, WORD = (1, "unlabelled_repeat", NAME), (1, "punctuation", QUOTED), (3, "inside_word", CUT)


def words(session: Session) -> list[str]:
    assert session.article
    return [session.article.text[span.start : span.end] for span in session.spans]


def test_checking_lists_issues_and_goes_to_the_first(doubtful: Window, qtbot: QtBot) -> None:
    assert not doubtful.issue_commands.sidebar.isVisible()
    doubtful.resize(doubtful.minimumSizeHint().width(), doubtful.height())
    before = doubtful.width()
    check(doubtful, qtbot)
    assert doubtful.width() == before
    assert visible_issues(doubtful) == [REPEAT, EDGE, WORD]
    assert current(doubtful) == REPEAT
    assert doubtful.issue_commands.sidebar.isVisible()
    assert doubtful.issue_commands.bar.isVisible()
    assert not doubtful.articles_sidebar.isVisible()
    assert doubtful.view.selected_text() == NAME
    assert doubtful.view.hasFocus()
    assert "Labelled elsewhere, not here" in described(doubtful.issue_commands.bar)
    assert "The fix tags them as Institution." in described(doubtful.issue_commands.bar)


def test_next_and_previous_keys_wrap_around(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    seen = []
    for _time in range(3):
        press(doubtful, Qt.Key.Key_F5, CONTROL)
        seen.append(current(doubtful))
    assert seen == [EDGE, WORD, REPEAT]
    assert session.article
    assert session.article.id == 1
    press(doubtful, Qt.Key.Key_F5, CONTROL | SHIFT)
    assert current(doubtful) == WORD
    assert session.article.id == 3
    assert session.selection
    assert session.article.text[session.selection.start : session.selection.end] == CUT


def test_fix_key_applies_the_fix_and_goes_to_the_next_issue(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert words(session).count(NAME) == 2
    assert current(doubtful) == EDGE
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert "برنامج العمل 2025" in words(session)
    assert visible_issues(doubtful) == [WORD]
    # What comes next is in another article: what was done can still be seen and undone.
    assert current(doubtful) is None
    assert session.article
    assert session.article.id == 1
    assert "1 issue left." in described(doubtful.issue_commands.bar)
    press(doubtful, Qt.Key.Key_F5, CONTROL)
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert words(session) == [NAME, "الأقاليم"]
    assert visible_issues(doubtful) == []
    assert "No issues found." in described(doubtful.issue_commands.bar)


def test_undoing_a_fix_restores_the_issue(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    press(doubtful, Qt.Key.Key_F5, CONTROL)
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert visible_issues(doubtful) == [REPEAT, WORD]
    press(doubtful, Qt.Key.Key_Z, CONTROL)
    assert visible_issues(doubtful) == [REPEAT, EDGE, WORD]
    assert current(doubtful) == EDGE
    assert QUOTED in words(doubtful.session)


def test_dismissed_issue_returns_only_after_undo(doubtful: Window, qtbot: QtBot, corpus_path: Path) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    press(doubtful, Qt.Key.Key_F5, CONTROL)
    press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert visible_issues(doubtful) == [REPEAT, WORD]
    assert QUOTED in words(session)
    with Corpus.open(corpus_path, readonly=True) as corpus:
        [(place, *_others)] = load_dismissals(corpus).values()
        assert place[0] == "punctuation"
        [edit] = corpus.step(session.undoable[-1].uid).edits
        assert isinstance(edit.after, Dismissal)
    press(doubtful, Qt.Key.Key_K, CONTROL | SHIFT)
    assert not doubtful.issue_commands.sidebar.isVisible()
    check(doubtful, qtbot)
    assert visible_issues(doubtful) == [REPEAT, WORD]
    press(doubtful, Qt.Key.Key_Z, CONTROL)
    assert visible_issues(doubtful) == [REPEAT, EDGE, WORD]


def test_one_key_fixes_or_dismisses_the_spans_with_invisible_characters_of_an_article(
    window: Window, qtbot: QtBot
) -> None:
    session = window.session
    assert session.corpus
    text = "قالت \u200eالعدل ثم \u200eالصحة ثم بن\u200bك أمس"
    edges, inside = ["\u200eالعدل", "\u200eالصحة"], "بن\u200bك"
    spans = label_words(text, [(marked, "INSTITUTION") for marked in (*edges, inside)], session.annotator)
    session.corpus.add(build_article(text, spans=spans))
    session.reload_articles()
    session.open_by_id(3)
    check(window, qtbot)
    issue = (3, "invisible", edges[0])
    assert visible_issues(window) == [issue]
    assert "3 spans of this article have invisible characters" in described(window.issue_commands.bar)
    assert "The fix leaves them out at the edges of 2 spans." in described(window.issue_commands.bar)
    press(window, Qt.Key.Key_R, CONTROL)
    assert words(session) == ["العدل", "الصحة", inside]
    assert visible_issues(window) == [(3, "invisible", inside)]
    press(window, Qt.Key.Key_Z, CONTROL)
    assert words(session) == [*edges, inside]
    assert visible_issues(window) == [issue]
    press(window, Qt.Key.Key_F5, CONTROL)
    press(window, Qt.Key.Key_Delete, CONTROL)
    assert visible_issues(window) == []
    assert len(session.corpus.step(session.undoable[-1].uid).edits) == 3
    press(window, Qt.Key.Key_Z, CONTROL)
    assert visible_issues(window) == [issue]
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)


def test_manually_fixed_issue_leaves_the_list(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    press(doubtful, Qt.Key.Key_2)  # the words are selected: tagged as an institution
    assert words(doubtful.session).count(NAME) == 2
    assert visible_issues(doubtful) == [EDGE, WORD]
    assert current(doubtful) is None
    press(doubtful, Qt.Key.Key_F5, CONTROL)
    assert current(doubtful) == EDGE
    press(doubtful, Qt.Key.Key_Delete)
    assert visible_issues(doubtful) == [WORD]


def test_new_span_is_checked_at_once(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    check(doubtful, qtbot)
    doubtful.session.tag("DATE", *stretch("الثلاثاء 09 يوليوز 2024،"))
    assert (1, "punctuation", "الثلاثاء 09 يوليوز 2024،") in visible_issues(doubtful)


def test_issues_can_be_filtered_by_kind(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    side = doubtful.issue_commands.sidebar
    titles = [side.kind.itemText(index) for index in range(side.kind.count())]
    assert titles == [
        "All issues: 3",
        "Punctuation at the edge: 1",
        "Edge inside a word: 1",
        "Labelled elsewhere, not here: 1",
    ]
    side.kind.setCurrentIndex(2)
    side.kind.activated.emit(2)
    assert visible_issues(doubtful) == [WORD]
    assert current(doubtful) is None
    press(doubtful, Qt.Key.Key_F5, CONTROL)
    assert current(doubtful) == WORD
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert visible_issues(doubtful) == []
    assert side.kind.itemText(side.kind.currentIndex()) == "Edge inside a word: 0"


def test_click_on_an_issue_goes_to_it(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    rows = doubtful.issue_commands.sidebar.issue_list
    where = rows.visualRect(rows.model().index(2, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert current(doubtful) == WORD
    assert doubtful.session.article
    assert doubtful.session.article.id == 3
    assert doubtful.view.hasFocus()


def test_fix_key_first_opens_the_article_of_the_issue(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    doubtful.session.open_by_id(2)
    press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert doubtful.session.article
    assert doubtful.session.article.id == 1
    assert visible_issues(doubtful) == [REPEAT, EDGE, WORD]
    press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert visible_issues(doubtful) == [EDGE, WORD]


def test_dismissing_keeps_a_new_article_new(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    session = doubtful.session
    session.open_by_id(2)
    assert session.tag("DATE", *stretch("يوم الجمعة 3 ماي 2024 "))
    assert session.article_state == IN_PROGRESS
    assert session.set_state(NEW)
    check(doubtful, qtbot)
    press(doubtful, Qt.Key.Key_F5, CONTROL)
    press(doubtful, Qt.Key.Key_F5, CONTROL)
    assert session.article
    assert session.article.id == 2
    press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert session.article_state == NEW
    assert visible_issues(doubtful) == [REPEAT, EDGE, WORD]


def test_fixing_is_shown_in_the_article_of_the_issue(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    press(doubtful, Qt.Key.Key_F5, CONTROL | SHIFT)
    assert current(doubtful) == WORD
    assert "The fix changes the span to “الأقاليم”." in described(doubtful.issue_commands.bar)
    doubtful.session.open_by_id(1)
    assert "The fix" not in described(doubtful.issue_commands.bar)


def test_issue_without_a_fix_says_so(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    session = doubtful.session
    assert session.tag("PLAN", *stretch("للتلقيح\n\nأعلنت"))
    check(doubtful, qtbot)
    kinds = [kind for _number, kind, _text in visible_issues(doubtful)]
    doubtful.issue_commands._go_to(doubtful.issue_commands.issues.visible[kinds.index("across_sentences")])
    assert "There is no automatic fix." in described(doubtful.issue_commands.bar)
    before = list(session.spans)
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert session.spans == before
    assert "the usual keys" in doubtful.toast.message()


def test_change_in_another_article_updates_its_issues(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    assert session.corpus
    article = session.corpus.article(3)
    [doubted] = [span for span in session.corpus.spans(article.uid) if article.text[span.start : span.end] == CUT]
    edits = [*operations.remove_span(doubted), *operations.add_span(article, [], "Sanae", "DATE", 0, 4)]
    step = Step(new_uid(), "Sanae", utc_timestamp(), "remove", tuple(edits))
    session.corpus.apply(step)
    session.corpus_changed.emit(step)
    assert visible_issues(doubtful) == [REPEAT, EDGE]


def test_label_statistics_change_with_the_labels(doubtful: Window, qtbot: QtBot, stretch: Stretch) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    session.open_by_id(3)
    session.select(session.spans[0])
    press(doubtful, Qt.Key.Key_Delete)
    assert NAME not in words(session)
    session.open_by_id(1)
    assert session.tag("DATE", *stretch("2024"))
    assert REPEAT not in visible_issues(doubtful)  # it is labelled once now, and that tells nothing


def tag_in_another_process(path: Path, number: int, label: str, words: str, annotator: str) -> None:
    """Tag words of an article, as the window of another annotator does."""
    code = """
import sys
from pathlib import Path
from annotator.model import operations
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
path, number, label, words, annotator = sys.argv[1:]
with Corpus.open(Path(path)) as corpus:
    article = corpus.article(int(number))
    start = article.text.index(words)
    edits = operations.add_span(article, [], annotator, label, start, start + len(words))
    corpus.apply(Step(new_uid(), annotator, utc_timestamp(), "tag", tuple(edits)))
"""
    subprocess.run([sys.executable, "-c", code, path, str(number), label, words, annotator], check=True)


@pytest.mark.parametrize("other", ["Omar", "Sanae"])
def test_label_statistics_miss_no_step_when_another_process_writes(
    doubtful: Window, qtbot: QtBot, stretch: Stretch, corpus_path: Path, other: str
) -> None:
    check(doubtful, qtbot)
    session = doubtful.session
    session.open_by_id(3)
    session.select(session.spans[0])
    tag_in_another_process(corpus_path, 2, "DATE", "3 ماي 2024", other)
    press(doubtful, Qt.Key.Key_Delete)
    assert NAME not in words(session)
    session.open_by_id(1)
    assert REPEAT not in visible_issues(doubtful)
    statistics = doubtful.issue_commands.issues._facts.statistics  # type: ignore[union-attr]
    assert statistics.count("3 ماي 2024", "DATE") == (other == "Sanae")
    assert session.tag("DATE", *stretch("2024"))
    assert statistics.count("2024", "DATE") == 1


def test_what_another_process_labels_for_oneself_counts_at_once(
    doubtful: Window, qtbot: QtBot, corpus_path: Path
) -> None:
    doubtful.session.open_by_id(3)
    doubtful.session.remove(doubtful.session.spans[0])
    doubtful.session.open_by_id(1)
    check(doubtful, qtbot)
    assert visible_issues(doubtful) == [EDGE, WORD]
    tag_in_another_process(corpus_path, 3, "INSTITUTION", NAME, "Omar")
    doubtful.session.check_file()
    assert visible_issues(doubtful) == [EDGE, WORD]
    tag_in_another_process(corpus_path, 3, "INSTITUTION", NAME, "Sanae")
    doubtful.session.check_file()
    assert visible_issues(doubtful) == [REPEAT, EDGE, WORD]


@pytest.fixture
def put_right_elsewhere(doubtful: Window, qtbot: QtBot, corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> Window:
    """After the check, another program has removed the span of the last article that was asked about.

    The window has not looked at the file since.
    """
    check(doubtful, qtbot)
    monkeypatch.setattr(doubtful.session, "check_file", lambda: None)
    with Corpus.open(corpus_path) as corpus:
        article = corpus.article(3)
        [doubted] = [span for span in corpus.spans(article.uid) if article.text[span.start : span.end] == CUT]
        apply_edits(corpus, operations.remove_span(doubted), name="remove")
    return doubtful


def test_vanished_issues_are_skipped(put_right_elsewhere: Window) -> None:
    press(put_right_elsewhere, Qt.Key.Key_F5, CONTROL | SHIFT)
    assert current(put_right_elsewhere) == EDGE
    assert visible_issues(put_right_elsewhere) == [REPEAT, EDGE]


def test_click_on_a_vanished_issue_shows_its_position(put_right_elsewhere: Window) -> None:
    window = put_right_elsewhere
    window.issue_commands.sidebar.issue_list.issue_clicked.emit(window.issue_commands.issues.visible[2])
    assert window.session.article
    assert window.session.article.id == 3
    assert visible_issues(window) == [REPEAT, EDGE]
    assert current(window) is None
    assert window.view.selection is None


def test_corpus_is_checked_again_if_many_issues_vanished(
    put_right_elsewhere: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issues, "_MAX_SYNCHRONOUS_CHECKS", 1)
    with qtbot.waitSignal(put_right_elsewhere.issue_commands.issues.checked):
        press(put_right_elsewhere, Qt.Key.Key_F5, CONTROL | SHIFT)
    assert visible_issues(put_right_elsewhere) == [REPEAT, EDGE]


def test_corpus_is_checked_again_after_a_change_of_many_articles(
    doubtful: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(doubtful, qtbot)
    monkeypatch.setattr(issues, "_MAX_SYNCHRONOUS_CHECKS", 0)
    with qtbot.waitSignal(doubtful.issue_commands.issues.checked):
        press(doubtful, Qt.Key.Key_Delete, CONTROL)
    assert visible_issues(doubtful) == [EDGE, WORD]


def test_switching_annotator_or_corpus_stops_checking(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    doubtful.session.switch_annotator("Omar")
    assert not doubtful.issue_commands.issues.is_active
    assert doubtful.articles_sidebar.isVisible()
    check(doubtful, qtbot)
    assert visible_issues(doubtful) == []
    doubtful.session.close()
    assert not doubtful.issue_commands.issues.is_active


def test_issue_keys_without_issues_report_or_start(doubtful: Window, qtbot: QtBot) -> None:
    press(doubtful, Qt.Key.Key_R, CONTROL)
    assert doubtful.toast.message() == "No issue is selected."
    with qtbot.waitSignal(doubtful.issue_commands.issues.checked):
        press(doubtful, Qt.Key.Key_F5, CONTROL)
    assert current(doubtful) == REPEAT


def test_checking_reports_an_error_of_the_corpus(
    doubtful: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:

    def failing(*_arguments: object, **_keywords: object) -> Iterator[tuple[int, int]]:
        yield from ()
        raise CorpusError("no such luck")

    monkeypatch.setattr(issues, "check_corpus", failing)
    with qtbot.waitSignal(doubtful.session.failed) as failure:
        press(doubtful, Qt.Key.Key_K, CONTROL | SHIFT)
    assert failure.args == ["no such luck"]
    qtbot.waitUntil(lambda: not doubtful.tasks.is_busy)
    assert not doubtful.issue_commands.issues.is_active


def test_checking_can_be_cancelled(doubtful: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_arguments: object, **_keywords: object) -> Iterator[tuple[int, int]]:
        while True:
            yield 0, 1

    monkeypatch.setattr(issues, "check_corpus", endless)
    press(doubtful, Qt.Key.Key_K, CONTROL | SHIFT)
    assert doubtful.tasks.is_busy
    doubtful.tasks.stop()
    qtbot.waitUntil(lambda: not doubtful.tasks.is_busy)
    assert not doubtful.issue_commands.issues.is_active
    assert doubtful.articles_sidebar.isVisible()


def test_issue_list_has_accessible_texts(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    rows = doubtful.issue_commands.sidebar.issue_list.model()
    row_text = rows.data(rows.index(1, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert row_text.startswith(f"{QUOTED}, Punctuation at the edge, ")
    assert doubtful.issue_commands.bar.accessibleName() == "Labelled elsewhere, not here"


def shown_buttons(window: Window) -> list[str]:
    """Return the texts, without keys, of the buttons in the bar that do something."""
    buttons = window.issue_commands.bar.findChildren(ActionButton)
    return [button.accessibleName().partition("  ")[0] for button in buttons if button.isVisible()]


def test_the_bar_has_only_buttons_that_do_something(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    assert shown_buttons(doubtful) == ["Fix", "Dismiss", "Next", "Close the issues"]
    doubtful.issue_commands.issues.set_current(None)
    assert shown_buttons(doubtful) == ["Next", "Close the issues"]
    for issue in list(doubtful.issue_commands.issues.visible):
        doubtful.issue_commands._go_to(issue)
        doubtful.issue_commands.dismiss()
    assert visible_issues(doubtful) == []
    assert shown_buttons(doubtful) == ["Close the issues"]


def test_escape_clears_the_selection_and_then_closes_the_issues(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    press(doubtful, Qt.Key.Key_Escape)
    assert doubtful.view.selected_text() == ""
    assert doubtful.issue_commands.sidebar.isVisible()
    press(doubtful, Qt.Key.Key_Escape)
    assert doubtful.articles_sidebar.isVisible()
    assert visible_issues(doubtful) == []
    press(doubtful, Qt.Key.Key_Escape)
    assert not doubtful.tasks.is_busy


def test_buttons_lead_to_the_issues_and_back(doubtful: Window, qtbot: QtBot) -> None:
    [button] = doubtful.articles_sidebar.findChildren(ActionButton)
    with qtbot.waitSignal(doubtful.issue_commands.issues.checked):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not doubtful.tasks.is_busy)
    close = doubtful.issue_commands.bar.close_button
    assert "Close the issues" in close.toolTip()
    QTest.mouseClick(close, Qt.MouseButton.LeftButton)
    assert not doubtful.issue_commands.issues.is_active
    assert doubtful.articles_sidebar.isVisible()


def test_the_text_of_an_issue_has_room_in_a_narrow_window(doubtful: Window, qtbot: QtBot) -> None:
    check(doubtful, qtbot)
    doubtful.resize(doubtful.minimumSizeHint().width(), doubtful.height())
    QTest.qWait(1)
    bar = doubtful.issue_commands.bar
    assert bar._title_label.width() > bar.width() * 0.8
    doubtful.resize(1800, doubtful.height())
    QTest.qWait(1)
    assert bar._title_label.width() < bar.width() * 0.8
