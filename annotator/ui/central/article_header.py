"""The line over the article: its title, publication, source and state, each to be changed where it stands."""

from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QDesktopServices, QFocusEvent, QHideEvent
from PySide6.QtWidgets import QApplication, QFrame, QSizePolicy, QStackedWidget, QWidget

from annotator.i18n import _, pgettext
from annotator.model.date_display import format_date_value
from annotator.model.display_names import article_title, state_title
from annotator.model.records import DONE, FLAGGED, SKIPPED
from annotator.ui.actions.letter_menu import LetterMenu
from annotator.ui.central.text_button import TextButton
from annotator.ui.panels.autosave_field import AutosaveField
from annotator.ui.panels.date_field import DateField
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr, plain_label, tooltip
from annotator.ui.widgets.controls import set_style_name
from annotator.ui.widgets.layouts import hbox, vbox

F = TypeVar("F", bound=AutosaveField)
_INKS: Final = {DONE: "accent", SKIPPED: "faint", FLAGGED: "warning"}
_SCHEMES: Final = ("http", "https")
"""Of addresses that may be opened: a stranger's corpus may name any program."""
_FIELD_WIDTH: Final = 210  # pixels at least: a date in words
_SOURCE_WIDTH: Final = 130  # pixels at most
_FEEDBACK_MARGINS: Final = 9, 3, 9, 3  # pixels around what is said about a field
_FEEDBACK_GAP: Final = 3  # pixels between a field and that


class InlineEditor(QStackedWidget, Generic[F]):
    """A text that becomes `field` when it is clicked, until it is saved."""

    editing_changed = Signal()

    def __init__(self, name: str, field: F, *, is_heading: bool = False) -> None:
        super().__init__()
        self.button, self.field = TextButton(name, is_heading=is_heading), field
        field.setAccessibleName(name)
        min_width = self.button.minimumSizeHint().width() if is_heading else _FIELD_WIDTH  # the room that is left
        field.setMinimumSize(min_width, self.button.sizeHint().height())
        field.installEventFilter(self)
        self.setSizePolicy(self.button.sizePolicy())
        self.addWidget(self.button)
        self.addWidget(field)
        self.button.clicked.connect(self.start_editing)

    @property
    def is_editing(self) -> bool:
        """Whether the field is shown."""
        return self.currentWidget() is self.field

    def start_editing(self) -> None:
        """Show the field with the focus and its text selected."""
        self._show(self.field)
        self.field.start_editing()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the text again after the field has lost the focus for good, and has saved."""
        if isinstance(event, QFocusEvent) and event.lostFocus() and not QApplication.activePopupWidget():
            QTimer.singleShot(0, self, self._stop_editing)
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        return self.field.minimumSize() if self.is_editing else self.button.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.field.minimumSize() if self.is_editing else self.button.minimumSizeHint()

    def _stop_editing(self) -> None:
        if self.field.is_saved and not self.field.hasFocus():
            self._show(self.button)

    def _show(self, widget: QWidget) -> None:
        if widget is not self.currentWidget():
            self.setCurrentWidget(widget)
            self.updateGeometry()
            self.editing_changed.emit()


class FeedbackFrame(QFrame):
    """Says how the text of an editor of the header is read, below it and over the page: what is read stays in place."""

    def __init__(self, header: QWidget, editor: QWidget) -> None:
        super().__init__(header)
        self._header, self._editor = header, editor
        self.label = plain_label(wraps=True)
        self._column = vbox(self.label, margins=0, parent=self)
        self._column.setContentsMargins(*_FEEDBACK_MARGINS)
        editor.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay below the editor."""
        if watched is self._editor and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return super().eventFilter(watched, event)

    def show_feedback(self, text: str, *, is_error: bool) -> None:
        """Show this text, or nothing if it is ""."""
        set_style_name(self, "trouble" if is_error else "toast")
        set_style_name(self.label, "warning" if is_error else "quiet")
        self.label.setText(text)
        self.setParent(self._header.parentWidget() or self._header)  # which has room below the header
        self.setVisible(bool(text))
        self._place()

    def _place(self) -> None:
        """Move below the editor, as far as the header goes."""
        parent = self.parentWidget()
        if self.isHidden() or parent is None:
            return
        room, margins = self._header.geometry(), self._column.contentsMargins()
        edges = margins.left() + margins.right() + 2 * self.frameWidth()
        text_width = self.label.fontMetrics().horizontalAdvance(self.label.text()) + 2
        width = min(text_width + edges, room.width())
        self.resize(width, self.heightForWidth(width))
        editor = QRect(self._editor.mapTo(parent, QPoint()), self._editor.size())
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = editor.right() + 1 - width if is_rtl else editor.left()
        self.move(max(room.left(), min(left, room.right() + 1 - width)), editor.bottom() + _FEEDBACK_GAP)
        self.raise_()


class ArticleHeader(QWidget):
    """Shows what is known about the open article; hidden without one."""

    focus_released = Signal()
    """The focus belongs to the article again."""
    menu_requested = Signal(object)
    """The menu of the article is wanted; carries the position on the screen, a QPoint."""
    needed = Signal()
    """A field of it is about to be used: it must be visible."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("header")
        title_field = AutosaveField(_("Title of the article"), session)
        self.title = InlineEditor(_("Title"), title_field, is_heading=True)
        date_field = DateField(_("Publication date"), session, is_moment=True)
        self.date = InlineEditor(_("Publication date"), date_field)
        self.source_button = TextButton(_("Source"))
        self.source_button.setMaximumWidth(_SOURCE_WIDTH)
        self.state_button = TextButton(_("State"))
        self.menu = LetterMenu(self)
        self._row = hbox((self.title, 1), self.date, self.source_button, self.state_button, spacing=4)
        vbox(self._row, margins=0, parent=self)
        self._feedback_frame = FeedbackFrame(self, self.date)
        self.feedback_label = self._feedback_frame.label
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.title.field.commit_requested.connect(self._save_title)
        self.date.field.commit_requested.connect(self._save_date)
        title_field.focus_released.connect(self.focus_released)
        date_field.focus_released.connect(self.focus_released)
        date_field.feedback_changed.connect(self._show_feedback)
        self.date.editing_changed.connect(self._show_feedback)
        self.source_button.clicked.connect(self.open_source)
        self.state_button.clicked.connect(self._open_menu)
        session.on_change(self._update, "article", "zones", "status", "removal", "annotator", "reader")
        self._update()
        self._show_feedback()

    def add_actions(self, *actions: QAction | None) -> None:
        """Fill the menu of the state; None is a separator."""
        for action in actions:
            if action:
                self.menu.addAction(action)
            else:
                self.menu.addSeparator()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._feedback_frame.hide()

    def add_buttons(self, buttons: QWidget) -> None:
        """Put a row of buttons at the end of the line."""
        self._row.addWidget(buttons)

    def open_source(self) -> None:
        """Open the address of the article in the browser, if it has one that leads to the web."""
        address = self._address()
        if address:
            QDesktopServices.openUrl(address)
        else:
            self._session.notified.emit(_("This article has no address on the web."))

    def _address(self) -> QUrl | None:
        article = self._session.article
        url = QUrl(article.url) if article and article.url else QUrl()
        return url if url.scheme() in _SCHEMES and url.host() else None

    def _update(self) -> None:
        session, article = self._session, self._session.article
        owner = article.uid if article else None
        title = article_title(article, session.zones) if article else ""
        self.title.field.show_text(title, owner)
        self.title.button.show_text(title, ink="ink")
        reason = session.current.read_only_reason
        self.title.button.setToolTip(tooltip("\n".join(filter(None, (title, reason)))))
        published = (article.published if article else None) or ""
        today = datetime.now(UTC).astimezone().date().isoformat()  # what “yesterday” is said from
        self.date.field.show_value(published, owner, published=today)
        in_words = format_date_value(published) or published
        self.date.button.show_text(in_words or _("Add the date"), ink="dim" if published or reason else "accent")
        use = _("Publication date: relative dates are resolved with it.")
        self.date.button.setToolTip(tooltip(reason or use))
        for editor in (self.title, self.date):
            editor.button.setEnabled(not reason)
        self._show_source()
        state = session.article_state
        if session.removal:
            self.state_button.show_text(pgettext("state of an article", "removed"), ink="warning")
        else:
            self.state_button.show_text(state_title(state), ink=_INKS.get(state, "dim"))

    def _show_source(self) -> None:
        article, address = self._session.article, self._address()
        source = (article.source if article else None) or (address.host() if address else "")
        self.source_button.show_text(isolate(source), ink="accent" if address else "dim")
        self.source_button.setVisible(bool(source))
        self.source_button.setEnabled(address is not None)
        self.source_button.setToolTip(tooltip(isolate_ltr(address.toString()) if address else source))

    def _save_title(self) -> None:
        self._session.set_title(self.title.field.text())
        if not self.title.field.text().strip():
            self.title.field.revert()  # to the source's

    def _save_date(self) -> None:
        self._session.set_published(self.date.field.text().strip() or None)

    def _show_feedback(self) -> None:
        """Show how the typed date is read, below the line."""
        feedback = self.date.field.feedback
        text = "  ·  ".join(feedback.text.split("\n")) if self.date.is_editing else ""
        self._feedback_frame.show_feedback(text, is_error=feedback.is_error)

    def _open_menu(self) -> None:
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        corner = self.state_button.rect().bottomRight() if is_rtl else self.state_button.rect().bottomLeft()
        left = corner - QPoint(self.menu.sizeHint().width(), 0) if is_rtl else corner
        self.menu.popup(self.state_button.mapToGlobal(left))
