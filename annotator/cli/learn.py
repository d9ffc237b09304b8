"""`annotator learn CORPUS`: trains the model of a corpus on what is done."""

import os
from pathlib import Path
from time import perf_counter
from typing import Final

import click

from annotator.cli.command import Help, corpus_argument, json_option
from annotator.cli.console import emit, finish, say
from annotator.i18n import _, ngettext
from annotator.jobs.learning import Taught, learn
from annotator.store.corpus import Corpus

_NICE: Final = 10  # of 19: whoever works at the machine comes first


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "learn",
        callback=_learn,
        params=[corpus_argument(), json_option()],
        help=_("Learn from the articles of CORPUS that are done, so that more can be suggested in the others."),
    )


def _learn(corpus: Path, as_json: bool) -> int:
    if hasattr(os, "nice"):
        os.nice(_NICE)
    begun = perf_counter()
    with Corpus.open(corpus) as opened:
        taught = finish(learn(opened), _("Learning"))
    seconds = round(perf_counter() - begun, 1)
    if as_json:
        learned = taught.trained is not None
        emit({"learned": learned, "articles": taught.articles, "spans": taught.spans, "seconds": seconds})
    else:
        say(_summary(taught, seconds))
    return 0


def _summary(taught: Taught, seconds: float) -> str:
    counts = [
        ngettext("{count} article", "{count} articles", taught.articles).format(count=taught.articles),
        ngettext("{count} span", "{count} spans", taught.spans).format(count=taught.spans),
    ]
    said = _("learned from {counts} in {seconds} s") if taught.trained else _("too little to learn from: {counts}")
    return said.format(counts=_(", ").join(counts), seconds=seconds)
