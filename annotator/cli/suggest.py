"""`annotator suggest CORPUS`: lists suggestions, or accepts them."""

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Final

import click

from annotator import device_key, settings
from annotator.cli.annotators import choose_annotator
from annotator.cli.command import (
    Share,
    annotator_option,
    corpus_argument,
    decode_argument,
    jobs_option,
    option,
)
from annotator.cli.console import (
    TableWriter,
    print_message,
    print_text,
    run_with_progress,
    track_progress,
)
from annotator.cli.opening import open_corpus
from annotator.cli.records import RecordOutput, record_options
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.learning import learn, learn_unsaved, needs_training
from annotator.jobs.suggesting import (
    ArticleSuggestions,
    BatchSuggester,
    accept_in_batches,
    suggest_in_batches,
)
from annotator.model.display_names import to_percent
from annotator.model.open_suggestions import SURE_SCORE
from annotator.store.corpus import Corpus
from annotator.store.errors import FullDisk, ReadOnlyCorpus
from annotator.store.queries.article_ids import find_article_number
from annotator.store.queries.article_list import list_unfinished_articles
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import TrainedModel

_MODEL_SETTINGS: Final = {"spacy": "spacy_pipeline", "onnx": "onnx_folder"}
"""The setting that names the model of each external suggester."""


@root.command(
    "suggest",
    help=LazyText(
        "List suggestions for the articles of CORPUS. The model first learns from articles that "
        "were done since it last learned."
    ),
    examples=(
        (LazyText("Suggest dates in the first article:"), "annotator suggest news.corpus --article 1 --source dates"),
        (LazyText("List what is at least 90% likely:"), "annotator suggest news.corpus --min-score 90%"),
        (LazyText("Accept the sure suggestions:"), "annotator suggest news.corpus --sure --accept"),
    ),
    page="docs/suggestions.md",
)
@corpus_argument
@option(
    "--article",
    metavar="ID",
    callback=decode_argument,
    help=LazyText(
        "Suggest only in this article, given by number, uid or beginning of a uid; by default, in all that the "
        "annotator has not done."
    ),
)
@option(
    "--source",
    metavar="NAME",
    callback=decode_argument,
    help=LazyText("Use only this suggester: dates, names, memory, model, or an external one."),
)
@annotator_option(
    LazyText("Annotator to suggest for, leaving out what they have labelled or rejected; by default, you.")
)
@option(
    "min_score",
    "--min-score",
    metavar="SCORE",
    type=Share(),
    default="0",
    help=LazyText("Leave out suggestions that are less likely to be right than this, such as 0.9 or 90%."),
)
@option(
    "only_sure",
    "--sure",
    is_flag=True,
    help=LazyText(
        "Leave out all but the sure suggestions, of which one in a hundred at most is wrong. A corpus has none before "
        "some two hundred decisions on suggestions."
    ),
)
@option("--accept", is_flag=True, help=LazyText("Accept what is suggested."))
@jobs_option
@record_options("article", "start", "end", "label", "text", "value", "source", "score", "assumed")
def suggest(
    corpus: Path,
    article: str | None,
    source: str | None,
    annotator: str | None,
    min_score: Fraction,
    only_sure: bool,
    accept: bool,
    jobs: int,
    output: RecordOutput,
) -> None:
    """List the suggestions, or accept them."""
    opened, writable = _open_corpus(corpus, writing=accept)
    with opened:
        name = choose_annotator(opened, annotator)
        trained = _load_trained(opened, writable=writable) if source in (None, CrfSuggester.name) else None
        batch_suggester = BatchSuggester.from_corpus(opened, name, trained, source)
        if source is not None:
            _check_source(source, batch_suggester)
        numbers = (
            [find_article_number(opened, article)] if article is not None else list_unfinished_articles(opened, name)
        )
        batches = suggest_in_batches(batch_suggester, opened.load_articles(numbers, name), print_message, jobs)
        batches = _leave_out(batches, max(SURE_SCORE if only_sure else 0.0, float(min_score)))
        label = _("Looking for suggestions")
        if accept:
            batches, label = accept_in_batches(opened, name, batches), _("Accepting")
        # A bar would be torn by the list where both go to the same terminal.
        batches = track_progress(batches, len(numbers), label, is_hidden=sys.stdout.isatty())
        try:
            _print_batches(batches, accepted=accept, output=output)
        except BrokenPipeError:
            if accept:  # that is done in full, whoever reads of it
                deque(batches, maxlen=0)
            raise


def _leave_out(batches: Iterable[list[ArticleSuggestions]], lowest: float) -> Iterator[list[ArticleSuggestions]]:
    """Yield the batches without the suggestions whose scores are lower."""
    for batch in batches:
        yield [
            ArticleSuggestions(each.article, tuple(item for item in each.suggestions if item.score >= lowest))
            for each in batch
        ]


def _print_batches(batches: Iterable[list[ArticleSuggestions]], *, accepted: bool, output: RecordOutput) -> None:
    """Print the suggestions as they come, and their number at the end, also of those before an error."""
    if not output.is_for_people:
        output.print_batches([record for result in batch for record in _build_records(result)] for batch in batches)
        return
    table, count, is_complete = TableWriter(), 0, False
    try:
        for batch in batches:
            count += table.print_rows(row for result in batch for row in _format_rows(result))
        is_complete = True
    finally:
        if count or is_complete:
            print_text(_format_summary(count, accepted=accepted))


def _open_corpus(path: Path, *, writing: bool) -> tuple[Corpus, bool]:
    """Return the corpus and whether it is writable. Raises ReadOnlyCorpus and FullDisk if `writing`."""
    try:
        return open_corpus(path), True
    except (ReadOnlyCorpus, FullDisk):
        if writing:
            raise
        return open_corpus(path, readonly=True), False


def _load_trained(corpus: Corpus, *, writable: bool) -> TrainedModel | None:
    """Train a model if needed, and store it if possible; return it or None."""
    if not needs_training(corpus):
        return None
    if writable and _can_sign():
        return run_with_progress(learn(corpus), _("Learning")).trained
    return learn_unsaved(corpus).trained


def _can_sign() -> bool:
    """Return whether a model can be signed; unsigned, it is never used again."""
    try:
        device_key.load_or_create_key()
    except OSError:
        return False
    return True


def _check_source(source: str, suggester: BatchSuggester) -> None:
    """Raise UsageError for an unknown source, or an external one that cannot be used; say if `model` is untrained."""
    names = suggester.suggester.pool.names
    if source in names:
        return
    if source != CrfSuggester.name:
        for problem in suggester.problems:
            print_message(problem)
        if source in _MODEL_SETTINGS and not getattr(settings.load(), _MODEL_SETTINGS[source]):
            message = _("“{source}” is a model of your own, which “annotator config {key}” names")
            raise click.UsageError(message.format(source=source, key=_MODEL_SETTINGS[source]))
        message = _("“{source}” is not a suggester of this corpus; choose from {names}")
        raise click.UsageError(
            message.format(source=source, names=", ".join(dict.fromkeys([*names, CrfSuggester.name])))
        )
    print_message(_("the model has learned nothing yet: not enough articles are done"))


def _format_summary(count: int, *, accepted: bool) -> str:
    if accepted:
        return count_phrase("{count} suggestion accepted", "{count} suggestions accepted", count)
    return count_phrase("{count} suggestion", "{count} suggestions", count)


def _build_records(article_suggestions: ArticleSuggestions) -> Iterator[dict[str, object]]:
    for suggestion in article_suggestions.suggestions:
        yield {
            "article": article_suggestions.article.id,
            "start": suggestion.start,
            "end": suggestion.end,
            "label": suggestion.label,
            "text": article_suggestions.article.text[suggestion.start : suggestion.end],
            "value": suggestion.value,
            "source": suggestion.source,
            "score": suggestion.score,
            "assumed": suggestion.assumed,
        }


def _format_rows(article_suggestions: ArticleSuggestions) -> Iterator[list[str]]:
    for suggestion in article_suggestions.suggestions:
        text = article_suggestions.article.text[suggestion.start : suggestion.end]
        text_range = f"{suggestion.start}-{suggestion.end}"
        yield [
            str(article_suggestions.article.id),
            text_range,
            suggestion.label,
            suggestion.source,
            f"{to_percent(suggestion.score)}%",
            suggestion.value or "-",
            text,
        ]
