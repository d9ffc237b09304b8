"""An annotator's conflicts in the window: shown with both versions, decided by keys, undone."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from builders import apply_edits, build_plain_article, label_words, locate
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot
from ui.conftest import ARTICLE, OTHER
from ui.inspection import shown_text

from annotator.generators import finish
from annotator.model import operations
from annotator.model.history import DECIDE_STEP
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import BODY, HEADLINE, Edit, Note, Span, Status, Step, Title, article_uid, new_uid
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.label_set import change_labels
from annotator.store.merging import merge
from annotator.store.queries.gold import create_gold
from annotator.ui.dialogs.team.conflicts import ConflictsDialog
from annotator.ui.widgets.modal import MessageBox
from annotator.ui.window import Window

UID, OTHER_UID = article_uid(ARTICLE), article_uid(OTHER)
NAME = "Sanae"
LONG, SHORT = "الخطة الوطنية للتلقيح 2024-2030", "الخطة الوطنية للتلقيح"
MINISTRY, TOWN = "وزارة الصحة", "وجدة"
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def corpus_path(tmp_path: Path, corpus_path: Path) -> Path:
    """Have Sanae label two articles, and change the same differently on a laptop."""
    with Corpus.open(corpus_path) as corpus:
        spans = [*label_words(ARTICLE, [(LONG, "PLAN")], NAME), *label_words(OTHER, [(TOWN, "INSTITUTION")], NAME)]
        apply_edits(corpus, [Edit(None, span) for span in spans], NAME)
        corpus.checkpoint()
    return corpus_path


@pytest.fixture
def laptop(tmp_path: Path, corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Corpus]:
    """Open a copy on a laptop, where Sanae has shortened the plan and described the town, later than here."""
    path = tmp_path / "laptop.corpus"
    shutil.copyfile(corpus_path, path)
    with Corpus.open(path) as corpus:
        with monkeypatch.context() as patch:
            patch.setattr("annotator.store.corpus.device_uid", lambda: "laptop")
            work_on_laptop(corpus)
        yield corpus


def work_on_laptop(corpus: Corpus) -> None:
    """Begin an article, shorten the plan and describe the town."""
    apply_edits(corpus, [Edit(None, Status(UID, NAME, "in_progress"))], NAME, name="state")
    [plan], [town] = corpus.spans(UID, NAME), corpus.spans(OTHER_UID, NAME)
    end = locate(SHORT, ARTICLE)[1]
    apply_edits(corpus, operations.resize(corpus.article(UID), [plan], plan, plan.start, end), NAME)
    apply_edits(corpus, operations.describe_span(town, "", "مدينة لا مؤسسة"), NAME)


@pytest.fixture
def merged(window: Window, laptop: Corpus) -> Window:
    """Return the window after a merge of what the laptop has."""
    session = window.session
    assert session.corpus
    for number in (1, 2):
        session.open_by_id(number)
        [span] = session.spans
        assert session.relabel(span, "DATE")
    finish(merge(session.corpus, read_changeset(laptop)))
    session.reload_articles()
    session.reload()
    return window


Run = Callable[[Window, Callable[[ConflictsDialog], object]], None]


@pytest.fixture
def run(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that opens the list and does something in it."""

    def run_list(window: Window, act: Callable[[ConflictsDialog], object]) -> None:
        dialogs: list[ConflictsDialog] = []

        def execute(dialog: ConflictsDialog) -> int:
            dialog.show()
            qtbot.waitExposed(dialog)
            dialog.activateWindow()
            qtbot.waitUntil(dialog.isActiveWindow)
            act(dialog)
            dialogs.append(dialog)
            return dialog.result()

        monkeypatch.setattr(ConflictsDialog, "exec", execute)
        window.action("show_conflicts").trigger()
        qtbot.waitUntil(lambda: bool(dialogs) and not window.tasks.is_busy)

    return run_list


def press(dialog: ConflictsDialog, key: Qt.Key, modifier: Qt.KeyboardModifier = CONTROL) -> None:
    QTest.keyClick(dialog.tree, key, modifier)


def rows(dialog: ConflictsDialog) -> list[list[str]]:
    items = [dialog.tree.topLevelItem(index) for index in range(dialog.tree.topLevelItemCount())]
    return [[item.text(column) for column in range(3)] for item in items if item]


def layer(window: Window, uid: str = UID) -> list[tuple[str, str]]:
    corpus = window.session.corpus
    assert corpus
    text = corpus.article(uid).text
    return [(span.label, text[span.start : span.end]) for span in corpus.spans(uid, NAME)]


def test_the_window_says_how_many_conflicts_wait(merged: Window) -> None:
    assert merged.session.conflict_count == 2
    assert "2 conflicts to decide" in shown_text(merged.status_line)
    assert merged.merge_commands.describe_conflicts() == "Conflicts (2)…"
    merged.session.switch_annotator("منى")
    assert merged.session.conflict_count == 0
    assert "conflict" not in shown_text(merged.status_line)


def test_both_versions_are_shown_with_when_and_where(merged: Window, run: Run) -> None:
    def look(dialog: ConflictsDialog) -> None:
        first, second = rows(dialog)
        assert "وزارة الصحة تطلق" in first[0]
        assert LONG in first[1]
        assert first[1].startswith("Date:")
        assert first[2].startswith("Plan:")
        assert SHORT in first[2]
        assert "مدينة لا مؤسسة" in second[2]
        assert "today" in shown_text(dialog.standing_card)
        assert "on this computer" in shown_text(dialog.standing_card)
        assert "on another computer" in shown_text(dialog.own_card)
        assert NAME not in shown_text(dialog.own_card)

    run(merged, look)
    assert merged.session.conflict_count == 2


def test_a_key_takes_ones_own_version_and_goes_on_to_the_next(merged: Window, run: Run) -> None:
    remaining: list[int] = []

    def decide(dialog: ConflictsDialog) -> None:
        press(dialog, Qt.Key.Key_2)
        remaining.append(len(rows(dialog)))
        assert merged.session.article
        assert merged.session.article.uid == UID
        press(dialog, Qt.Key.Key_1)
        assert not dialog.isVisible()

    run(merged, decide)
    assert remaining == [1]
    assert layer(merged) == [("PLAN", SHORT)]
    assert layer(merged, OTHER_UID) == [("DATE", TOWN)]
    assert merged.session.conflict_count == 0
    assert "conflict" not in shown_text(merged.status_line)
    assert merged.session.article
    assert merged.session.article.uid == OTHER_UID


@pytest.mark.parametrize("digit", ["٢", "۲", "é"])
def test_the_keys_are_those_of_every_keyboard(merged: Window, run: Run, digit: str) -> None:
    key = Qt.Key(ord(digit.upper()))
    run(merged, lambda dialog: QTest.sendKeyEvent(QTest.KeyAction.Click, dialog.tree, key, digit, CONTROL))
    assert layer(merged) == [("PLAN", SHORT)]
    assert merged.session.conflict_count == 1


def test_a_decision_is_undone_like_anything(merged: Window, run: Run) -> None:
    run(merged, lambda dialog: press(dialog, Qt.Key.Key_2))
    assert layer(merged) == [("PLAN", SHORT)]
    assert merged.session.undo()
    assert layer(merged) == [("DATE", LONG)]
    assert merged.session.conflict_count == 2
    run(merged, lambda dialog: press(dialog, Qt.Key.Key_1))
    assert layer(merged) == [("DATE", LONG)]
    assert merged.session.article_state == "in_progress"
    assert merged.session.undo()
    assert merged.session.conflict_count == 2


def test_a_row_opens_its_article_at_the_place(merged: Window, run: Run) -> None:
    merged.session.open_by_id(2)
    run(merged, lambda dialog: dialog.tree.itemActivated.emit(dialog.tree.topLevelItem(0), 0))
    assert merged.session.article
    assert merged.session.article.uid == UID
    assert merged.session.get_offset() == locate(LONG, ARTICLE)[0]
    assert merged.session.conflict_count == 2


def test_a_conflict_in_the_gold_layer_is_decided_there(window: Window, laptop: Corpus, run: Run) -> None:
    corpus = window.session.corpus
    assert corpus
    start, end = locate(MINISTRY, ARTICLE)
    for copy, note in ((corpus, "أ"), (laptop, "ب")):
        gold = create_gold(copy)
        span = Span(new_uid(), UID, gold, "INSTITUTION", start, end, note=note)
        if copy is laptop:
            apply_edits(laptop, [Edit(None, Note(OTHER_UID, NAME, "راجع"))], NAME)
        copy.apply(Step(new_uid(), gold, utc_timestamp(), DECIDE_STEP, (Edit(None, span),), actor=NAME))
    finish(merge(corpus, read_changeset(laptop)))
    window.session.reload_articles()
    assert window.session.conflict_count == 1
    run(window, lambda dialog: press(dialog, Qt.Key.Key_2))
    assert (window.session.adjudicator, window.session.annotator) == (NAME, gold)
    assert [span.note for span in corpus.spans(UID, gold)] == ["ب"]
    assert window.session.conflict_count == 0


def test_what_cannot_be_had_is_said_and_its_key_does_nothing(merged: Window, run: Run) -> None:
    corpus = merged.session.corpus
    assert corpus
    before = corpus.labels()
    labels = LabelSet(tuple(label for label in before.labels if label.name != "PLAN"))
    names = {label.name: label.name for label in labels.labels}
    finish(change_labels(corpus, LabelChange(before, labels, names, {})))
    merged.session.reload()

    def look(dialog: ConflictsDialog) -> None:
        assert "There is no label Plan any more" in shown_text(dialog.own_card)
        press(dialog, Qt.Key.Key_2)
        assert len(rows(dialog)) == 2
        assert not dialog.own_card.button.isEnabled()
        press(dialog, Qt.Key.Key_1)
        assert len(rows(dialog)) == 1

    run(merged, look)
    assert merged.session.conflict_count == 1


def test_without_conflicts_the_window_says_so(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.notified) as notified:
        window.action("show_conflicts").trigger()
    assert notified.args == ["No conflict waits for you."]
    assert window.merge_commands.describe_conflicts() == ""


def test_after_a_merge_the_window_offers_the_list(
    window: Window, laptop: Corpus, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    window.session.open_by_id(1)
    [span] = window.session.spans
    window.session.relabel(span, "DATE")
    laptop.checkpoint()
    texts, dialogs = list[str](), list[ConflictsDialog]()

    def answer(box: MessageBox) -> int:
        texts.append(box.informativeText())
        box.defaultButton().click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    monkeypatch.setattr(ConflictsDialog, "exec", lambda dialog: bool(dialogs.append(dialog)))  # type: ignore[func-returns-value]
    window.merge_commands.merge_paths([laptop.path])
    qtbot.waitUntil(lambda: bool(dialogs) and not window.tasks.is_busy)
    assert "1 conflict is yours." in texts[-1]


def test_records_of_every_kind_have_words(window: Window, laptop: Corpus, run: Run) -> None:
    session = window.session
    assert session.corpus
    session.open_by_id(2)
    assert session.write_note("راجع")
    assert session.set_title("عنوان")
    assert session.set_published("2024-05-03")
    assert session.mark_zone(HEADLINE, 0, 10)
    [town] = session.spans
    assert session.remove(town)
    article = laptop.article(OTHER_UID)
    for edits in (
        [Edit(None, Note(OTHER_UID, NAME, "سؤال"))],
        [Edit(None, Title(OTHER_UID, "آخر"))],
        operations.set_published(article, "2024"),
        operations.mark_zone(article, laptop.zones(OTHER_UID), BODY, 0, 15),
    ):
        apply_edits(laptop, edits, NAME)
    finish(merge(session.corpus, read_changeset(laptop)))
    session.reload()
    texts: list[str] = []
    run(window, lambda dialog: texts.extend(" | ".join(row) for row in rows(dialog)))
    joined = "\n".join(texts)
    for words in ("No span here", "Article note:", "Title:", "Publication date:", "body:"):
        assert words in joined


def test_a_time_of_publication_takes_the_values_of_dates_along(window: Window, tmp_path: Path, run: Run) -> None:
    session = window.session
    assert session.corpus
    text = "أعلنت الوزارة أمس عن خطة، ثم قالت اليوم إنها بدأت."
    uid = article_uid(text)
    session.corpus.add(build_plain_article(text, "2024-07-09"))
    session.open_by_id(3)
    for words, value in (("أمس", "2024-07-08"), ("اليوم", "2024-07-09")):
        assert session.tag("DATE", *locate(words, text))
        assert session.selection
        assert session.describe(session.selection, value, "")
    session.corpus.checkpoint()
    path = tmp_path / "laptop.corpus"
    shutil.copyfile(session.corpus.path, path)
    assert session.set_published("2024-08-02")
    assert [span.value for span in session.spans] == ["2024-08-01", "2024-08-02"]
    with Corpus.open(path) as laptop:
        apply_edits(laptop, [Edit(None, Note(OTHER_UID, NAME, "راجع"))], NAME)
        yesterday, today = laptop.spans(uid, NAME)
        apply_edits(laptop, operations.remove_span(today), NAME)
        edits = operations.set_published(laptop.article(uid), "2024-05-11")
        apply_edits(laptop, [*edits, Edit(yesterday, replace(yesterday, value="2024-05-10"))], NAME)
        finish(merge(session.corpus, read_changeset(laptop)))
    session.reload_articles()
    session.reload()
    assert session.conflict_count == 2
    for key in (Qt.Key.Key_1, Qt.Key.Key_2):  # keep the removed one, take the other publication
        run(window, lambda dialog, key=key: press(dialog, key))  # type: ignore[misc]
    assert session.conflict_count == 0
    assert session.article
    assert session.article.published == "2024-05-11"
    assert [span.value for span in session.spans] == ["2024-05-10", "2024-05-11"]
