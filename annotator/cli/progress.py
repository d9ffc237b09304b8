"""`annotator progress CORPUS`: how far a team is, by annotator, day or batch."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from msgspec.structs import asdict

from annotator.cli.command import corpus_argument, json_option, option
from annotator.cli.console import print_json, print_table, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase, pgettext
from annotator.jobs.team_progress import AnnotatorProgress, BatchProgress, TeamProgress, measure_team_progress
from annotator.model.display_names import state_title


@root.command(
    "progress",
    help=LazyText(
        "Show how far each annotator is with CORPUS, how fast, and when the rest will be done. Hours are counted from "
        "step to step, without long pauses; the pace is that of the last two weeks."
    ),
    examples=(
        (LazyText("Show what each annotator did:"), "annotator progress news.corpus"),
        (
            LazyText("Show what was done on each day, for other programs:"),
            "annotator progress news.corpus --by day --json",
        ),
    ),
    page="docs/team.en.md",
)
@corpus_argument
@option(
    "--by",
    "grouping",
    type=click.Choice(["annotator", "day", "batch"]),
    default="annotator",
    show_default=True,
    help=LazyText("What the rows are: annotators, days, or the batches that were given out."),
)
@json_option
def progress(corpus: Path, grouping: str, as_json: bool) -> None:
    """Print the progress."""
    today = datetime.now().astimezone().date()
    with open_corpus(corpus, readonly=True) as opened:
        measured = run_with_progress(measure_team_progress(opened, today), _("Collecting statistics"))
    if as_json:
        print_json(_build_record(measured, grouping))
    elif grouping == "day":
        _print_days(measured)
    elif grouping == "batch":
        _print_batches(measured.batches)
    else:
        _print_annotators(measured)


def _build_record(measured: TeamProgress, grouping: str) -> dict[str, Any]:
    if grouping == "day":
        return {"days": [{"day": day, "annotators": names} for day, names in measured.days.items()]}
    if grouping == "batch":
        return {
            "batches": [
                {**asdict(entry.batch), "annotators": entry.states, "expected_end": entry.expected_end}
                for entry in measured.batches
            ]
        }
    return {"annotators": measured.annotators}


def _print_annotators(measured: TeamProgress) -> None:
    separator = ""
    for name, entry in measured.annotators.items():
        print_text(separator + name)
        print_table(_format_annotator(entry))
        separator = "\n"


def _format_annotator(entry: AnnotatorProgress) -> Iterator[list[str]]:
    if entry.assigned is not None:
        yield [_("Assigned articles"), str(entry.assigned)]
    yield from ([state_title(state), str(count)] for state, count in entry.states.items() if count)
    yield [_("Spans"), str(entry.spans)]
    yield [_("Edits"), str(entry.edits)]
    yield [_("Hours"), str(entry.hours)]
    yield [_("Days of work"), str(entry.days)]
    if entry.articles_per_hour is not None:
        yield [_("Articles an hour"), str(entry.articles_per_hour)]
    if entry.articles_per_day is not None:
        yield [_("Articles a day"), str(entry.articles_per_day)]
    if entry.remaining:
        yield [_("Expected end"), _format_day(entry.expected_end)]


def _print_days(measured: TeamProgress) -> None:
    rows = (
        [day.isoformat(), str(entry.articles), str(entry.spans), str(entry.edits), str(entry.hours), name]
        for day, names in measured.days.items()
        for name, entry in names.items()
    )
    print_table(
        [[_("Day"), _("Articles done"), _("Spans"), _("Edits"), _("Hours"), pgettext("the person", "Annotator")], *rows]
    )


def _print_batches(batches: Iterable[BatchProgress]) -> None:
    separator = ""
    for entry in batches:
        heading = _("{name}, blind") if entry.batch.is_blind else "{name}"
        print_text(separator + heading.format(name=entry.batch.name))
        print_table(
            [name, count_phrase("{count} article", "{count} articles", sum(states.values())), _format_states(states)]
            for name, states in entry.states.items()
        )
        print_text(_("{name}: {fact}").format(name=_("Expected end"), fact=_format_day(entry.expected_end)))
        separator = "\n"


def _format_states(states: dict[str, int]) -> str:
    facts = (
        _("{name}: {fact}").format(name=state_title(state), fact=count) for state, count in states.items() if count
    )
    return _(", ").join(facts)


def _format_day(day: date | None) -> str:
    return day.isoformat() if day else _("unknown")
