"""The page of a team's progress: how far everybody is, how fast, when the rest will be done, and each day's work."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from annotator.i18n import _, format_number, pgettext
from annotator.jobs.team_progress import AnnotatorProgress, TeamProgress
from annotator.model.date_display import format_date_value
from annotator.model.display_names import state_title
from annotator.model.records import DONE, FLAGGED, IN_PROGRESS, NEW, SKIPPED
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter, list_article_numbers
from annotator.store.queries.work_log import list_articles_done_on, list_articles_edited_on, list_labelled_articles
from annotator.ui.dialogs.figure_table import ArticleLink, Cell, FigureTable
from annotator.ui.dialogs.team.team_page import TeamPage, describe_hidden
from annotator.ui.widgets.bidi_text import format_decimal, isolate, plain_label

_STATES: Final = (NEW, IN_PROGRESS, DONE, SKIPPED, FLAGGED)
_MAX_PEOPLE: Final = 8
_MAX_DAYS: Final = 10
_NONE: Final = "–"


class TeamProgressPage(TeamPage):
    """Shows how far each annotator is with their articles, and what they did on each day, the last one first."""

    def __init__(self, progress: TeamProgress) -> None:
        super().__init__(_("Team"))
        state_titles = [state_title(state) for state in _STATES]
        self.people = FigureTable(
            [
                pgettext("the person", "Annotator"),
                *state_titles,
                _("Spans"),
                _("Articles a day"),
                _("Expected end"),
            ],
            _("Progress of each annotator"),
            _MAX_PEOPLE,
        )
        for name, entry in progress.annotators.items():
            self.people.add_row(isolate(name), *_build_person(name, entry))
        self.days = FigureTable(
            [_("Day"), pgettext("the person", "Annotator"), _("Articles done"), _("Spans"), _("Edits"), _("Hours")],
            _("Work on each day"),
            _MAX_DAYS,
            name_columns=2,
        )
        for day in reversed(progress.days):
            for name, work in progress.days[day].items():
                done, edited = (
                    ArticleLink(partial(find, annotator=name, day=day), name)
                    for find in (list_articles_done_on, list_articles_edited_on)
                )
                self.days.add_row(
                    format_date_value(day.isoformat(), weekday=True),
                    isolate(name),
                    Cell(format_number(work.articles), done if work.articles else None),
                    Cell(format_number(work.spans), edited),
                    Cell(format_number(work.edits), edited),
                    Cell(format_decimal(work.hours, 1), edited),
                )
        hint = _("Enter or a double click on a figure opens the articles behind it.")
        pace = _("The pace is that of the last two weeks; hours are counted from step to step, without long pauses.")
        self.set_items(
            *(self.people, plain_label(f"{hint} {pace}", "quiet", wraps=True)),
            *([plain_label(describe_hidden(progress.hidden), "quiet", wraps=True)] if progress.hidden else []),
            *(plain_label(_("Work on each day"), "heading"), self.days),
        )


def _build_person(name: str, progress: AnnotatorProgress) -> Iterator[Cell]:
    """Yield an annotator's figures; those of states are of the articles assigned to them, if there are any."""
    has_queue = progress.assigned is not None

    def link(*states: str) -> ArticleLink:
        return ArticleLink(partial(_list_in_states, annotator=name, states=states, is_mine=has_queue), name)

    for state in _STATES:
        count = progress.states[state]
        yield Cell(format_number(count), link(state) if count else None)
    labelled = ArticleLink(partial(list_labelled_articles, annotator=name), name)
    yield Cell(format_number(progress.spans), labelled if progress.spans else None)
    pace = progress.articles_per_day
    yield Cell(_NONE) if pace is None else Cell(format_decimal(pace, 1), link(DONE))
    if not progress.remaining:
        yield Cell(state_title(DONE))
    elif progress.expected_end:
        yield Cell(format_date_value(progress.expected_end.isoformat()), link(NEW, IN_PROGRESS))
    else:
        yield Cell(_("unknown"), link(NEW, IN_PROGRESS))


def _list_in_states(corpus: Corpus, *, annotator: str, states: tuple[str, ...], is_mine: bool) -> list[int]:
    filters = (ArticleFilter(state, is_mine=is_mine) for state in states)
    return [number for choice in filters for number in list_article_numbers(corpus, annotator, choice)]
