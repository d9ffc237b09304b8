"""The page of a team's agreement: by pair, label and week, what to adjudicate first, and which labels are confused."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Final, TypeAlias

from PySide6.QtCore import QObject
from PySide6.QtGui import QBrush, QColor, QShowEvent

from annotator.i18n import _, count_phrase, format_number
from annotator.jobs.team_agreement import TeamAgreement
from annotator.model.date_display import format_date_value, format_day_and_month
from annotator.model.labels import LabelSet
from annotator.store.corpus import Corpus
from annotator.team.agreement import Agreement, SpanScores
from annotator.team.agreement_warnings import AgreementWarning, FactFormat, find_warnings
from annotator.team.bootstrap import Estimate
from annotator.ui.dialogs.figure_table import ArticleLink, Cell, FigureTable
from annotator.ui.dialogs.team.team_page import TeamPage, describe_hidden
from annotator.ui.widgets.bidi_text import format_decimal, isolate, isolate_ltr, plain_label
from annotator.ui.widgets.controls import create_button
from annotator.ui.widgets.layouts import Item, hbox
from annotator.ui.widgets.period_chart import PeriodChart, Series
from annotator.ui.widgets.theme import current_theme

_MAX_ROWS: Final = 8
_NONE: Final = "–"

Measure: TypeAlias = Callable[[QObject, Callable[[TeamAgreement], object], Callable[[], object]], object]
"""Measures the agreement for an owner, then calls the second argument with it; without a result, the third."""


class TeamAgreementPage(TeamPage):
    """Has the agreement measured when it is shown first, then shows it."""

    def __init__(self, measure: Measure, labels: LabelSet) -> None:
        super().__init__(_("Agreement"))
        self._measure, self._labels = measure, labels
        self._has_begun = False
        self.set_items(plain_label(_("Comparing the annotators"), "quiet"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._has_begun:
            self._begin()

    def _begin(self) -> None:
        self._has_begun = True
        self._measure(self, self._show_agreement, self._offer_again)

    def _offer_again(self) -> None:
        """Offer to measure again what was cancelled."""
        self.set_items(hbox(create_button(_("Compare the annotators"), self._begin), None))

    def _show_agreement(self, measured: TeamAgreement) -> None:
        agreement = measured.agreement
        write = FactFormat(isolate, lambda name: isolate(self._title(name)), lambda score: format_decimal(score, 2))
        warnings = [item for warning in find_warnings(agreement, write) for item in self._build_warning(warning)]
        notes = [plain_label(describe_hidden(measured.hidden), "quiet", wraps=True)] if measured.hidden else []
        if not agreement.articles:
            self.set_items(*warnings, *notes)
            return
        hint = _("Enter or a double click on a figure opens the articles behind it.")
        self.set_items(
            plain_label(_summarise(agreement), wraps=True),
            *warnings,
            *notes,
            plain_label(hint, "quiet", wraps=True),
            *_with_heading(self._build_pairs(agreement)),
            *(_with_heading(self._build_contested(measured)) if measured.contested else ()),
            *(_with_heading(self._build_labels(agreement)) if agreement.labels else ()),
            *(_with_heading(self._build_confusions(agreement)) if agreement.confusions else ()),
            *_build_weeks(agreement),
        )

    def _build_warning(self, warning: AgreementWarning) -> Iterator[Item]:
        yield plain_label(warning.message, "warning", wraps=True)
        if warning.articles:
            button = create_button(_("Show these articles"), lambda: self.opened.emit(_link(warning.articles)))
            yield hbox(button, None)

    def _build_pairs(self, agreement: Agreement) -> FigureTable:
        table = FigureTable(
            [_("Annotators"), *_score_headings(), _("Label kappa")], _("Agreement of each pair"), _MAX_ROWS
        )
        for pair in agreement.pairs:
            names = {pair.first, pair.second}
            numbers = [article.id for article in agreement.by_article if names.issubset(article.annotators)]
            title = f"{isolate(pair.first)} – {isolate(pair.second)}"
            table.add_row(title, *_build_scores(pair.scores, numbers), Cell(_format(pair.kappa), _link(numbers)))
        return table

    def _build_contested(self, measured: TeamAgreement) -> FigureTable:
        count = count_phrase(
            "{count} disagreement to decide", "{count} disagreements to decide", measured.disagreements
        )
        heading = _("{name}: {fact}").format(name=_("To adjudicate first"), fact=count)
        table = FigureTable([_("Article"), _("Disagreements")], heading, _MAX_ROWS)
        for article in measured.contested:
            link = _link([article.number])
            table.add_row(Cell(isolate(article.title), link), Cell(format_number(article.disagreements), link))
        return table

    def _build_labels(self, agreement: Agreement) -> FigureTable:
        table = FigureTable([_("Label"), *_score_headings(), _("Alpha")], _("Agreement by label"), _MAX_ROWS)
        for name, label in agreement.labels.items():
            numbers = [article.id for article in agreement.by_article if name in article.labels]
            figures = _build_scores(label.scores, numbers)
            table.add_row(isolate(self._title(name)), *figures, Cell(_format(label.alpha), _link(numbers)))
        return table

    def _build_confusions(self, agreement: Agreement) -> FigureTable:
        table = FigureTable([_("Labels"), _("Times"), _("Articles")], _("Labels confused with one another"), _MAX_ROWS)
        for confusion in agreement.confusions:
            link = _link(confusion.articles)
            first = isolate(self._title(confusion.first)) if confusion.first else _("no label with these edges")
            title = f"{isolate(self._title(confusion.second))} – {first}"
            figures = confusion.count, len(confusion.articles)
            table.add_row(title, *(Cell(format_number(figure), link) for figure in figures))
        return table

    def _title(self, name: str) -> str:
        label = self._labels.find(name)
        return label.localised_title() if label else name


def _with_heading(table: FigureTable) -> tuple[Item, Item]:
    """Return a table below what it shows."""
    return plain_label(table.accessibleName(), "heading", wraps=True), table


def _summarise(agreement: Agreement) -> str:
    counts = (
        count_phrase("{count} article", "{count} articles", agreement.articles),
        count_phrase("{count} span", "{count} spans", agreement.spans),
    )
    figures = (
        _("{name}: {fact}").format(name=title, fact=_format_with_interval(estimate))
        for title, estimate in (
            (_("F1 of spans, exact"), agreement.scores.exact),
            (_("Krippendorff's alpha by characters"), agreement.alpha),
        )
    )
    return "\n".join((_(", ").join(counts), *figures))


def _score_headings() -> list[str]:
    return [_("Articles"), _("Exact"), _("95% interval"), _("Position"), _("Overlap")]


def _build_scores(scores: SpanScores, numbers: Sequence[int]) -> Iterator[Cell]:
    """Yield the figures of the articles with these numbers."""
    link = _link(numbers)
    texts = format_number(len(numbers)), _format(scores.exact), _format_interval(scores.exact)
    for text in (*texts, _format(scores.position), _format(scores.overlap)):
        yield Cell(text, link)


def _build_weeks(agreement: Agreement) -> Iterator[Item]:
    """Yield a chart of the exact F1 by week with its intervals, and the same as a table; nothing for one week."""
    weeks = {week: scores for week, scores in agreement.weeks.items() if week}
    if len(weeks) < 2:
        return
    table = FigureTable([_("Week"), *_score_headings()], _("Agreement by week"), _MAX_ROWS)
    for week, scores in reversed(weeks.items()):
        numbers = [article.id for article in agreement.by_article if week in article.weeks]
        table.add_row(format_date_value(_monday(week).isoformat()), *_build_scores(scores, numbers))
    facts = [
        _("{name}: {fact}").format(
            name=format_date_value(_monday(week).isoformat()), fact=_format_with_interval(scores.exact)
        )
        for week, scores in weeks.items()
    ]
    estimates = [scores.exact for scores in weeks.values()]
    series = Series(
        _("Exact"),
        [None if estimate.value is None else estimate.value * 100 for estimate in estimates],
        lambda: QBrush(QColor(current_theme().accent)),
        [_scale(estimate) for estimate in estimates],
    )
    yield from _with_heading(table)
    names = [format_day_and_month(_monday(week)) for week in weeks]
    yield PeriodChart(
        _("Exact F1 by week, in per cent, with its 95% interval"), names, [series], facts.__getitem__, is_line=True
    )


def _monday(week: str) -> date:
    """Return the first day of an ISO week such as `2026-W48`."""
    year, number = week.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


def _scale(estimate: Estimate) -> tuple[float, float] | None:
    """Return the interval in per cent, if there is one."""
    if estimate.low is None or estimate.high is None:
        return None
    return estimate.low * 100, estimate.high * 100


def _link(numbers: Iterable[int]) -> ArticleLink:
    chosen = tuple(numbers)

    def find(_corpus: Corpus) -> Sequence[int]:
        return chosen

    return ArticleLink(find)


def _format(estimate: Estimate) -> str:
    return _NONE if estimate.value is None else format_decimal(estimate.value, 2)


def _format_interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return _NONE
    return isolate_ltr(f"{format_decimal(estimate.low, 2)}–{format_decimal(estimate.high, 2)}")


def _format_with_interval(estimate: Estimate) -> str:
    interval = _format_interval(estimate)
    return _format(estimate) if interval == _NONE else f"{_format(estimate)} ({interval})"
