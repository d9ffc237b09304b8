"""The About dialog in a real window: its texts, the copied facts, and that only a click opens a browser."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator import __version__, i18n, licenses
from annotator.licenses import BundleContents, Component
from annotator.resources import resource_path
from annotator.ui.dialogs import about
from annotator.ui.dialogs.about import AboutDialog
from annotator.ui.window import Window


@pytest.fixture
def dialog(window: Window, qtbot: QtBot, opened_urls: list[str]) -> AboutDialog:
    about_dialog = AboutDialog(window)
    with qtbot.waitExposed(about_dialog):
        about_dialog.show()
    return about_dialog


def open_components(dialog: AboutDialog, qtbot: QtBot) -> None:
    """Open the tab of the components."""
    dialog.tabs.setCurrentWidget(dialog.components)
    assert dialog.components.list.topLevelItemCount() > 0


def select_component(dialog: AboutDialog, name: str) -> None:
    [row] = [row for row in rows(dialog) if strip_isolates(row.text(0)) == name]
    dialog.components.list.setCurrentItem(row)


def rows(dialog: AboutDialog) -> list[QTreeWidgetItem]:
    tree = dialog.components.list
    return [row for index in range(tree.topLevelItemCount()) if (row := tree.topLevelItem(index))]


def test_menu_opens_the_dialog_and_escape_closes_it(window: Window) -> None:
    versions: list[str] = []

    def read_version() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, AboutDialog) or QApplication.activeWindow() is not dialog:  # no key reaches it before
            QTimer.singleShot(20, read_version)
            return
        versions.append(strip_isolates(dialog.version_label.text()))
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    QTimer.singleShot(0, read_version)
    window.action("about").trigger()
    assert versions == [f"Version {__version__}"]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_changelog_is_in_the_language_of_the_window(language: str, window: Window, qtbot: QtBot) -> None:
    i18n.set_language(language)
    dialog = AboutDialog(window)
    qtbot.addWidget(dialog)
    text = strip_isolates(dialog.changelog.toPlainText())
    assert __version__ in text.splitlines()[0]
    points = re.findall(
        r"^- \*\*(.+?)\*\*", resource_path("changes", f"{language}.md").read_text(encoding="utf-8"), re.M
    )
    assert len(points) > 10
    assert all(point in text for point in points)
    assert "**" not in text


def test_every_component_is_listed_with_version_and_licence(dialog: AboutDialog, qtbot: QtBot) -> None:
    open_components(dialog, qtbot)
    listed = [tuple(strip_isolates(row.text(column)) for column in range(3)) for row in rows(dialog)]
    assert listed == [(component.name, component.version, component.terms) for component in licenses.list_components()]


def test_component_shows_its_terms_and_home_page(dialog: AboutDialog, qtbot: QtBot) -> None:
    open_components(dialog, qtbot)
    assert "Apache License" in dialog.components.terms_view.toPlainText()
    select_component(dialog, "Noto Naskh Arabic")
    assert "SIL OPEN FONT LICENSE" in dialog.components.terms_view.toPlainText()
    assert ">https://fonts.google.com/noto</a>" in dialog.components.home_link.text()
    assert not dialog.components.notice_label.isVisible()


def test_component_without_its_terms_says_so(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licenses, "list_components", lambda: (Component("bare", "1", "MIT"),))
    dialog = AboutDialog(window)
    qtbot.addWidget(dialog)
    dialog.show()
    open_components(dialog, qtbot)
    assert dialog.components.notice_label.text() == "The licence text is not included; see the home page."


def test_qt_is_under_the_lgpl_and_its_library_folder_exists(dialog: AboutDialog, qtbot: QtBot) -> None:
    open_components(dialog, qtbot)
    select_component(dialog, "Qt")
    text = dialog.components.terms_view.toPlainText()
    assert text.index("The Qt Company") < text.index("GNU LESSER GENERAL PUBLIC LICENSE")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    notice, _line, folder = strip_isolates(dialog.components.notice_label.text()).partition("\n")
    assert "may be replaced" in notice
    assert [path for path in Path(folder).rglob("*Qt6Core*") if path.is_file()]


def test_only_a_click_on_a_link_opens_a_browser(dialog: AboutDialog, qtbot: QtBot, opened_urls: list[str]) -> None:
    open_components(dialog, qtbot)
    for row in rows(dialog):
        dialog.components.list.setCurrentItem(row)
    select_component(dialog, "SQLite")
    assert opened_urls == []
    home = dialog.components.home_link
    qtbot.waitUntil(lambda: home.width() > 40)
    QTest.mouseClick(home, Qt.MouseButton.LeftButton, pos=QPoint(home.width() // 2, home.height() // 2))
    assert opened_urls == ["https://sqlite.org"]


def test_address_that_is_not_http_is_no_link(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    component = Component("odd", "1", "MIT", "file:///etc/<b>passwd</b>")
    monkeypatch.setattr(licenses, "list_components", lambda: (component,))
    dialog = AboutDialog(window)
    qtbot.addWidget(dialog)
    dialog.show()
    open_components(dialog, qtbot)
    assert "href" not in dialog.components.home_link.text()
    assert "<b>" not in dialog.components.home_link.text()


def test_copied_versions_contain_no_name_and_no_path(
    dialog: AboutDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert dialog.copy_button.text() == "Copied"
    copied = QGuiApplication.clipboard().text()
    facts = dict(re.split(r"  +", line, maxsplit=1) for line in copied.splitlines())
    assert {"annotator", "Python", "Qt", "PySide6", "SQLite", "system", "screens"} <= set(facts)
    assert facts["annotator"] == __version__
    assert facts["installed as"] == "a Python package"
    assert "/" not in copied
    assert "Sanae" not in copied
    assert Path.home().name not in copied.split()
    monkeypatch.setattr(about, "load_bundle_contents", lambda: BundleContents((), "27aea8b"))
    assert "installed as  a bundle of commit 27aea8b\n" in about.support_details()


@pytest.mark.parametrize(("height", "is_low"), [(768, False), (400, True)])
def test_low_screen_has_what_the_program_does_where_it_scrolls(
    window: Window, monkeypatch: pytest.MonkeyPatch, height: int, is_low: bool
) -> None:
    class Screen:
        def availableSize(self) -> QSize:  # noqa: N802 - Qt's name
            return QSize(683 if is_low else 1366, height)

    monkeypatch.setattr(QWidget, "screen", lambda _widget: Screen())
    dialog = AboutDialog(window)
    promise = "Nothing leaves this computer"
    assert dialog.changelog.toPlainText().count(promise) == is_low
    assert any(promise in label.text() for label in dialog.findChildren(QLabel)) != is_low
    columns = dialog.components.list.headerItem()
    assert ("Version" in [columns.text(column) for column in range(columns.columnCount())]) != is_low
