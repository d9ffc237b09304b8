"""`annotator list CORPUS`: the articles."""

from pathlib import Path

import click

from annotator.cli.command import Help, corpus_argument, json_option
from annotator.cli.console import emit, table
from annotator.i18n import _
from annotator.model.display_names import state_title
from annotator.model.records import NEW
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import Summary, articles


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "list",
        callback=_list,
        params=[corpus_argument(), json_option()],
        help=_("List the articles of CORPUS, with each annotator's state of them."),
    )


def _list(corpus: Path, as_json: bool) -> int:
    with Corpus.open(corpus, readonly=True) as opened:
        found = list(articles(opened))
    if as_json:
        emit(found)
    else:
        head = [_("No."), _("Spans"), _("Published"), _("State"), _("Source"), _("Title")]
        table([head, *map(_row, found)])
    return 0


def _row(article: Summary) -> list[str]:
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
