"""The bar above the article with the current issue, its fix and keys."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy

from annotator.checks.all_checks import kind_title
from annotator.checks.issue import Issue
from annotator.i18n import _, count_phrase
from annotator.model.labels import LabelSet
from annotator.model.records import Article
from annotator.ui.session.issues import IssueModel
from annotator.ui.session.session import Session
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolate_quotes, plain_label, tooltip
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.elided_label import ElidedLabel
from annotator.ui.widgets.layouts import vbox

_LINES: Final = 2  # of details, so that the article below does not move
_MIN_TEXT_WIDTH: Final = 280  # pixels beside the buttons, else they are below the text
_MAX_WORDS: Final = 60  # code points of the text of a fixed span


class IssueBar(QFrame):
    """Shows the current issue, or a hint if there is none."""

    def __init__(self, session: Session, issues: IssueModel) -> None:
        super().__init__()
        self._session, self._issues = session, issues
        self.setObjectName("bar")
        self._title_label, self._details_label = plain_label(), plain_label(name="quiet", wraps=True)
        self._title_label.setFont(fonts.interface_font(14, bold=True))
        self._details_label.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        self._details_label.setFixedHeight(_LINES * self._details_label.fontMetrics().lineSpacing())
        for label in (self._title_label, self._details_label):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # must not widen the window
        self._buttons: dict[str, ActionButton] = {}
        self._line_label = ElidedLabel("quiet")  # in a low window, in place of both
        self._line_label.hide()
        self._is_low = False
        texts = vbox(self._title_label, self._details_label, self._line_label, spacing=0)
        self._button_row = QHBoxLayout()
        self._button_row.setSpacing(8)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.addLayout(texts, 1)
        self._layout.addLayout(self._button_row)
        self.set_low(False)
        self.hide()
        issues.changed.connect(self._update)
        issues.current_changed.connect(self._update)
        session.on_change(self._update, "labels", "article")

    def add_buttons(self, actions: Mapping[str, QAction]) -> None:
        """Add the Fix, Dismiss and Next buttons, and a cross that leaves the issues."""
        for name, words in (
            ("apply_fix", _("Fix")),
            ("dismiss_issue", _("Dismiss")),
            ("next_issue", _("Next")),
        ):
            button = ActionButton(actions[name], short_text=words, primary=name == "apply_fix")
            self._buttons[name] = button
            self._button_row.addWidget(button)
        self.close_button = ActionButton(actions["check_labels"], "close", short_text=_("Close the issues"))
        self.close_button.set_compact(True)
        self._button_row.addStretch()
        self._button_row.addWidget(self.close_button)

    def set_low(self, is_low: bool) -> None:
        """Show the details in one line, without the title, which the list has, and the keys, or all of them."""
        self._title_label.setVisible(not is_low)
        self._details_label.setVisible(not is_low)
        self._line_label.setVisible(is_low)
        self._is_low = is_low
        margin = 2 if is_low else 6
        self._layout.setContentsMargins(14, margin, 10, margin)
        self._layout.setSpacing(4 if is_low else 8)
        self._fit()

    def _update(self) -> None:
        if not self._issues.is_active:
            return
        current, count, article = self._issues.current, len(self._issues.visible), self._session.article
        if current:
            self._show_issue(current.issue, article if article and article.uid == current.article else None)
        elif count:
            text = count_phrase("{count} issue left.", "{count} issues left.", count)
            self._show_hint(text, _("Press the key of “Next” to go to it."), has_issues=True)
        else:
            self._show_hint(_("No issues found."), _("All issues of the labels are resolved."), has_issues=False)

    def _show_issue(self, issue: Issue, article: Article | None) -> None:
        """Show this issue; `article` is None while another is open."""
        sentences = (issue.message, _fix_sentence(issue, article, self._session.labels))
        self._show_text(kind_title(issue.kind), " ".join(filter(None, sentences)))
        self._show_buttons(fix=issue.fix is not None, dismiss=True, following=True)

    def _show_hint(self, title: str, details: str, *, has_issues: bool) -> None:
        """Show a hint in place of an issue; with issues left, the button to the next one stays."""
        self._show_text(title, details)
        self._show_buttons(fix=False, dismiss=False, following=has_issues)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Place the buttons beside the text, without keys if it needs their room, or below it if that is not enough."""
        for shows_keys in (False,) if self._is_low else (True, False):
            for button in self._buttons.values():
                button.set_key_shown(shows_keys)
            self._button_row.invalidate()
            margins = self._layout.contentsMargins()
            buttons_width = self._button_row.sizeHint().width() + margins.left() + margins.right()
            room = self.width() - buttons_width - self._layout.spacing()
            if self._details_label.heightForWidth(room) <= self._details_label.height():
                break
        is_wide = self.width() - self._button_row.sizeHint().width() >= _MIN_TEXT_WIDTH
        direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        if direction != self._layout.direction():
            self._layout.setDirection(direction)

    def _show_buttons(self, *, fix: bool, dismiss: bool, following: bool) -> None:
        """Show the buttons that do something now."""
        for name, is_useful in (("apply_fix", fix), ("dismiss_issue", dismiss), ("next_issue", following)):
            self._buttons[name].setVisible(is_useful)
        self._fit()

    def _show_text(self, title: str, details: str) -> None:
        self._title_label.setText(title)
        self._details_label.setText(isolate_quotes(details))
        self._details_label.setToolTip(tooltip(details))
        self._line_label.show_text(isolate_quotes(details))
        self.setAccessibleName(title)
        self.setAccessibleDescription(details)


def _fix_sentence(issue: Issue, article: Article | None, labels: LabelSet) -> str:
    """Describe the effect of the fix."""
    fix = issue.fix
    if fix is None:
        return _("There is no automatic fix.")
    if issue.members:
        count = sum(member.fix is not None for member in issue.members)
        return count_phrase(
            "The fix leaves them out at the edges of {count} span.",
            "The fix leaves them out at the edges of {count} spans.",
            count,
        )
    if fix.label is None:
        return _("The fix removes the span.")
    label = labels.find(fix.label)
    title = label.localised_title() if label else fix.label
    if issue.span is None:
        return _("The fix tags them as {label}.").format(label=title)
    if fix.label != issue.label:
        return _("The fix changes the label to {label}.").format(label=title)
    if article is None:
        return ""
    words = " ".join(article.text[fix.start : fix.end].split())
    if len(words) > _MAX_WORDS:
        words = f"{words[: _MAX_WORDS // 2]} … {words[-_MAX_WORDS // 2 :]}"
    return _("The fix changes the span to “{words}”.").format(words=words)
