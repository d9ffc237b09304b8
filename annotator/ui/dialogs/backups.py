"""The backups of a corpus, what each holds, and what can be done with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator.i18n import _, ngettext, number
from annotator.model.display_names import state_title
from annotator.store.backups import Backup, shown_reason
from annotator.store.errors import CorpusError
from annotator.store.queries.article_list import Summary
from annotator.store.restoring import Contents, glimpse
from annotator.ui.session.background import Background, Cancelled, Job
from annotator.ui.widgets.bidi_text import isolated, left_to_right, plain_label, tooltip, with_paths

OPEN: Final = "open"
RESTORE: Final = "restore"
MAKE: Final = "make"
_SHOWN: Final = 500  # articles of a backup
_MEGABYTE: Final = 1_000_000


class BackupsDialog(QDialog):
    """`asked` is what the person wants, once it is accepted: OPEN or RESTORE of the `chosen` backup, or to MAKE one.

    `found` are the backups, the newest first; `damaged` that the corpus itself cannot be opened.
    """

    def __init__(
        self, parent: QWidget, background: Background, name: str, found: Sequence[Backup], *, damaged: bool = False
    ) -> None:
        super().__init__(parent)
        self.asked = ""
        self.chosen: Backup | None = None
        self._background, self._found = background, found
        self.setWindowTitle(_("Backups of {name}").format(name=isolated(name)))
        self.resize(1160, 600)
        self.list = _tree([_("When"), _("Why"), _("Size")], _("Backups"))
        for backup in found:
            when = left_to_right(f"{backup.time:%Y-%m-%d %H:%M}")
            size = _("{size} MB").format(size=f"{backup.bytes / _MEGABYTE:.1f}")
            QTreeWidgetItem(self.list, [when, shown_reason(backup), size]).setToolTip(1, tooltip(shown_reason(backup)))
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.list.currentItemChanged.connect(self._look)
        self.held = plain_label()
        self.held.setWordWrap(True)
        self.articles = _tree([_("Title"), _("State"), _("Spans")], _("Articles"))
        self.articles.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        sides = QHBoxLayout()
        sides.setSpacing(14)
        sides.addWidget(self.list, 3)
        side = QVBoxLayout()
        side.addWidget(self.held)
        side.addWidget(self.articles)
        sides.addLayout(side, 4)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        told = plain_label(_told(len(found), damaged=damaged), "quiet")
        told.setWordWrap(True)
        column.addWidget(told)
        column.addLayout(sides, 1)
        column.addWidget(self._buttons(damaged=damaged))
        if first := self.list.topLevelItem(0):
            self.list.setCurrentItem(first)
        self._enable()

    def _buttons(self, *, damaged: bool) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self.restore = buttons.addButton(_("Put it in the place of the corpus…"), role.ActionRole)
        self.copy = buttons.addButton(_("Open a copy of it"), role.ActionRole)
        self.make = buttons.addButton(_("Make a backup now"), role.ActionRole)
        self.make.setVisible(not damaged)
        close = buttons.addButton(_("Close"), role.RejectRole)
        wanted: dict[QPushButton, str] = {self.restore: RESTORE, self.copy: OPEN, self.make: MAKE}
        for button, asked in wanted.items():
            button.setAutoDefault(False)  # Enter closes: what replaces a corpus is chosen on purpose
            button.clicked.connect(lambda _checked=False, asked=asked: self._ask(asked))
        close.setDefault(True)
        buttons.rejected.connect(self.reject)
        return buttons

    def _ask(self, asked: str) -> None:
        self.asked = asked
        self.accept()

    def _enable(self) -> None:
        for button in (self.restore, self.copy):
            button.setEnabled(self.chosen is not None)

    def _look(self) -> None:
        """Show what the current backup holds, once it is read."""
        item = self.list.currentItem()
        backup = self.chosen = self._found[self.list.indexOfTopLevelItem(item)] if item else None
        self._enable()
        if self._background.busy or not backup:
            return  # it is looked at when the one before was

        def job() -> Any:
            yield 0, 0
            return glimpse(backup.path, _SHOWN)

        typed: Job = job
        self._background.run(
            _("Looking into the backup"),
            typed,
            lambda seen: self._show(backup, *seen),
            lambda error: self._not_read(backup, error),
            self,
        )

    def _show(self, backup: Backup, contents: Contents, articles: Sequence[Summary]) -> None:
        if backup != self.chosen:
            self._look()
            return
        self.articles.clear()
        self.held.setText(_held(contents))
        for article in articles:
            states = _(", ").join(
                _("{name}: {fact}").format(name=isolated(name), fact=state_title(state))
                for name, state in article.states.items()
            )
            row = QTreeWidgetItem(self.articles, [isolated(article.title), states, number(article.spans)])
            row.setTextAlignment(2, Qt.AlignmentFlag.AlignCenter)
        if more := contents.articles - len(articles):
            said = ngettext("and {count} more", "and {count} more", more).format(count=number(more))
            QTreeWidgetItem(self.articles, [said])

    def _not_read(self, backup: Backup, error: Exception) -> None:
        if backup != self.chosen:
            self._look()
            return
        if not isinstance(error, CorpusError | Cancelled):
            raise error
        self.articles.clear()
        self.held.setText(with_paths(str(error)))
        self.chosen = None
        self._enable()


def _told(count: int, *, damaged: bool) -> str:
    if not count:
        return _(
            "There is no backup yet. One is made by itself while you work, when the last one is older than a day and "
            "something has changed; of the last seven days and the last eight weeks one each is kept."
        )
    if damaged:
        return _("The damaged file is moved aside, under another name, before a backup takes its place.")
    return _(
        "What the corpus holds now is kept as a backup before another one takes its place: putting that one back "
        "undoes it. Whoever else has the corpus open goes on in what was restored."
    )


def _held(contents: Contents) -> str:
    said = [
        ngettext("{count} article", "{count} articles", contents.articles).format(count=number(contents.articles)),
        ngettext("{count} span", "{count} spans", contents.spans).format(count=number(contents.spans)),
        _("done: {count}").format(count=number(contents.done)),
    ]
    if contents.annotator and contents.time:
        last = _("last change: {annotator}, {time}")
        time = left_to_right(f"{datetime.fromisoformat(contents.time).astimezone():%Y-%m-%d %H:%M}")
        said.append(last.format(annotator=isolated(contents.annotator), time=time))
    return "  ·  ".join(said)


def _tree(heads: list[str], name: str) -> QTreeWidget:
    tree = QTreeWidget()
    tree.setHeaderLabels(heads)
    tree.setAccessibleName(name)
    tree.setRootIsDecorated(False)
    tree.setUniformRowHeights(True)
    tree.header().setStretchLastSection(False)
    tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    return tree
