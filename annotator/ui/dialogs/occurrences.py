"""Tagging all places that say the same: a preview of each in its sentence, each to be left out, then one step."""

from collections.abc import Callable, Generator
from functools import partial
from itertools import groupby
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator.i18n import _, ngettext, number
from annotator.jobs.occurrences import Occurrence, in_article, in_corpus, tag_each
from annotator.model.labels import Label
from annotator.model.records import Span
from annotator.model.titles import title
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.text.proclitics import form
from annotator.ui.article.excerpt import paint_excerpt
from annotator.ui.session.background import Background, Cancelled, Job
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolated, plain_label, tooltip
from annotator.ui.widgets.theme import Theme

_ROLE: Final = Qt.ItemDataRole.UserRole
_BEFORE: Final = 42  # code points of the sentence in front of a hit, so that the hit is always in sight
_HEIGHT: Final = 34
_SIZE: Final = 16.0
_Index = QModelIndex | QPersistentModelIndex


class HitDelegate(QStyledItemDelegate):
    """Paints a hit's sentence, the hit on its label's colour."""

    def __init__(self, theme: Theme, label: Label | None, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._label = theme, label

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        hit: Occurrence | None = index.data(_ROLE)
        if hit is None:
            return
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)  # without it there is no room for the tick
        style = option.widget.style()
        room = QRectF(style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, whole, option.widget))
        before = _tail(hit.before)
        text = (before + hit.words + hit.after).replace("\n", " ")
        mark = self._theme.fill(self._label, 1.6) if self._label else QColor(self._theme.selection)
        enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
        ink = QColor(self._theme.ink if enabled else self._theme.faint)
        paint_excerpt(painter, room, text, (len(before), len(before) + len(hit.words)), _SIZE, ink, mark)


class OccurrencesDialog(QDialog):
    """The places that say what `span` says. `chosen` are those that will be tagged."""

    def __init__(self, parent: QWidget, session: Session, background: Background, span: Span, theme: Theme) -> None:
        super().__init__(parent)
        self._session, self._background, self._span = session, background, span
        self._label = session.labels.find(span.label)
        self._everywhere = False
        self._rows: list[QTreeWidgetItem] = []
        self.setWindowTitle(_("Tag all such places"))
        self.resize(860, 560)
        self._said, self._quiet = plain_label(), plain_label(name="quiet")
        self._quiet.setWordWrap(True)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setAccessibleName(_("Places"))
        self.tree.setItemDelegate(HitDelegate(theme, self._label, self.tree))
        self._counting = QTimer(self)  # once, when all places of an article were ticked
        self._counting.setSingleShot(True)
        self._counting.setInterval(0)
        self._counting.timeout.connect(self._count)
        self.tree.itemChanged.connect(lambda _item, _column: self._counting.start())
        self._taa = QCheckBox(_("ة and ه are the same letter"))
        self._taa.toggled.connect(lambda _on: self._look())
        self._corpus = QCheckBox(_("In the whole corpus"))
        self._corpus.toggled.connect(self._scope)
        buttons = QDialogButtonBox()
        self._go = buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self._go.setObjectName("primary")  # wide enough for bold letters, which Qt does not see of a default button
        self._go.setDefault(True)
        buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._tag)
        buttons.rejected.connect(self.reject)
        options = QHBoxLayout()
        options.addWidget(self._corpus)
        options.addWidget(self._taa)
        options.addStretch()
        column = QVBoxLayout(self)
        column.addWidget(self._said)
        column.addLayout(options)
        column.addWidget(self.tree, 1)
        column.addWidget(self._quiet)
        column.addWidget(buttons)
        session.failed.connect(self._warn)
        self._look()
        self.tree.setFocus()

    def reject(self) -> None:
        """Close without a change; while something is at work, stop it."""
        if self._background.busy:
            self._background.stop()
        else:
            super().reject()

    def look_everywhere(self) -> None:
        """Look in the whole corpus."""
        self._corpus.setChecked(True)

    def chosen(self) -> list[Occurrence]:
        """The places that are ticked, in the order of their articles."""
        ticked = (row for row in self._rows if row.checkState(0) == Qt.CheckState.Checked and not row.isDisabled())
        return [row.data(0, _ROLE) for row in ticked]

    def _scope(self, on: bool) -> None:
        self._everywhere = on
        self._look()

    def _look(self) -> None:
        """Find the places anew."""
        session, article, span, taa = self._session, self._session.article, self._span, self._taa.isChecked()
        if not article or not session.corpus:
            return
        words = form(article.text, span.start, span.end, taa=taa)
        if not self._everywhere:
            self._show(in_article(article, title(article, session.zones), session.spans, words, taa=taa))
            return
        source, annotator = session.corpus.path, session.annotator

        def job() -> Generator[tuple[int, int], None, list[Occurrence]]:
            with Corpus.open(source) as opened:
                return (yield from in_corpus(opened, annotator, words, taa=taa))

        self._run(_("Looking through the corpus"), job, self._show, self._not_found)

    def _run(self, title: str, job: Job, done: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        """As Background.run; nothing else can be asked for meanwhile."""

        def ended(then: Callable[[Any], None], end: Any) -> None:
            for part in parts:
                part.setEnabled(True)
            self._count()
            then(end)

        parts = (self._corpus, self._taa, self._go)
        self.tree.setFocus()  # not on to the button that cancels, for Enter may be pressed twice
        for part in parts:
            part.setEnabled(False)
        self._background.run(title, job, partial(ended, done), partial(ended, failed), self)

    def _show(self, found: list[Occurrence]) -> None:
        """Show these places, ticked but for those that may be another word or have the label already."""
        self.tree.blockSignals(True)
        self.tree.clear()
        self._rows.clear()
        for (_number, heading), hits in groupby(found, lambda hit: (hit.number, hit.title)):
            head = QTreeWidgetItem(self.tree, [isolated(heading)])
            head.setToolTip(0, tooltip(heading))
            font = head.font(0)
            font.setBold(True)
            head.setFont(0, font)
            head.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate)
            for hit in hits:
                self._add(head, hit)
            head.setExpanded(True)
        self.tree.blockSignals(False)
        first = next((row for row in self._rows if not row.isDisabled()), None)
        if first:
            self.tree.setCurrentItem(first)
        self._count()

    def _add(self, head: QTreeWidgetItem, hit: Occurrence) -> None:
        row = QTreeWidgetItem(head)
        self._rows.append(row)
        row.setData(0, _ROLE, hit)
        sentence = hit.before + hit.words + hit.after
        row.setData(0, Qt.ItemDataRole.AccessibleTextRole, sentence)
        row.setToolTip(0, tooltip(sentence if hit.sure else "\n".join((_("Perhaps another word"), sentence))))
        if self._span.label in hit.labels:
            row.setCheckState(0, Qt.CheckState.Checked)
            row.setDisabled(True)
        else:
            row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            row.setCheckState(0, Qt.CheckState.Checked if hit.sure else Qt.CheckState.Unchecked)

    def _count(self) -> None:
        count, places = len(self.chosen()), len(self._rows)
        already = sum(row.isDisabled() for row in self._rows)
        unsure = sum(not row.isDisabled() and not row.data(0, _ROLE).sure for row in self._rows)
        said = ngettext("{count} place says “{words}”.", "{count} places say “{words}”.", places)
        article = self._session.article
        words = article.text[self._span.start : self._span.end] if article else ""
        self._said.setText(said.format(count=number(places), words=" ".join(words.split())))
        quiet = []
        if already:
            said = ngettext("{count} has the label already.", "{count} have the label already.", already)
            quiet.append(said.format(count=number(already)))
        if unsure:
            said = ngettext(
                "{count} may be another word and is not ticked.",
                "{count} may be other words and are not ticked.",
                unsure,
            )
            quiet.append(said.format(count=number(unsure)))
        quiet.append(_("Space leaves a place out or takes it in. One undo takes all of it back."))
        self._quiet.setText(" ".join(quiet))
        shown = self._label.shown() if self._label else self._span.label
        said = ngettext("Tag {count} place as {label}", "Tag {count} places as {label}", count)
        self._go.setText(said.format(count=number(count), label=shown))
        self._go.setEnabled(count > 0 and not self._background.busy)

    def _tag(self) -> None:
        session, label, chosen = self._session, self._span.label, self.chosen()
        if not session.corpus or not session.article:
            return
        if all(one.number == session.article.id for one in chosen):
            before = session.waiting
            if session.tag_each(label, [(one.start, one.end) for one in chosen]):
                self._told(len(chosen))
            elif session.waiting and session.waiting is not before:
                self.accept()  # that it waits is said above the article
            return
        source, annotator, here = session.corpus.path, session.annotator, session.article.uid

        def job() -> Generator[tuple[int, int], None, int]:
            with Corpus.open(source) as opened:
                return (yield from tag_each(opened, annotator, label, chosen, here))

        self._run(_("Tagging"), job, self._tagged, self._failed)

    def _tagged(self, count: int) -> None:
        self._session.changed()
        self._told(count)

    def _told(self, count: int) -> None:
        said = ngettext("{count} place tagged in one step", "{count} places tagged in one step", count)
        self._session.told.emit(said.format(count=number(count)))
        self.accept()

    def _not_found(self, error: Exception) -> None:
        """The corpus was not looked through: the places in the article are shown again."""
        self._corpus.setChecked(False)
        self._failed(error)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Cancelled):
            return
        if not isinstance(error, CorpusError):
            raise error
        self._warn(str(error))

    def _warn(self, text: str) -> None:
        self._quiet.setText(text)


def _tail(before: str) -> str:
    """The end of what stands before a hit, from a word on."""
    if len(before) <= _BEFORE:
        return before
    cut = before.find(" ", len(before) - _BEFORE)
    return "…" + before[cut + 1 if cut >= 0 else len(before) :]
