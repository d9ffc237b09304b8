"""`annotator search CORPUS QUERY`: lists the articles that contain some words."""

from pathlib import Path

import click

from annotator.cli.command import corpus_argument, decode_argument, json_option
from annotator.cli.console import print_json, print_table, print_text
from annotator.cli.root import root
from annotator.i18n import LazyText, count_phrase
from annotator.model.display_names import article_title
from annotator.store.corpus import Corpus
from annotator.store.queries.search import SearchResult, search
from annotator.text.search import make_snippet


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
    ),
)
@corpus_argument
@click.argument("query", callback=decode_argument)
@json_option
def search_articles(corpus: Path, query: str, as_json: bool) -> None:
    """List the articles that match."""
    with Corpus.open(corpus, readonly=True) as opened, opened.snapshot():
        matches = [
            (match, article_title(match.article, opened.zones(match.article.uid))) for match in search(opened, query)
        ]
    if as_json:
        print_json([_build_record(match, heading) for match, heading in matches])
        return
    print_text(count_phrase("{count} article", "{count} articles", len(matches)))
    print_table([[str(match.article.id), heading, _build_snippet(match)] for match, heading in matches])


def _build_record(match: SearchResult, heading: str) -> dict[str, object]:
    return {
        "id": match.article.id,
        "title": heading,
        "start": match.start,
        "end": match.end,
        "snippet": _build_snippet(match),
    }


def _build_snippet(match: SearchResult) -> str:
    return make_snippet(match.article.text, match.start, match.end).text
