"""`annotator learn CORPUS`: trains the model on the articles that are done."""

import os
from pathlib import Path
from time import perf_counter
from typing import Final

import click

from annotator.cli.command import TerminalCommand, corpus_argument, json_option
from annotator.cli.console import print_json, print_text, run_with_progress
from annotator.i18n import _, ngettext
from annotator.jobs.learning import LearningResult, learn
from annotator.store.corpus import Corpus

_NICE: Final = 10  # of 19, so that interactive work comes first


def build_command() -> click.Command:
    """Build the command."""
    return TerminalCommand(
        "learn",
        callback=_learn,
        params=[corpus_argument(), json_option()],
        help=_("Train the model on the articles of CORPUS that are done. It then suggests more in the others."),
    )


def _learn(corpus: Path, as_json: bool) -> int:
    if hasattr(os, "nice"):
        os.nice(_NICE)
    start = perf_counter()
    with Corpus.open(corpus) as opened:
        result = run_with_progress(learn(opened), _("Learning"))
    seconds = round(perf_counter() - start, 1)
    if as_json:
        learned = result.trained is not None
        print_json({"learned": learned, "articles": result.articles, "spans": result.spans, "seconds": seconds})
    else:
        print_text(_format_summary(result, seconds))
    return 0


def _format_summary(result: LearningResult, seconds: float) -> str:
    counts = [
        ngettext("{count} article", "{count} articles", result.articles).format(count=result.articles),
        ngettext("{count} span", "{count} spans", result.spans).format(count=result.spans),
    ]
    message = _("learned from {counts} in {seconds} s") if result.trained else _("not enough to learn from: {counts}")
    return message.format(counts=_(", ").join(counts), seconds=seconds)
