"""Rows of a stranger's corpus that no program writes, in the window: one sentence, a repair offered, and it goes on.

The files are small here and read as large ones are: nothing of them is looked through when they are opened.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import execute_unchecked
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot
from ui.test_backups import answered, press

from annotator.settings import Settings
from annotator.store import verification
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.session.session import Session


@pytest.fixture
def hostile(corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Open a corpus in whose first article Sanae labelled and stopped; see `write`."""
    monkeypatch.setattr(verification, "_MAX_CHECKED_SIZE", 0)
    session = Session("Sanae")
    session.open(Corpus.open(corpus_path))
    assert session.tag("PLAN", 0, 5)
    session.close()
    return corpus_path


@pytest.fixture
def controller(create_controller: Callable[[Settings], app.ApplicationController]) -> app.ApplicationController:
    controller = create_controller(Settings(language="en", annotator="Sanae"))
    controller.show()
    return controller


@pytest.mark.parametrize(
    "statement",
    [
        'UPDATE span SET "end" = 100000',
        'UPDATE span SET "end" = 4611686018427387904',
        "UPDATE span SET label = 'NONE'",
        'UPDATE zone SET "end" = 100000',
    ],
)
def test_damaged_article_is_not_shown_and_recovery_offered_once(
    qtbot: QtBot, controller: app.ApplicationController, hostile: Path, statement: str
) -> None:
    execute_unchecked(hostile, statement)
    failures: list[str] = []
    controller.session.failed.connect(failures.append)
    texts = answered(qtbot, press("Do nothing"))
    controller.open_corpus(Corpus.open(hostile))
    qtbot.waitUntil(lambda: bool(texts))
    assert "is damaged" in texts[0]
    assert "is damaged: " in failures[0]
    controller.session.open_article(0)
    qtbot.wait(50)  # another dialog would not be expected: see `answered`
    assert controller.session.article is None or controller.session.article.id == 2
    if "zone" not in statement:
        controller.session.open_article(1)
        assert controller.session.article
        assert controller.session.tag("PLAN", 0, 5)


@pytest.mark.parametrize("offset", [-1, 100_000, 1 << 31, 1 << 62])
def test_damaged_last_position_opens_another_article(
    qtbot: QtBot, controller: app.ApplicationController, hostile: Path, offset: int
) -> None:
    execute_unchecked(hostile, f'UPDATE place SET "offset" = {offset}')
    texts = answered(qtbot, press("Do nothing"))
    controller.open_corpus(Corpus.open(hostile))
    qtbot.waitUntil(lambda: bool(texts))
    assert controller.session.article


@pytest.mark.parametrize("offset", [-1, 100_000, 1 << 31, 1 << 62])
def test_caret_is_clamped_to_the_text(controller: app.ApplicationController, hostile: Path, offset: int) -> None:
    controller.open_corpus(Corpus.open(hostile))
    controller.session.open_by_id(1, offset)
    assert controller.session.article
    assert 0 <= controller.session.get_offset() <= len(controller.session.article.text)


def accept(dialog: QWidget) -> None:
    assert isinstance(dialog, QDialog)
    dialog.accept()


@pytest.mark.parametrize("colour", ["javascript:x", "#zz", "red", "#12345", "#1234567", ""])
def test_damaged_label_colour_offers_recovery(
    qtbot: QtBot, controller: app.ApplicationController, hostile: Path, colour: str
) -> None:
    execute_unchecked(hostile, f"UPDATE label SET dark = '{colour}'")
    texts = answered(qtbot, press("Recover readable"), accept)
    controller.window.corpus_commands.open_path(hostile)
    qtbot.waitUntil(lambda: controller.session.corpus is not None)
    assert controller.session.corpus
    assert controller.session.corpus.path != hostile
    assert [span.label for span in controller.session.spans] == ["PLAN"]
    qtbot.waitUntil(lambda: len(texts) == 2)


def test_undo_reports_a_damaged_step(qtbot: QtBot, controller: app.ApplicationController, hostile: Path) -> None:
    execute_unchecked(hostile, f"UPDATE edit SET after = '{'[' * 100_000}'")
    controller.open_corpus(Corpus.open(hostile))
    failures: list[str] = []
    controller.session.failed.connect(failures.append)
    texts = answered(qtbot, press("Do nothing"))
    assert not controller.session.undo()
    qtbot.waitUntil(lambda: bool(texts))
    assert len(failures) == 1
    assert "is damaged: " in failures[0]
    assert len(controller.session.spans) == 1
