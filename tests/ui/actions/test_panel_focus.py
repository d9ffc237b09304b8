"""Every control has a name and a role, the keyboard reaches it, and comes back to the article."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QDialog, QListView, QWidget

from annotator.jobs.imports.file_reader import Way
from annotator.jobs.imports.importer import Imported
from annotator.jobs.imports.preview import Look
from annotator.model.records import Refusal
from annotator.ui import app
from annotator.ui.actions.panel_focus import controls
from annotator.ui.actions.table import Keymap
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.import_preview import ImportDialog
from annotator.ui.dialogs.import_result import ImportedDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.labels import LabelsDialog
from annotator.ui.dialogs.occurrences import OccurrencesDialog
from annotator.ui.session.session import Session
from annotator.ui.widgets.theme import DARK, LIGHT, Theme, style_sheet
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]
LEFT = Qt.MouseButton.LeftButton
NO_ROLE = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane, QAccessible.Role.Grouping}


def export_dialog(window: Window) -> QDialog:
    return ExportDialog(window, window.session, window.corpus_commands.background)


def keys_dialog(window: Window) -> QDialog:
    return KeysDialog(window, Keymap({}, window.session.labels.labels))


def labels_dialog(window: Window) -> QDialog:
    assert window.session.corpus
    return LabelsDialog(window, window.session.corpus, window.corpus_commands.background, LIGHT)


def occurrences_dialog(window: Window) -> QDialog:
    session = window.session
    return OccurrencesDialog(window, session, window.corpus_commands.background, session.spans[0], LIGHT)


def imported_dialog(window: Window) -> QDialog:
    return ImportedDialog(window, "3 articles added", Imported(3, 0, 0, [Refusal("a.txt", 3, "not UTF-8")]))


def import_dialog(window: Window) -> QDialog:
    found = Look(
        *(Path("a.csv"), Way(logical=True), "csv", ["text", "csv"], 2, frozenset("u"), 3, "خبر", 1, [("ﺮﺒﺧ", "خبر")]),
        *({"PER": 2, "a b": 1}, [Refusal("a.csv", 3, "empty")], 1, 0, ["c1", "c2"]),
    )
    return ImportDialog(window, window.session, window.corpus_commands.background, [found])


DIALOGS = [export_dialog, keys_dialog, labels_dialog, occurrences_dialog, import_dialog, imported_dialog]


@pytest.fixture
def tagged(window: Window, stretch: Stretch) -> Window:
    """A window with a span, selected, so that the fields of its value and its note are there."""
    window.session.articles_changed.emit()
    window.session.tag("INSTITUTION", *stretch("وزارة الصحة", 1))
    window.session.tag("DATE", *stretch("أمس"))
    return window


def unnamed(widgets: Iterable[QWidget]) -> list[str]:
    """Those that Tab comes to, and of which a screen reader has nothing to say."""
    found = []
    for widget in widgets:
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusProxy() or own(widget):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface
        if not interface.text(QAccessible.Text.Name).strip() or interface.role() in NO_ROLE:
            found.append(f"{type(widget).__name__} {widget.objectName()} {interface.role().name}")
    return found


def own(widget: QWidget) -> bool:
    """Whether Qt has made the widget as a part of another control, and tells of it with that: a combo box's list."""
    parent = widget.parentWidget()
    return widget.objectName().startswith("qt_") or (
        parent is not None and parent.inherits("QComboBoxPrivateContainer")
    )


def test_every_control_of_the_window_has_a_name_and_a_role(tagged: Window) -> None:
    every = tagged.findChildren(QWidget)
    assert len([widget for widget in every if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]) > 15
    assert unnamed(every) == []


@pytest.mark.parametrize("make", DIALOGS, ids=lambda make: make.__name__)
def test_every_control_of_a_dialog_has_a_name_and_a_role(tagged: Window, make: Callable[[Window], QDialog]) -> None:
    dialog = make(tagged)
    dialog.show()
    every = dialog.findChildren(QWidget)
    assert list(controls(dialog))
    assert unnamed(every) == []
    dialog.close()
    dialog.deleteLater()


def test_the_names_of_rows_tell_the_state_and_the_label(tagged: Window) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    assert tagged.spans.model().index(0, 0).data(role) == "وزارة الصحة, Institution"
    assert tagged.articles_side.articles.model().index(0, 0).data(role).endswith(", in progress")
    row = tagged.labels.rows()[0]
    assert (row.accessibleName(), row.accessibleDescription()) == ("Date", "key 1, 1 span")


def pressed(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> QWidget:
    """What has the keyboard after this press."""
    focus = QApplication.focusWidget()
    assert focus
    QTest.keyClick(focus, key, modifier)
    after = QApplication.focusWidget()
    assert after
    return after


def test_a_key_goes_from_part_to_part_and_round(tagged: Window) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    seen = [pressed(Qt.Key.Key_Tab, control) for _ in range(4)]
    assert seen == [tagged._middle.buttons[0], tagged.labels.rows()[0], tagged.articles_side.search, tagged.view]
    back = [pressed(Qt.Key.Key_Backtab, control | Qt.KeyboardModifier.ShiftModifier) for _ in range(4)]
    assert back == [*seen[:3][::-1], tagged.view]


def test_tab_reaches_every_control_from_the_first_one(tagged: Window) -> None:
    sides = (tagged.articles_side, tagged._middle.foot, tagged.labels_side)
    wanted = [control for side in sides for control in controls(side)]
    assert {tagged.articles_side.articles, tagged.spans, tagged.labels_side.card.value, *tagged.labels.rows()} <= {
        *wanted
    }
    reached = set()
    for side in sides:
        first = next(controls(side))
        first.setFocus(Qt.FocusReason.TabFocusReason)
        reached.add(first)
        for _ in range(len(wanted)):
            reached.add(pressed(Qt.Key.Key_Tab))
    assert {*wanted} <= reached


def test_tab_in_the_article_goes_from_span_to_span(tagged: Window) -> None:
    tagged.session.select(None)
    assert pressed(Qt.Key.Key_Tab) is tagged.view
    assert tagged.session.selection


@pytest.mark.parametrize(
    "where",
    [
        lambda window: window.labels.rows()[1],
        lambda window: window.spans,
        lambda window: window.articles_side.articles,
        lambda window: window.articles_side.search,
        lambda window: window.articles_side.state,
        lambda window: window._middle.buttons[1],
        lambda window: window.labels_side.card.value,
    ],
)
def test_escape_goes_back_to_the_article(tagged: Window, where: Callable[[Window], QWidget]) -> None:
    where(tagged).setFocus(Qt.FocusReason.TabFocusReason)
    assert not tagged.view.hasFocus()
    assert pressed(Qt.Key.Key_Escape) is tagged.view


def test_space_presses_the_control_and_not_the_windows_key(tagged: Window, stretch: Stretch) -> None:
    tagged.view.select(*stretch("لفائدة"))
    tagged.session.select(None)
    before = [span.uid for span in tagged.session.spans]
    tagged.labels.rows()[2].setFocus(Qt.FocusReason.TabFocusReason)
    pressed(Qt.Key.Key_Space)
    [added] = [span for span in tagged.session.spans if span.uid not in before]
    assert added.label == "PLAN"
    tagged._middle.buttons[2].setFocus(Qt.FocusReason.TabFocusReason)
    pressed(Qt.Key.Key_Space)
    assert tagged.session.state() == "flagged"


def test_arrows_and_enter_choose_in_a_list(tagged: Window) -> None:
    tagged.session.select(tagged.session.spans[0])
    tagged.spans.setFocus(Qt.FocusReason.TabFocusReason)
    pressed(Qt.Key.Key_Down)
    assert tagged.session.selection == tagged.session.spans[0], "looking is not choosing"
    assert pressed(Qt.Key.Key_Return) is tagged.view
    assert tagged.session.selection == tagged.session.spans[1]
    tagged.articles_side.articles.setFocus(Qt.FocusReason.TabFocusReason)
    pressed(Qt.Key.Key_Down)
    assert pressed(Qt.Key.Key_Return) is tagged.view
    assert tagged.session.place() == 1


def test_a_click_leaves_the_keyboard_with_the_article(tagged: Window) -> None:
    listed = tagged.spans
    for widget in (tagged.labels.rows()[0], tagged._middle.buttons[3], tagged._middle.buttons[4]):
        QTest.mouseClick(widget, LEFT)
        assert tagged.view.hasFocus(), widget
    for view in (listed, tagged.articles_side.articles):
        assert isinstance(view, QListView)
        QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.model().index(0, 0)).center())
        assert tagged.view.hasFocus(), view


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_what_has_the_keyboard_is_framed(tagged: Window, qapp: QApplication, theme: Theme) -> None:
    qapp.setStyleSheet(style_sheet(theme))
    tagged.set_theme(theme)
    cases: list[tuple[QWidget, str]] = [
        (tagged.labels.rows()[0], theme.accent),
        (tagged._middle.buttons[0], theme.ink),
        (tagged._middle.buttons[1], theme.accent),
        (tagged.articles_side.search, theme.accent),
        (tagged.spans, theme.accent),
        (tagged.articles_side.articles, theme.accent),
    ]
    for widget, colour in cases:
        tagged.view.setFocus()
        before = count(widget, colour)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert count(widget, colour) > before + 60, type(widget).__name__
    qapp.setStyleSheet(style_sheet(app.LIGHT))


def count(widget: QWidget, colour: str) -> int:
    """How many pixels have this colour."""
    shown = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    image = shown.grab().toImage()
    wanted = QColor(colour).rgb()
    return sum(image.pixel(QPoint(x, y)) == wanted for x in range(image.width()) for y in range(image.height()))


def test_without_a_corpus_the_keyboard_reaches_the_way_to_one(window: Window, session: Session) -> None:
    session.close()
    session.articles_changed.emit()
    window.articles_side.search.setFocus()
    pressed(Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    focus = QApplication.focusWidget()
    assert focus
    assert focus in set(controls(window._middle.pages))
    assert QAccessible.queryAccessibleInterface(focus).text(QAccessible.Text.Name) == "New corpus…"
