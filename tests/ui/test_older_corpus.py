"""A corpus of an older version is migrated beside the window, which answers, and opens then."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator.model.links import build_link
from annotator.model.places import Place
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.store.migrating import is_outdated
from annotator.store.sqlite_library import Database
from annotator.store.word_index import rebuild
from annotator.ui import app
from annotator.ui.window import Window

pytestmark = pytest.mark.usefixtures("no_dialogs")
VERSIONS = Path(__file__).parents[1] / "store" / "versions"


@pytest.fixture
def old_path(tmp_path: Path) -> Path:
    path = tmp_path / "old.corpus"
    shutil.copyfile(VERSIONS / "v6.corpus", path)  # nobody was given its articles, so nobody is asked who works here
    return path


def shown_path(window: Window) -> Path | None:
    corpus = window.session.corpus
    return corpus.path if corpus else None


def wait_for_job(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: not window.tasks.is_busy)


def test_older_corpus_opens_once_it_is_migrated(qtbot: QtBot, window: Window, old_path: Path) -> None:
    former = shown_path(window)
    assert not window.corpus_commands.open_path(old_path)
    assert window.tasks.is_busy
    assert shown_path(window) == former
    with qtbot.waitSignal(window.corpus_commands.opened):
        pass
    assert shown_path(window) == old_path
    assert window.session.article
    assert window.corpus_commands.recent.paths()[0] == old_path
    assert not is_outdated(old_path)


def test_migration_that_is_cancelled_leaves_all_as_it_was(
    qtbot: QtBot, window: Window, old_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former, notices = shown_path(window), list[str]()
    window.tasks.notified.connect(notices.append)

    def rebuild_until_stopped(db: Database) -> Iterator[tuple[int, int]]:
        for count in rebuild(db):
            window.tasks.stop()
            yield count

    monkeypatch.setattr("annotator.store.word_index.rebuild", rebuild_until_stopped)
    window.corpus_commands.open_path(old_path)
    wait_for_job(qtbot, window)
    assert shown_path(window) == former
    assert is_outdated(old_path)
    text = f"“{old_path}” was not updated and not opened. Nothing in it was changed."
    assert [strip_isolates(notice) for notice in notices] == [text]


def test_damage_of_an_older_corpus_is_offered_for_recovery(
    qtbot: QtBot, window: Window, old_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(old_path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 + 8 : page * 4096 + 40] = b"\xff" * 32
    old_path.write_bytes(content)
    damages = list[str]()
    window.corpus_commands.damaged.disconnect()
    window.corpus_commands.damaged.connect(lambda path, _reason: damages.append(path))
    window.corpus_commands.open_path(old_path)
    wait_for_job(qtbot, window)
    assert damages == [str(old_path)]
    assert old_path.read_bytes() == content


def test_start_with_an_older_corpus_shows_the_window_first(
    qtbot: QtBot, old_path: Path, create_controller: Callable[[Settings], app.ApplicationController]
) -> None:
    controller = create_controller(Settings(language="en", annotator="Sanae", last_corpus=str(old_path)))
    assert controller.start(None) == ""
    controller.show()
    assert shown_path(controller.window) is None
    assert is_outdated(old_path)
    with qtbot.waitSignal(controller.window.corpus_commands.opened):
        QTimer.singleShot(0, controller, lambda: controller.show_place("2@0-5"))  # as `run` does
    qtbot.waitUntil(lambda: controller.session.article is not None and controller.session.article.id == 2)
    assert shown_path(controller.window) == old_path


def test_link_to_an_older_corpus_leads_to_its_place_once_it_is_migrated(
    qtbot: QtBot, old_path: Path, controller: app.ApplicationController
) -> None:
    with Corpus.open_backup(old_path) as corpus:
        [(uid,)] = corpus.fetch_tuples("SELECT uid FROM article WHERE id = 2")
    link = build_link(old_path, Place(uid, 0, 5))
    assert link
    controller.open_link(link)
    qtbot.waitUntil(lambda: controller.session.article is not None and controller.session.article.uid == uid)
    assert shown_path(controller.window) == old_path
