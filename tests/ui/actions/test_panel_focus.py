"""Keyboard access: every control has an accessible name and a role, and focus returns to the article."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QDialog, QListView, QWidget
from ui.inspection import Stretch

from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import ImportResult
from annotator.jobs.imports.preview import FilePreview
from annotator.model.reasons import Code
from annotator.model.records import Refusal
from annotator.ui.actions.keymap import Keymap
from annotator.ui.actions.panel_focus import focusable_controls
from annotator.ui.commands.table import MENUS
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.imports.import_preview import ImportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.labels.labels_dialog import LabelsDialog
from annotator.ui.dialogs.occurrences import OccurrencesDialog
from annotator.ui.dialogs.results import ImportResultDialog
from annotator.ui.dialogs.team.assignment import AssignmentDialog
from annotator.ui.session.session import Session
from annotator.ui.widgets.theme import DARK, LIGHT, Theme
from annotator.ui.window import Window

LEFT = Qt.MouseButton.LeftButton
NO_ROLE = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane, QAccessible.Role.Grouping}


def export_dialog(window: Window) -> QDialog:
    return ExportDialog(window, window.session, window.tasks)


def keys_dialog(window: Window) -> QDialog:
    return KeysDialog(window, Keymap(MENUS, {}, window.session.labels.labels))


def assignment_dialog(window: Window) -> QDialog:
    return AssignmentDialog(window, window.session, window.tasks, ["Sanae", "عبد الرحمن"])


def labels_dialog(window: Window) -> QDialog:
    assert window.session.corpus
    return LabelsDialog(window, window.session.corpus, window.tasks)


def occurrences_dialog(window: Window) -> QDialog:
    session = window.session
    return OccurrencesDialog(window, session, window.tasks, session.spans[0])


def imported_dialog(window: Window) -> QDialog:
    return ImportResultDialog(
        window, "3 articles added", ImportResult(3, 0, 0, [Refusal("a.txt", 3, "not UTF-8", Code.INVALID_ENCODING)])
    )


def import_dialog(window: Window) -> QDialog:
    preview = FilePreview(
        *(
            Path("a.csv"),
            ReadOptions(logical=True),
            "csv",
            ["text", "csv"],
            2,
            frozenset("u"),
            3,
            "خبر",
            1,
            [("ﺮﺒﺧ", "خبر")],
        ),
        *({"PER": 2, "a b": 1}, [Refusal("a.csv", 3, "empty", Code.NO_TEXT)], 1, 0, ["c1", "c2"]),
    )
    return ImportDialog(window, window.session, window.tasks, [preview])


DIALOGS = [
    *(export_dialog, keys_dialog, labels_dialog, occurrences_dialog, import_dialog, imported_dialog),
    assignment_dialog,
]


@pytest.fixture
def tagged(window: Window, stretch: Stretch) -> Window:
    """Return a window with a selected span, so that the fields for its value and note are visible."""
    window.session.changed.emit(frozenset(["articles"]))
    window.session.tag("INSTITUTION", *stretch("وزارة الصحة", 1))
    window.session.tag("DATE", *stretch("أمس"))
    return window


def find_unnamed(widgets: Iterable[QWidget]) -> list[str]:
    """Return the widgets in the tab order without accessible name or role."""
    descriptions = []
    for widget in widgets:
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or widget.focusProxy() or is_internal(widget):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface
        if not interface.text(QAccessible.Text.Name).strip() or interface.role() in NO_ROLE:
            descriptions.append(f"{type(widget).__name__} {widget.objectName()} {interface.role().name}")
    return descriptions


def is_internal(widget: QWidget) -> bool:
    """Return whether the widget is an internal part of another control, such as the list of a combo box."""
    parent = widget.parentWidget()
    return widget.objectName().startswith("qt_") or (
        parent is not None and parent.inherits("QComboBoxPrivateContainer")
    )


def test_every_control_of_the_window_has_a_name_and_a_role(tagged: Window) -> None:
    widgets = tagged.findChildren(QWidget)
    assert len([widget for widget in widgets if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]) > 15
    assert find_unnamed(widgets) == []


@pytest.mark.parametrize("make", DIALOGS, ids=lambda make: make.__name__)
def test_every_control_of_a_dialog_has_a_name_and_a_role(tagged: Window, make: Callable[[Window], QDialog]) -> None:
    dialog = make(tagged)
    dialog.show()
    widgets = dialog.findChildren(QWidget)
    assert list(focusable_controls(dialog))
    assert find_unnamed(widgets) == []
    dialog.close()
    dialog.deleteLater()


def test_accessible_names_of_rows_include_state_and_label(tagged: Window) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    assert tagged.span_panel.model().index(0, 0).data(role) == "وزارة الصحة, Institution"
    assert tagged.articles_sidebar.article_list.model().index(0, 0).data(role).endswith(", in progress")
    row = tagged.label_panel.rows[0]
    assert (row.accessibleName(), row.accessibleDescription()) == ("Date", "key 1, 1 span")


def press_key(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> QWidget:
    """Press a key and return the widget that has the focus afterwards."""
    focus = QApplication.focusWidget()
    assert focus
    QTest.keyClick(focus, key, modifier)
    after = QApplication.focusWidget()
    assert after
    return after


def test_the_shortcut_cycles_through_the_panels(tagged: Window) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    seen = [press_key(Qt.Key.Key_Tab, control) for _ in range(5)]
    assert seen == [
        tagged._central_widget.buttons[0],
        tagged.label_panel.rows[0],
        tagged.articles_sidebar.search_line,
        tagged.article_header.title.button,
        tagged.view,
    ]
    back = [press_key(Qt.Key.Key_Backtab, control | Qt.KeyboardModifier.ShiftModifier) for _ in range(5)]
    assert back == [*seen[:4][::-1], tagged.view]


def test_tab_reaches_every_control_of_a_panel(tagged: Window) -> None:
    panels = (tagged.articles_sidebar, tagged._central_widget.footer, tagged.labels_sidebar)
    expected = [control for panel in panels for control in focusable_controls(panel)]
    assert {
        tagged.articles_sidebar.article_list,
        tagged.span_panel,
        tagged.labels_sidebar.span_card.value_field,
        *tagged.label_panel.rows,
    } <= {*expected}
    reached = set()
    for panel in panels:
        first = next(focusable_controls(panel))
        first.setFocus(Qt.FocusReason.TabFocusReason)
        reached.add(first)
        for _ in range(len(expected)):
            reached.add(press_key(Qt.Key.Key_Tab))
    assert {*expected} <= reached


def test_tab_in_the_article_moves_between_spans(tagged: Window) -> None:
    tagged.session.select(None)
    assert press_key(Qt.Key.Key_Tab) is tagged.view
    assert tagged.session.selection


@pytest.mark.parametrize(
    "find_widget",
    [
        lambda window: window.label_panel.rows[1],
        lambda window: window.span_panel,
        lambda window: window.articles_sidebar.article_list,
        lambda window: window.articles_sidebar.search_line,
        lambda window: window.articles_sidebar.state_filter,
        lambda window: window._central_widget.buttons[1],
        lambda window: window.labels_sidebar.span_card.value_field,
    ],
)
def test_escape_returns_to_the_article(tagged: Window, find_widget: Callable[[Window], QWidget]) -> None:
    find_widget(tagged).setFocus(Qt.FocusReason.TabFocusReason)
    assert not tagged.view.hasFocus()
    assert press_key(Qt.Key.Key_Escape) is tagged.view


def test_space_presses_the_focused_button_instead_of_the_shortcut(tagged: Window, stretch: Stretch) -> None:
    tagged.view.select(*stretch("لفائدة"))
    tagged.session.select(None)
    before = [span.uid for span in tagged.session.spans]
    tagged.label_panel.rows[2].setFocus(Qt.FocusReason.TabFocusReason)
    press_key(Qt.Key.Key_Space)
    [added] = [span for span in tagged.session.spans if span.uid not in before]
    assert added.label == "PLAN"
    tagged._central_widget.buttons[2].setFocus(Qt.FocusReason.TabFocusReason)
    press_key(Qt.Key.Key_Space)
    assert tagged.session.article_state == "flagged"


def test_arrow_keys_and_enter_select_in_a_list(tagged: Window) -> None:
    tagged.session.select(tagged.session.spans[0])
    tagged.span_panel.setFocus(Qt.FocusReason.TabFocusReason)
    press_key(Qt.Key.Key_Down)
    assert tagged.session.selection == tagged.session.spans[0], "looking is not choosing"
    assert press_key(Qt.Key.Key_Return) is tagged.view
    assert tagged.session.selection == tagged.session.spans[1]
    tagged.articles_sidebar.article_list.setFocus(Qt.FocusReason.TabFocusReason)
    press_key(Qt.Key.Key_Down)
    assert press_key(Qt.Key.Key_Return) is tagged.view
    assert tagged.session.current_index() == 1


def test_a_click_leaves_the_focus_in_the_article(tagged: Window) -> None:
    listed = tagged.span_panel
    for widget in (tagged.label_panel.rows[0], tagged._central_widget.buttons[3], tagged._central_widget.buttons[4]):
        QTest.mouseClick(widget, LEFT)
        assert tagged.view.hasFocus(), widget
    for view in (listed, tagged.articles_sidebar.article_list):
        assert isinstance(view, QListView)
        QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(view.model().index(0, 0)).center())
        assert tagged.view.hasFocus(), view


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_focused_widget_has_a_frame(tagged: Window, set_theme: Callable[[Theme], None], theme: Theme) -> None:
    set_theme(theme)
    cases: list[tuple[QWidget, str]] = [
        (tagged.label_panel.rows[0], theme.accent),
        (tagged._central_widget.buttons[0], theme.ink),
        (tagged._central_widget.buttons[1], theme.accent),
        (tagged.articles_sidebar.search_line, theme.accent),
        (tagged.span_panel, theme.accent),
        (tagged.articles_sidebar.article_list, theme.accent),
    ]
    for widget, colour in cases:
        tagged.view.setFocus()
        before = count_pixels(widget, colour)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert count_pixels(widget, colour) > before + 60, type(widget).__name__


def count_pixels(widget: QWidget, colour: str) -> int:
    """Return the number of pixels of this colour."""
    area = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    image = area.grab().toImage()
    target = QColor(colour).rgb()
    return sum(image.pixel(QPoint(x, y)) == target for x in range(image.width()) for y in range(image.height()))


def test_without_a_corpus_the_focus_reaches_the_buttons_to_open_one(window: Window, session: Session) -> None:
    session.close()
    session.changed.emit(frozenset(["articles"]))
    window.articles_sidebar.search_line.setFocus()
    press_key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    focus = QApplication.focusWidget()
    assert focus
    assert focus in set(focusable_controls(window._central_widget.pages))
    assert QAccessible.queryAccessibleInterface(focus).text(QAccessible.Text.Name) == "New corpus…"
