"""`annotator search CORPUS QUERY`: lists the articles that contain some words."""

import sys
from itertools import islice
from pathlib import Path
from typing import Final

import click

from annotator.cli.command import corpus_argument, decode_argument, limit_option
from annotator.cli.console import CommandError, TableWriter, print_text, split_into_batches
from annotator.cli.opening import open_corpus
from annotator.cli.records import RecordOutput, record_options
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase, format_number, ngettext
from annotator.model.display_names import article_title
from annotator.store.corpus import Corpus
from annotator.store.queries.search import SearchResult, search
from annotator.text.search import MAX_QUERY_LENGTH, make_snippet

_BATCH_SIZE: Final = 20  # lines that are printed at once, and aligned


@root.command(
    "search",
    help=LazyText(
        "List the articles of CORPUS that contain the words QUERY. Differences in Arabic spelling are ignored."
    ),
    examples=(
        (
            LazyText("Find the articles that name the ministry of education:"),
            'annotator search news.corpus "وزارة التربية"',
        ),
        (
            LazyText("List the first ten articles with a word, as JSON:"),
            "annotator search news.corpus اليوم --limit 10 --json",
        ),
    ),
)
@corpus_argument
@click.argument("query", callback=decode_argument)
@limit_option
@record_options("id", "uid", "title", "start", "end", "snippet")
def search_articles(corpus: Path, query: str, limit: int | None, output: RecordOutput) -> None:
    """List the articles that match, as they are found."""
    if len(query) > MAX_QUERY_LENGTH:
        message = ngettext(
            "The query is longer than {count} character.",
            "The query is longer than {count} characters.",
            MAX_QUERY_LENGTH,
        )
        raise CommandError(message.format(count=format_number(MAX_QUERY_LENGTH)))
    with open_corpus(corpus, readonly=True) as opened, opened.snapshot():
        matches = search(opened, query)
        headed = ((match, _find_heading(opened, match)) for match in islice(matches, limit and min(limit, sys.maxsize)))
        if not output.is_for_people:
            output.print_batches([_build_record(*each)] for each in headed)
            return
        table, count = TableWriter(), 0
        for batch in split_into_batches(headed, _BATCH_SIZE):
            count += table.print_rows(_format_row(*each) for each in batch)
        summary = count_phrase("{count} article", "{count} articles", count)
        if count == limit and next(matches, None):
            summary = _("{counts}; there are more").format(counts=summary)
        print_text(summary)


def _find_heading(corpus: Corpus, match: SearchResult) -> str:
    return article_title(match.article, corpus.zones(match.article.uid))


def _format_row(match: SearchResult, heading: str) -> list[str]:
    return [str(match.article.id), heading, _build_snippet(match)]


def _build_record(match: SearchResult, heading: str) -> dict[str, object]:
    return {
        "id": match.article.id,
        "uid": match.article.uid,
        "title": heading,
        "start": match.start,
        "end": match.end,
        "snippet": _build_snippet(match),
    }


def _build_snippet(match: SearchResult) -> str:
    return make_snippet(match.article.text, match.start, match.end).text
