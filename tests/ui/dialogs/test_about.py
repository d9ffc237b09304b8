"""About the program, in a real window: what it says, what it copies, and that only a click opens a browser."""

import re
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator import __version__, i18n, licenses
from annotator.licenses import Contents, Part
from annotator.resources import resource
from annotator.ui.dialogs import about
from annotator.ui.dialogs.about import AboutDialog
from annotator.ui.widgets.theme import LIGHT
from annotator.ui.window import Window

ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a browser was asked for."""
    asked: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: asked.append(url.toString()))
    return asked


@pytest.fixture
def dialog(window: Window, qtbot: QtBot, opened: list[str]) -> AboutDialog:
    made = AboutDialog(window, LIGHT)
    with qtbot.waitExposed(made):
        made.show()
    return made


def read(dialog: AboutDialog, qtbot: QtBot) -> None:
    """Go to the parts, and wait until they are there."""
    dialog.tabs.setCurrentWidget(dialog.parts)
    qtbot.waitUntil(lambda: dialog.parts.list.topLevelItemCount() > 0, timeout=20_000)


def choose(dialog: AboutDialog, name: str) -> None:
    [row] = [row for row in rows(dialog) if shown(row.text(0)) == name]
    dialog.parts.list.setCurrentItem(row)


def rows(dialog: AboutDialog) -> list:
    return [dialog.parts.list.topLevelItem(at) for at in range(dialog.parts.list.topLevelItemCount())]


def shown(text: str) -> str:
    return text.translate(ISOLATES)


def test_the_menu_opens_it_and_escape_closes_it(window: Window) -> None:
    seen: list[str] = []

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, AboutDialog) or QApplication.activeWindow() is not dialog:  # no key reaches it before
            QTimer.singleShot(20, look)
            return
        seen.append(shown(dialog.version.text()))
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    QTimer.singleShot(0, look)
    window.action("about").trigger()
    assert seen == [f"Version {__version__}"]


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_what_is_new_is_told_in_the_language_of_the_window(language: str, window: Window, qtbot: QtBot) -> None:
    i18n.use(language)
    dialog = AboutDialog(window, LIGHT)
    qtbot.addWidget(dialog)
    told = shown(dialog.news.toPlainText())
    assert __version__ in told.splitlines()[0]
    points = re.findall(r"^- \*\*(.+?)\*\*", resource("changes", f"{language}.md").read_text(encoding="utf-8"), re.M)
    assert len(points) > 10
    assert all(point in told for point in points)
    assert "**" not in told


def test_every_part_is_listed_with_its_version_and_its_licence(dialog: AboutDialog, qtbot: QtBot) -> None:
    read(dialog, qtbot)
    listed = [tuple(shown(row.text(column)) for column in range(3)) for row in rows(dialog)]
    assert listed == [(one.name, one.version, one.terms) for one in licenses.parts()]


def test_a_part_shows_its_terms_and_its_home(dialog: AboutDialog, qtbot: QtBot) -> None:
    read(dialog, qtbot)
    assert "Apache License" in dialog.parts.terms.toPlainText()
    choose(dialog, "Noto Naskh Arabic")
    assert "SIL OPEN FONT LICENSE" in dialog.parts.terms.toPlainText()
    assert ">https://fonts.google.com/noto</a>" in dialog.parts.home.text()
    assert not dialog.parts.notice.isVisible()
    choose(dialog, "dkpro-cassis")
    assert dialog.parts.notice.text() == "It brings no text of its terms; its home page has it."


def test_qt_is_under_the_lgpl_and_its_libraries_lie_where_it_says(dialog: AboutDialog, qtbot: QtBot) -> None:
    read(dialog, qtbot)
    choose(dialog, "Qt")
    told = dialog.parts.terms.toPlainText()
    assert told.index("The Qt Company") < told.index("GNU LESSER GENERAL PUBLIC LICENSE")
    assert "GNU GENERAL PUBLIC LICENSE" in told
    notice, _line, folder = shown(dialog.parts.notice.text()).partition("\n")
    assert "may be replaced" in notice
    assert [path for path in Path(folder).rglob("*Qt6Core*") if path.is_file()]


def test_nothing_but_a_click_on_a_link_opens_a_browser(dialog: AboutDialog, qtbot: QtBot, opened: list[str]) -> None:
    read(dialog, qtbot)
    for row in rows(dialog):
        dialog.parts.list.setCurrentItem(row)
    choose(dialog, "SQLite")
    assert opened == []
    home = dialog.parts.home
    qtbot.waitUntil(lambda: home.width() > 40)
    qtbot.mouseClick(home, Qt.MouseButton.LeftButton, pos=QPoint(home.width() // 2, home.height() // 2))
    assert opened == ["https://sqlite.org"]


def test_what_is_no_address_of_the_web_is_no_link(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = Part("odd", "1", "MIT", "file:///etc/<b>passwd</b>")
    monkeypatch.setattr(licenses, "parts", lambda: (odd,))
    dialog = AboutDialog(window, LIGHT)
    qtbot.addWidget(dialog)
    dialog.show()
    read(dialog, qtbot)
    assert "href" not in dialog.parts.home.text()
    assert "<b>" not in dialog.parts.home.text()


def test_it_is_there_before_the_parts_are_read(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    go, threads = threading.Event(), list[threading.Thread]()

    def slow() -> tuple[Part, ...]:
        threads.append(threading.current_thread())
        assert go.wait(10)
        return (Part("one", "1", "MIT"),)

    monkeypatch.setattr(licenses, "parts", slow)
    dialog = AboutDialog(window, LIGHT)
    qtbot.addWidget(dialog)
    assert threads == []
    with qtbot.waitExposed(dialog):
        dialog.show()
    qtbot.waitUntil(lambda: len(threads) == 1)
    assert threads[0] is not threading.main_thread()
    assert dialog.parts.name.text() == "Reading what is installed…"
    go.set()
    read(dialog, qtbot)
    assert shown(dialog.parts.name.text()) == "one 1"


def test_it_can_be_closed_while_the_parts_are_read(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, begun = threading.Event(), threading.Event()

    def slow() -> tuple[Part, ...]:
        begun.set()
        assert go.wait(10)
        return ()

    monkeypatch.setattr(licenses, "parts", slow)
    dialog = AboutDialog(window, LIGHT)
    dialog.show()
    qtbot.waitUntil(begun.is_set)
    with qtbot.waitSignal(dialog.destroyed):
        dialog.close()
        dialog.deleteLater()
    go.set()
    qtbot.wait(100)


def test_the_versions_are_copied_and_no_name_or_path_with_them(
    dialog: AboutDialog, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert dialog.copy.text() == "Copied"
    copied = QGuiApplication.clipboard().text()
    facts = dict(re.split(r"  +", line, maxsplit=1) for line in copied.splitlines())
    assert {"annotator", "Python", "Qt", "PySide6", "SQLite", "system", "screens"} <= set(facts)
    assert facts["annotator"] == __version__
    assert facts["installed as"] == "a Python package"
    assert "/" not in copied
    assert "Sanae" not in copied
    assert Path.home().name not in copied.split()
    monkeypatch.setattr(about, "bundled", lambda: Contents((), "27aea8b"))
    assert "installed as  a bundle of commit 27aea8b\n" in about.support()
