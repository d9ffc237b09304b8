"""The export dialog: options, preview, and a report on every span, linked to its place."""

from collections.abc import Callable, Generator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QLineEdit,
    QMessageBox,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from annotator.file_ops import explain_os_error
from annotator.formats.conll import germeval
from annotator.formats.format import Tags
from annotator.formats.registry import WRITTEN_FORMATS, get_format
from annotator.formats.report import PartCounts, Report, report_path
from annotator.formats.standoff.span_layer import SpanLayer
from annotator.i18n import _, count_phrase, format_number, ngettext, pgettext
from annotator.jobs.export.existing_output import CannotExport, WouldReplace
from annotator.jobs.export.exporter import export, exports_folder, preview_export
from annotator.jobs.export.gold_layers import describe_origins
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.export.report_builder import explain_empty_export, explain_empty_parts
from annotator.jobs.export.writers import has_span_layer
from annotator.model.display_names import gold_title
from annotator.model.records import DONE
from annotator.paths import extend_path
from annotator.store.corpus import Corpus
from annotator.store.queries.annotators import list_people
from annotator.store.queries.gold import find_gold
from annotator.tagging.flat import INNERMOST, OUTERMOST, REFUSE, SPLIT, WIDEN
from annotator.tagging.flat import ProjectionOptions as Projecting
from annotator.tagging.schemes import BILOU, IOB1, IOB2, IOBES
from annotator.ui.dialogs.export_parts import SplitOptions, part_title
from annotator.ui.dialogs.task_dialog import TaskDialog
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.bidi_text import add_arabic_mark, isolate, isolate_ltr, plain_label, tooltip
from annotator.ui.widgets.columns import ColumnFitter
from annotator.ui.widgets.controls import create_button, create_button_box, create_combo_box, make_primary
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.modal import ROLE, MessageBox, fit_to_screen, run_dialog
from annotator.ui.widgets.outcome_bar import Outcome, OutcomeBar
from annotator.ui.widgets.scrolling import FittingScrollArea, leave_room_on_low_screens

_GOLD: Final = ""
"""In the place of the annotator's name: the gold layer."""
_ENTRY_ROLE = Qt.ItemDataRole.UserRole
_MAX_ENTRIES: Final = 500  # entries of one kind: enough here, and the report file has all


def open_dialog(context: WindowContext) -> None:
    """Open the dialog, if a corpus is. Raises CorpusError."""
    if context.session.corpus:
        run_dialog(ExportDialog(context.window, context.session, context.tasks))


class ExportDialog(TaskDialog):
    """Asks for options, previews the export, writes it in the background and shows the report.

    `report` is the last export's, None before.
    """

    def __init__(self, parent: QWidget, session: Session, tasks: TaskRunner) -> None:
        super().__init__(parent, tasks)
        self._session = session
        self.report: Report | None = None
        self._exported_to = Path()
        self.setWindowTitle(_("Export the training set"))
        self.resize(820, 700)
        self._pages = QStackedWidget()
        options = self._build_options_page()
        leave_room_on_low_screens(options)
        self._pages.addWidget(FittingScrollArea(options))
        self._pages.addWidget(self._build_report_page())
        self._preview_button = create_button(_("Preview the export"), self.show_preview, is_auto_default=True)
        self._export_button = create_button(_("Export…"), self._choose_target, is_auto_default=True)
        for button in (self._preview_button, self._export_button):
            make_primary(button, is_default=False)
        self._back_button = create_button(_("Back"), self._show_options, is_auto_default=True)
        self._folder_button = create_button(_("Open folder"), self._open_folder, is_auto_default=True)
        self._all_button = create_button(_("Export all articles"), self._choose_all_articles, is_auto_default=True)
        steps = (self._preview_button, self._export_button, self._all_button, self._back_button)
        self.task_widgets = (*steps, self._nested_button)
        buttons = create_button_box(self, *steps, self._folder_button)
        vbox((self._pages, 1), self.warning_label, buttons, parent=self)
        self._show_options()

    def options(self) -> ExportOptions:
        """Return the selected options."""
        layer = self._annotator_box.currentData()
        is_gold = layer == _GOLD
        return ExportOptions(
            format=self._format_box.currentData(),
            scheme=self._scheme_box.currentData(),
            flatten=self._flatten_box.currentData(),
            boundary=self._boundary_box.currentData(),
            zones=self._zones_box.currentData(),
            annotator=None if is_gold else layer,
            state=self._state_box.currentData(),
            gold=is_gold,
            single=is_gold and self._single_box.isChecked(),
            split=self._split_options.weights(),
            seed=self._split_options.seed_box.value(),
            layer=self._layer_field.text().strip() if self._has_layer else "",
        )

    def show_preview(self) -> None:
        """Show what the selected options would do to each span."""
        options = self.options()
        self._run(_("Counting"), lambda corpus: preview_export(corpus, options), self._on_previewed)

    def write(self, path: Path, *, force: bool = False) -> None:
        """Export to `path` with the selected options and show the report.

        Ask before replacing anything but an unchanged export, unless `force`.
        """
        options = self.options()

        def write(corpus: Corpus) -> Generator[tuple[int, int], None, Report | WouldReplace]:
            try:
                return (yield from export(corpus, path, options, force=force))
            except WouldReplace as refusal:
                return refusal
            except OSError as error:
                text = _("The file could not be written: {error}")
                raise CannotExport(text.format(error=explain_os_error(error))) from error

        self._run(_("Exporting"), write, partial(self._on_exported, path))

    def _run(
        self,
        title: str,
        task: Callable[[Corpus], Generator[tuple[int, int], None, Report | WouldReplace]],
        done: Callable[[Any], None],
    ) -> None:
        if corpus := self._session.corpus:
            self.run_on_corpus(title, corpus.path, task, done)

    def _show_options(self) -> None:
        self._pages.setCurrentIndex(0)
        self._export_button.hide()
        for button in (self._back_button, self._folder_button, self._all_button):
            button.hide()
        self._preview_button.show()
        self._preview_button.setDefault(True)

    def _build_options_page(self) -> QWidget:
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)  # the dialog has some
        form.setVerticalSpacing(12)
        form.setHorizontalSpacing(18)
        self._format_box = create_combo_box(
            {
                format_.name: format_.localised_export_title()
                for format_ in WRITTEN_FORMATS
                if not format_.explain_missing()
            }
        )
        self._scheme_box = create_combo_box({IOB2: "IOB2 (BIO)", IOB1: "IOB1", IOBES: "IOBES", BILOU: "BILOU"})
        self._annotator_box = create_combo_box({})
        self._single_box = QCheckBox(_("Also articles that only one annotator has done"))
        gold_text = _(
            "What was decided of several annotators’ work. The report says where each article’s labels come from."
        )
        self._gold_options = QWidget()
        gold_label = plain_label(gold_text, "quiet", wraps=True)
        vbox(gold_label, self._single_box, spacing=4, margins=0, parent=self._gold_options)
        self._state_box = create_combo_box({DONE: _("Done articles only"), ALL: _("All articles")})
        self._zones_box = create_combo_box({Projecting().zones: _("Headline and body"), None: _("The whole text")})
        self._flatten_box = create_combo_box(
            {OUTERMOST: _("Keep the longest"), INNERMOST: _("Keep the shortest"), REFUSE: _("Leave all out")}
        )
        self._boundary_box = create_combo_box(
            {
                WIDEN: _("Widen the span to the whole word"),
                SPLIT: _("Split the word"),
                REFUSE: _("Leave the span out"),
            }
        )
        self._split_options = SplitOptions()
        self._layer_options = self._build_layer_options()
        layer_options = QWidget()
        vbox(self._annotator_box, self._gold_options, spacing=4, margins=0, parent=layer_options)
        for title, field in (
            (_("Format"), self._format_box),
            (_("Tags"), self._scheme_box),
            (pgettext("the person", "Annotator"), layer_options),
            (_("Articles"), self._state_box),
            (_("Text"), self._zones_box),
            (_("Where spans overlap"), self._flatten_box),
            (_("Where a span cuts a word"), self._boundary_box),
            (_("Parts"), self._split_options),
            (_("Layer in INCEpTION"), self._layer_options),
        ):
            form.addRow(title, field)
        # In line with the box, not with the shares below it.
        form.labelForField(self._split_options).setMaximumHeight(self._split_options.enabled_box.sizeHint().height())
        self._form = form
        self._format_box.currentIndexChanged.connect(self._update_options)
        self._annotator_box.currentIndexChanged.connect(self._update_gold_options)
        self._update_options()
        note = _("The report lists every span that the file cannot hold unchanged, with the reason.")
        form.addRow(plain_label(note, "quiet", wraps=True))
        return page

    def _build_layer_options(self) -> QWidget:
        options = QWidget()
        self._layer_field = QLineEdit()
        self._layer_field.setAccessibleName(_("Layer in INCEpTION"))
        self._layer_field.setPlaceholderText(str(SpanLayer()))
        self._layer_field.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # names of Java
        text = _("Empty: DKPro’s named entities. {example} names a type, and its features for label, value and note.")
        example = isolate_ltr("custom.Span|label|value|note".replace("|", "|\u2060"))  # on one line
        vbox(
            *(self._layer_field, plain_label(text.format(example=example), "quiet", wraps=True)),
            spacing=4,
            margins=0,
            parent=options,
        )
        return options

    @property
    def _has_layer(self) -> bool:
        return has_span_layer(get_format(self._format_box.currentData()))

    def _update_options(self) -> None:
        """Enable the options that matter for the format: lossless ones need few."""
        format_ = get_format(self._format_box.currentData())
        self._form.setRowVisible(self._layer_options, self._has_layer)
        tags = format_.output if isinstance(format_.output, Tags) else None
        for field in (self._zones_box, self._flatten_box, self._boundary_box):
            field.setEnabled(tags is not None)
        self._scheme_box.setEnabled(tags is not None and tags.has_scheme)
        session, layer = self._session, self._annotator_box.currentData()
        if layer is None:
            layer = _GOLD if session.adjudicator else session.annotator
        corpus = session.corpus
        names: dict[Any, str] = {name: name for name in (list_people(corpus) if corpus else [])}
        if corpus and find_gold(corpus):
            names[_GOLD] = gold_title()
        if "annotator" in format_.stored_fields:
            names[None] = _("Everyone")
        # Before the first annotation there is no layer to choose; the export is plain text.
        self._annotator_box.clear()
        for name, title in (names or {None: self._session.annotator}).items():
            self._annotator_box.addItem(title, name)
        self._annotator_box.setCurrentIndex(max(0, self._annotator_box.findData(layer)))
        self._update_gold_options()

    def _update_gold_options(self) -> None:
        self._gold_options.setVisible(self._annotator_box.currentData() == _GOLD)

    def _build_report_page(self) -> QWidget:
        page = QWidget()
        self._summary_label = plain_label(wraps=True)
        self._summary_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([_("Span"), _("Label"), _("Reason"), _("In the file")])
        self.tree.setAccessibleName(self.windowTitle())
        self._columns = ColumnFitter(self.tree)
        self.tree.itemActivated.connect(self._go_to_entry)
        self._outcome_bar = OutcomeBar()
        self._nested_label = plain_label(name="hint", wraps=True)
        self._nested_button = create_button(_("Use this format"), self._choose_nested_format, is_auto_default=True)
        self._nested_row = QWidget()
        hbox((self._nested_label, 1), self._nested_button, margins=0, parent=self._nested_row)
        vbox(self._summary_label, self._outcome_bar, self._nested_row, (self.tree, 1), margins=0, parent=page)
        return page

    def _recommend_nested_format(self, report: Report) -> None:
        """Offer the format that keeps all spans, if the previewed one leaves some out because they overlap others."""
        output = get_format(report.format).output
        count = len(report.flattened)
        text = ngettext(
            "{count} span would be left out because it overlaps another. This format keeps it: {format}",
            "{count} spans would be left out because they overlap others. This format keeps them: {format}",
            count,
        )
        title = isolate(germeval.FORMAT.localised_export_title())
        self._nested_label.setText(text.format(count=format_number(count), format=title))
        self._nested_row.setVisible(count > 0 and isinstance(output, Tags) and not output.all_spans_field)

    def _choose_nested_format(self) -> None:
        """Preview the export in the format that keeps all spans."""
        self._format_box.setCurrentIndex(self._format_box.findData(germeval.FORMAT.name))
        self.show_preview()

    def _choose_all_articles(self) -> None:
        """Preview the export of all articles, whether done or not."""
        self._state_box.setCurrentIndex(self._state_box.findData(ALL))
        self.show_preview()

    def _choose_target(self) -> None:
        corpus = self._session.corpus
        if not corpus:
            return
        format_ = self._format_box.currentData()
        if exports_folder(corpus, self.options()):
            path = self._choose_folder(corpus.path.parent, f"{corpus.path.stem}-{format_}")
        else:
            proposed = corpus.path.with_suffix(get_format(format_).suffixes[0])
            path = self._choose_file(proposed)
        if path:
            self.write(extend_path(Path(path)))

    def _choose_file(self, proposed: Path) -> str:
        """Ask for a file to export to, and add the format's suffix to a name without one; "" if the user cancels."""
        title = _("Export the training set")
        path = file_dialogs.choose_save_path(self, title, str(proposed))
        return path if not path or Path(path).suffix else path + proposed.suffix

    def _choose_folder(self, parent: Path, name: str) -> str:
        """Ask for the folder to export to; return "" if the user cancels.

        Asks for the parent of the folder `name`, as a save dialog would enter an existing one. An older folder of this
        name may be chosen too.
        """
        title = _("Choose where to create the folder “{name}”").format(name=name)
        path = file_dialogs.choose_folder(self, title, str(parent))
        return path if not path or Path(path).name == name else str(Path(path, name))

    def _on_previewed(self, report: Report) -> None:
        lines = [_("Nothing has been written yet. The file would contain:"), *self._count_lines(report)]
        obstacle = explain_empty_export(report) if not report.tokens else explain_empty_parts(report)
        if obstacle:
            lines = [obstacle]
        self._show_report(report, lines)
        self._recommend_nested_format(report)
        self._preview_button.hide()
        self._back_button.show()
        self._export_button.setVisible(not obstacle)
        self._export_button.setDefault(True)
        is_none_done = not report.articles and report.state != ALL and report.origin is None
        self._all_button.setVisible(is_none_done)
        self._fit()
        (self._all_button if is_none_done else self._back_button if obstacle else self._export_button).setFocus()

    def _on_exported(self, path: Path, report: Report | WouldReplace) -> None:
        if isinstance(report, WouldReplace):
            if self._confirm_replacing(str(report)):
                self.write(path, force=True)
            return
        self.report = report
        self._exported_to = path
        lines = [
            "✓ " + _("“{path}” was written and verified against the corpus.").format(path=isolate_ltr(path)),
            *self._count_lines(report),
            _("Report: “{path}”.").format(path=isolate_ltr(report_path(path).name)),
        ]
        self._show_report(report, lines)
        self._nested_row.hide()
        for button in (self._preview_button, self._export_button):
            button.hide()
        self._folder_button.show()
        self._folder_button.setDefault(True)
        self._fit()

    def _fit(self) -> None:
        """Stay on the screen: the report may be higher than the choices."""
        QTimer.singleShot(0, self, lambda: fit_to_screen(self))  # after its parts are laid out

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._exported_to.parent)))

    def _show_report(self, report: Report, lines: list[str]) -> None:
        self._summary_label.setText("\n".join(lines))
        self._outcome_bar.show_outcomes(
            [
                Outcome("kept", _("Unchanged"), report.written),
                Outcome("changed", _("Widened or split"), len(report.widened) + len(report.split)),
                Outcome("dropped", _("Left out"), len(report.flattened) + len(report.refused)),
                Outcome("dropped", _("Outside the exported text"), len(report.outside_zones)),
            ]
        )
        self.tree.clear()
        for title, entries in (
            (_("Widened to the whole word"), report.widened),
            (_("Word split"), report.split),
            (_("Left out because of overlaps"), report.flattened),
            (_("Refused"), report.refused),
            (_("Outside the exported text"), report.outside_zones),
        ):
            if not entries:
                continue
            head = self._add_heading(title, len(entries))
            for entry in islice(entries, _MAX_ENTRIES):
                became = add_arabic_mark(entry.became) if entry.became else "—"
                cells = (add_arabic_mark(entry.text), self._label_title(entry.label), entry.reason, became)
                item = QTreeWidgetItem(head, [isolate(cell) for cell in cells])
                item.setData(0, _ENTRY_ROLE, (entry.article, entry.uid))
                for index, cell in enumerate(cells):
                    item.setToolTip(index, tooltip(cell))
            if hidden_count := max(0, len(entries) - _MAX_ENTRIES):
                text = count_phrase("and {count} more", "and {count} more", hidden_count)
                QTreeWidgetItem(head, [text]).setFirstColumnSpanned(True)
        if report.left_out:
            head = self._add_heading(_("Articles left out"), len(report.left_out))
            for omission in report.left_out:
                article_title = _("Article {number}").format(number=omission.article)
                item = QTreeWidgetItem(head, [article_title, "", omission.reason, "—"])
                item.setData(0, _ENTRY_ROLE, (omission.article, ""))
                item.setToolTip(2, tooltip(omission.reason))
        self.tree.setVisible(bool(self.tree.topLevelItemCount()))
        self._columns.fit()
        self._pages.setCurrentIndex(1)

    def _add_heading(self, title: str, count: int) -> QTreeWidgetItem:
        head = QTreeWidgetItem(self.tree, [f"{title} ({count})"])
        head.setFirstColumnSpanned(True)
        head.setExpanded(True)
        return head

    def _confirm_replacing(self, reason: str) -> bool:
        """Ask whether to overwrite the contents of the path."""
        replace = _("Replace")
        buttons = {replace: ROLE.DestructiveRole, _("Cancel"): ROLE.RejectRole}
        question = _("Replace it with the export? The existing contents will be lost.")
        return MessageBox(QMessageBox.Icon.Warning, self, reason, buttons, information=question).ask() == replace

    def _go_to_entry(self, item: QTreeWidgetItem, _column: int = 0) -> None:
        """Open a row's article and select its span."""
        entry: Any = item.data(0, _ENTRY_ROLE)
        if not entry:
            return
        number, uid = entry
        session = self._session
        session.open_by_id(number)
        session.select(next((span for span in session.spans if span.uid == uid), None))
        self.accept()

    def _count_lines(self, report: Report) -> list[str]:
        """Describe the amount of data in the file and, by label, in each part."""
        lines = [_amount_text(report)]
        if report.origin:
            lines.append(" · ".join(describe_origins(report.origin.values())))
        for name, part in (report.parts or {}).items():
            labels = (
                f"{isolate(self._label_title(label))} {format_number(count)}"
                for label, count in sorted(part.labels.items())
            )
            lines.append(" · ".join([f"{isolate(part_title(name))}: {_amount_text(part)}", *labels]))
        lines += (f"⚠ {notice.reason}" for notice in report.noticed)
        if report.removed:
            lines.append(count_phrase("{count} article removed", "{count} articles removed", report.removed))
        return lines

    def _label_title(self, name: str) -> str:
        label = self._session.labels.find(name)
        return label.localised_title() if label else name


def _amount_text(counts: Report | PartCounts) -> str:
    articles = count_phrase("{count} article", "{count} articles", counts.articles)
    sentences = count_phrase("{count} sentence", "{count} sentences", counts.sentences)
    spans = count_phrase("{count} span unchanged", "{count} spans unchanged", counts.written)
    return f"{articles} · {sentences} · {spans}"
