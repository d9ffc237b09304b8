"""`annotator suggest CORPUS`: what the program proposes, and accepting it."""

from collections.abc import Iterator
from pathlib import Path

import click

from annotator import device_key, settings
from annotator.cli.command import Help, corpus_argument, identity, json_option, words
from annotator.cli.console import emit, finish, say, table, tell
from annotator.i18n import _, ngettext
from annotator.jobs.learning import due, learn, teach
from annotator.jobs.suggesting import Found, Suggesting, accept_each, brought, suggest
from annotator.model.display_names import hundredth
from annotator.store.corpus import Corpus
from annotator.store.errors import ReadOnlyCorpus
from annotator.store.queries.article_list import waiting
from annotator.suggest.crf.suggester import Model
from annotator.suggest.crf.training import Trained


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "suggest",
        callback=_suggest,
        params=[
            corpus_argument(),
            click.Option(
                ["--article"],
                metavar="ID",
                callback=words,
                help=_("Only in this article, by its number or its uid; else in all that the annotator has not done."),
            ),
            click.Option(
                ["--source"],
                metavar="NAME",
                callback=words,
                help=_("Only what this suggester says: dates, names, memory, model or one that was brought."),
            ),
            click.Option(
                ["--annotator"],
                metavar="NAME",
                callback=words,
                help=_("Who decides: nothing is suggested that is labelled or rejected there; without it, you."),
            ),
            click.Option(["accept", "--accept"], is_flag=True, help=_("Label all that is suggested.")),
            json_option(),
        ],
        help=_(
            "List what is suggested for the articles of CORPUS, after learning from what was done since the program "
            "learned last."
        ),
    )


def _suggest(
    corpus: Path, article: str | None, source: str | None, annotator: str | None, accept: bool, as_json: bool
) -> int:
    name = annotator or settings.load().annotator
    opened, writable = _opened(corpus, writing=accept)
    with opened:
        trained = _learned(opened, writable=writable) if source in (None, Model.name) else None
        suggesting = Suggesting.of(opened, trained, brought(tell))
        _check(source, suggesting.names)
        numbers = [opened.article(identity(article)).id] if article is not None else waiting(opened, name)
        found = finish(suggest(opened, suggesting, name, numbers, source), _("Looking for suggestions"))
        if accept:
            found = finish(accept_each(opened, name, found), _("Accepting"))
    if as_json:
        emit([record for one in found for record in _records(one)])
    else:
        say(_summary(found, accepted=accept))
        table([row for one in found for row in _rows(one)])
    return 0


def _opened(path: Path, *, writing: bool) -> tuple[Corpus, bool]:
    """The corpus, and whether it can be written to. Raises ReadOnlyCorpus if it has to be and cannot."""
    try:
        return Corpus.open(path), True
    except ReadOnlyCorpus:
        if writing:
            raise
        return Corpus.open(path, readonly=True), False


def _learned(corpus: Corpus, *, writable: bool) -> Trained | None:
    """What was learned just now, where that was due; it is kept in the corpus if it can be."""
    if not due(corpus):
        return None
    if writable and _can_keep():
        return finish(learn(corpus), _("Learning")).trained
    return teach(corpus).trained


def _can_keep() -> bool:
    """Return whether a model can be signed, without which it is not used again."""
    try:
        device_key.load_or_create_key()
    except OSError:
        return False
    return True


def _check(source: str | None, names: list[str]) -> None:
    """Raise UsageError for a source that there is not; say so where one has nothing to say yet."""
    if source is None or source in names:
        return
    if source != Model.name:
        told = _("“{source}” suggests nothing here; those who do are {names}")
        raise click.UsageError(told.format(source=source, names=", ".join(dict.fromkeys([*names, Model.name]))))
    tell(_("nothing was learned yet: too little is done"))


def _summary(found: list[Found], *, accepted: bool) -> str:
    count = sum(len(one.suggestions) for one in found)
    if accepted:
        return ngettext("{count} suggestion accepted", "{count} suggestions accepted", count).format(count=count)
    return ngettext("{count} suggestion", "{count} suggestions", count).format(count=count)


def _records(found: Found) -> Iterator[dict[str, object]]:
    for one in found.suggestions:
        yield {
            "article": found.article.id,
            "start": one.start,
            "end": one.end,
            "label": one.label,
            "text": found.article.text[one.start : one.end],
            "value": one.value,
            "source": one.source,
            "score": one.score,
            "assumed": one.assumed,
        }


def _rows(found: Found) -> Iterator[list[str]]:
    for one in found.suggestions:
        text = found.article.text[one.start : one.end]
        place = f"{one.start}-{one.end}"
        yield [str(found.article.id), place, one.label, one.source, f"{hundredth(one.score)}%", one.value or "-", text]
