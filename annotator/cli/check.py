"""`annotator check CORPUS`: lists issues in the labels and damage in the file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final

import click

from annotator.checks.all_checks import DAMAGED, KINDS, kind_title
from annotator.cli.command import annotator_option, corpus_argument, jobs_option, json_option, option
from annotator.cli.console import EXIT_INCOMPLETE, print_json, print_message, print_table, print_text, run_with_progress
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.checking import ArticleIssue, check_corpus
from annotator.model.records import STATES
from annotator.store.corpus import Corpus
from annotator.store.errors import DamagedCorpus
from annotator.store.recovery.integrity import FILE, PLACE, Damage, check_integrity

_ALL: Final = "all"


@root.command(
    "check",
    help=LazyText(
        "List doubtful labels in CORPUS and damage to the file. Issues dismissed in the window "
        "are not listed. The exit code is 1 if the file is damaged and 0 otherwise, whatever is "
        "listed."
    ),
    examples=(
        (LazyText("Check the labels and the file:"), "annotator check news.corpus"),
        (LazyText("List only the spans that cut a word:"), "annotator check news.corpus --kind inside_word"),
    ),
    page="docs/checking.md",
)
@corpus_argument
@annotator_option(LazyText("Check only the labels of this annotator; by default, of all annotators."))
@option(
    "--state",
    type=click.Choice([_ALL, *STATES]),
    default=_ALL,
    help=LazyText("Check only articles in this state for the annotator who labelled them."),
)
@option(
    "kinds",
    "--kind",
    type=click.Choice([DAMAGED, *KINDS]),
    multiple=True,
    metavar="KIND",
    help=LazyText(
        "List only issues of this kind; may be repeated. Kinds: {kinds}.", kinds=", ".join((DAMAGED, *KINDS))
    ),
)
@jobs_option
@json_option
def check(corpus: Path, annotator: str | None, state: str, kinds: Sequence[str], jobs: int, as_json: bool) -> int:
    """List the issues and the damage."""
    selected_kinds = set(kinds or (DAMAGED, *KINDS))
    damaged, issues = list[Damage](), list[ArticleIssue]()
    try:
        with Corpus.open(corpus, readonly=True, allow_damaged=True) as opened, opened.snapshot():
            damaged = [*_find_damage(opened)] if DAMAGED in selected_kinds else []
            steps = check_corpus(opened, annotator, None if state == _ALL else state, jobs)
            issues = run_with_progress(steps, _("Checking")).issues if selected_kinds != {DAMAGED} else []
    except DamagedCorpus as error:
        if DAMAGED not in selected_kinds:
            raise
        damaged = damaged or [Damage(FILE, "", "", str(error))]
        print_message(str(error))
    issues = [issue for issue in issues if issue.issue.kind in selected_kinds]
    if as_json:
        print_json([*map(_build_damage_record, damaged), *map(_build_record, issues)])
    else:
        _list(damaged, issues)
    return EXIT_INCOMPLETE if damaged else 0


def _find_damage(corpus: Corpus) -> Iterator[Damage]:
    """Yield the damage, except spans outside their text, on which an issue says more."""
    return (damage for damage in check_integrity(corpus) if (damage.kind, damage.table) != (PLACE, "span"))


def _build_record(article_issue: ArticleIssue) -> dict[str, object]:
    issue = article_issue.issue
    return {
        "article": article_issue.number,
        "start": issue.start,
        "end": issue.end,
        "kind": issue.kind,
        "message": issue.message,
        "code": issue.code,
        "uid": issue.span,
        "label": issue.label,
        "annotator": article_issue.annotator,
        "text": article_issue.text,
        "remedy": issue.fix,
        "members": [
            {"uid": each.span, "label": each.label, "start": each.start, "end": each.end, "remedy": each.fix}
            for each in issue.members
        ],
    }


def _build_damage_record(damage: Damage) -> dict[str, object]:
    no_place = dict.fromkeys(("article", "start", "end"))
    no_span = dict.fromkeys(("uid", "label", "annotator", "text", "remedy"))
    place = {"table": damage.table, "row": damage.row}
    return {
        **no_place,
        "kind": DAMAGED,
        "message": damage.message,
        "code": damage.kind,
        **no_span,
        "members": [],
        **place,
    }


def _list(damaged: Sequence[Damage], issues: Sequence[ArticleIssue]) -> None:
    counts = Counter(issue.issue.kind for issue in issues)
    print_text(count_phrase("{count} issue", "{count} issues", counts.total()))
    if damaged:
        print_text("")
        print_text(_format_heading(DAMAGED, len(damaged)))
        print_table([["", issue.message] for issue in damaged])
    by_kind = sorted(issues, key=lambda issue: KINDS.index(issue.issue.kind))
    for kind, group in groupby(by_kind, attrgetter("issue.kind")):
        print_text("")
        print_text(_format_heading(kind, counts[kind]))
        print_table([_format_row(issue) for issue in group])


def _format_heading(kind: str, count: int) -> str:
    return _("{name}: {fact}").format(name=kind_title(kind), fact=count) + f"  [{kind}]"


def _format_row(article_issue: ArticleIssue) -> list[str]:
    issue = article_issue.issue
    text_range = f"{issue.start}-{issue.end}"
    return [
        "",
        str(article_issue.number),
        text_range,
        issue.label,
        article_issue.annotator,
        f"{article_issue.text}  ·  {issue.message}",
    ]
