"""The card of the selected span (words, label, value, note) or current suggestion."""

from typing import Final, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QWidget

from annotator.i18n import _
from annotator.model.display_names import source_title, votes_of
from annotator.model.label_roles import is_date_label
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Suggestion
from annotator.ui.article.article_view import ArticleView
from annotator.ui.panels.autosave_field import NoteEdit
from annotator.ui.panels.date_field import DateField, Feedback
from annotator.ui.session.session import Session
from annotator.ui.session.suggestions import SuggestionModel
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import (
    add_arabic_mark,
    describe_invisible,
    describe_score,
    describe_value,
    isolate,
    tooltip,
)
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.controls import set_style_name
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.wrapped_label import WrappedLabel

Hint: TypeAlias = tuple[str, str]
"""A title and a sentence of advice."""
_UNLIMITED: Final = 100_000  # pixels
_LINES, _PITCH = 3, 23
"""Lines of the words and the facts about them, and pixels between them."""
_SPACING: Final = 3  # pixels between the texts and the fields
_FEEDBACK_LINES, _SOURCE_LINES, _SMALL_PITCH = 2, 3, 19
"""Lines of how the value is read, and of where a suggestion comes from, and pixels between them."""


class SpanCard(QFrame):
    """Shows the selection, or a hint."""

    focus_released = Signal()

    def __init__(self, session: Session, suggestions: SuggestionModel, view: ArticleView) -> None:
        super().__init__()
        self._session, self._suggestions, self._view = session, suggestions, view
        self._accept_button: ActionButton | None = None
        self._decision_buttons: tuple[ActionButton, ...] = ()
        self.setObjectName("card")
        self._span: Span | None = None
        self._shown_selection: object = None
        self._is_low = self._has_item = self._has_selection = False
        self._words_label, self._about_label = (WrappedLabel(pitch=_PITCH) for _label in range(2))
        self.value_field, self.note_field = DateField(_("Value"), session), NoteEdit(_("Note"), session)
        self._feedback_label, self._source_label = (WrappedLabel(pitch=_SMALL_PITCH) for _label in range(2))
        for label in (self._about_label, self._feedback_label, self._source_label):
            label.setObjectName("quiet")
        self._text_area, details = _FixedArea(), QWidget()
        vbox(self._words_label, self._about_label, None, spacing=0, margins=0, parent=self._text_area)
        vbox(self.value_field, self._feedback_label, self.note_field, spacing=3, margins=0, parent=details)
        # Fixed heights: a selection must neither move the widgets around the card nor cost a layout.
        for field in (self.value_field, self.note_field):
            field.commit_requested.connect(self._save_details)
            field.focus_released.connect(self.focus_released)
        self.value_field.feedback_changed.connect(self._show_feedback)
        self.note_field.focus_changed.connect(lambda _has_focus: self._show_feedback())
        self._footer = QStackedWidget()
        self._footer.addWidget(details)
        self._column = vbox(self._text_area, self._footer, spacing=_SPACING, parent=self)
        self._column.setContentsMargins(14, 8, 14, 9)
        self.set_scale(1.0)
        session.on_change(self._update, "article", "spans", "labels", "selection", "reader")
        session.article_opened.connect(self._update)  # in the view, which has another selection
        for changed in (suggestions.changed, suggestions.current_changed, view.selection_changed):
            changed.connect(self._update)
        self._update()

    def set_scale(self, scale: float) -> None:
        """Show the selection, and what is typed about it, so many times as large as usual."""
        font, pitch, small_pitch = fonts.interface_font(14 * scale), round(_PITCH * scale), round(_SMALL_PITCH * scale)
        self._words_label.setFont(fonts.interface_font(14 * scale, bold=True))
        for widget in (self._about_label, self.value_field, self.note_field):
            widget.setFont(font)
        for label in (self._words_label, self._about_label):
            label.set_pitch(pitch)
        self._pitch = pitch
        self._fit_text_area()
        for label, lines in ((self._feedback_label, _FEEDBACK_LINES), (self._source_label, _SOURCE_LINES)):
            label.setFont(fonts.interface_font(12 * scale))
            label.set_pitch(small_pitch)
            label.setFixedHeight(lines * small_pitch)

    def set_low(self, is_low: bool) -> None:
        """Be as high as what is shown, as the list of spans needs the room in a low window; else always as high."""
        self._is_low = is_low
        self._show_footer()
        self._fit_text_area()

    def full_height(self) -> int:
        """Return the height of the card with fields or buttons, whether it has them now or not, in pixels."""
        margins = self._column.contentsMargins()
        texts_and_footer = _LINES * self._pitch + _SPACING + self._footer.sizeHint().height()
        return margins.top() + texts_and_footer + margins.bottom()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_text_area()

    def add_buttons(self, accept: QAction, reject: QAction) -> None:
        """Add a row of buttons below suggestions, and below that where they come from."""
        self._accept_button = ActionButton(accept, short_text=_("Accept"), primary=True)
        buttons = _FixedArea()
        reject_button = ActionButton(reject, short_text=_("Reject"))
        self._decision_buttons = (self._accept_button, reject_button)
        row = hbox((self._accept_button, 1), (reject_button, 1), spacing=6)
        vbox(row, self._source_label, None, spacing=6, margins=0, parent=buttons)
        self._footer.addWidget(buttons)

    def show_selection(
        self,
        article: Article | None,
        item: Span | Suggestion | None,
        labels: LabelSet,
        selected_text: str,
        hint: Hint | None = None,
        *,
        can_tag: bool = True,
    ) -> None:
        """Show the selected span, current suggestion or selected text, else a hint.

        `can_tag` is whether the layer can be changed, so that advice on how to tag makes sense.
        """
        shown_article = article and item and (article.uid, article.published)
        selection = (shown_article, item, labels, selected_text, hint, can_tag)
        if selection == self._shown_selection:
            return
        self._shown_selection = selection
        span = item if isinstance(item, Span) else None
        if span is None or self._span is None or span.uid != self._span.uid:
            # First save what was typed for the previous span.
            self.value_field.finish_editing()
            self.note_field.finish_editing()
        self._span = span
        for field in (self.value_field, self.note_field):
            field.setEnabled(span is not None)
        self.value_field.show_value(
            (span and span.value) or "",
            span and span.uid,
            is_date=span is not None and is_date_label(span.label),
            published=article.published if article else None,
        )
        self.note_field.show_text((span and span.note) or "", span and span.uid)
        self._footer.setCurrentIndex(isinstance(item, Suggestion))
        self._has_item, self._has_selection = item is not None, bool(item or selected_text)
        self._show_footer()
        if article and item:
            label = labels.find(item.label)
            about = [label.localised_title() if label else item.label]
            invisible = describe_invisible(article.text, item.start, item.end)
            if isinstance(item, Suggestion):
                about += [isolate(describe_value(item))] if item.value else []
                source = (source_title(item.source), describe_score(item), invisible)
                self._source_label.setText(" · ".join(filter(None, source)))
                for button in self._decision_buttons:  # in an adjudication, a bar has each candidate with its key
                    button.setVisible(not votes_of(item.source))
            elif invisible:
                about.append(invisible)
            self._show_text(article.text[item.start : item.end], " · ".join(about))
        elif selected_text:
            self._show_text(selected_text, _("Press a label's key.") if can_tag else "")
        elif hint:
            self._show_text(*hint)
        else:
            advice = _("Select some words, then press a label's key.") if can_tag else ""
            self._show_text(_("Nothing is selected"), advice)
        self._fit_text_area()

    def _update(self) -> None:
        session, remaining = self._session, self._suggestions.remaining_text()
        key = self._accept_button.key_text() if self._accept_button else ""
        hint = (remaining, _("Press {key} for the next one.").format(key=key)) if remaining and key else None
        item = session.selection or self._suggestions.current
        self.setVisible(session.article is not None)
        selected_text, can_tag = self._view.selected_text(), not session.reader
        self.show_selection(session.article, item, session.labels, selected_text, hint, can_tag=can_tag)

    def _show_footer(self) -> None:
        """Show fields or buttons; in a low window only for what has them."""
        self._footer.setVisible(self._has_item or not self._is_low)

    def _fit_text_area(self) -> None:
        """Leave room for the lines of any selection; in a low window, of a hint alone."""
        line_count = _LINES
        if self._is_low and not self._has_selection:
            margins = self.contentsMargins() + self._column.contentsMargins()
            width = self.width() - margins.left() - margins.right()
            labels = self._words_label, self._about_label
            line_count = min(_LINES, sum(len(label.lines(width)) for label in labels if label.text()))
        self._text_area.setFixedHeight(line_count * self._pitch)

    def _save_details(self) -> None:
        if self._span:
            self._session.describe(self._span, self.value_field.value_to_save(), self.note_field.text())

    def _show_feedback(self) -> None:
        """Say how the value is read, or while a note is typed what its keys do."""
        feedback = self.value_field.feedback
        if self.note_field.hasFocus() and not feedback.is_error:
            feedback = Feedback(self.note_field.hint)
        set_style_name(self._feedback_label, "warning" if feedback.is_error else "quiet")
        self._feedback_label.setText(feedback.text)
        self._feedback_label.setToolTip(tooltip(feedback.text) if feedback.text else "")

    def _show_text(self, words: str, about: str) -> None:
        text = add_arabic_mark(" ".join(words.split()))
        # The lines that `about` leaves free; lines break before their end, hence less than twice the width.
        width = self._words_label.width() if self._words_label.isVisible() else _UNLIMITED
        max_width = round(width * (1.8 if self._about_label.fontMetrics().horizontalAdvance(about) < width else 0.95))
        # Not `elide`: a label takes its direction from the first letter, and an isolate would look left to right.
        self._words_label.setText(
            self._words_label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max_width)
        )
        self._words_label.setToolTip(tooltip(text))
        self._about_label.setText(about)
        self._about_label.setVisible(bool(about))  # else it would take room from the words


class _FixedArea(QWidget):
    """Holds wrapped labels at a height that does not depend on the width.

    Else the sidebar would ask for its preferred height in place of its least, and scroll.
    """

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return False
