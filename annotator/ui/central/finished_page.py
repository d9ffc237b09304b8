"""The page at the end of the list: what was done today and in all, and what to do next."""

from collections.abc import Generator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from annotator.i18n import _, format_number
from annotator.jobs.work_counting import count_work
from annotator.model.display_names import state_title
from annotator.model.progress import DailyWork, Work, sum_work
from annotator.model.records import DONE, FLAGGED, SKIPPED
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.session.session import Session
from annotator.ui.session.sync_state import find_reader
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.controls import create_button
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.scrolling import FittingScrollArea

_TITLE_SIZE: Final = 22.0  # pixels
_COLUMN_WIDTH: Final = 96  # pixels of a column of numbers at least
_NUMBER_SIDE: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
_MARGIN: Final = 24  # pixels on both sides
_SPACING: Final = 8  # pixels between the lines and the buttons
_REVIEWED_STATES: Final = (FLAGGED, SKIPPED)


class FinishedPage(QWidget):
    """Shows the annotator's work when no article of the list is left to do."""

    closed = Signal()
    """The annotator wants back to the article."""

    def __init__(self, session: Session, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._session = session
        self._has_more = False  # whether an article of the list is to do again
        self._tasks = TaskRunner(self, "work")
        session.corpus_closing.connect(self._tasks.release_corpus)
        session.on_change(self._update, "annotator", "counts", "articles")
        session.on_change(self._update_team_buttons, "sync")
        self._title = plain_label(wraps=True)
        self._title.setFont(fonts.interface_font(_TITLE_SIZE, bold=True))
        self._counts_label = plain_label(name="quiet", wraps=True)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(18)
        self.grid.setVerticalSpacing(6)
        self.export_button = ActionButton(actions["export"], "export", primary=True)
        self.next_button = ActionButton(actions["next_open"])
        self.take_button = ActionButton(actions["take_articles"])
        self.state_buttons = {state: create_button("", partial(self._review, state)) for state in _REVIEWED_STATES}
        self._back_button = create_button(_("Back to the article"), self.closed.emit)
        content = QWidget()
        table = hbox(self.grid, None)
        team_buttons = hbox(self.next_button, self.take_button, None, spacing=_SPACING)
        self._buttons = self.export_button, *self.state_buttons.values(), self._back_button
        self._buttons_by_row: list[list[QPushButton]] = [[*self._buttons]]
        further_rows = [hbox(spacing=_SPACING) for _button in self._buttons[1:]]  # as many as a narrow window needs
        self._button_rows = [hbox(*self._buttons, None, spacing=_SPACING), *further_rows]
        # Together, as a low window shows what has the focus.
        head = self._title, self._counts_label, 14, team_buttons, vbox(*self._button_rows, spacing=_SPACING)
        column = vbox(None, *head, 20, table, (None, 2), spacing=_SPACING)
        content.setLayout(hbox(_MARGIN, (column, 1), _MARGIN))
        self._area = FittingScrollArea(content)
        vbox(self._area, margins=0, parent=self)

    def show_work(self) -> None:
        """Show the counts now, and the work as soon as it is read."""
        session, counts = self._session, self._session.counts
        total = sum(counts.values())
        is_all_done = counts[DONE] == total
        all_done = _("All your articles are done.") if session.current.has_queue else _("All articles are done.")
        focused = self._main_button(), self.take_button
        moves_focus = any(button.hasFocus() for button in focused)
        self._has_more = self._is_more_to_do()
        if self._has_more:
            self._title.setText(_("There is more to do in the list."))
        else:
            self._title.setText(all_done if is_all_done else _("No unfinished article is left in the list."))
        self._update_team_buttons()
        if moves_focus and self._main_button() not in focused:  # or Return would do what is not the next thing any more
            self._main_button().setFocus()
        facts = [_("{done} of {total} done").format(done=format_number(counts[DONE]), total=format_number(total))]
        facts += [_fact(state_title(state), counts[state]) for state in _REVIEWED_STATES if counts[state]]
        self._counts_label.setText("  ·  ".join(facts))
        for state, button in self.state_buttons.items():
            button.setText(_fact(_review_title(state), counts[state]))
            button.setVisible(bool(counts[state]))
        self._back_button.setVisible(bool(session.current.last_article))
        self._place_buttons()
        self._show_table({})
        if session.corpus and not self._tasks.is_busy:
            reader = find_reader(session.sync, session.current.user)
            task = partial(_read_work, session.corpus.path, reader)
            self._tasks.run_quietly(task, self._show_table, failed=session.failed.emit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_buttons()

    def _place_buttons(self) -> None:
        """Have as many buttons beside one another as there is room for, and the next ones below."""
        room = self.width() - 2 * _MARGIN - self._area.verticalScrollBar().sizeHint().width()
        rows: list[list[QPushButton]] = []
        end = room
        for button in (button for button in self._buttons if not button.isHidden()):
            width = button.sizeHint().width()
            if not rows or end + _SPACING + width > room:
                rows.append([])
                end = -_SPACING
            rows[-1].append(button)
            end += _SPACING + width
        if rows == self._buttons_by_row:
            return
        self._buttons_by_row = rows
        for index, layout in enumerate(self._button_rows):
            buttons = rows[index] if index < len(rows) else []
            while layout.count():
                layout.takeAt(0)
            for button in buttons:
                layout.addWidget(button)
            if buttons:
                layout.addStretch()  # an empty row takes no room

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._main_button().setFocus(event.reason())  # no proxy: the article would have the focus, and its keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _main_button(self) -> ActionButton:
        return self.next_button if self._has_more else self.export_button

    def _is_more_to_do(self) -> bool:
        """Return whether an article of the list is to do again, as when the team has given more."""
        try:
            current = self._session.current
            return not current.reader and current.next_unfinished(prefers_informative=False) is not None
        except CorpusError:
            return False  # said wherever the list is shown

    def _update_team_buttons(self) -> None:
        sync = self._session.sync
        self.take_button.setVisible(sync is not None and not sync.is_folder and not self._has_more)
        self.next_button.setVisible(self._has_more)
        for button in (self.next_button, self.export_button):
            button.set_primary(button is self._main_button())

    def _update(self) -> None:
        if self._session.current.is_finished:
            self.show_work()

    def _show_table(self, daily: DailyWork) -> None:
        """Show the annotator's work of today and in all; empty until it is read."""
        while item := self.grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        work_by_day: Mapping[date, Work] = daily.get(self._session.annotator, {})
        if not work_by_day:
            return
        today, total = work_by_day.get(datetime.now(UTC).astimezone().date(), Work()), sum_work(work_by_day.values())
        rows = [
            ("", "", _("Today"), _("In all")),
            ("", _("Articles done"), format_number(today.articles), format_number(total.articles)),
            ("", _("Spans"), format_number(today.spans), format_number(total.spans)),
            *(
                ("quiet", label.localised_title(), *_numbers(today, total, label.name))
                for label in self._session.labels.labels
                if total.labels.get(label.name)
            ),
            ("", _("Suggestions accepted"), format_number(today.accepted), format_number(total.accepted)),
            ("", _("Suggestions corrected"), format_number(today.corrected), format_number(total.corrected)),
            ("", _("Suggestions rejected"), format_number(today.rejected), format_number(total.rejected)),
        ]
        for row, (style, *texts) in enumerate(rows):
            for column, text in enumerate(texts):
                label = plain_label(text, style if row else "quiet")
                if column:
                    label.setAlignment(_NUMBER_SIDE)
                    label.setMinimumWidth(_COLUMN_WIDTH)
                self.grid.addWidget(label, row, column)

    def _review(self, state: str) -> None:
        """List the articles in this state, and open the first."""
        self._session.set_article_filter(replace(self._session.current.default_filter(), state=state))
        self._session.open_article(0)


def _read_work(path: Path, reader: str) -> Generator[tuple[int, int], None, DailyWork]:
    with Corpus.open(path, readonly=True) as corpus:
        return (yield from count_work(corpus, reader))


def _numbers(today: Work, total: Work, label: str) -> tuple[str, str]:
    return format_number(today.labels.get(label, 0)), format_number(total.labels.get(label, 0))


def _fact(name: str, count: int) -> str:
    return _("{name}: {fact}").format(name=name, fact=format_number(count))


def _review_title(state: str) -> str:
    return {FLAGGED: _("Review the flagged ones"), SKIPPED: _("Look at the skipped ones")}[state]
