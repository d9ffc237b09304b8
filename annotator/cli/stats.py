"""`annotator stats CORPUS`: counts spans, articles and edits by label, annotator and state."""

from collections.abc import Iterator
from pathlib import Path

import click

from annotator.cli.command import TerminalCommand, corpus_argument, json_option
from annotator.cli.console import print_json, print_table, print_text
from annotator.i18n import _, ngettext
from annotator.model.display_names import state_title
from annotator.store.corpus import Corpus
from annotator.store.queries.statistics import AnnotatorStatistics, CorpusStatistics, collect_statistics


def build_command() -> click.Command:
    """Build the command."""
    return TerminalCommand(
        "stats",
        callback=_stats,
        params=[corpus_argument(), json_option()],
        help=_("Count articles, spans, states and edits by label and annotator."),
    )


def _stats(corpus: Path, as_json: bool) -> int:
    with Corpus.open(corpus, readonly=True) as opened:
        counts = collect_statistics(opened)
        titles = {label.name: label.localised_title() for label in opened.labels().labels}
    if as_json:
        print_json(counts)
        return 0
    print_text(_(", ").join(_format_totals(counts)))
    for name, share in counts.annotators.items():
        print_text("")
        print_text(name)
        print_table([*_format_counts(share)])
    print_text("")
    print_table(
        [
            [_("Label"), _("Spans"), _("Title")],
            *([name, str(n), titles[name]] for name, n in counts.labels.items()),
        ]
    )
    return 0


def _format_totals(counts: CorpusStatistics) -> Iterator[str]:
    yield ngettext("{count} article", "{count} articles", counts.articles).format(count=counts.articles)
    yield ngettext("{count} span", "{count} spans", counts.spans).format(count=counts.spans)
    yield ngettext("{count} edit", "{count} edits", counts.edits).format(count=counts.edits)


def _format_counts(share: AnnotatorStatistics) -> Iterator[list[str]]:
    for state, count in share.states.items():
        if count:
            yield [state_title(state), str(count)]
    yield [_("Spans"), str(share.spans)]
    for name, count in sorted(share.labels.items()):
        yield [f"  {name}", str(count)]
    yield [_("Suggestions accepted"), str(share.accepted)]
    yield [_("Suggestions rejected"), str(share.rejected)]
    yield [_("Issues dismissed"), str(share.dismissed)]
    yield [_("Edits"), str(share.edits)]
    if share.first and share.last:
        yield [_("Days of work"), str(share.days)]
        yield [_("First and last edit"), f"{share.first[:10]} … {share.last[:10]}"]
