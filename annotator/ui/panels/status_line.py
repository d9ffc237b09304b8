"""The status line: save state, annotator, progress, how the corpus stands with its team, and a hint for a newcomer."""

from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStatusBar, QToolButton

from annotator.i18n import _, count_phrase, format_number, ngettext
from annotator.model.display_names import state_title
from annotator.model.open_suggestions import SURE_SCORE, is_sure
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.session.sync_state import explain_sync, summarise_sync
from annotator.ui.widgets.bidi_text import format_percent, format_shortcut, isolate, plain_label, tooltip
from annotator.ui.widgets.controls import set_style_name
from annotator.ui.widgets.elided_label import ElidedLabel
from annotator.ui.widgets.layouts import UNLIMITED

_SEPARATOR: Final = "  ·  "
_LOW_HEIGHT: Final = 30  # pixels


class StatusLine(QStatusBar):
    """Shows the session's state, with buttons for who works here and for the team; messages are a Toast."""

    def __init__(
        self, session: Session, suggestions: SuggestionModel, choose_annotator: QAction, sync_now: QAction
    ) -> None:
        super().__init__()
        self._session, self._suggestions = session, suggestions
        self._save_label, self._state_label, self._hint_label = plain_label(), ElidedLabel(""), ElidedLabel("hint")
        self.name_button, self.sync_button = _create_link(choose_annotator), _create_link(sync_now)
        session.on_change(self._show_state, "corpus", "annotator", "reader", "adjudicator", "article", "status")
        session.on_change(self._show_state, "pending_step", "save_error", "is_learning", "conflict_count")
        self.sync_button.setAccessibleName(_("Sync now"))
        session.on_change(self._show_sync, "sync", "annotator", "reader", "adjudicator")
        suggestions.changed.connect(self._show_state)
        self.setSizeGripEnabled(False)
        self.set_low(False)
        self.addWidget(self._save_label)
        self.addWidget(self.name_button)
        self.addWidget(self._state_label, 1)
        self.addPermanentWidget(self.sync_button)
        self.addPermanentWidget(self._hint_label)
        self._choose_annotator, self._sync_now = choose_annotator, sync_now
        choose_annotator.changed.connect(self._show_key)
        sync_now.changed.connect(self._show_sync)
        self._show_key()
        self._show_sync()
        self._show_state()

    def set_low(self, is_low: bool) -> None:
        """Be as low as the text allows, or have some room above and below it."""
        margin = 0 if is_low else 2
        self.setContentsMargins(14, margin, 14, margin)
        self.setMaximumHeight(_LOW_HEIGHT if is_low else UNLIMITED)

    def _show_key(self) -> None:
        self.name_button.setToolTip(tooltip(_describe_action(self._choose_annotator)))

    def _show_sync(self) -> None:
        """Show how the corpus stands with its team, if it has one, and what to do about that."""
        state, user, now = self._session.sync, self._session.current.user, datetime.now(UTC).astimezone()
        self.sync_button.setVisible(state is not None)
        if state:
            explanation = explain_sync(state, now, user)
            set_style_name(self.sync_button, "warning" if state.needs_help else "link")
            self.sync_button.setText(summarise_sync(state, now, user))
            self.sync_button.setAccessibleName(_("Team: {state}").format(state=summarise_sync(state, now, user)))
            self.sync_button.setAccessibleDescription(explanation)
            self.sync_button.setToolTip(tooltip(f"{explanation}\n{_describe_action(self._sync_now)}"))

    def _show_state(self) -> None:
        session = self._session
        self.name_button.setVisible(session.corpus is not None)
        self._state_label.setVisible(session.corpus is not None)
        if not session.corpus:
            set_style_name(self._save_label, "")
            self._save_label.setText(_("No corpus is open."))
            return
        self.name_button.setText(isolate(session.current.user))
        self.name_button.setAccessibleName(_("Annotator: {name}").format(name=session.current.user))
        parts = []
        if session.reader:
            parts.append(_("looking at {name}").format(name=isolate(session.annotator)))
        if session.adjudicator:
            parts.append(_("adjudicates into the gold layer"))
        if session.article:
            parts.append(state_title(session.article_state))
        if count := session.conflict_count:
            parts.append(count_phrase("{count} conflict to decide", "{count} conflicts to decide", count))
        if session.is_learning:
            parts.append(_("learning from done articles"))
        if remaining := self._suggestions.remaining_text():
            parts.append(remaining)
            if count := sum(map(is_sure, self._suggestions.visible)):
                text = ngettext(
                    "{count} of them sure: {score} and more", "{count} of them sure: {score} and more", count
                )
                parts.append(text.format(count=format_number(count), score=format_percent(SURE_SCORE)))
        set_style_name(self._save_label, "warning" if session.pending_step or session.save_error else "")
        self._save_label.setText(self._save_state() + _SEPARATOR.rstrip())
        self._state_label.show_text(_SEPARATOR.lstrip() + _SEPARATOR.join(parts) if parts else "")

    def _save_state(self) -> str:
        """Describe the save state: the session checks the file and its log after each write."""
        if self._session.pending_step:
            return _("Last change not saved")
        return _("Problem with the corpus file") if self._session.save_error else _("Everything is saved")

    def show_hint(self, hint: str) -> None:
        """Show a hint; "" ends it."""
        self._hint_label.show_text(hint)

    def hint(self) -> str:
        """Return the current hint, else ""."""
        return self._hint_label.text()


def _create_link(action: QAction) -> QToolButton:
    """Create a button with a text only, which triggers the action."""
    button = QToolButton()
    button.setObjectName("link")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the article keeps the focus
    button.clicked.connect(action.trigger)
    return button


def _describe_action(action: QAction) -> str:
    """Return what the action does, and its key."""
    text, _tab, _key = action.text().partition("\t")
    return f"{text}   {format_shortcut(action)}"
