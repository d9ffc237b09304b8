"""`annotator check CORPUS`: lists issues in the labels and damage in the file."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

import click

from annotator.checks.all_checks import DAMAGED, KINDS, kind_title
from annotator.cli.command import annotator_option, corpus_argument, jobs_option, option
from annotator.cli.console import (
    EXIT_INCOMPLETE,
    CommandError,
    print_message,
    print_table,
    print_text,
    run_with_progress,
    split_into_batches,
)
from annotator.cli.opening import open_corpus
from annotator.cli.records import RecordOutput, record_options
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.checking import ArticleIssue, check_corpus, find_damage
from annotator.model.records import STATES
from annotator.store.errors import DamagedCorpus
from annotator.store.recovery.integrity import FILE, Damage

_ALL: Final = "all"
_ANY: Final = "any"
_BATCH_SIZE: Final = 1000  # records that are encoded at once
_KEYS: Final = ("article", "start", "end", "kind", "message", "code", "uid", "label", "annotator", "text")


@root.command(
    "check",
    help=LazyText(
        "List doubtful labels in CORPUS and damage to the file. Issues dismissed in the window are not listed. The "
        "exit code is 1 if the file is damaged, or has issues that --fail-on names, and 0 otherwise."
    ),
    examples=(
        (LazyText("Check the labels and the file:"), "annotator check news.corpus"),
        (LazyText("List only the spans that cut a word:"), "annotator check news.corpus --kind inside_word"),
        (
            LazyText("Fail if a span begins or ends within a word, in a script:"),
            "annotator check news.corpus --fail-on inside_word --limit 10",
        ),
    ),
    page="docs/checking.md",
)
@corpus_argument
@annotator_option(LazyText("Check only the labels of this annotator; by default, of all annotators."))
@option(
    "-s",
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
@option(
    "fatal_kinds",
    "--fail-on",
    type=click.Choice([_ANY, DAMAGED, *KINDS]),
    multiple=True,
    metavar="KIND",
    help=LazyText("End with exit code 1 if there are issues of this kind, or of any; may be repeated."),
)
@option(
    "-n",
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    help=LazyText("List at most N issues of each kind; by default, all."),
)
@jobs_option
@record_options(*_KEYS, "remedy", "members", "table", "row")
def check(
    corpus: Path,
    annotator: str | None,
    state: str,
    kinds: Sequence[str],
    fatal_kinds: Sequence[str],
    limit: int | None,
    jobs: int,
    output: RecordOutput,
) -> int:
    """List the issues and the damage."""
    listed_kinds, all_kinds = set(kinds or (DAMAGED, *KINDS)), {DAMAGED, *KINDS}
    fatal = all_kinds if _ANY in fatal_kinds else {DAMAGED, *fatal_kinds}
    selected_kinds = listed_kinds | set(all_kinds if _ANY in fatal_kinds else fatal_kinds)
    damaged, issues = list[Damage](), list[ArticleIssue]()
    try:
        with open_corpus(corpus, readonly=True, allow_damaged=True) as opened, opened.snapshot():
            damaged = [*find_damage(opened)] if DAMAGED in selected_kinds else []
            if annotator is not None and annotator not in opened.annotators():
                raise CommandError(_("The corpus has no annotator “{name}”.").format(name=annotator))
            steps = check_corpus(opened, annotator, None if state == _ALL else state, jobs)
            issues = run_with_progress(steps, _("Checking")).issues if selected_kinds != {DAMAGED} else []
    except DamagedCorpus as error:
        if DAMAGED not in selected_kinds:
            raise
        damaged = damaged or [Damage(FILE, "", "", str(error))]
        print_message(str(error))
    counts = Counter(issue.issue.kind for issue in issues) + Counter({DAMAGED: len(damaged)})
    if DAMAGED not in listed_kinds:
        damaged = []
    issues = _limit([issue for issue in issues if issue.issue.kind in listed_kinds], limit)
    if not output.is_for_people:
        records = chain(map(_build_damage_record, damaged[:limit]), map(_build_record, issues))
        output.print_batches(split_into_batches(records, _BATCH_SIZE))
    else:
        _list(damaged[:limit], issues, {kind: count for kind, count in counts.items() if kind in listed_kinds})
    return EXIT_INCOMPLETE if fatal & counts.keys() else 0


def _limit(issues: Iterable[ArticleIssue], limit: int | None) -> list[ArticleIssue]:
    """Return at most `limit` issues of each kind, in their order; all with None."""
    seen = Counter[str]()
    limited = []
    for issue in issues:
        seen[issue.issue.kind] += 1
        if limit is None or seen[issue.issue.kind] <= limit:
            limited.append(issue)
    return limited


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


def _list(damaged: Sequence[Damage], issues: Sequence[ArticleIssue], counts: Mapping[str, int]) -> None:
    """Print the issues by kind, below their number, which may be more than are listed."""
    print_text(count_phrase("{count} issue", "{count} issues", sum(counts.get(kind, 0) for kind in KINDS)))
    by_kind = defaultdict[str, list[ArticleIssue]](list)
    for issue in issues:
        by_kind[issue.issue.kind].append(issue)
    for kind in (DAMAGED, *KINDS):
        if kind in counts:
            print_text("")
            print_text(_format_heading(kind, counts[kind]))
            print_table(["", damage.message] for damage in damaged if kind == DAMAGED)
            print_table(map(_format_row, by_kind[kind]))
            if counts[kind] > (len(damaged) if kind == DAMAGED else len(by_kind[kind])):
                print_text("  …")


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
