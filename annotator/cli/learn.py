"""`annotator learn CORPUS`: trains the model on the articles that are done."""

import os
from pathlib import Path
from time import perf_counter
from typing import Final

from annotator.cli.command import corpus_argument, json_option
from annotator.cli.console import print_json, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.learning import LearningResult, learn
from annotator.suggest.crf.training import MAX_TOKENS

_NICE: Final = 10  # of 19, so that interactive work comes first


@root.command(
    "learn",
    help=LazyText(
        "Train the model on the articles of CORPUS that are done. It then suggests more in the others. It learns from "
        "the latest {count} tokens at most, some 200 articles, so that it takes seconds; a model of all articles is "
        "trained outside, from an export.",
        count=format(MAX_TOKENS, ","),
    ),
    examples=((LazyText("Learn from the articles that are done:"), "annotator learn news.corpus"),),
    page="docs/suggestions.md",
)
@corpus_argument
@json_option
def learn_articles(corpus: Path, as_json: bool) -> None:
    """Train the model."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    start = perf_counter()
    with open_corpus(corpus) as opened:
        result = run_with_progress(learn(opened), _("Learning"))
    seconds = round(perf_counter() - start, 1)
    if as_json:
        learned = result.trained is not None
        print_json(
            {
                "learned": learned,
                "articles": result.articles,
                "spans": result.spans,
                "seconds": seconds,
                "left_out": result.left_out,
            }
        )
    else:
        print_text(_format_summary(result, seconds))
        if result.left_out:
            print_text(
                count_phrase(
                    "{count} article edited earlier was left out: learning is limited to the latest words",
                    "{count} articles edited earlier were left out: learning is limited to the latest words",
                    result.left_out,
                )
            )


def _format_summary(result: LearningResult, seconds: float) -> str:
    counts = [
        count_phrase("{count} article", "{count} articles", result.articles),
        count_phrase("{count} span", "{count} spans", result.spans),
    ]
    message = _("learned from {counts} in {seconds} s") if result.trained else _("not enough to learn from: {counts}")
    return message.format(counts=_(", ").join(counts), seconds=seconds)
