"""The dialog that gives out articles: who gets how many, as queues in the corpus or as files to send too."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final

import regex
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QLineEdit,
    QTreeWidgetItem,
    QWidget,
)

from annotator.i18n import _, count_phrase, format_number
from annotator.jobs.assignment import (
    AssignmentPlan,
    AssignmentResult,
    Division,
    Holdings,
    divide,
    give_out,
    name_batch,
    read_holdings,
)
from annotator.model.annotator_names import clean_name, explain_invalid_name, find_similar_name
from annotator.model.limits import MAX_ANNOTATOR_LENGTH
from annotator.paths import extend_path
from annotator.store.corpus import Corpus
from annotator.store.queries.annotators import list_people
from annotator.ui.dialogs.task_dialog import TaskDialog
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import isolate, isolate_paths, percent_sign, plain_label, tooltip
from annotator.ui.widgets.controls import (
    ENTER_KEYS,
    align_numbers,
    create_button,
    create_button_box,
    create_combo_box,
    create_number_box,
    create_tree,
    top_rows,
)
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.modal import run_dialog
from annotator.ui.widgets.scrolling import FittingScrollArea

_NAME_ROLE: Final = Qt.ItemDataRole.UserRole
_HAS, _GETS = 1, 2
"""Columns of numbers."""
_SIZE: Final = (780, 400)  # pixels, on a large screen
_MIN_COLUMN: Final = 48  # pixels
_DEFAULT_SHARE: Final = 10  # per cent
_DEFAULT_LIMIT: Final = 20  # articles
_MAX_LIMIT: Final = 99_999
_SEPARATOR: Final = regex.compile(r"[,;،؛\n\u2028\u2029]")
"""What stands between names that are pasted; a line's end in a field of one line is U+2028 or U+2029."""


def open_dialog(context: WindowContext) -> None:
    """Open the dialog, if a corpus is. Raises CorpusError."""
    if corpus := context.session.corpus:
        run_dialog(AssignmentDialog(context.window, context.session, context.tasks, list_people(corpus)))


class AssignmentDialog(TaskDialog):
    """Asks who gets how many articles, shows what each would get, and gives them out.

    At first all `people` get some.
    """

    def __init__(self, parent: QWidget, session: Session, tasks: TaskRunner, people: Sequence[str]) -> None:
        super().__init__(parent, tasks)
        self._session = session
        self._is_closed = False
        self._must_count_again = False
        self.counting = TaskRunner(self, "division")
        session.corpus_closing.connect(self.counting.release_corpus)
        self.setWindowTitle(_("Give out articles"))
        self.resize(*_SIZE)
        self.tree = create_tree([_("Name"), _("Has"), _("Gets")], _("Annotators"), stretched=0)
        self.tree.header().setMinimumSectionSize(_MIN_COLUMN)
        align_numbers(self.tree.headerItem(), (_HAS, _GETS))
        self.name_field = _NameField()
        self._similar_label = plain_label(name="quiet", wraps=True)
        self._similar_label.hide()
        content = QWidget()
        who = vbox((self.tree, 1), self.name_field, self._similar_label, spacing=8)
        hbox((who, 1), self._build_options(), spacing=22, margins=0, parent=content)
        self.summary_label = plain_label(wraps=True)
        self.give_button = create_button("", self._give_out, is_auto_default=True)
        buttons = create_button_box(self, accept=self.give_button, reject=_("Cancel"))
        parts = (FittingScrollArea(content), 1), self.summary_label, self.warning_label, buttons
        vbox(*parts, spacing=12, parent=self)
        self.task_widgets = (content, self.give_button)
        for name in people:
            self._add_row(name)
        if first := self.tree.topLevelItem(0):
            self.tree.setCurrentItem(first)
        (self.tree if people else self.name_field).setFocus()
        self._connect_fields()
        self._update()

    def names(self) -> list[str]:
        """Return the names that are ticked."""
        return [row.data(0, _NAME_ROLE) for row in top_rows(self.tree) if row.checkState(0) == Qt.CheckState.Checked]

    def plan(self) -> AssignmentPlan:
        """Return what is to be given out."""
        names = self.names()
        return AssignmentPlan(
            names,
            name_batch(self.batch_field.text()),
            double=Fraction(self.share_box.value(), 100) if len(names) > 1 else Fraction(0),
            is_blind=self.blind_box.isChecked(),
            limit=self.limit_box.value() if self.number_box.currentData() else None,
        )

    def add_typed_names(self) -> None:
        """List the names that are typed, ticked."""
        names = list(filter(None, map(clean_name, _SEPARATOR.split(self.name_field.text()))))
        self.name_field.clear()
        similar = reason = ""
        for name in names:
            rows = {row.data(0, _NAME_ROLE): row for row in top_rows(self.tree)}
            if name not in rows and (problem := explain_invalid_name(name)):
                reason = problem
                continue
            similar = ("" if name in rows else find_similar_name(name, rows)) or similar
            row = rows.get(name) or self._add_row(name)
            row.setCheckState(0, Qt.CheckState.Checked)
            self.tree.setCurrentItem(row)
        if names:
            notice = _("There is already {name}.").format(name=isolate(similar)) if similar else ""
            self._similar_label.setText(reason or notice)
            self._similar_label.setVisible(bool(reason or notice))

    def give_out(self, folder: Path | None) -> None:
        """Give out the articles, and write the files to send into a folder, if any."""
        corpus, plan = self._session.corpus, self.plan()
        if not corpus:
            return
        title = _("Writing the files") if folder else _("Giving out articles")
        self.run_on_corpus(
            title,
            corpus.path,
            lambda opened: give_out(opened, plan, folder),
            partial(self._on_given_out, folder),
            self._on_aborted,
        )

    def show_warning(self, text: str) -> None:
        """Show a warning until the next task; paths read from left to right."""
        super().show_warning(isolate_paths(text))

    def done(self, result: int) -> None:
        """Close the dialog, and the corpus that a count reads."""
        self._is_closed = True
        if self._session.corpus:
            self.counting.release_corpus(self._session.corpus.path)
        super().done(result)

    def _build_options(self) -> QFormLayout:
        self.number_box = create_combo_box({False: _("All that nobody has"), True: _("At most, for each")})
        self.limit_box = create_number_box(1, _MAX_LIMIT, _DEFAULT_LIMIT, _("At most, for each"))
        self.share_box = create_number_box(0, 100, _DEFAULT_SHARE, _("For two people"))
        self.share_box.setSuffix(percent_sign())
        share_note = _(
            "Of all articles given out, earlier ones too, two people have this share: to see how they agree."
        )
        self.share_box.setToolTip(tooltip(share_note))
        self.blind_box = QCheckBox(_("Blind"))
        self.blind_box.setToolTip(tooltip(_("Nobody sees what others do in these articles.")))
        self.batch_field = QLineEdit()
        self.batch_field.setMaxLength(MAX_ANNOTATOR_LENGTH)
        self.batch_field.setPlaceholderText(name_batch(""))
        self.delivery_box = create_combo_box({False: _("As queues in this corpus"), True: _("Also as files to send")})
        form = QFormLayout()
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(18)
        form.addRow(_("Articles"), hbox((self.number_box, 1), self.limit_box, spacing=8))
        form.addRow(_("For two people"), hbox(self.share_box, self.blind_box, None, spacing=14))
        form.addRow(_("Batch"), self.batch_field)
        form.addRow(_("Delivery"), self.delivery_box)
        self.number_box.setAccessibleName(_("Articles"))
        return form

    def _connect_fields(self) -> None:
        self.tree.itemChanged.connect(self._on_row_changed)
        self.name_field.editingFinished.connect(self.add_typed_names)
        for changed in (self.number_box.currentIndexChanged, self.delivery_box.currentIndexChanged):
            changed.connect(self._update)
        for changed in (self.limit_box.valueChanged, self.share_box.valueChanged, self.blind_box.toggled):
            changed.connect(self._update)

    def _add_row(self, name: str) -> QTreeWidgetItem:
        row = QTreeWidgetItem([isolate(name)])
        row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        row.setCheckState(0, Qt.CheckState.Checked)
        row.setData(0, _NAME_ROLE, name)
        align_numbers(row, (_HAS, _GETS))
        self.tree.addTopLevelItem(row)
        return row

    def _on_row_changed(self, _row: QTreeWidgetItem, column: int) -> None:
        if column == 0:  # ticked
            self._update()

    def _update(self) -> None:
        """Count in the background what the plan gives out, and show it."""
        corpus, plan = self._session.corpus, self.plan()
        self._must_count_again = self.counting.is_busy
        self.limit_box.setVisible(plan.limit is not None)
        self.share_box.setEnabled(len(plan.annotators) > 1)
        self.give_button.setText(_("Give out…") if self.delivery_box.currentData() else _("Give out"))
        if not plan.annotators:
            self._show_numbers({}, {})
            self.summary_label.setText(_("Tick who is to get articles, or add a name."))
            self.give_button.setEnabled(False)
        elif corpus and not self._must_count_again:
            self.counting.run_quietly(
                partial(_count, corpus.path, plan, self.counting),
                self._show_division,
                failed=self.show_warning,
                is_using_files=False,
            )

    def _show_division(self, counts: tuple[Holdings, Division]) -> None:
        """Show what the plan gives out, or count again if something has changed meanwhile."""
        if self._must_count_again:
            if not self._is_closed:
                self._update()
            return
        holdings, division = counts
        self._show_numbers(holdings.count_by_annotator(), division.annotators)
        self.summary_label.setText(self._summarise(holdings, division))
        self.give_button.setEnabled(bool(division.names or self.delivery_box.currentData()))

    def _show_numbers(self, has: Mapping[str, int], gets: Mapping[str, int]) -> None:
        for row in top_rows(self.tree):
            name = row.data(0, _NAME_ROLE)
            row.setText(_HAS, format_number(has[name]) if name in has else "")
            row.setText(_GETS, format_number(gets[name]) if name in gets else "")

    def _summarise(self, holdings: Holdings, division: Division) -> str:
        if not holdings.articles:
            return _("There are no articles here yet.")
        if not division.names:
            if self.delivery_box.currentData():
                return _("Nothing new to give out. The files will have what each person has already.")
            return _("There is nothing to give out: somebody has every article already.")
        facts = [
            count_phrase("{count} article is given out", "{count} articles are given out", len(division.names)),
            *_describe_double(division),
        ]
        if division.remaining:
            facts.append(count_phrase("{count} article remains", "{count} articles remain", division.remaining))
        if self.blind_box.isChecked():
            facts.append(_("nobody sees what others do in them"))
        return " · ".join(facts)

    def _give_out(self) -> None:
        """Give out, and if files are to be sent, ask where."""
        corpus = self._session.corpus
        if not corpus or not self.names():
            return
        if not self.delivery_box.currentData():
            self.give_out(None)
        elif folder := file_dialogs.choose_folder(self, _("Folder for the files to send"), str(corpus.path.parent)):
            self.give_out(extend_path(Path(folder)))

    def _on_given_out(self, folder: Path | None, result: AssignmentResult) -> None:
        self._reload()
        count, facts = len(result.division.names), list[str]()
        if count or not result.files:
            facts += [
                count_phrase("{count} article given out", "{count} articles given out", count),
                *_describe_double(result.division),
            ]
        if result.files:
            facts.append(count_phrase("{count} file written", "{count} files written", len(result.files)))
        self._session.announced.emit(Notice(" · ".join(facts), folder=folder))
        self.accept()

    def _on_aborted(self) -> None:
        self._reload()
        self._update()
        self.show_warning(_("Cancelled. What was given out, and the files that were written, are kept."))

    def _reload(self) -> None:
        self._session.reload_articles()
        self._session.reload()


class _NameField(QLineEdit):
    """Takes new names; Enter behind a name does not press the dialog's default button."""

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(_("Add a name"))
        self.setAccessibleName(_("Add a name"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        has_text = bool(self.text())
        super().keyPressEvent(event)
        if has_text and event.key() in ENTER_KEYS:
            event.accept()


def _count(path: Path, plan: AssignmentPlan, tasks: TaskRunner) -> tuple[Holdings, Division]:
    """Return who has which articles of the corpus at `path`, and what the plan would give out."""
    with tasks.using_files(), Corpus.open(path, readonly=True) as corpus:
        holdings = read_holdings(corpus, plan.annotators)
    return holdings, divide(holdings, plan)


def _describe_double(division: Division) -> list[str]:
    if not division.double:
        return []
    return [count_phrase("{count} of them to two people", "{count} of them to two people", division.double)]
