"""`annotator list CORPUS`: the articles."""

from pathlib import Path

import click

from annotator.cli.command import Help, corpus_argument, json_option
from annotator.cli.output import emit, table
from annotator.core.model import DONE, FLAGGED, IN_PROGRESS, NEW, SKIPPED
from annotator.i18n import _
from annotator.store.corpus import Corpus, Summary


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
        articles = list(opened.articles())
    if as_json:
        emit(articles)
    else:
        head = [_("No."), _("Spans"), _("Published"), _("State"), _("Source"), _("Title")]
        table([head, *map(_row, articles)])
    return 0


def _row(article: Summary) -> list[str]:
    named = _states()
    states = _(", ").join(
        _("{name}: {fact}").format(name=annotator, fact=named.get(state, state))
        for annotator, state in article.states.items()
    )
    return [
        str(article.id),
        str(article.spans),
        article.published or "-",
        states or named[NEW],
        article.source or "-",
        article.title,
    ]


def _states() -> dict[str, str]:
    return {
        NEW: _("new"),
        IN_PROGRESS: _("in progress"),
        DONE: _("done"),
        SKIPPED: _("skipped"),
        FLAGGED: _("flagged"),
    }
