"""Take the pictures of the pages for team leads, as `guide_pictures` takes those of the annotator's guide.

Three annotators have worked for some weeks on news of a paragraph each, half of which two of them have. What they
label is what the rules suggest, with slips that are each annotator's own and the same every time.
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial
from math import inf
from random import Random
from typing import Final, NamedTuple

from guide_pictures import LAST_DAY, PLAN, grab, grab_dialog, select_span
from msgspec import structs
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from window_driver import finish

from annotator.i18n import current_language
from annotator.jobs.adjudication import list_decided_otherwise
from annotator.jobs.assignment import AssignmentPlan, assign_articles
from annotator.jobs.merging import load_conflicts
from annotator.jobs.team_agreement import measure_team_agreement
from annotator.jobs.team_progress import measure_team_progress
from annotator.jobs.work_counting import count_work
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import DONE, FLAGGED, Article, Edit, Step, Suggestion, new_uid
from annotator.resources import resource_path
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus
from annotator.store.merging import merge
from annotator.store.queries.annotators import list_people
from annotator.store.queries.assignments import list_assignments
from annotator.store.queries.conflicts import load_conflict
from annotator.suggest.built_in import rule_suggesters
from annotator.suggest.overlaps import resolve_overlaps
from annotator.suggest.span_values import fill_values
from annotator.team.adjudication import GUIDELINE
from annotator.ui import app
from annotator.ui.dialogs.team.assignment import AssignmentDialog
from annotator.ui.dialogs.team.conflicts import ConflictsDialog
from annotator.ui.dialogs.team.decided_otherwise import DecidedOtherwiseDialog
from annotator.ui.dialogs.team.team_agreement_page import TeamAgreementPage
from annotator.ui.dialogs.team.team_progress_page import TeamProgressPage
from annotator.ui.dialogs.work_progress import WorkProgressDialog


class _Person(NamedTuple):
    """An annotator: the share of spans that they have otherwise, their articles a day, and how many are left to do."""

    arabic_name: str
    latin_name: str
    slips: float
    articles_a_day: int
    undone: int

    @property
    def name(self) -> str:
        """The name in the language of the window."""
        return self.arabic_name if current_language() == "ar" else self.latin_name


_CARELESS: Final = _Person("عمر", "Omar", 0.2, 2, 6)
_TEAM: Final = (
    _Person("أمل", "Amal", 0.08, 3, 0),
    _CARELESS,
    _Person("هند", "Hind", 0.12, 2, 4),
)
_NEW_PERSON: Final = _Person("سعاد", "Souad", 0, 0, 0)
_REASON: Final = "الاسم كاملا"
"""What the lead writes to the annotators: the whole name."""
_PAGE_HEIGHT: Final = 900  # pixels of a dialog in which most of a page is seen
_MIN_LENGTH: Final = 110  # code points of a paragraph that is an article


def _take_team(controller: app.ApplicationController) -> QPixmap:
    """Take the page of the team's progress."""
    return _grab_page(controller, TeamProgressPage)


def _take_agreement(controller: app.ApplicationController) -> QPixmap:
    """Take the page of the team's agreement."""
    return _grab_page(controller, TeamAgreementPage)


def _take_assignment(controller: app.ApplicationController) -> QPixmap:
    """Take the dialog that gives out articles, after some were added, to one more annotator."""
    corpus = _open_team_corpus(controller)
    for line in _list_lines(_MIN_LENGTH // 2, _MIN_LENGTH):
        corpus.add(build_article(line))
    dialog = AssignmentDialog(controller.window, controller.session, controller.window.tasks, list_people(corpus))
    dialog.name_field.setText(_NEW_PERSON.name)
    dialog.add_typed_names()
    dialog.batch_field.setText(LAST_DAY.isoformat())
    dialog.share_box.setValue(50)
    while not dialog.summary_label.text() or dialog.counting.is_busy:  # they are counted in the background
        QTest.qWait(20)
    return grab_dialog(dialog)


def _take_adjudication(controller: app.ApplicationController) -> QPixmap:
    """Take the window with a disagreement of two who both have a span in its place."""
    begin_to_adjudicate(controller)
    session, model = controller.session, controller.window.adjudication_commands.model
    for number in session.articles.numbers:
        session.open_by_id(number)
        if model.current and all(candidate.spans for candidate in model.current.candidates):
            break
    return grab(controller.window)


def _take_decided_otherwise(controller: app.ApplicationController) -> QPixmap:
    """Take the list of what was decided otherwise, once every article is adjudicated."""
    begin_to_adjudicate(controller)
    session, model = controller.session, controller.window.adjudication_commands.model
    while session.article:
        while disagreement := model.current:
            model.choose(disagreement.candidates[0])
            if model.last_decision and len(disagreement.candidates) > 1 and disagreement.candidates[1].spans:
                model.explain(model.last_decision, GUIDELINE, _REASON)
        session.set_state(DONE)
        if not session.open_next_unfinished():
            break
    differences = finish(list_decided_otherwise(_get_corpus(controller), _CARELESS.name))
    return grab_dialog(DecidedOtherwiseDialog(controller.window, differences, session.labels))


def _take_conflicts(controller: app.ApplicationController) -> QPixmap:
    """Take the list of conflicts, after somebody has changed the same differently here and on a laptop."""
    corpus, session = _get_corpus(controller), controller.session
    user, laptop_path = session.current.user, corpus.path.with_name("laptop.corpus")
    corpus.checkpoint()
    shutil.copy(corpus.path, laptop_path)
    longer, shorter = (select_span(controller, words) for words in (PLAN, "البنك الدولي"))
    assert session.article
    article, spans, noon = session.article, session.spans, datetime(2026, 11, 24, 12, tzinfo=UTC)
    with Corpus.open(laptop_path) as laptop:
        changes = (
            operations.set_state(laptop.status(article.uid, user), article, user, FLAGGED),
            operations.describe_span(longer, "2024/2028", "اسم الخطة مع سنواتها"),
            fill_values(article, operations.relabel(article, spans, shorter, "PLAN")),
        )
        _apply(laptop, user, noon, changes)
        changeset = read_changeset(laptop)
    steps = tuple(structs.replace(step, device="laptop") for step in changeset.steps)
    end = longer.start + PLAN.rindex(" ")
    resized = fill_values(article, operations.resize(article, spans, longer, longer.start, end))
    changes_here = resized, operations.remove_span(shorter)
    _apply(corpus, user, noon - timedelta(hours=3), changes_here)
    finish(merge(corpus, structs.replace(changeset, steps=steps)))
    conflicts = finish(load_conflicts(corpus, user))
    return grab_dialog(
        ConflictsDialog(
            controller.window, conflicts, user, partial(load_conflict, corpus), lambda _conflict, _choice: False
        )
    )


TEAM_PICTURES: Final[dict[str, Callable[[app.ApplicationController], QPixmap]]] = {
    "assignment": _take_assignment,
    "team": _take_team,
    "agreement": _take_agreement,
    "adjudication": _take_adjudication,
    "decided-otherwise": _take_decided_otherwise,
    "conflicts": _take_conflicts,
}
"""The function that takes each picture of the pages for leads, by the picture's name without the language."""


# The work of the team


def _open_team_corpus(controller: app.ApplicationController) -> Corpus:
    """Open a corpus with the work of the team in the window."""
    path = _get_corpus(controller).path.with_name("team.corpus")
    with Corpus.create(path, default_labels()) as corpus:
        for paragraph in _list_lines(_MIN_LENGTH, inf):
            corpus.add(build_article(paragraph))
        plan = AssignmentPlan([person.name for person in _TEAM], LAST_DAY.isoformat(), double=Fraction(1, 2), seed=1)
        assign_articles(corpus, plan)
        for person in _TEAM:
            assigned = [corpus.article(each.article) for each in list_assignments(corpus, person.name)]
            _work(corpus, person, assigned[: len(assigned) - person.undone])
    controller.open_corpus(Corpus.open(path))
    return _get_corpus(controller)


def _list_lines(min_length: int, max_length: float) -> list[str]:
    """Return the lines of the sample articles with at least so many code points, but fewer than `max_length`."""
    samples = sorted(resource_path("samples").glob("*.txt"))
    lines = [line for path in samples for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if min_length <= len(line) < max_length]


def _work(corpus: Corpus, person: _Person, articles: Sequence[Article]) -> None:
    """Label these articles, the last of them on LAST_DAY, and mark them as done."""
    numbers, a_day = Random(_TEAM.index(person)), person.articles_a_day
    days = [day for count in range(60) if (day := LAST_DAY - timedelta(days=count)).weekday() < 5]
    for index, article in enumerate(articles):
        day = days[(len(articles) - 1 - index) // a_day]
        time = datetime(day.year, day.month, day.day, 9, tzinfo=UTC) + timedelta(minutes=20 * (index % a_day))
        edits: list[Edit] = []
        for suggestion in _suggest(article):
            if span := _slip(article, suggestion, numbers) if numbers.random() < person.slips else suggestion:
                edits += operations.add_span(article, (), person.name, span.label, span.start, span.end)
        for edit in [*edits, *operations.set_state(None, article, person.name, DONE)]:
            time += timedelta(seconds=numbers.randint(20, 60))
            corpus.apply(Step(new_uid(), person.name, time.isoformat(timespec="milliseconds"), "tag", (edit,)))


def _apply(corpus: Corpus, annotator: str, time: datetime, changes: Iterable[Sequence[Edit]]) -> None:
    """Apply these changes, a minute apart."""
    for count, edits in enumerate(changes):
        moment = (time + timedelta(minutes=count)).isoformat(timespec="milliseconds")
        corpus.apply(Step(new_uid(), annotator, moment, "tag", tuple(edits)))


def _suggest(article: Article) -> list[Suggestion]:
    """Return what the rules suggest."""
    labels = default_labels()
    return resolve_overlaps(span for suggester in rule_suggesters() for span in suggester.suggest(article, labels))


def _slip(article: Article, suggestion: Suggestion, numbers: Random) -> Suggestion | None:
    """Return a span as an annotator has it who is not careful: without its last word, with another label, or none."""
    words = article.text[suggestion.start : suggestion.end]
    kind = numbers.random()
    if kind < 0.5 and " " in words:
        return structs.replace(suggestion, end=suggestion.start + words.rindex(" "))
    if kind < 0.7:
        return structs.replace(suggestion, label="PLAN" if suggestion.label == "INSTITUTION" else "INSTITUTION")
    return None


def begin_to_adjudicate(controller: app.ApplicationController) -> None:
    """Open the corpus of the team, and its first disagreement."""
    _open_team_corpus(controller)
    commands = controller.window.adjudication_commands
    commands.toggle()
    while not commands.model.current:  # the annotators are compared in the background
        QTest.qWait(20)


def _grab_page(controller: app.ApplicationController, kind: type[TeamProgressPage | TeamAgreementPage]) -> QPixmap:
    """Take a page of the dialog that shows progress."""
    corpus, session = _open_team_corpus(controller), controller.session
    agreement = finish(measure_team_agreement(corpus))
    pages = [
        TeamProgressPage(finish(measure_team_progress(corpus, LAST_DAY))),
        TeamAgreementPage(lambda _owner, show, _abort: show(agreement), session.labels),
    ]
    work = finish(count_work(corpus))
    dialog = WorkProgressDialog(controller.window, work, session.current.user, session.labels, LAST_DAY, pages)
    dialog.tabs.setCurrentWidget(next(page for page in pages if isinstance(page, kind)))
    dialog.resize(dialog.width(), _PAGE_HEIGHT)
    return grab_dialog(dialog)


def _get_corpus(controller: app.ApplicationController) -> Corpus:
    assert controller.session.corpus
    return controller.session.corpus
