"""`annotator list CORPUS`: lists the articles."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from annotator.cli.annotators import choose_annotator
from annotator.cli.command import annotator_option, corpus_argument, limit_option, option
from annotator.cli.console import TableWriter, print_message, split_into_batches
from annotator.cli.opening import open_corpus
from annotator.cli.records import RecordOutput, record_options
from annotator.cli.root import root
from annotator.i18n import LazyText, _
from annotator.model.display_names import state_title
from annotator.model.records import NEW
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter, ArticleSummary, list_article_numbers, load_summaries
from annotator.store.queries.assignments import has_queue, list_queue
from annotator.store.queries.training_data import list_uncertain_articles, load_uncertainties

_BATCH_SIZE: Final = 500  # lines that are printed at once, and aligned
_ADDED: Final = "added"
_INFORMATIVE: Final = "informative"
_UNCERTAINTY: Final = "uncertainty"


@root.command(
    "list",
    help=LazyText("List the articles of CORPUS with their state for each annotator."),
    examples=(
        (LazyText("List the articles as JSON, for other programs:"), "annotator list news.corpus --json"),
        (
            LazyText("List the five articles that teach the model most:"),
            "annotator list news.corpus --sort informative --limit 5",
        ),
        (
            LazyText("Write some columns for a spreadsheet:"),
            "annotator list news.corpus --csv --columns id,title,spans",
        ),
    ),
)
@corpus_argument
@option("removed", "--removed", is_flag=True, help=LazyText("List the articles that were removed from the corpus."))
@option(
    "--sort",
    type=click.Choice([_ADDED, _INFORMATIVE]),
    default=_ADDED,
    show_default=True,
    help=LazyText(
        "Which articles come first: those that were added first (added), or those new to the annotator that the model "
        "would learn most from (informative), as the window offers them next."
    ),
)
@annotator_option(LazyText("Annotator for whom the most informative articles come first; by default, you."))
@limit_option
@record_options(*ArticleSummary.__struct_fields__, _UNCERTAINTY)
def list_articles(
    corpus: Path, removed: bool, sort: str, annotator: str | None, limit: int | None, output: RecordOutput
) -> None:
    """List the articles."""
    if annotator is not None and sort != _INFORMATIVE:
        raise click.UsageError(_("--annotator is for lists with --sort informative."))
    with open_corpus(corpus, readonly=True) as opened:
        numbers = list_article_numbers(opened, "", ArticleFilter(is_removed=removed))
        has_uncertainty = sort == _INFORMATIVE or not output.is_for_people
        uncertainties = load_uncertainties(opened) if has_uncertainty else {}
        if sort == _INFORMATIVE:
            ranked = _rank(opened, numbers, choose_annotator(opened, annotator))
            if not ranked:
                print_message(_("the model has ranked none of these articles; it ranks some whenever it learns"))
            numbers = list(dict.fromkeys([*ranked, *numbers]))
        summaries = _load_in_order(opened, numbers[:limit])
        if not output.is_for_people:
            output.print_batches([_build_record(summary, uncertainties) for summary in batch] for batch in summaries)
            return
        head = [_("No."), _("Spans"), _("Published"), _("State"), _("Source"), _("Title")]
        column = uncertainties if sort == _INFORMATIVE else None
        if column is not None:
            head.insert(1, _("Uncertainty"))
        rows = (_format_row(summary, column) for batch in summaries for summary in batch)
        table = TableWriter()
        for lines in split_into_batches(chain([head], rows), _BATCH_SIZE):
            table.print_rows(lines)


def _rank(corpus: Corpus, numbers: Sequence[int], annotator: str) -> list[int]:
    """Return those of the articles that the window would offer next to the annotator, most uncertain first."""
    offered = list_queue(corpus, annotator) if has_queue(corpus, annotator) else set(numbers)
    offered.intersection_update(numbers)
    return [number for number in list_uncertain_articles(corpus, annotator) if number in offered]


def _load_in_order(corpus: Corpus, numbers: Sequence[int]) -> Iterator[list[ArticleSummary]]:
    """Yield the summaries in the order of the numbers, in batches."""
    for batch in split_into_batches(numbers, _BATCH_SIZE):
        by_number = {summary.id: summary for summary in load_summaries(corpus, batch)}
        yield [by_number[number] for number in batch if number in by_number]


def _build_record(article: ArticleSummary, uncertainties: Mapping[int, float]) -> dict[str, Any]:
    return msgspec.structs.asdict(article) | {_UNCERTAINTY: uncertainties.get(article.id)}


def _format_row(article: ArticleSummary, uncertainties: Mapping[int, float] | None) -> list[str]:
    states = _(", ").join(
        _("{name}: {fact}").format(name=annotator, fact=state_title(state))
        for annotator, state in article.states.items()
    )
    row = [
        str(article.id),
        str(article.spans),
        article.published or "-",
        states or state_title(NEW),
        article.source or "-",
        article.title,
    ]
    if uncertainties is not None:
        uncertainty = uncertainties.get(article.id)
        row.insert(1, "-" if uncertainty is None else f"{uncertainty:.3g}")
    return row
