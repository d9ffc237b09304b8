"""Exporting from the window: the options, and then the account of every span, each a link to its place."""

from collections.abc import Callable, Generator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator.formats.report import Part, Report, beside
from annotator.i18n import _, ngettext, number
from annotator.jobs.export.document_writer import ArticleFormat
from annotator.jobs.export.existing_output import CannotExport, WouldReplace
from annotator.jobs.export.exporter import (
    ALL,
    FILES,
    FORMATS,
    TWOFOLD,
    WHOLE_ARTICLES,
    Options,
    account,
    export,
    makes_folder,
    nothing_to_export,
)
from annotator.jobs.export.file_per_article import FileFormat
from annotator.jobs.export.read_back import NotVerified
from annotator.model.records import DONE
from annotator.optional import installed
from annotator.paths import extend_path
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.tagging.flat import INNERMOST, OUTERMOST, REFUSE, SPLIT, WIDEN
from annotator.tagging.flat import Options as Projecting
from annotator.tagging.schemes import BILOU, IOB1, IOB2, IOBES
from annotator.ui.dialogs.export_parts import Parts, part_title
from annotator.ui.session.background import Background, Cancelled
from annotator.ui.session.session import Session
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import as_read, isolated, left_to_right, plain_label, tooltip, with_paths
from annotator.ui.widgets.message_box import MessageBox

_ENTRY = Qt.ItemDataRole.UserRole
_KEEPING: tuple[ArticleFormat | FileFormat, ...] = (*WHOLE_ARTICLES, *FILES)
"""The formats that keep each span as it is."""
_SHOWN: Final = 500  # entries of one kind: nobody reads more of them here, and the report has them all


class ExportDialog(QDialog):
    """Asks, shows what would become of each span, exports in the background, and shows what did. `report` is that of
    the last export, None before."""

    def __init__(self, parent: QWidget, session: Session, background: Background) -> None:
        super().__init__(parent)
        self._session, self._background = session, background
        self._path: Path | None = None
        self.report: Report | None = None
        self.setWindowTitle(_("Export the training set"))
        self.setMinimumWidth(620)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._options_page())
        self._pages.addWidget(self._report_page())
        column = QVBoxLayout(self)
        column.addWidget(self._pages)
        self._said = plain_label(name="warning")
        self._said.setWordWrap(True)
        self._said.hide()
        column.addWidget(self._said)
        self._buttons = QDialogButtonBox()
        self._on = self._button(_("What becomes of each span"), self.show_account)
        self._go = self._button(_("Export…"), self._ask)
        for button in (self._on, self._go):
            button.setObjectName("primary")  # wide enough for bold letters, which Qt does not see of a default button
        self._back = self._button(_("Back"), self._show_options)
        self._buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.rejected.connect(self.reject)
        column.addWidget(self._buttons)
        self._show_options()

    def options(self) -> Options:
        """What is chosen."""
        return Options(
            format=self._format.currentData(),
            scheme=self._scheme.currentData(),
            flatten=self._flatten.currentData(),
            boundary=self._boundary.currentData(),
            zones=self._zones.currentData(),
            annotator=self._annotator.currentData(),
            state=self._state.currentData(),
            split=self._parts.split(),
            seed=self._parts.seed.value(),
        )

    def reject(self) -> None:
        """Close; while an export is at work, stop it."""
        if self._background.busy:
            self._background.stop()
        else:
            super().reject()

    def show_account(self) -> None:
        """Show what would become of each span with what is chosen."""
        options = self.options()
        self._run(_("Counting"), lambda corpus: account(corpus, options), self._accounted)

    def write(self, path: Path, *, force: bool = False) -> None:
        """Export to `path` with what is chosen, and show the report. Ask before something else than an unchanged
        export is replaced, unless by `force`."""
        options = self.options()
        self._path = path
        self._run(
            _("Exporting"),
            lambda corpus: export(corpus, path, options, force=force),
            lambda report: self._wrote(path, report),
        )

    def _run(
        self,
        title: str,
        steps: Callable[[Corpus], Generator[tuple[int, int], None, Report]],
        done: Callable[[Report], None],
    ) -> None:
        corpus = self._session.corpus
        if not corpus:
            return
        source = corpus.path

        def job() -> Generator[tuple[int, int], None, Report]:
            with Corpus.open(source) as opened:
                return (yield from steps(opened))

        self._busy(True)
        self._said.hide()
        self._background.run(title, job, done, self._failed, self)

    def _busy(self, busy: bool) -> None:
        for button in (self._on, self._go, self._back):
            button.setEnabled(not busy)

    def _button(self, text: str, clicked: Callable[[], None]) -> QPushButton:
        button = self._buttons.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
        button.clicked.connect(clicked)
        return button

    def _show_options(self) -> None:
        self._pages.setCurrentIndex(0)
        self._go.hide()
        self._back.hide()
        self._on.show()
        self._on.setDefault(True)

    def _options_page(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(18)
        titles = {
            "conll2003": _("CoNLL 2003: four columns, the tag in the last"),
            "conll2002": _("CoNLL 2002: two columns, the tag in the second"),
            "nested": _("Nested: a column for each depth of spans"),
            "wojood": _("Wojood: all tags of a token in one line"),
            "jsonl": _("JSON Lines: all that is known of each article"),
            "spacy": _("spaCy: documents for training (DocBin)"),
            "huggingface": _("Hugging Face: a folder with sentences (Parquet)"),
            **{"doccano": "doccano", "prodigy": "Prodigy", "labelstudio": "Label Studio"},
            "conllu": _("CoNLL-U: the words, and all that is known of each article"),
            "brat": _("brat: a folder with two files for each article"),
            "webanno": _("WebAnno TSV: a folder with a file for each article"),
            "xmi": _("UIMA CAS (XMI): a folder with a file for each article"),
        }
        lacking = {one.NAME for one in TWOFOLD if not installed(one.PACKAGE)}
        offered = [format_.NAME for format_ in FORMATS if format_.NAME not in lacking]
        self._format = _choice({name: titles[name] for name in offered})
        self._scheme = _choice({IOB2: "IOB2 (BIO)", IOB1: "IOB1", IOBES: "IOBES", BILOU: "BILOU"})
        self._annotator = _choice({})
        self._state = _choice({DONE: _("Only the articles that are done"), ALL: _("All articles")})
        self._zones = _choice({Projecting().zones: _("Headline and body"), None: _("The whole text")})
        self._flatten = _choice(
            {
                OUTERMOST: _("Keep the longest"),
                INNERMOST: _("Keep the shortest"),
                REFUSE: _("Leave all of them out"),
            }
        )
        self._boundary = _choice(
            {
                WIDEN: _("Widen the span to the whole word"),
                SPLIT: _("Cut the word in two"),
                REFUSE: _("Leave the span out"),
            }
        )
        self._parts = Parts()
        for title, field in (
            (_("Format"), self._format),
            (_("Tags"), self._scheme),
            (_("Labelled by"), self._annotator),
            (_("Articles"), self._state),
            (_("Text"), self._zones),
            (_("Where spans overlap"), self._flatten),
            (_("Where a span cuts a word"), self._boundary),
            (_("Parts"), self._parts),
        ):
            form.addRow(title, field)
        self._format.currentIndexChanged.connect(self._fit)
        self._fit()
        said = plain_label(_("Whatever is not in the file as it is here is listed, with the reason."), "quiet")
        said.setWordWrap(True)
        form.addRow(said)
        return page

    def _fit(self) -> None:
        """Ask only what the format leaves open: one of whole articles keeps every span as it is."""
        whole = next((one for one in _KEEPING if self._format.currentData() == one.NAME), None)
        for field in (self._scheme, self._zones, self._flatten, self._boundary):
            field.setEnabled(whole is None)
        if self._format.currentData() in [one.NAME for one in TWOFOLD if not one.TAGS]:
            self._scheme.setEnabled(False)
        chosen = self._annotator.currentData() or self._session.annotator
        corpus = self._session.corpus
        names: dict[Any, str] = {name: name for name in (corpus.annotators() if corpus else [])}
        if whole and "annotator" in whole.HOLDS:
            names[None] = _("Everyone")
        # Before anyone did anything there is no layer to name, and all that is exported is plain text.
        self._annotator.clear()
        for name, title in (names or {None: self._session.annotator}).items():
            self._annotator.addItem(title, name)
        self._annotator.setCurrentIndex(max(0, self._annotator.findData(chosen)))

    def _report_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        self._summary = plain_label()
        self._summary.setWordWrap(True)
        self._summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([_("Span"), _("Label"), _("Reason"), _("In the file")])
        self.tree.setAccessibleName(self.windowTitle())
        self.tree.setMinimumHeight(280)
        self.tree.itemActivated.connect(self._follow)
        column.addWidget(self._summary)
        column.addWidget(self.tree)
        return page

    def _ask(self) -> None:
        corpus = self._session.corpus
        if not corpus:
            return
        format_ = self._format.currentData()
        if makes_folder(corpus, self.options()):
            path = self._ask_folder(corpus.path.parent, f"{corpus.path.stem}-{format_}")
        else:
            suffixes = {one.NAME: one.SUFFIXES[0] for one in FORMATS}
            proposed = corpus.path.with_suffix(suffixes[format_])
            path = file_dialogs.choose_target(self, _("Export the training set"), str(proposed))
        if path:
            self.write(extend_path(Path(path)))

    def _ask_folder(self, place: Path, name: str) -> str:
        """The folder to export to; "" where it is not wanted after all. A dialog for saving would enter a folder that
        is there, so what is asked is where the folder of this name is to be; choosing an older one of it will do."""
        title = _("Choose the place of the folder “{name}”").format(name=name)
        chosen = file_dialogs.choose_folder(self, title, str(place))
        return chosen if not chosen or Path(chosen).name == name else str(Path(chosen, name))

    def _accounted(self, report: Report) -> None:
        self._busy(False)
        lines = [_("Nothing is written yet. This is what the file would hold:"), *self._counted(report)]
        if not report.articles:
            lines = [nothing_to_export(report)]
        self._show_report(report, lines)
        self._on.hide()
        self._back.show()
        self._go.setVisible(bool(report.articles))
        self._go.setDefault(True)

    def _wrote(self, path: Path, report: Report) -> None:
        self._busy(False)
        self.report = report
        lines = [
            _("“{path}” is written, read back and compared with the corpus.").format(path=left_to_right(path)),
            *self._counted(report),
            _("The report lies beside it: “{path}”.").format(path=left_to_right(beside(path).name)),
        ]
        self._show_report(report, lines)
        for button in (self._on, self._go, self._back):
            button.hide()

    def _show_report(self, report: Report, lines: list[str]) -> None:
        self._summary.setText("\n".join(lines))
        self.tree.clear()
        for title, entries in (
            (_("Widened to the whole word"), report.widened),
            (_("Cut a word in two"), report.split),
            (_("Left out because others overlap"), report.flattened),
            (_("Refused"), report.refused),
            (_("Outside the exported text"), report.outside_zones),
        ):
            if not entries:
                continue
            head = self._head(title, len(entries))
            for entry in islice(entries, _SHOWN):
                became = as_read(entry.became) if entry.became else "—"
                cells = (as_read(entry.text), self._title(entry.label), entry.reason, became)
                row = QTreeWidgetItem(head, [isolated(cell) for cell in cells])
                row.setData(0, _ENTRY, (entry.article, entry.uid))
                for column in range(4):
                    row.setToolTip(column, tooltip(cells[column]))
            if more := max(0, len(entries) - _SHOWN):
                text = ngettext("and {count} more", "and {count} more", more).format(count=number(more))
                QTreeWidgetItem(head, [text]).setFirstColumnSpanned(True)
        if report.left_out:
            head = self._head(_("Articles left out"), len(report.left_out))
            for left in report.left_out:
                said = _("Article {number}").format(number=left.article)
                row = QTreeWidgetItem(head, [said, "", left.reason, "—"])
                row.setData(0, _ENTRY, (left.article, ""))
                row.setToolTip(2, tooltip(left.reason))
        self.tree.setVisible(bool(self.tree.topLevelItemCount()))
        for column, width in enumerate((220, 80, 260)):
            self.tree.setColumnWidth(column, width)
        self.resize(max(self.width(), 820), self.sizeHint().height())
        self._pages.setCurrentIndex(1)

    def _head(self, title: str, count: int) -> QTreeWidgetItem:
        head = QTreeWidgetItem(self.tree, [f"{title} ({count})"])
        head.setFirstColumnSpanned(True)
        head.setExpanded(True)
        return head

    def _failed(self, error: Exception) -> None:
        self._busy(False)
        if isinstance(error, Cancelled):
            return
        if isinstance(error, WouldReplace) and self._path:
            if self._may_replace(str(error)):
                self.write(self._path, force=True)
            return
        if isinstance(error, OSError):
            text = _("The file could not be written: {error}").format(error=error.strerror or error)
        elif isinstance(error, CannotExport | NotVerified | CorpusError):
            text = str(error)
        else:
            raise error
        self._said.setText(text)
        self._said.show()

    def _may_replace(self, reason: str) -> bool:
        """Ask whether what is at the path of the export may be lost."""
        box = MessageBox(QMessageBox.Icon.Warning, self)
        box.setText(with_paths(reason))
        box.setInformativeText(_("Replace it by the export? What is there now is lost."))
        replace = box.addButton(_("Replace it"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(cancel)
        box.setEscapeButton(cancel)
        box.exec()
        box.deleteLater()
        return box.clickedButton() is replace

    def _follow(self, item: QTreeWidgetItem, _column: int = 0) -> None:
        """Show the span that a row is about in its article."""
        found: Any = item.data(0, _ENTRY)
        if not found:
            return
        number, uid = found
        session = self._session
        session.open_number(number)
        session.select(next((span for span in session.spans if span.uid == uid), None))
        self.accept()

    def _counted(self, report: Report) -> list[str]:
        """How much is in the file, and in each part of it, by label."""
        lines = [_amount(report)]
        for name, part in (report.parts or {}).items():
            labels = (f"{isolated(self._title(label))} {number(count)}" for label, count in sorted(part.labels.items()))
            lines.append(" · ".join([f"{isolated(part_title(name))}: {_amount(part)}", *labels]))
        return lines

    def _title(self, name: str) -> str:
        label = self._session.labels.find(name)
        return label.shown() if label else name


def _amount(counted: Report | Part) -> str:
    article = ngettext("{count} article", "{count} articles", counted.articles).format(count=number(counted.articles))
    written = ngettext("{count} span exactly as here", "{count} spans exactly as here", counted.written)
    return f"{article} · {written.format(count=number(counted.written))}"


def _choice(choices: dict[Any, str]) -> QComboBox:
    box = QComboBox()
    for value, text in choices.items():
        box.addItem(text, value)
    return box
