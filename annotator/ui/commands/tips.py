"""Tips on keys that nobody guesses: each is shown once, in the status line, when it would have helped."""

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer

from annotator.i18n import N_, _
from annotator.model.records import Edit, Rejection, Span, Step
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.article.letter_jumps import LetterJumps, number_keys
from annotator.ui.panels.status_line import StatusLine
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import format_keys

_LETTERS: Final = "letters"
_NUMBERS: Final = "numbers"
_EDGES: Final = "edges"
_IN_VIEW: Final = "in_view"
_TEXTS: Final = {
    _LETTERS: N_("A letter goes to the next word that begins with it, with Shift it selects up to there. Back: {keys}"),
    _NUMBERS: N_("To the next number: {keys}"),
    _EDGES: N_("The edges of a suggestion can be moved before you accept it: {keys}"),
    _IN_VIEW: N_("What is left in view is accepted at once: {keys}"),
}
_MANY_STEPS: Final = 12  # words in one article, from one to the next
_MANY_DECISIONS: Final = 6  # suggestions of one article that are accepted one by one
_DURATION: Final = 20_000  # milliseconds


class Tips(QObject):
    """Watches what is done the long way, and shows in `line` the key for it."""

    def __init__(self, context: WindowContext, actions: ActionSet[Any], jumps: LetterJumps, line: StatusLine) -> None:
        super().__init__(context.window)
        self._session, self._settings = context.session, context.settings
        self._actions, self._line = actions, line
        self._steps = 0  # by words, in this article
        self._accepted = 0  # one by one, in this article
        self._rejected: list[Rejection] = []  # in this article
        self._timer = QTimer(self, singleShot=True, interval=_DURATION)
        self._timer.timeout.connect(self._hide)
        for name in ("caret_forward", "caret_back"):
            actions.by_name[name].triggered.connect(self._count_step)
        jumps.jumped.connect(lambda: self._show(_LETTERS, "jump_back"))
        self._session.corpus_changed.connect(self._on_corpus_changed)
        self._session.article_opened.connect(self._on_article_opened)

    def _count_step(self) -> None:
        self._steps += 1
        if self._steps == _MANY_STEPS:
            self._show(_LETTERS, "jump_back")

    def _on_article_opened(self) -> None:
        self._steps, self._accepted, self._rejected = 0, 0, []

    def _on_corpus_changed(self, step: Step | None) -> None:
        edits = step.edits if step and not step.undoes else ()
        self._count_accepted(edits)
        for edit in edits:
            if isinstance(edit.after, Rejection):
                self._rejected.append(edit.after)
            elif isinstance(edit.after, Span):
                self._on_span_changed(edit, edit.after)

    def _on_span_changed(self, edit: Edit, span: Span) -> None:
        before, article = edit.before, self._session.article
        if isinstance(before, Span):
            if before.source and (before.start, before.end) != (span.start, span.end):
                self._show(_EDGES, "end_forward", "end_back", "start_forward", "start_back")
        elif article and article.uid == edit.article and span.source is None:
            if any(rejection.start < span.end and span.start < rejection.end for rejection in self._rejected):
                self._show(_EDGES, "end_forward", "end_back", "start_forward", "start_back")
            elif any(character.isdecimal() for character in article.text[span.start : span.end]):
                self._show(_NUMBERS)

    def _count_accepted(self, edits: Sequence[Edit]) -> None:
        accepted = [
            edit for edit in edits if edit.before is None and isinstance(edit.after, Span) and edit.after.source
        ]
        self._accepted += len(accepted) == 1
        if self._accepted == _MANY_DECISIONS:
            self._show(_IN_VIEW, "accept_in_view")

    def _show(self, tip: str, *names: str) -> None:
        """Show a tip with the keys of actions, unless it was shown before or the line is not free."""
        seen_tips = self._settings.current.seen_tips
        if tip in seen_tips or self._line.hint() or not self._line.isVisible():
            return
        keys = format_keys(key for name in names for key in self._actions.keymap.keys(name)[:1]) or number_keys()
        self._line.show_hint(_(_TEXTS[tip]).format(keys=keys))
        self._timer.start()
        self._settings.save(seen_tips=[*seen_tips, tip])

    def _hide(self) -> None:
        self._line.show_hint("")
