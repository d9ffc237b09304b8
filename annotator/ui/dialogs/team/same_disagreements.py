"""The dialog that decides the same disagreement in all articles, in one step."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QTreeWidgetItem, QWidget

from annotator.i18n import _, count_phrase, format_number, ngettext
from annotator.jobs.same_disagreements import SamePlace, decide_same_disagreements, find_same_disagreements
from annotator.team.disagreements import Candidate, CandidateKind, Disagreement, describe_candidate
from annotator.ui.dialogs.occurrences import OCCURRENCE_ROLE, OccurrenceDelegate
from annotator.ui.dialogs.task_dialog import TaskDialog
from annotator.ui.dialogs.team.decided_otherwise import describe_spans
from annotator.ui.dialogs.team.decision_reason import ReasonFields
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets.bidi_text import format_keys, isolate, plain_label, tooltip
from annotator.ui.widgets.controls import add_group_row, create_button, create_button_box, create_tree
from annotator.ui.widgets.layouts import vbox

_PLACE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_MAX_KEYS: Final = 9  # candidates that have a key
_MAX_WORDS: Final = 80  # code points of a candidate's words


class SameDisagreementsDialog(TaskDialog):
    """Lists the places of a disagreement about the open article, to decide the ticked ones alike.

    Those where most annotators have something else, or that were decided before, are not ticked at first.
    """

    def __init__(
        self, parent: QWidget, session: Session, tasks: TaskRunner, disagreement: Disagreement, chosen: Candidate
    ) -> None:
        super().__init__(parent, tasks)
        self._session, self._disagreement = session, disagreement
        self._article = session.article
        self._rows: list[QTreeWidgetItem] = []
        self.setWindowTitle(_("Decide everywhere"))
        self.resize(960, 600)
        self._candidates = [*disagreement.candidates]
        if all(candidate.spans for candidate in self._candidates):
            self._candidates.append(Candidate((), ()))
        self.choices = QButtonGroup(self)
        for index, candidate in enumerate(self._candidates):
            self.choices.addButton(self._create_choice(index, candidate, is_chosen=candidate == chosen), index)
        self.choices.idToggled.connect(lambda _index, is_on: self._tick_all() if is_on else None)
        self._summary_label, self._details_label = plain_label(), plain_label(name="quiet", wraps=True)
        numbers = [format_number(number) for number, _candidate in enumerate(disagreement.candidates, 1)]
        self.tree = create_tree([_("Place"), *numbers, ""], _("Places"), stretched=0)
        for column in range(1, len(numbers) + 1):
            self.tree.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignCenter)
        self.tree.setItemDelegateForColumn(0, OccurrenceDelegate(session.labels.find(disagreement.example.label), self))
        # Counts once when all rows of an article are ticked together.
        self._count_timer = QTimer(self, singleShot=True, interval=0)
        self._count_timer.timeout.connect(self._update_counts)
        self.tree.itemChanged.connect(lambda _item, _column: self._count_timer.start())
        self.fields = ReasonFields(is_row=True)
        self._decide_button = create_button("", self._decide, is_auto_default=True)
        buttons = create_button_box(self, accept=self._decide_button, reject=_("Cancel"))
        self.task_widgets = (*self.choices.buttons(), self.fields, self._decide_button)
        choices = vbox(*self.choices.buttons(), spacing=2, margins=0)
        vbox(self._summary_label, choices, (self.tree, 1), self.fields, self._details_label, buttons, parent=self)
        session.failed.connect(self.show_warning)
        self.tree.setFocus()
        self._search()

    @property
    def ticked_places(self) -> list[SamePlace]:
        """The places to decide, in the order of their articles."""
        return [row.data(0, _PLACE_ROLE) for row in self._rows if row.checkState(0) == Qt.CheckState.Checked]

    def show_warning(self, text: str) -> None:
        """Show a warning in place of the details."""
        self._details_label.setText(text)

    def _create_choice(self, index: int, candidate: Candidate, *, is_chosen: bool) -> QRadioButton:
        text = self._article.text if self._article else ""
        words = describe_spans(text, candidate.spans, self._session.labels, max_words=_MAX_WORDS)
        title = f"{format_number(index + 1)} · {words}" if candidate.votes else words
        button = QRadioButton(title.replace("&", "&&"))
        button.setChecked(is_chosen)
        if index < _MAX_KEYS:
            key = f"Ctrl+{index + 1}"
            QShortcut(QKeySequence(key), self, button.click)  # a shortcut of the button would wait to show it pressed
            button.setToolTip(tooltip(format_keys([key])))
        return button

    @property
    def _choice(self) -> CandidateKind:
        candidate = self._candidates[max(0, self.choices.checkedId())]
        return describe_candidate(self._disagreement, candidate, self._article.text if self._article else "")

    def _search(self) -> None:
        session, article, disagreement = self._session, self._article, self._disagreement
        if not session.corpus or not article:
            return
        gold, number = session.annotator, article.id
        self.run_on_corpus(
            _("Looking for the same disagreement"),
            session.corpus.path,
            lambda corpus: find_same_disagreements(corpus, gold, number, disagreement),
            self._show_places,
            self.reject,
        )

    def _show_places(self, places: Sequence[SamePlace]) -> None:
        self.tree.blockSignals(True)
        for (_number, heading), group in groupby(
            places, lambda place: (place.occurrence.number, place.occurrence.title)
        ):
            head = add_group_row(self.tree, isolate(heading))
            head.setFirstColumnSpanned(True)
            head.setToolTip(0, tooltip(heading))
            for place in group:
                self._add_row(head, place)
            head.setExpanded(True)
        self.tree.blockSignals(False)
        if self._rows:
            self.tree.setCurrentItem(self._rows[0])
        self._tick_all()

    def _add_row(self, head: QTreeWidgetItem, place: SamePlace) -> None:
        hit = place.occurrence
        text = hit.before + hit.words + hit.after
        item = QTreeWidgetItem(head)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        item.setData(0, OCCURRENCE_ROLE, hit)
        item.setData(0, _PLACE_ROLE, place)
        item.setData(0, Qt.ItemDataRole.AccessibleTextRole, text)
        for column, (candidate, votes) in enumerate(self._list_votes(place), 1):
            item.setText(column, votes)
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignCenter)
            item.setToolTip(column, tooltip(candidate))
        item.setToolTip(0, tooltip(text))
        self._rows.append(item)

    def _tick_all(self) -> None:
        """Tick the places that can be decided for the chosen candidate without a doubt."""
        self.tree.blockSignals(True)
        for row in self._rows:
            place: SamePlace = row.data(0, _PLACE_ROLE)
            note = self._note_on(place)
            row.setCheckState(0, Qt.CheckState.Unchecked if note else Qt.CheckState.Checked)
            row.setText(len(self._disagreement.candidates) + 1, note)
        self.tree.blockSignals(False)
        self.tree.viewport().update()
        self._update_counts()

    def _list_votes(self, place: SamePlace) -> Iterator[tuple[str, str]]:
        """Yield each candidate in the order of the choices, and its share of the votes in a place.

        Names would tell who labelled it blind.
        """
        labels, disagreement, words = self._session.labels, place.disagreement, place.occurrence.words
        for candidate in place.candidates:
            spans = [
                span._replace(start=span.start - disagreement.start, end=span.end - disagreement.start)
                for span in candidate.spans
            ]
            votes = f"{format_number(candidate.votes)}/{format_number(disagreement.annotator_count)}"
            yield describe_spans(words, spans, labels), votes

    def _note_on(self, place: SamePlace) -> str:
        """Return why a place is not ticked at first; "" if it is."""
        if self._article and (place.occurrence.number, place.disagreement) == (self._article.id, self._disagreement):
            return ""
        if place.was_decided:
            return _("Decided before, and changed since")
        return _("Most have something else") if place.majority not in (None, self._choice) else ""

    def _update_counts(self) -> None:
        places, total = self.ticked_places, len(self._rows)
        articles = len({row.data(0, _PLACE_ROLE).occurrence.number for row in self._rows})
        text = _("The same words and candidates, not decided yet: {places} · {articles}")
        counts = {
            "places": count_phrase("{count} place", "{count} places", total),
            "articles": count_phrase("{count} article", "{count} articles", articles),
        }
        self._summary_label.setText(text.format(**counts))
        self._details_label.setText(
            _("Ctrl and a number choose a candidate, Space ticks or unticks a place. A single undo reverts all.")
        )
        count = len(places)
        text = ngettext("Decide {count} place", "Decide {count} places", count)
        self._decide_button.setText(text.format(count=format_number(count)))
        self._decide_button.setEnabled(count > 0 and not self._tasks.is_busy)

    def _decide(self) -> None:
        session, article, places, choice = self._session, self._article, self.ticked_places, self._choice
        if not session.corpus or not article:
            return
        gold, actor, cause, reason = session.annotator, session.adjudicator, self.fields.cause, self.fields.reason
        self.tree.setFocus()
        self.run_on_corpus(
            _("Deciding"),
            session.corpus.path,
            lambda corpus: decide_same_disagreements(
                corpus, gold, actor, places, choice, open_article=article.uid, cause=cause, reason=reason
            ),
            self._on_decided,
        )

    def _on_decided(self, count: int) -> None:
        self._session.reload()
        text = count_phrase("{count} place decided in one step", "{count} places decided in one step", count)
        self._session.announced.emit(Notice(text, is_undoable=count > 0))
        self.accept()
