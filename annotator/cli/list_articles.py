"""`annotator list CORPUS`: lists the articles."""

from itertools import chain
from pathlib import Path
from typing import Final

from annotator.cli.command import corpus_argument, json_option, option
from annotator.cli.console import TableWriter, print_json_list, split_into_batches
from annotator.cli.root import root
from annotator.i18n import LazyText, _
from annotator.model.display_names import state_title
from annotator.model.records import NEW
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter, ArticleSummary, list_article_numbers, load_summaries

_BATCH_SIZE: Final = 500  # lines that are printed at once, and aligned


@root.command(
    "list",
    help=LazyText("List the articles of CORPUS with their state for each annotator."),
    examples=((LazyText("List the articles as JSON, for other programs:"), "annotator list news.corpus --json"),),
)
@corpus_argument
@option("removed", "--removed", is_flag=True, help=LazyText("List the articles that were removed from the corpus."))
@json_option
def list_articles(corpus: Path, removed: bool, as_json: bool) -> None:
    """List the articles."""
    with Corpus.open(corpus, readonly=True) as opened:
        numbers = list_article_numbers(opened, "", ArticleFilter(is_removed=removed))
        summaries = load_summaries(opened, numbers)
        if as_json:
            print_json_list(split_into_batches(summaries, _BATCH_SIZE))
        else:
            head = [_("No."), _("Spans"), _("Published"), _("State"), _("Source"), _("Title")]
            table = TableWriter()
            for rows in split_into_batches(chain([head], map(_format_row, summaries)), _BATCH_SIZE):
                table.print_rows(rows)


def _format_row(article: ArticleSummary) -> list[str]:
    states = _(", ").join(
        _("{name}: {fact}").format(name=annotator, fact=state_title(state))
        for annotator, state in article.states.items()
    )
    return [
        str(article.id),
        str(article.spans),
        article.published or "-",
        states or state_title(NEW),
        article.source or "-",
        article.title,
    ]
