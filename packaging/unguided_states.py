"""Take the states of the window that no guide shows, as `guide_pictures` takes those of the guides."""

import json
import random
from collections.abc import Callable
from typing import Final

from guide_pictures import GUIDE_PICTURES, create_progress, grab
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog
from team_pictures import TEAM_PICTURES
from team_states import TEAM_STATES
from transient_states import TRANSIENT_STATES
from window_driver import finish

from annotator.jobs.imports.preview import preview_files
from annotator.model.records import DONE
from annotator.store.queries.annotators import list_annotators
from annotator.store.queries.suggestion_statistics import SuggestionCounts, SuggestionStatistics
from annotator.ui import app
from annotator.ui.dialogs.annotator_name import AnnotatorNameDialog
from annotator.ui.dialogs.annotators import AnnotatorsDialog
from annotator.ui.dialogs.imports.import_preview import ImportDialog
from annotator.ui.dialogs.suggestion_statistics import SuggestionStatisticsDialog
from annotator.ui.widgets.modal import fit_to_screen

_OTHER: Final = "salma"


def _take_layer(controller: app.ApplicationController) -> QPixmap:
    """Take the window in which the work of another annotator is shown."""
    _let_other_work(controller)
    controller.session.switch_annotator(_OTHER, edits=False)
    return grab(controller.window)


def _take_annotators(controller: app.ApplicationController) -> QPixmap:
    _let_other_work(controller)
    session = controller.session
    assert session.corpus
    return _grab_dialog(
        AnnotatorsDialog(controller.window, list_annotators(session.corpus), session.current.user, session.annotator)
    )


def _take_annotator_name(controller: app.ApplicationController) -> QPixmap:
    return _grab_dialog(AnnotatorNameDialog(controller.window, "root"))


def _take_import_encoding(controller: app.ApplicationController) -> QPixmap:
    """Take the dialog before an import that asks how texts are encoded and what offsets count."""
    corpus = controller.session.corpus
    assert corpus
    folder = corpus.path.parent / "encodings"
    folder.mkdir()
    text = "💉 أعلنت وزارة الصحة أمس خطة العمل"
    article = {"text": text, "label": [[8, 19, "INSTITUTION"], [20, 23, "DATE"]]}
    line = json.dumps(article, ensure_ascii=False) + "\n"
    (folder / "doccano.jsonl").write_text(line, encoding="utf-8", newline="\n")
    (folder / "news.txt").write_bytes(text[2:].encode("cp720"))
    previews = finish(preview_files(corpus, [folder]))
    return _grab_dialog(ImportDialog(controller.window, controller.session, controller.window.tasks, previews))


def _take_statistics(controller: app.ApplicationController, groups: int = 20) -> QPixmap:
    """Take the statistics of suggestions, in so many groups of articles."""
    numbers = random.Random(1)
    counts = {
        label.name: [SuggestionCounts(numbers.randint(4, 9), *numbers.sample(range(4), 3)) for _ in range(groups)]
        for label in controller.session.labels.labels
    }
    statistics = SuggestionStatistics([1] * groups, counts)
    return _grab_dialog(SuggestionStatisticsDialog(controller.window, statistics, controller.session.labels))


def _take_progress_table(controller: app.ApplicationController) -> QPixmap:
    dialog = create_progress(controller)
    dialog.tabs.setCurrentIndex(1)
    return _grab_dialog(dialog)


STATES: Final[dict[str, Callable[[app.ApplicationController], QPixmap]]] = {
    **GUIDE_PICTURES,
    **TEAM_PICTURES,
    "layer": _take_layer,
    "annotators": _take_annotators,
    "annotator-name": _take_annotator_name,
    "statistics": _take_statistics,
    "import-encoding": _take_import_encoding,
    "few-statistics": lambda controller: _take_statistics(controller, 1),
    "progress-table": _take_progress_table,
    **TEAM_STATES,
    **TRANSIENT_STATES,
}
"""The function that takes each state, by its name: those of the guides, of a team, and the others."""


def _let_other_work(controller: app.ApplicationController) -> None:
    """Have another annotator label something in the open article."""
    session, user = controller.session, controller.session.current.user
    session.switch_annotator(_OTHER)
    session.tag(session.labels.labels[0].name, 0, 6)
    session.set_state(DONE)
    session.switch_annotator(user)


def _grab_dialog(dialog: QDialog) -> QPixmap:
    fit_to_screen(dialog)
    dialog.show()
    QTest.qWait(60)
    return grab(dialog)
