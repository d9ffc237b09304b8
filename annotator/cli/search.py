"""`annotator search CORPUS QUERY`: the articles that hold some words."""

from pathlib import Path

import click

from annotator.cli.command import Help, corpus_argument, json_option, words
from annotator.cli.console import emit, say, table
from annotator.i18n import _, ngettext
from annotator.model.titles import title
from annotator.store.corpus import Corpus
from annotator.store.queries.search import Found, search
from annotator.text.snippets import snippet


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "search",
        callback=_search,
        params=[corpus_argument(), click.Argument(["query"], metavar="QUERY", callback=words), json_option()],
        help=_("List the articles of CORPUS that hold the words QUERY, however their Arabic is spelt."),
    )


def _search(corpus: Path, query: str, as_json: bool) -> int:
    with Corpus.open(corpus, readonly=True) as opened, opened.snapshot():
        found = [(place, title(place.article, opened.zones(place.article.uid))) for place in search(opened, query)]
    if as_json:
        emit([_record(place, heading) for place, heading in found])
        return 0
    say(ngettext("{count} article", "{count} articles", len(found)).format(count=len(found)))
    table([[str(place.article.id), heading, _shown(place)] for place, heading in found])
    return 0


def _record(place: Found, heading: str) -> dict[str, object]:
    return {
        "id": place.article.id,
        "title": heading,
        "start": place.start,
        "end": place.end,
        "snippet": _shown(place),
    }


def _shown(place: Found) -> str:
    return snippet(place.article.text, place.start, place.end).text
