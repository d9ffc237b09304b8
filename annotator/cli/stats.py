"""`annotator stats CORPUS`: how much there is, by label, annotator and state."""

from collections.abc import Iterator
from pathlib import Path

import click

from annotator.cli.command import Help, corpus_argument, json_option
from annotator.cli.console import emit, say, table
from annotator.i18n import _, ngettext
from annotator.model.display_names import state_title
from annotator.store.corpus import Corpus
from annotator.store.queries.statistics import Share, Statistics, statistics


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "stats",
        callback=_stats,
        params=[corpus_argument(), json_option()],
        help=_("Count what is in CORPUS: articles, spans, states and edits, by label and annotator."),
    )


def _stats(corpus: Path, as_json: bool) -> int:
    with Corpus.open(corpus, readonly=True) as opened:
        found = statistics(opened)
        titles = {label.name: label.shown() for label in opened.labels().labels}
    if as_json:
        emit(found)
        return 0
    say(_(", ").join(_totals(found)))
    for name, share in found.annotators.items():
        say("")
        say(name)
        table([*_about(share)])
    say("")
    table([[_("Label"), _("Spans"), _("Title")], *([name, str(n), titles[name]] for name, n in found.labels.items())])
    return 0


def _totals(found: Statistics) -> Iterator[str]:
    yield ngettext("{count} article", "{count} articles", found.articles).format(count=found.articles)
    yield ngettext("{count} span", "{count} spans", found.spans).format(count=found.spans)
    yield ngettext("{count} edit", "{count} edits", found.edits).format(count=found.edits)


def _about(share: Share) -> Iterator[list[str]]:
    for state, count in share.states.items():
        if count:
            yield [state_title(state), str(count)]
    yield [_("Spans"), str(share.spans)]
    for name, count in sorted(share.labels.items()):
        yield [f"  {name}", str(count)]
    yield [_("Suggestions accepted"), str(share.accepted)]
    yield [_("Suggestions rejected"), str(share.rejected)]
    yield [_("Questions dismissed"), str(share.dismissed)]
    yield [_("Edits"), str(share.edits)]
    if share.first and share.last:
        yield [_("Days of work"), str(share.days)]
        yield [_("First and last edit"), f"{share.first[:10]} … {share.last[:10]}"]
