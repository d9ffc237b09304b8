"""`annotator team sync`, and other commands on what a team has."""

from collections.abc import Collection
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import click
from msgspec.structs import astuple

from annotator.cli.batch_options import batch_options
from annotator.cli.command import (
    FilePath,
    corpus_argument,
    json_option,
    option,
)
from annotator.cli.console import (
    EXIT_INCOMPLETE,
    print_json,
    print_message,
    print_table,
    print_text,
    run_with_progress,
)
from annotator.cli.opening import open_corpus
from annotator.cli.team_group import team_command, team_option
from annotator.i18n import LazyText, _, count_phrase, format_number
from annotator.jobs.clock_error import explain_clock_error
from annotator.jobs.syncing import SyncResult
from annotator.jobs.syncing import sync as sync_corpus
from annotator.jobs.teams.connecting import choose_membership, open_membership, open_remote
from annotator.jobs.teams.offering import offer_articles
from annotator.jobs.teams.status import TeamStatus, count_own_pending, read_status
from annotator.jobs.teams.team_copy import copy_team
from annotator.jobs.unreadable_files import explain_unreadable
from annotator.model.date_display import format_local_time
from annotator.model.display_names import describe_conflict, role_title
from annotator.remotes.folder import FolderRemote
from annotator.remotes.remote import NewerProgramNeeded, Unreachable, UnreadableFile
from annotator.store.corpus import Corpus
from annotator.store.errors import NoSuchArticle
from annotator.store.merging import MergeConflict

_FEW: Final = 20
"""Articles that are claimed at once."""


@team_command(
    "sync",
    short_help=LazyText("Send and fetch what is new."),
    help=LazyText(
        "Send what was done in CORPUS to the team, and fetch what the others did. Without a network it says how much "
        "waits, and ends with 1, as it does while a file in the folder of the team stays unreadable. Steps that do not "
        "fit are kept as conflicts for their author."
    ),
    examples=(
        (LazyText("Send and fetch what is new:"), "annotator team sync news.corpus"),
        (LazyText("The same for a script:"), "annotator team sync news.corpus --json"),
    ),
)
@corpus_argument
@json_option
def sync(corpus: Path, as_json: bool) -> int:
    """Sync a corpus with its team."""
    with open_corpus(corpus) as opened:
        result = sync_with_team(opened, is_quiet=as_json)
    if as_json:
        print_json(result.record)
    return result.exit_code


class Synced:
    """What a sync came to."""

    def __init__(self, record: dict[str, Any], exit_code: int) -> None:
        self.record, self.exit_code = record, exit_code


def sync_with_team(corpus: Corpus, *, is_quiet: bool = False) -> Synced:
    """Sync a corpus, and print what came of it."""
    try:
        with open_remote(corpus) as remote:
            result = run_with_progress(sync_corpus(corpus, remote), _("Syncing"))
    except (NewerProgramNeeded, Unreachable) as error:
        pending = count_own_pending(corpus)
        waiting = count_phrase("{count} step waits", "{count} steps wait", pending)
        print_message(_("{error} {waiting}").format(error=error, waiting=_("({fact})").format(fact=waiting)))
        record = {"pushed": 0, "pulled": 0, "pending": pending, "conflicts": [], "error": str(error)}
        return Synced(record, EXIT_INCOMPLETE)
    if clock_problem := explain_clock_error(result.clock_error):
        print_message(clock_problem)
    _print_unreadable(result.unreadable)
    for uid, reason in result.refusals.items():
        print_message(_("step {uid} was refused: {reason}").format(uid=uid, reason=reason))
    if not is_quiet:
        _print_result(corpus, result)
    record = {
        "pushed": result.pushed,
        "pulled": result.pulled,
        "pending": result.pending,
        "conflicts": [_build_conflict(corpus, conflict) for conflict in result.conflicts],
        "articles": result.articles,
        "refused": result.refusals,
        "sent": result.sent,
        "unreadable": result.unreadable,
    }
    return Synced(record, EXIT_INCOMPLETE if result.refusals or result.unreadable else 0)


def _print_unreadable(files: Collection[UnreadableFile]) -> None:
    for file in files:
        print_message(explain_unreadable(file, format_local_time(file.since)))


def _print_result(corpus: Corpus, result: SyncResult) -> None:
    sent = [
        count_phrase("{count} article sent", "{count} articles sent", result.sent.articles),
        count_phrase("{count} change of labels sent", "{count} changes of labels sent", result.sent.label_edits),
        count_phrase("{count} assignment sent", "{count} assignments sent", result.sent.assignments),
    ]
    counts = [
        *(phrase for phrase, count in zip(sent, astuple(result.sent), strict=True) if count),
        *(
            [count_phrase("{count} step sent", "{count} steps sent", result.pushed)]
            if result.pushed or not any(astuple(result.sent))
            else []
        ),
        count_phrase("{count} step fetched", "{count} steps fetched", result.pulled),
        count_phrase("{count} new article", "{count} new articles", result.articles),
        count_phrase("{count} conflict", "{count} conflicts", len(result.conflicts)),
    ]
    print_text(_("synced: {counts}").format(counts=_(", ").join(counts)))
    if result.pending:
        print_text(count_phrase("{count} step waits", "{count} steps wait", result.pending))
    records = (_build_conflict(corpus, conflict) for conflict in result.conflicts)
    print_table(["", str(entry["article"] or "-"), entry["author"], entry["message"]] for entry in records)


def _build_conflict(corpus: Corpus, conflict: MergeConflict) -> dict[str, Any]:
    try:
        number = corpus.article(conflict.article).id
    except NoSuchArticle:
        number = None
    reason = describe_conflict(conflict.reason)
    return {
        "article": number,
        "uid": conflict.article,
        "step": conflict.step,
        "annotator": conflict.annotator,
        "author": conflict.author,
        "message": reason.text,
        "code": reason.code,
    }


@team_command(
    "claim",
    short_help=LazyText("Ask for articles to label."),
    help=LazyText("Ask the team for articles to label, which nobody else gets, and fetch them into CORPUS."),
    examples=((LazyText("Ask for ten articles:"), "annotator team claim salma.corpus --most 10"),),
)
@corpus_argument
@option(
    "--most",
    metavar="N",
    type=click.IntRange(min=1),
    default=_FEW,
    show_default=True,
    help=LazyText("Number of articles to ask for."),
)
@json_option
def claim(corpus: Path, most: int, as_json: bool) -> int:
    """Claim articles."""
    with open_corpus(corpus) as opened:
        with open_remote(opened) as remote:
            count = remote.claim(most)
        if not as_json:
            if count:
                print_text(count_phrase("{count} article is yours", "{count} articles are yours", count))
            elif isinstance(remote, FolderRemote):
                print_text(_("In a folder nobody can claim articles: give them out with “annotator assign”."))
            else:
                print_text(_("There is no work left that you may claim."))
        result = sync_with_team(opened, is_quiet=as_json)
    if as_json:
        print_json({"claimed": count} | result.record)
    return result.exit_code


@team_command(
    "status",
    short_help=LazyText("Show how the team stands."),
    help=LazyText("Show which team this is, who you are in it, and how much waits to be sent."),
    examples=((LazyText("Show how the team stands:"), "annotator team status"),),
)
@team_option
@json_option
def status(team_name: str | None, as_json: bool) -> int:
    """Show how a team stands."""
    state = read_status(choose_membership(team_name))
    if as_json:
        print_json(state)
    else:
        print_table(_format_status(state))
    _print_unreadable(state.unreadable)
    if state.error:
        print_message(state.error)
    return EXIT_INCOMPLETE if state.error or state.unreadable else 0


def _format_status(state: TeamStatus) -> list[list[str]]:
    rows = [
        [_("Team"), state.name],
        [_("Address"), state.address],
        [_("You"), f"{state.member} ({role_title(state.role)})"],
        [_("Corpus"), state.corpus or _("none")],
        [_("Last sync"), format_local_time(state.synced) if state.synced else _("never")],
        [_("Steps that wait"), format_number(state.pending)],
    ]
    if state.members is not None:
        rows.append([_("Members"), format_number(state.members)])
    return rows


@team_command(
    "verify",
    short_help=LazyText("Check what the team has."),
    help=LazyText(
        "Check everything that the team has at its server or in its folder; exit with 1 if there is a fault."
    ),
    examples=((LazyText("Check the team:"), "annotator team verify"),),
)
@team_option
@json_option
def verify(team_name: str | None, as_json: bool) -> int:
    """Verify a team."""
    membership = choose_membership(team_name, wants_lead=True)
    with open_membership(membership) as remote:
        result = run_with_progress(remote.verify(), _("Checking"))
    for fault in result.faults:
        print_message(fault)
    if as_json:
        print_json(result)
    else:
        checked = count_phrase("{count} item checked", "{count} items checked", result.items)
        faults = count_phrase("{count} fault", "{count} faults", len(result.faults))
        print_text(_(", ").join((checked, faults)))
    return EXIT_INCOMPLETE if result.faults else 0


@team_command(
    "copy",
    short_help=LazyText("Write the team as one corpus."),
    help=LazyText(
        "Write the whole team to FILE, as one corpus that any copy of this program opens and that belongs to no team."
    ),
    examples=((LazyText("Write the team as one corpus:"), "annotator team copy team.corpus"),),
)
@click.argument("file", type=FilePath())
@team_option
@json_option
def copy(file: Path, team_name: str | None, as_json: bool) -> None:
    """Copy a team."""
    membership = choose_membership(team_name, wants_lead=True)
    count = run_with_progress(copy_team(membership, file), _("Copying"))
    if as_json:
        print_json({"path": str(file), "articles": count})
        return
    articles = count_phrase("{count} article", "{count} articles", count)
    print_text(_("{name}: {fact}").format(name=file, fact=articles))


@team_command(
    "offer",
    short_help=LazyText("Offer articles that members claim."),
    help=LazyText(
        "Let members claim the articles of CORPUS that nobody has yet. Whoever asks first gets an article, and nobody "
        "gets it twice; it goes back to the others if it is not begun in seven days."
    ),
    examples=(
        (LazyText("Offer the articles, a tenth of them to two:"), "annotator team offer news.corpus --double 10%"),
    ),
)
@corpus_argument
@batch_options
@json_option
def offer(corpus: Path, double: Fraction, blind: bool, seed: int, batch: str | None, as_json: bool) -> None:
    """Offer articles."""
    with open_corpus(corpus) as opened, open_remote(opened) as remote:
        count = offer_articles(opened, remote, name=batch or "", double=double, is_blind=blind, seed=seed)
    if as_json:
        print_json({"offered": count})
    else:
        print_text(
            count_phrase("{count} article is offered", "{count} articles are offered", count)
            if count
            else _("nothing was offered: somebody has every article already")
        )
