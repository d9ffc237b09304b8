"""Merging what others send, and saving what they are to merge, in the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import apply_edits
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot
from team.changesets import encode

from annotator.generators import finish
from annotator.jobs.merging import read_source, write_changes
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import Edit, Span, Step, new_uid
from annotator.store import backups
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.queries.gold import create_gold
from annotator.ui.app import ApplicationController
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.modal import MessageBox
from annotator.ui.window import Window

Answer = Callable[..., list[str]]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Return a function that makes message boxes answer with these buttons in turn, and returns their texts."""

    def prepare(*buttons: str) -> list[str]:
        texts: list[str] = []
        remaining = list(buttons)

        def run(box: MessageBox) -> int:
            texts.append(f"{box.text()} {box.informativeText()}")
            names = [button.text() for button in box.buttons()]
            if remaining:
                name = remaining.pop(0)
                next(button for button in box.buttons() if button.text() == name).click()
                assert name in names
            return 0

        monkeypatch.setattr(QMessageBox, "exec", run)
        return texts

    return prepare


@pytest.fixture
def laptop(tmp_path: Path, corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a copy of the corpus on another computer, where two others labelled something, and its changeset."""
    path = tmp_path / "laptop.corpus"
    path.write_bytes(corpus_path.read_bytes())
    with monkeypatch.context() as patch:
        patch.setenv("ANNOTATOR_HOME", str(tmp_path / "laptop home"))
        with Corpus.open(path) as corpus:
            uid = corpus.article(1).uid
            for annotator in ("يوسف", "Sanae"):
                apply_edits(corpus, [Edit(None, Span(new_uid(), uid, annotator, "DATE", 0, 5))], annotator)
            corpus.add(build_article("مقال جديد من الحاسوب المحمول."))
            finish(write_changes(corpus, path.with_suffix(".changeset")))
    return path


@pytest.fixture
def own_span(window: Window) -> None:
    """Label something as the annotator of this window, who has the name of one on the laptop."""
    window.session.tag("PLAN", 10, 14)


def drop(window: Window, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(5, 5), copy, data, button, none))


def layers(window: Window) -> dict[str, list[str]]:
    corpus = window.session.corpus
    assert corpus
    uid = corpus.article(1).uid
    return {name: [span.label for span in corpus.spans(uid, name)] for name in corpus.annotators()}


def wait_for_merge(qtbot: QtBot, window: Window, texts: list[str], count: int) -> None:
    qtbot.waitUntil(lambda: len(texts) == count and not window.tasks.is_busy)


@pytest.mark.usefixtures("own_span")
def test_a_dropped_changeset_is_merged_after_a_question_about_a_name(
    window: Window, corpus_path: Path, laptop: Path, answer: Answer, qtbot: QtBot
) -> None:
    texts = answer("Two people")
    drop(window, laptop.with_suffix(".changeset"))
    wait_for_merge(qtbot, window, texts, 2)
    assert "are they the same person?" in texts[0]
    assert "Merged: 2 steps, 1 new article" in texts[1]
    assert "A backup was made before" in texts[1]
    assert layers(window) == {"Sanae": ["PLAN"], "يوسف": ["DATE"], "Sanae (2)": ["DATE"]}
    assert len(window.session.articles) == 3
    [backup] = backups.list_backups(corpus_path)
    assert backup.reason == backups.BEFORE_MERGE
    notices: list[str] = []
    window.session.notified.connect(notices.append)
    drop(window, laptop.with_suffix(".changeset"))
    qtbot.waitUntil(lambda: notices == ["Everything in the file was here already."])


@pytest.mark.usefixtures("own_span")
def test_a_dropped_corpus_is_opened_or_merged(window: Window, laptop: Path, answer: Answer, qtbot: QtBot) -> None:
    texts = answer("Merge into this corpus", "The same person")
    drop(window, laptop)
    wait_for_merge(qtbot, window, texts, 3)
    assert layers(window) == {"Sanae": ["DATE", "PLAN"], "يوسف": ["DATE"]}
    answer("Open it")
    drop(window, laptop)
    qtbot.waitUntil(lambda: bool(window.session.corpus and window.session.corpus.path == laptop))


@pytest.mark.usefixtures("own_span")
def test_nothing_is_merged_without_an_answer(window: Window, laptop: Path, answer: Answer, qtbot: QtBot) -> None:
    texts = answer("Cancel")
    drop(window, laptop.with_suffix(".changeset"))
    wait_for_merge(qtbot, window, texts, 1)
    assert layers(window) == {"Sanae": ["PLAN"]}


def test_files_that_cannot_be_merged_are_named(window: Window, tmp_path: Path, answer: Answer, qtbot: QtBot) -> None:
    (tmp_path / "a.changeset").write_text("text")
    texts = answer()
    drop(window, tmp_path / "a.changeset")
    wait_for_merge(qtbot, window, texts, 1)
    assert "cannot be merged. This is not a changeset." in texts[0]


def test_steps_that_wait_for_an_article_are_named(
    window: Window, tmp_path: Path, laptop: Path, answer: Answer, qtbot: QtBot
) -> None:
    with Corpus.open(laptop) as corpus:
        missing = corpus.article(3).uid
        apply_edits(corpus, [Edit(None, Span(new_uid(), missing, "يوسف", "DATE", 0, 4))], "يوسف")
        changeset = read_changeset(corpus)
    part = [base for base in changeset.articles if base.article.uid != missing]
    path = tmp_path / "part.changeset"
    path.write_bytes(encode(replace(changeset, articles=tuple(part))))
    texts = answer()
    drop(window, path)
    wait_for_merge(qtbot, window, texts, 1)
    assert "Merged: 2 steps" in texts[0]
    assert f"1 step waits for 1 article that is neither here nor in the file ({missing[:12]})" in texts[0]


@pytest.mark.usefixtures("own_span")
def test_changes_are_saved_for_the_team(
    window: Window, laptop: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    target = laptop.with_name("مني")
    monkeypatch.setattr(file_dialogs, "choose_save_path", lambda *_arguments, **_options: str(target))
    with qtbot.waitSignal(window.session.announced) as announced:
        window.action("save_changes").trigger()
    assert "1 step" in announced.args[0].text
    with Corpus.open(laptop) as corpus:
        from annotator.jobs.merging import MergeSource, merge_sources

        path = target.with_name("مني.changeset")
        sources = [MergeSource(path, finish(read_source(path)))]
        assert finish(merge_sources(corpus, sources, same={}, own_name="")).results[0].steps == 1


def test_decisions_about_the_work_of_others_are_saved_for_the_team(
    window: Window, laptop: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    corpus = window.session.corpus
    assert corpus
    article = corpus.article(1)
    name = create_gold(corpus)
    edits = operations.add_span(article, [], name, "DATE", 0, 5)
    corpus.apply(Step(new_uid(), name, utc_timestamp(), "tag", tuple(edits), actor=window.session.annotator))
    monkeypatch.setattr(file_dialogs, "choose_save_path", lambda *_arguments, **_options: str(laptop.with_name("all")))
    with qtbot.waitSignal(window.session.announced) as announced:
        window.action("save_changes").trigger()
    changeset = finish(read_source(laptop.with_name("all.changeset")))
    assert {step.annotator for step in changeset.steps} >= {name}
    assert {step.actor for step in changeset.steps} >= {window.session.annotator}
    assert announced.args


def test_who_did_nothing_has_nothing_to_save(window: Window, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.notified) as notified:
        window.action("save_changes").trigger()
    assert "has not worked in this corpus" in notified.args[0]


def test_changesets_and_corpora_are_chosen_to_merge(
    window: Window, laptop: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(file_dialogs, "choose_files", lambda *_arguments: [str(laptop)])
    texts = answer()
    window.action("merge_changes").trigger()
    wait_for_merge(qtbot, window, texts, 1)
    assert layers(window) == {"يوسف": ["DATE"], "Sanae": ["DATE"]}


def test_a_changeset_that_is_opened_is_merged_after_a_question(
    controller: ApplicationController, laptop: Path, answer: Answer, qtbot: QtBot
) -> None:
    texts = answer("Merge", "The same person")  # the name of whoever works here counts before the first step
    controller.open_file(str(laptop.with_suffix(".changeset")))
    wait_for_merge(qtbot, controller.window, texts, 3)
    assert "Merge the changes in" in texts[0]
    assert "test" in texts[0]
    assert "Merged: 2 steps" in texts[2]
    assert layers(controller.window) == {"يوسف": ["DATE"], "Sanae": ["DATE"]}
