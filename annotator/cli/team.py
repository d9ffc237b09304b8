"""`annotator team create`, and other commands on who is in a team."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from annotator import __version__, settings
from annotator.cli.annotators import check_name
from annotator.cli.command import (
    FilePath,
    corpus_argument,
    decode_argument,
    json_option,
    option,
)
from annotator.cli.console import (
    CommandError,
    format_for_terminal,
    print_json,
    print_message,
    print_table,
    print_text,
    run_with_progress,
)
from annotator.cli.opening import open_corpus
from annotator.cli.team_group import team_command, team_option
from annotator.cli.team_sync import sync_with_team
from annotator.i18n import LazyText, _, format_number
from annotator.jobs.teams.administration import find_member
from annotator.jobs.teams.administration import invite as invite_member
from annotator.jobs.teams.connecting import choose_membership, open_membership
from annotator.jobs.teams.creation import create_team, upgrade_team
from annotator.jobs.teams.joining import JoinedTeam, explain_former_login, explain_move, join_team
from annotator.jobs.teams.leaving import LeftTeam, explain_remains, leave_team
from annotator.jobs.teams.locations import explain_unproven, has_password, is_local_folder, is_server, name_team
from annotator.model.date_display import format_local_time
from annotator.model.display_names import role_title
from annotator.paths import INVITATION_SUFFIX, resolve_path
from annotator.remotes.folder import FolderRemote
from annotator.remotes.invitation import FolderAddress, InvalidInvitation, Invitation, ServerAddress, read_invitation
from annotator.remotes.memberships import PasswordPlace, explain_place
from annotator.remotes.remote import ANNOTATOR, ROLES, AccessDenied, PasswordLocked


@team_command(
    "create",
    short_help=LazyText("Make a team at a database or in a folder."),
    help=LazyText(
        "Make a team at a database, LOCATION being its URL, or in a folder. Whoever runs this is its lead. With "
        "CORPUS, the next sync brings its articles, labels and steps to the team. The password of the URL, which "
        "may also be in PGPASSWORD or is asked for, is used once and kept nowhere. The server must prove its name: by "
        "a public certificate, or by that of the authority which the URL names (?sslrootcert=ca.crt)."
    ),
    examples=(
        (
            LazyText("Make a team at a PostgreSQL server:"),
            "annotator team create postgresql://postgres@db.example.org/news news.corpus",
        ),
        (LazyText("Make a team in a folder that all can reach:"), "annotator team create lab news.corpus"),
    ),
)
@click.argument("location", callback=decode_argument)
@click.argument("corpus", type=FilePath(), required=False)
@option(
    "name",
    "--name",
    metavar="NAME",
    callback=decode_argument,
    help=LazyText("Name of the team; by default, that of the corpus, or of the folder or database."),
)
@json_option
def create(location: str, corpus: Path | None, name: str | None, as_json: bool) -> None:
    """Make a team."""
    if "://" in location and not is_server(location):
        raise click.UsageError(_("LOCATION is the URL of a database, postgresql://HOST/DATABASE, or a folder"))
    team_name = check_name(name or name_team(location, corpus))
    own_name = settings.load().annotator_name

    def create_with(password: str | None) -> JoinedTeam:
        if corpus is None:
            return create_team(location, team_name, own_name=own_name, password=password)
        with open_corpus(corpus) as opened:
            return create_team(location, team_name, own_name=own_name, corpus=opened, password=password)

    joined = _with_password(location, create_with)
    membership = joined.membership
    if as_json:
        print_json(_build_joined(joined))
        return
    print_text(_("The team “{team}” meets here: {address}").format(team=membership.name, address=membership.address))
    _print_password_place(joined)
    if corpus is None:
        print_text(_("Invite yourself as a lead to join it with a corpus."))
    else:
        print_text(_("To bring the corpus to the team: {command}").format(command=f"annotator team sync {corpus}"))


def _check_url(url: str) -> None:
    if not is_server(url):
        raise click.UsageError(_("URL is that of a database: postgresql://HOST/DATABASE"))


def _with_password(location: str, action: Callable[[str | None], Any]) -> Any:
    """Run an action, once more with a password that is asked for if the server wants one, on a terminal."""
    if is_server(location) and (warning := explain_unproven(location)):
        print_message(warning)
    try:
        return action(None)
    except PasswordLocked:
        raise  # of a lead, not that of the URL
    except AccessDenied:
        is_given = not is_server(location) or has_password(location) or "PGPASSWORD" in os.environ
        if is_given or not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
    prompt = format_for_terminal(_("Password"), sys.stderr)
    return action(click.prompt(prompt, hide_input=True, err=True))


@team_command(
    "invite",
    short_help=LazyText("Invite somebody to the team."),
    help=LazyText(
        "Add a member to the team, and write the invitation for them to FILE. Whoever opens it first is the member, so "
        "send it as you would send a password. An invitation to a server is good once, for seven days; "
        "another one for the same member is for another computer of theirs, and the first goes on working."
    ),
    examples=(
        (LazyText("Invite an annotator:"), "annotator team invite Salma --role annotator salma.team"),
        (LazyText("Invite a curator, who adjudicates:"), "annotator team invite Omar --role curator omar.team"),
    ),
)
@click.argument("name", callback=decode_argument)
@click.argument("file", type=FilePath())
@option(
    "--role",
    type=click.Choice(ROLES),
    default=ANNOTATOR,
    show_default=True,
    help=LazyText("What they may do: label; adjudicate and read all; everything."),
)
@team_option
@json_option
def invite(name: str, file: Path, role: str, team_name: str | None, as_json: bool) -> None:
    """Invite somebody."""
    _check_target(file)
    membership = choose_membership(team_name, wants_lead=True)
    invitation = invite_member(membership, check_name(name), role, file)
    if as_json:
        print_json({"path": str(file), "member": invitation.member, "until": invitation.until or None})
        return
    message = _("{name} is invited to “{team}” as {role}: {path}")
    print_text(message.format(name=name, team=invitation.name, role=role_title(role), path=file))
    if invitation.until:
        print_text(_("The invitation is good once, until {time}.").format(time=format_local_time(invitation.until)))


def _check_target(file: Path) -> None:
    """Raise CommandError if an invitation would replace another file, or cannot be opened by its name."""
    if file.suffix.lower() != INVITATION_SUFFIX:
        raise CommandError(_("the name of an invitation ends with {suffix}").format(suffix=INVITATION_SUFFIX))
    if file.exists():
        try:
            read_invitation(file)
        except InvalidInvitation as error:
            message = _("“{path}” exists and is not an invitation; choose another name.")
            raise CommandError(message.format(path=file)) from error


@team_command(
    "join",
    short_help=LazyText("Join a team by an invitation."),
    help=LazyText(
        "Join the team that invites you in FILE, with CORPUS: a new one, or one on which you have worked. Then sync. "
        "The secret of the invitation is changed for a password that only this computer has."
    ),
    examples=(
        (LazyText("Join a team:"), "annotator team join salma.team salma.corpus"),
        (
            LazyText("Say where the folder of the team is on this computer:"),
            "annotator team join omar.team omar.corpus --folder lab",
        ),
    ),
)
@click.argument("file", type=FilePath())
@corpus_argument
@option(
    "--folder", type=FilePath(), metavar="FOLDER", help=LazyText("Where the folder of the team is on this computer.")
)
@json_option
def join(file: Path, corpus: Path, folder: Path | None, as_json: bool) -> int:
    """Join a team."""
    invitation = read_invitation(file)
    if folder is None:
        _confirm_folder(invitation)
    elif isinstance(invitation.address, FolderAddress):
        invitation = replace(invitation, address=FolderAddress(str(resolve_path(folder))))
    _confirm_move(invitation)
    joined = run_with_progress(join_team(invitation, corpus), _("Joining the team"))
    if not as_json:
        member = joined.membership
        message = _("You are in the team “{team}”, as “{name}” ({role}).")
        print_text(message.format(team=member.name, name=member.member_name, role=role_title(member.role)))
        _print_password_place(joined)
    for message in explain_former_login(joined):
        print_message(message)
    with open_corpus(corpus) as opened:
        result = sync_with_team(opened, is_quiet=as_json)
    if as_json:
        print_json(_build_joined(joined) | _build_remains(joined) | result.record)
    return result.exit_code


def _confirm_folder(invitation: Invitation) -> None:
    """Raise CommandError unless the folder that an invitation names, which may be anybody's, may be looked at."""
    if not isinstance(invitation.address, FolderAddress):
        return
    folder = invitation.address.folder
    advice = _("say with --folder where the folder of the team is on this computer")
    if not is_local_folder(folder):
        message = _("the invitation names the folder “{folder}”, which is not here: {advice}")
        raise CommandError(message.format(folder=folder, advice=advice))
    if sys.stdin.isatty() and sys.stderr.isatty():
        question = _("Is the folder of the team here, in “{folder}”?").format(folder=folder)
        if not click.confirm(format_for_terminal(question, sys.stderr), default=True, err=True):
            raise CommandError(advice)


def _confirm_move(invitation: Invitation) -> None:
    """Raise CommandError if this computer is in the team already, at another place, and that is not wanted."""
    warning = explain_move(invitation)
    if not warning:
        return
    print_message(warning)
    is_asked = sys.stdin.isatty() and sys.stderr.isatty()
    if is_asked and not click.confirm(format_for_terminal(_("Join?"), sys.stderr), default=False, err=True):
        raise CommandError(_("Cancelled; nothing was changed."))


@team_command(
    "leave",
    short_help=LazyText("Let a corpus leave its team."),
    help=LazyText(
        "Let CORPUS belong to no team any more. It stays as it is, with everything in it, also what was not sent. This "
        "computer forgets how to reach the team, and its login is shut at the server, if that can be reached."
    ),
    examples=((LazyText("Leave the team:"), "annotator team leave salma.corpus"),),
)
@corpus_argument
@json_option
def leave(corpus: Path, as_json: bool) -> None:
    """Leave a team."""
    with open_corpus(corpus) as opened:
        left_team = leave_team(opened)
    for message in explain_remains(left_team):
        print_message(message)
    if as_json:
        record = {
            "team": left_team.name,
            "corpus": str(corpus),
            "pending": left_team.pending,
            "other_corpus": left_team.other_corpus,
        }
        print_json(record | _build_remains(left_team))
    else:
        print_text(_("“{path}” belongs to the team “{team}” no more.").format(path=corpus, team=left_team.name))


@team_command(
    "members",
    short_help=LazyText("List the members."),
    help=LazyText("List the members of the team, with their roles and last visits."),
    examples=((LazyText("List the members:"), "annotator team members"),),
)
@team_option
@json_option
def members(team_name: str | None, as_json: bool) -> None:
    """List the members."""
    membership = choose_membership(team_name)
    with open_membership(membership) as remote:
        welcome = remote.welcome()
    if as_json:
        print_json({"team": welcome.name, "members": welcome.members})
        return
    head = [_("Member"), _("Role"), _("Joined"), _("Last visit")]
    not_joined = _("invited") if isinstance(membership.address, ServerAddress) else "-"  # a folder knows no visits
    rows = (
        [
            member.name,
            role_title(member.role) if member.is_active else _("revoked"),
            format_local_time(member.joined) if member.joined else not_joined,
            format_local_time(member.seen) if member.seen else "-",
        ]
        for member in welcome.members
    )
    print_table([head, *rows])


@team_command(
    "role",
    help=LazyText("Give a member another role."),
    examples=((LazyText("Let an annotator adjudicate:"), "annotator team role Salma curator"),),
)
@click.argument("name", callback=decode_argument)
@click.argument("new_role", metavar="ROLE", type=click.Choice(ROLES))
@team_option
@json_option
def role(name: str, new_role: str, team_name: str | None, as_json: bool) -> None:
    """Change a member's role."""
    membership = choose_membership(team_name, wants_lead=True)
    with open_membership(membership) as remote:
        member = find_member(remote, name)
        remote.set_role(member.uid, new_role)
    if as_json:
        print_json({"member": member.name, "role": new_role})
    else:
        print_text(_("{name} is {role} now.").format(name=member.name, role=role_title(new_role)))


@team_command(
    "revoke",
    short_help=LazyText("Keep a member out from now on."),
    help=LazyText("Keep a member out of the team from now on. What they did stays."),
    examples=((LazyText("Somebody has left:"), "annotator team revoke Salma"),),
)
@click.argument("name", callback=decode_argument)
@team_option
@json_option
def revoke(name: str, team_name: str | None, as_json: bool) -> None:
    """Revoke a member."""
    membership = choose_membership(team_name, wants_lead=True)
    with open_membership(membership) as remote:
        member = find_member(remote, name)
        if member.uid == membership.member:
            raise CommandError(_("you cannot revoke yourself"))
        remote.revoke(member.uid)
    if as_json:
        print_json({"member": member.name, "uid": member.uid})
    else:
        print_text(_("{name} has no access to the team any more.").format(name=member.name))


@team_command(
    "upgrade",
    short_help=LazyText("Upgrade the database of the team."),
    help=LazyText(
        "Bring the database of the team up to this version of the program. URL is that of its owner, as for create. "
        "Older copies of the program go on working; with --require-update they meet the team again once they are "
        "updated. A folder needs no URL."
    ),
    examples=(
        (
            LazyText("Upgrade the database:"),
            "annotator team upgrade postgresql://postgres@db.example.org/news",
        ),
        (
            LazyText("Let only programs meet in the folder that are as new as this one:"),
            "annotator team upgrade --require-update",
        ),
    ),
)
@click.argument("url", required=False, callback=decode_argument)
@option(
    "--require-update",
    is_flag=True,
    help=LazyText("Let no older program than this one meet the team; its user works on, and what they do waits."),
)
@team_option
@json_option
def upgrade(url: str | None, require_update: bool, team_name: str | None, as_json: bool) -> None:
    """Upgrade a database."""
    oldest = __version__ if require_update else ""
    version = None
    if url is None:
        membership = choose_membership(team_name, wants_lead=True)
        if not isinstance(membership.address, FolderAddress):
            raise CommandError(_("name the database by the URL of its owner: postgresql://OWNER@HOST/DATABASE"))
        if oldest:
            FolderRemote.open(Path(membership.address.folder), membership.member).require_program(oldest)
    else:
        _check_url(url)
        version = _with_password(url, lambda password: upgrade_team(url, password, oldest=oldest))
    if as_json:
        print_json({"version": version} | ({"oldest": oldest} if oldest else {}))
        return
    if version is None:
        print_text(_("The team meets in a folder, which needs no upgrade."))
    else:
        print_text(_("The team is at version {version} now.").format(version=format_number(version)))
    if oldest:
        print_text(_("Programs older than version {version} have to be updated to meet it.").format(version=oldest))


def _build_joined(joined: JoinedTeam) -> dict[str, Any]:
    membership = joined.membership
    return {
        "team": membership.team,
        "name": membership.name,
        "address": str(membership.address),
        "member": membership.member_name,
        "role": membership.role,
        "corpus": membership.corpus or None,
        "password": joined.password_place,
    }


def _build_remains(result: JoinedTeam | LeftTeam) -> dict[str, str | None]:
    """Say what stays of a login that this computer does not need any more."""
    entry = result.keyring_entry
    return {
        "open_login": str(result.open_login) if result.open_login else None,
        "keyring": f"{entry.service} {entry.username}" if entry else None,
    }


def _print_password_place(joined: JoinedTeam) -> None:
    if joined.password_place == PasswordPlace.FILE:
        print_message(explain_place(joined.password_place))
