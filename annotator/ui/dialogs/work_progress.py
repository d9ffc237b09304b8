"""The page of progress: what was done over time, by label, how fast, and how good the suggestions were.

Where several people work, it has pages about the team, too.
"""

from collections.abc import Callable, Generator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QBrush, QColor, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QScrollArea,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from annotator.i18n import _, count_phrase, format_number, ngettext
from annotator.jobs.team_agreement import TeamAgreement, measure_team_agreement
from annotator.jobs.team_progress import TeamProgress, summarise_work
from annotator.jobs.work_counting import count_work
from annotator.model.date_display import format_date_value, format_day_and_month, month_titles
from annotator.model.display_names import gold_title
from annotator.model.labels import LabelSet
from annotator.model.progress import (
    MAX_PAUSE,
    DailyWork,
    Period,
    Work,
    group_periods,
    merge_annotators,
    sum_work,
)
from annotator.settings import documents_dir
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries.annotators import list_people
from annotator.store.queries.article_list import ArticleFilter
from annotator.store.queries.gold import find_gold
from annotator.ui.dialogs.figure_table import ArticleLink
from annotator.ui.dialogs.team.team_agreement_page import TeamAgreementPage
from annotator.ui.dialogs.team.team_members_page import Members, TeamMembersPage
from annotator.ui.dialogs.team.team_page import TeamPage
from annotator.ui.dialogs.team.team_progress_page import TeamProgressPage
from annotator.ui.session.sync_state import find_reader
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets.bidi_text import format_decimal, format_percent, isolate, plain_label
from annotator.ui.widgets.chart_parts import reading_side
from annotator.ui.widgets.columns import ColumnFitter
from annotator.ui.widgets.controls import (
    align_numbers,
    create_button,
    create_button_box,
    create_combo_box,
    create_tree,
    top_rows,
)
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.modal import run_dialog
from annotator.ui.widgets.period_chart import Bar, BarList, GetBrush, PeriodChart, Series
from annotator.ui.widgets.scrolling import set_scrolled_margins
from annotator.ui.widgets.suggestion_chart import brushes
from annotator.ui.widgets.theme import current_theme

_SIZE: Final = (940, 640)  # pixels, on a large screen
_MIN_HEIGHT: Final = 480  # pixels, if the screen has so many
_CORNER_MARGIN: Final = 3  # pixels of the corner beside the tabs that Qt puts above the dialog's margin
_RANGES: Final = {"week": 7, "month": 30, "year": 365, "all": None}
"""The time ranges by name, in days up to today."""
_WEEK: Final = 7
_NONE: Final = "–"


def open_dialog(context: WindowContext) -> None:
    """Count the work in the open corpus, if any, and show it."""
    session = context.session
    if not session.corpus:
        return
    path, today, reader = session.corpus.path, _today(), find_reader(session.sync, session.current.user)

    def show(results: tuple[DailyWork, TeamProgress | None, str]) -> None:
        daily, team, gold = results
        pages: list[TeamPage] = []
        if team:
            pages = [TeamProgressPage(team), TeamAgreementPage(partial(_measure_agreement, context), session.labels)]
        if session.sync and session.sync.is_lead:
            pages += _create_members_pages(context)
        dialog = WorkProgressDialog(context.window, daily, session.current.user, session.labels, today, pages, gold)
        is_accepted = run_dialog(dialog)
        context.tasks.stop()  # nobody waits for the agreement any more
        if is_accepted and (link := dialog.link):
            context.tasks.run_on_corpus(
                _("Looking for the articles"),
                path,
                link.find,
                lambda numbers: _show_articles(context, numbers, link.annotator),
                readonly=True,
            )

    context.tasks.run_on_corpus(
        _("Collecting statistics"), path, lambda corpus: _collect(corpus, today, reader), show, readonly=True
    )


def _collect(
    corpus: Corpus, today: date, reader: str
) -> Generator[tuple[int, int], None, tuple[DailyWork, TeamProgress | None, str]]:
    """Count everybody's work, and if several people work, measure their progress; return the gold layer's name, too."""
    with corpus.snapshot():
        daily = yield from count_work(corpus, reader)
        has_team = len(list_people(corpus)) > 1
        team = (yield from summarise_work(corpus, daily, today, reader)) if has_team else None
        return daily, team, find_gold(corpus) or ""


def _measure_agreement(
    context: WindowContext, owner: QObject, show: Callable[[TeamAgreement], object], abort: Callable[[], object]
) -> None:
    """Show how far the annotators agree, as measured before unless the corpus has changed since. Raises CorpusError."""
    session, cache = context.session, context.agreement_cache
    corpus = session.corpus
    if not corpus:
        return
    path, reader = corpus.path, find_reader(session.sync, session.current.user)

    def keep(measured: TeamAgreement) -> None:
        cache.store(path, measured)
        show(measured)

    if measured := cache.find(corpus, reader):
        show(measured)
    else:
        context.tasks.run_on_corpus(
            _("Comparing the annotators"),
            path,
            lambda opened: measure_team_agreement(opened, reader),
            keep,
            readonly=True,
            aborted=abort,
            owner=owner,
        )


def _create_members_pages(context: WindowContext) -> list[TeamPage]:
    """Create the page of the team's members, unless this computer does not know any more where the team meets."""
    # late: few corpora have a team
    from annotator.jobs.teams.administration import TeamAdministration
    from annotator.jobs.teams.connecting import find_membership

    corpus = context.session.corpus
    try:
        membership = find_membership(corpus) if corpus else None
    except CorpusError as error:
        context.session.failed.emit(str(error))
        return []

    def run(
        title: str,
        task: Callable[[], Members],
        owner: QObject,
        done: Callable[[Members], object],
        failed: Callable[[str], object],
    ) -> None:
        context.tasks.run(title, task, done, failed=failed, owner=owner)

    if not membership:
        return []
    return [TeamMembersPage(TeamAdministration(membership), run, membership.member, documents_dir())]


def _show_articles(context: WindowContext, numbers: Sequence[int], annotator: str) -> None:
    """List the articles with these numbers, and open the first, in the layers of this annotator if one is named."""
    session = context.session
    if not session.retry_save():
        session.failed.emit(_("The previous change is not saved yet."))
        return
    if annotator and annotator != session.annotator:
        session.switch_annotator(annotator, edits=False)
    session.set_article_filter(ArticleFilter(numbers=tuple(numbers)))
    session.open_article(0)


class WorkProgressDialog(QDialog):
    """Shows the work of `user`, of all annotators or of another in a range of time, as charts and as a table.

    `team_pages` follow these. What `gold` has, the layer of this name, is nobody's and counts for none. It is accepted
    once the articles behind a figure are wanted, which are those of `link`.
    """

    def __init__(
        self,
        parent: QWidget,
        daily: DailyWork,
        user: str,
        labels: LabelSet,
        today: date | None = None,
        team_pages: Sequence[TeamPage] = (),
        gold: str = "",
    ) -> None:
        super().__init__(parent)
        self.link: ArticleLink | None = None
        self._daily, self._labels = daily, labels
        self._people = {name: works for name, works in daily.items() if name != gold}
        self._today = today or _today()
        self.setWindowTitle(_("Progress"))
        height = self.screen().availableSize().height()
        self.resize(_SIZE[0], min(_SIZE[1], max(height * 5 // 6, min(height, _MIN_HEIGHT))))
        others = sorted(self._people.keys() - {user}) if team_pages else ()
        titles = {user: isolate(user), "": _("All annotators"), **{name: isolate(name) for name in others}}
        if gold in daily:
            titles[gold] = gold_title()
        self.who_box = create_combo_box(titles)
        self.who_box.setAccessibleName(_("Whose work"))
        self.range_box = create_combo_box(dict(zip(_RANGES, _range_titles(), strict=True)))
        self.range_box.setAccessibleName(_("Time"))
        self.range_box.setCurrentIndex([*_RANGES].index("month"))
        self.tiles = _Tiles()
        self._charts = QWidget()
        content, area = QWidget(), QScrollArea()
        self._charts_column = vbox(self.tiles, (self._charts, 1), spacing=10, parent=content)
        set_scrolled_margins(content, 0)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(content)
        self.table = create_tree(_headings(), _("The same figures as a table"))
        self._columns = ColumnFitter(self.table, stretched=0, elides=False)
        self.tabs = QTabWidget(self)
        self.tabs.addTab(area, _("Charts"))
        self.tabs.addTab(self.table, _("Table"))
        for page in team_pages:  # before the buttons, as Tab goes
            self.tabs.addTab(page, page.title)
            page.opened.connect(self._open)
        minutes = round(MAX_PAUSE.total_seconds() / 60)
        rule = ngettext(
            "The time for a span is counted from step to step, without pauses of more than {count} minute.",
            "The time for a span is counted from step to step, without pauses of more than {count} minutes.",
            minutes,
        ).format(count=format_number(minutes))
        self._copy_button = create_button(_("Copy the table"), self._copy)
        buttons = create_button_box(self, self._copy_button)
        self._choices = QWidget()
        choices = hbox(self.who_box, self.range_box, spacing=8, margins=0, parent=self._choices)
        choices.setContentsMargins(0, _CORNER_MARGIN, 0, 0)
        self.tabs.setCornerWidget(self._choices)
        self.tabs.tabBar().setMinimumHeight(self._choices.sizeHint().height())  # else the corner is cut off
        self._rule_label = plain_label(rule, "quiet", wraps=True)
        footer = hbox((self._rule_label, 1), buttons, spacing=14)
        vbox((self.tabs, 1), footer, spacing=10, parent=self)
        self.tabs.currentChanged.connect(self._on_tab_changed)
        for box in (self.who_box, self.range_box):
            box.currentIndexChanged.connect(self._update)
        self._update()

    def _update(self) -> None:
        """Show the chosen annotator's work in the chosen time."""
        user = self.who_box.currentData()
        works = self._daily.get(user, {}) if user else merge_annotators(self._people)
        days = _RANGES[self.range_box.currentData()]
        first = self._today - timedelta(days=days - 1) if days else min([*works, self._today])
        self.periods = group_periods(works, first, max([*works, self._today]) if days is None else self._today)
        total = sum_work(period.work for period in self.periods)
        self.tiles.show_work(total)
        charts = _create_charts(self.periods, total, self._labels)
        self._charts_column.replaceWidget(self._charts, charts)
        self._charts.setParent(None)  # at once: it would be found beside the new ones
        self._charts.deleteLater()
        self._charts = charts
        _fill_table(self.table, self.periods)
        self._columns.fit()
        self._copy_button.setText(_("Copy the table"))

    def _on_tab_changed(self) -> None:
        """Show what belongs to charts and table only beside them."""
        is_of_team = isinstance(self.tabs.currentWidget(), TeamPage)
        for widget in (self._choices, self._rule_label, self._copy_button):
            widget.setVisible(not is_of_team)

    def _open(self, link: ArticleLink) -> None:
        self.link = link
        self.accept()

    def _copy(self) -> None:
        """Copy the table, with tabs between the columns."""
        rows = [_headings()]
        rows += [[row.text(column) for column in range(self.table.columnCount())] for row in top_rows(self.table)]
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in rows) + "\n")
        self._copy_button.setText(_("Copied"))


class _Tiles(QWidget):
    """The most important figures in a row."""

    def __init__(self) -> None:
        super().__init__()
        captions = _("spans"), _("articles done"), _("seconds a span"), _("suggestions accepted")
        self.numbers = [plain_label() for _caption in captions]
        cards = []
        for number, caption in zip(self.numbers, captions, strict=True):
            font = number.font()
            font.setPixelSize(22)
            font.setBold(True)
            number.setFont(font)
            number.setAlignment(reading_side())  # else that of the digits
            card = QFrame()
            card.setObjectName("card")
            vbox(number, plain_label(caption, "quiet", wraps=True), None, spacing=0, margins=10, parent=card)
            cards.append((card, 1))
        hbox(*cards, spacing=10, margins=0, parent=self)

    def show_work(self, work: Work) -> None:
        decisions = work.accepted + work.corrected + work.rejected
        texts = (
            format_number(work.spans),
            format_number(work.articles),
            _format_seconds(work.seconds_per_span),
            format_percent(work.accepted / decisions) if decisions else _NONE,
        )
        for label, text in zip(self.numbers, texts, strict=True):
            label.setText(text)


def _create_charts(periods: Sequence[Period], total: Work, labels: LabelSet) -> QWidget:
    """Create the charts; without any work, a sentence that says so."""
    content = QWidget()
    if not any((total.spans, total.articles, total.rejected)):
        explanation = plain_label(_("Nothing was labelled in this time."), "quiet", wraps=True)
        vbox((explanation, Qt.AlignmentFlag.AlignCenter), parent=content)
        return content
    unit = _find_unit(periods)
    names = [_short_name(period, unit) for period in periods]
    works = [period.work for period in periods]
    used = [label for label in labels.labels if total.labels.get(label.name)]

    def label_brush(index: int) -> GetBrush:
        return lambda: QBrush(current_theme().line_colour(used[index]))

    by_label = [
        Series(label.localised_title(), [work.labels.get(label.name, 0) for work in works], label_brush(index))
        for index, label in enumerate(used)
    ]
    bars = [
        Bar(label.localised_title(), total.labels[label.name], label_brush(index)) for index, label in enumerate(used)
    ]
    decisions = [
        Series(_("accepted"), [work.accepted for work in works], lambda: brushes(_accent())[0]),
        Series(_("corrected"), [work.corrected for work in works], lambda: brushes(_accent())[1]),
        Series(_("rejected"), [work.rejected for work in works], lambda: brushes(_accent())[2]),
    ]

    def create(title: str, series: Sequence[Series], *, is_line: bool = False, has_legend: bool = False) -> PeriodChart:
        def describe(index: int) -> str:
            values = ((entry.title, entry.values[index]) for entry in series)
            facts = [
                _("{name}: {fact}").format(name=isolate(name), fact=_format(value)) for name, value in values if value
            ]
            return "\n".join([_long_name(periods[index], unit), *(facts or [_("nothing")])])

        return PeriodChart(title, names, series, describe, is_line=is_line, has_legend=has_legend)

    articles = [Series(_("Articles"), [work.articles for work in works], lambda: QBrush(_accent()))]
    seconds = [Series(_("Seconds a span"), [work.seconds_per_span for work in works], lambda: QBrush(_accent()))]
    grid = QGridLayout()
    grid.setSpacing(18)
    grid.addWidget(
        create(_("Spans"), by_label or [Series(_("Spans"), [0] * len(works), lambda: QBrush(_accent()))]), 0, 0
    )
    grid.addWidget(BarList(_("By label"), bars), 0, 1, Qt.AlignmentFlag.AlignTop)
    grid.addWidget(create(_("Articles done"), articles), 1, 0)
    grid.addWidget(create(_("Seconds a span"), seconds, is_line=True), 1, 1)
    grid.addWidget(create(_("Suggestions"), decisions, has_legend=True), 2, 0, 1, 2)
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 1)
    vbox(grid, None, parent=content).setContentsMargins(0, 4, 0, 0)
    return content


def _today() -> date:
    return datetime.now().astimezone().date()


def _accent() -> QColor:
    return QColor(current_theme().accent)


def _range_titles() -> list[str]:
    """Return the titles of the time ranges, in their order."""
    days = [count_phrase("Last {count} day", "Last {count} days", count) for count in (7, 30)]
    return [*days, count_phrase("Last {count} month", "Last {count} months", 12), _("All the time")]


def _headings() -> list[str]:
    return [
        _("Time"),
        _("Spans"),
        _("Articles done"),
        _("Seconds a span"),
        _("Accepted"),
        _("Corrected"),
        _("Rejected"),
    ]


def _fill_table(table: QTreeWidget, periods: Sequence[Period]) -> None:
    """Fill a table with the periods, the last one first."""
    table.clear()
    align_numbers(table.headerItem(), range(1, table.columnCount()))
    unit = _find_unit(periods)
    for period in reversed(periods):
        work = period.work
        numbers = work.spans, work.articles, work.seconds_per_span, work.accepted, work.corrected, work.rejected
        item = QTreeWidgetItem(table, [_long_name(period, unit), *map(_format, numbers)])
        align_numbers(item, range(1, table.columnCount()))


_Unit = Literal["day", "week", "month"]


def _find_unit(periods: Sequence[Period]) -> _Unit:
    """Return what the periods are; the first and the last may be parts of it."""
    longest = max((period.last - period.first).days + 1 for period in periods)
    return "day" if longest == 1 else "week" if longest <= _WEEK else "month"


def _short_name(period: Period, unit: _Unit) -> str:
    """Return the first day or the month of a period."""
    return month_titles()[period.first.month - 1] if unit == "month" else format_day_and_month(period.first)


def _long_name(period: Period, unit: _Unit) -> str:
    """Return all of a period."""
    if unit == "month":
        return format_date_value(f"{period.first:%Y-%m}")
    if period.first == period.last:
        return format_date_value(period.first.isoformat(), weekday=True)
    return format_date_value(f"{period.first.isoformat()}/{period.last.isoformat()}")


def _format(value: float | None) -> str:
    """Format a count, or the seconds of a span."""
    return format_number(value) if isinstance(value, int) else _format_seconds(value)


def _format_seconds(seconds: float | None) -> str:
    """Format seconds with one decimal below ten."""
    if seconds is None:
        return _NONE
    tenths = round(seconds * 10)
    if tenths >= 100:
        return format_number(round(seconds))
    return format_decimal(tenths / 10, 1)
