"""The export of the gold layer from the dialog."""

import json
from pathlib import Path

import pytest
from builders import apply_edits, create_corpus, label_words
from pytestqt.qtbot import QtBot

from annotator.jobs.adjudication import adjudicate
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, Edit, Status, article_uid
from annotator.store.corpus import Corpus
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.window import Window

DISPUTED, AGREED = "أعلنت وزارة الصحة عن الخطة الوطنية للتلقيح.", "وصل القطار إلى وجدة يوم الجمعة."
SINGLE = "اجتمعت لجنة المالية في فاس."
LAYERS = {
    DISPUTED: {"منى": ["وزارة الصحة"], "سلمى": ["الصحة"], "Youssef": ["وزارة الصحة"]},
    AGREED: {"منى": ["وجدة"], "سلمى": ["وجدة"]},
    SINGLE: {"منى": ["لجنة المالية"]},
}


@pytest.fixture
def corpus_path(tmp_path: Path) -> Path:
    """Create a corpus of a decided article, an agreed one, and one that a single annotator has done."""
    path = tmp_path / "team.corpus"
    with create_corpus(path, *map(build_article, LAYERS)) as corpus:
        for text, layers in LAYERS.items():
            for name, words in layers.items():
                spans = label_words(text, [(each, "INSTITUTION") for each in words], name)
                status = Edit(None, Status(article_uid(text), name, DONE))
                apply_edits(corpus, [*(Edit(None, span) for span in spans), status], name)
    return path


def adjudicate_all(path: Path) -> None:
    with Corpus.open(path) as corpus:
        list(adjudicate(corpus, "Lead", majority=True))


@pytest.fixture
def dialog(window: Window, qtbot: QtBot, corpus_path: Path) -> ExportDialog:
    """Return the dialog on the adjudicated corpus, for JSON lines."""
    adjudicate_all(corpus_path)
    opened = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(opened)
    opened.show()
    opened._format_box.setCurrentIndex(opened._format_box.findData("jsonl"))
    return opened


def test_there_is_no_gold_before_an_adjudication(window: Window, qtbot: QtBot) -> None:
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    assert dialog._annotator_box.findText("Gold layer") == -1
    assert not dialog.options().gold


def test_gold_is_offered_behind_the_people_and_says_what_it_is(dialog: ExportDialog) -> None:
    box = dialog._annotator_box
    titles = [box.itemText(index) for index in range(box.count())]
    assert titles == ["منى", "سلمى", "Youssef", "Lead", "Gold layer", "Everyone"]
    assert not dialog._gold_options.isVisible()
    box.setCurrentIndex(4)
    assert dialog._gold_options.isVisible()
    assert (dialog.options().gold, dialog.options().single, dialog.options().annotator) == (True, False, None)
    dialog._format_box.setCurrentIndex(0)
    assert box.currentText() == "Gold layer"  # another format changes nothing about it
    dialog._single_box.setChecked(True)
    box.setCurrentIndex(0)
    assert (dialog.options().gold, dialog.options().single, dialog.options().annotator) == (False, False, "منى")


@pytest.mark.parametrize(
    ("with_single", "origin", "sentence"),
    [
        (False, {"1": "adjudicated", "2": "agreed"}, "articles adjudicated: 1 · articles all agree on: 1"),
        (
            True,
            {"1": "adjudicated", "2": "agreed", "3": "single"},
            "articles adjudicated: 1 · articles all agree on: 1 · articles of a single annotator: 1",
        ),
    ],
)
def test_the_preview_and_the_report_say_where_the_labels_come_from(
    dialog: ExportDialog, qtbot: QtBot, tmp_path: Path, with_single: bool, origin: dict[str, str], sentence: str
) -> None:
    dialog._annotator_box.setCurrentIndex(4)
    dialog._single_box.setChecked(with_single)
    with qtbot.waitSignal(dialog._tasks.finished):
        dialog.show_preview()
    assert sentence in dialog._summary_label.text().splitlines()
    target = tmp_path / "gold.jsonl"
    with qtbot.waitSignal(dialog._tasks.finished):
        dialog.write(target)
    assert json.loads(target.with_name("gold.jsonl.report.json").read_text(encoding="utf-8"))["origin"] == origin
    assert len(target.read_text(encoding="utf-8").splitlines()) == len(origin)


def test_who_adjudicates_exports_gold_by_default(window: Window, qtbot: QtBot, corpus_path: Path) -> None:
    adjudicate_all(corpus_path)
    window.action("adjudicate").trigger()
    qtbot.waitUntil(lambda: bool(window.session.adjudicator))
    dialog = ExportDialog(window, window.session, window.tasks)
    qtbot.addWidget(dialog)
    assert dialog.options().gold
