"""`annotator mark CORPUS ID...`: sets an annotator's state of articles."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import click

from annotator import settings
from annotator.cli.annotators import choose_annotator
from annotator.cli.article_ids import articles_argument, find_articles
from annotator.cli.command import annotator_option, corpus_argument, json_option, option
from annotator.cli.console import (
    EXIT_INCOMPLETE,
    print_json,
    print_message,
    print_remarks,
    print_text,
    run_with_progress,
)
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.article_changes import ChangeResult, set_states
from annotator.jobs.open_work import OpenWork, find_open_work, list_not_done
from annotator.model.display_names import state_title
from annotator.model.reasons import Code, Reason
from annotator.model.records import DONE, STATES, Notice, Refusal
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter, list_article_numbers

_ALL: Final = "all"
_MAX_LOOKED_AT: Final = 100
"""Articles in which open work is looked for: the suggesters take some seconds for a hundred."""


@root.command(
    "mark",
    help=LazyText(
        "Set the state of articles of CORPUS, such as done, as the window does; it can be undone there. An ID is a "
        "number, a uid, or the beginning of a uid. “all” stands for all articles that are not removed, and - for the "
        "IDs on standard input. Suggestions and issues that are open in articles marked as done are noticed, if there "
        "are at most {count} articles.",
        count=str(_MAX_LOOKED_AT),
    ),
    examples=(
        (LazyText("Say that two articles are done:"), "annotator mark news.corpus 1 2 --state done"),
        (
            LazyText("Say that all articles are done for Salma, whose labels were imported:"),
            "annotator mark news.corpus all --state done --annotator Salma",
        ),
    ),
)
@corpus_argument
@articles_argument
@option("-s", "--state", type=click.Choice(STATES), required=True, help=LazyText("The new state."))
@annotator_option(LazyText("Annotator whose state is set; by default, you."))
@json_option
def mark(corpus: Path, ids: tuple[str, ...], state: str, annotator: str | None, as_json: bool) -> int:
    """Set the states."""
    if _ALL in ids and len(ids) > 1:
        raise click.UsageError(_("“all” stands alone"))
    with open_corpus(corpus) as opened:
        name = choose_annotator(opened, annotator)
        skipped: list[Refusal] = []
        if _ALL in ids:
            numbers = list_article_numbers(opened, "", ArticleFilter())
        else:
            numbers, skipped = find_articles(opened, ids)
        notices: list[Notice] = []
        if state == DONE and len(numbers) <= _MAX_LOOKED_AT:
            notices = list(_look_for_open_work(opened, numbers, name))
        result = run_with_progress(set_states(opened, numbers, name, state), _("Marking"))
    print_remarks([*skipped, *notices])
    if result.no_longer_done:
        print_message(
            count_phrase(
                "{count} article no longer counts as done",
                "{count} articles no longer count as done",
                result.no_longer_done,
            )
        )
    if as_json:
        print_json(
            {
                "state": state,
                "annotator": name,
                "changed": result.changed,
                "unchanged": result.unchanged,
                "skipped": skipped,
                "noticed": notices,
            }
        )
    else:
        print_text(_("{name}: {fact}").format(name=state_title(state), fact=_format_result(result)))
    return EXIT_INCOMPLETE if skipped else 0


def _look_for_open_work(corpus: Corpus, numbers: list[int], annotator: str) -> Iterator[Notice]:
    """Yield what is open in those of the articles that are not done yet."""
    has_suggestions = settings.load().suggestions
    not_done = list_not_done(corpus, numbers, annotator)
    if not_done:
        yield from _describe_open_work(
            find_open_work(corpus, not_done, annotator, print_message, has_suggestions=has_suggestions)
        )


def _describe_open_work(works: Iterable[OpenWork]) -> Iterator[Notice]:
    for work in works:
        number = str(work.article)
        if work.suggestions:
            text = count_phrase(
                "{count} suggestion was not looked at.", "{count} suggestions were not looked at.", work.suggestions
            )
            yield Notice.at(number, 0, Reason(Code.OPEN_SUGGESTIONS, text))
        if work.issues:
            text = count_phrase("{count} issue is open.", "{count} issues are open.", work.issues)
            yield Notice.at(number, 0, Reason(Code.OPEN_ISSUES, text))


def _format_result(result: ChangeResult) -> str:
    """Say how many articles were changed, and how many had nothing to change."""
    parts = [count_phrase("{count} article changed", "{count} articles changed", result.changed)]
    if result.unchanged:
        parts.append(count_phrase("{count} was so already", "{count} were so already", result.unchanged))
    return _(", ").join(parts)
