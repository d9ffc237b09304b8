"""The line over the article: its title, publication, source and state, each to be changed where it stands."""

from typing import Final

from PySide6.QtCore import QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices, QFocusEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QStackedWidget, QWidget

from annotator.i18n import _, pgettext
from annotator.model.date_display import format_date_value
from annotator.model.display_names import article_title, state_title
from annotator.model.records import DONE, FLAGGED, SKIPPED
from annotator.ui.panels.autosave_field import AutosaveField
from annotator.ui.panels.text_button import TextButton
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr, tooltip
from annotator.ui.widgets.layouts import hbox

_INKS: Final = {DONE: "accent", SKIPPED: "faint", FLAGGED: "warning"}
_SCHEMES: Final = ("http", "https")
"""Of addresses that may be opened: a stranger's corpus may name any program."""
_FIELD_WIDTH: Final = 210  # pixels at least: a date in words
_SOURCE_WIDTH: Final = 130  # pixels at most


class _InlineField(AutosaveField):
    """A field that is there only while it is edited."""

    left = Signal()
    """The focus is elsewhere."""

    @property
    def is_saved(self) -> bool:
        """Whether the text is the saved one."""
        return self.text().strip() == self._saved_text.strip()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class InlineEditor(QStackedWidget):
    """A text that becomes a field when it is clicked, until it is saved."""

    def __init__(self, name: str, hint: str, session: Session, *, is_heading: bool = False) -> None:
        super().__init__()
        self.button = TextButton(name, is_heading=is_heading)
        self.field = _InlineField(hint, session)
        self.field.setAccessibleName(name)
        self.field.setMinimumSize(_FIELD_WIDTH, self.button.sizeHint().height())
        self.setSizePolicy(self.button.sizePolicy())
        self.addWidget(self.button)
        self.addWidget(self.field)
        self.button.clicked.connect(self.start_editing)
        self.field.left.connect(self._stop_editing)

    def start_editing(self) -> None:
        """Show the field with the focus and its text selected."""
        self.setCurrentWidget(self.field)
        self.updateGeometry()
        self.field.start_editing()

    def sizeHint(self) -> QSize:
        return self.field.minimumSize() if self._is_editing() else self.button.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.field.minimumSize() if self._is_editing() else self.button.minimumSizeHint()

    def _is_editing(self) -> bool:
        return self.currentWidget() is self.field

    def _stop_editing(self) -> None:
        if self.field.is_saved:
            self.setCurrentWidget(self.button)
            self.updateGeometry()


class ArticleHeader(QWidget):
    """Shows what is known about the open article; hidden without one."""

    focus_released = Signal()
    """The focus belongs to the article again."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("header")
        self.title = InlineEditor(_("Title"), _("Title of the article"), session, is_heading=True)
        self.date = InlineEditor(_("Publication date"), _("Such as 2024-07-09 or “9 July 2024, 9:00”"), session)
        self.source_button = TextButton(_("Source"))
        self.source_button.setMaximumWidth(_SOURCE_WIDTH)
        self.state_button = TextButton(_("State"))
        self._menu = QMenu(self)
        hbox((self.title, 1), self.date, self.source_button, self.state_button, spacing=4, margins=0, parent=self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.title.field.commit_requested.connect(self._save_title)
        self.date.field.commit_requested.connect(self._save_date)
        for editor in (self.title, self.date):
            editor.field.focus_released.connect(self.focus_released)
        self.source_button.clicked.connect(self.open_source)
        self.state_button.clicked.connect(self._open_menu)
        session.on_change(self._update, "article", "zones", "status", "removal")
        self._update()

    def add_actions(self, *actions: QAction | None) -> None:
        """Fill the menu of the state; None is a separator."""
        for action in actions:
            if action:
                self._menu.addAction(action)
            else:
                self._menu.addSeparator()

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
        self.title.button.setToolTip(tooltip(title))
        published = (article.published if article else None) or ""
        self.date.field.show_text(published, owner)
        in_words = format_date_value(published) or published
        self.date.button.show_text(in_words or _("Add the date"), ink="dim" if published else "accent")
        self.date.button.setToolTip(tooltip(_("Publication date: relative dates are resolved with it.")))
        self._show_source()
        state = session.state()
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
        from annotator.suggest.dates.typed_date import InvalidDate, parse_typed_date  # slow to load

        text = self.date.field.text().strip()
        try:
            published = parse_typed_date(text, is_moment=True) if text else None
        except InvalidDate as error:
            self._session.failed.emit(str(error))
            return
        self.date.field.setText(published or "")
        self._session.set_published(published)

    def _open_menu(self) -> None:
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        corner = self.state_button.rect().bottomRight() if is_rtl else self.state_button.rect().bottomLeft()
        left = corner - QPoint(self._menu.sizeHint().width(), 0) if is_rtl else corner
        self._menu.popup(self.state_button.mapToGlobal(left))
