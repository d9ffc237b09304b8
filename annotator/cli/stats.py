"""`annotator stats CORPUS`: counts spans, articles and edits by label, annotator and state."""

from collections.abc import Iterator
from pathlib import Path

from annotator.cli.command import corpus_argument, json_option
from annotator.cli.console import print_json, print_table, print_text
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.model.display_names import gold_title, state_title
from annotator.store.queries.statistics import AnnotatorStatistics, CorpusStatistics, collect_statistics


@root.command(
    "stats",
    help=LazyText("Count articles, spans, states and edits by label and annotator."),
    examples=((LazyText("Count what is in a corpus:"), "annotator stats news.corpus"),),
)
@corpus_argument
@json_option
def count(corpus: Path, as_json: bool) -> None:
    """Print the counts."""
    with open_corpus(corpus, readonly=True) as opened:
        counts = collect_statistics(opened)
        titles = {label.name: label.localised_title() for label in opened.labels().labels}
    if as_json:
        print_json(counts)
        return
    print_text(_(", ").join(_format_totals(counts)))
    gold = [(gold_title(), counts.gold)] if counts.gold else []
    for name, share in [*counts.annotators.items(), *gold]:
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


def _format_totals(counts: CorpusStatistics) -> Iterator[str]:
    yield count_phrase("{count} article", "{count} articles", counts.articles)
    yield count_phrase("{count} span", "{count} spans", counts.spans)
    yield count_phrase("{count} edit", "{count} edits", counts.edits)
    if counts.removed:
        yield count_phrase("{count} article removed", "{count} articles removed", counts.removed)


def _format_counts(share: AnnotatorStatistics) -> Iterator[list[str]]:
    for state, count in share.states.items():
        if count:
            yield [state_title(state), str(count)]
    yield [_("Spans"), str(share.spans)]
    for name, count in sorted(share.labels.items()):
        yield [f"  {name}", str(count)]
    yield [_("Suggestions accepted"), str(share.accepted)]
    yield [_("Suggestions corrected"), str(share.corrected)]
    yield [_("Suggestions rejected"), str(share.rejected)]
    yield [_("Issues dismissed"), str(share.dismissed)]
    yield [_("Edits"), str(share.edits)]
    if share.first and share.last:
        yield [_("Days of work"), str(share.days)]
        yield [_("First and last edit"), f"{share.first[:10]} … {share.last[:10]}"]
