"""How a corpus stands with its team: in a word for the status line, and in sentences that say what to do."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from annotator.i18n import _, count_phrase, format_digits, pgettext
from annotator.jobs.clock_error import explain_clock_error
from annotator.jobs.unreadable_files import explain_unreadable
from annotator.model.date_display import format_day_and_month
from annotator.model.records import Step
from annotator.remotes.remote import CURATOR, LEAD, UnreadableFile
from annotator.store.corpus import Corpus
from annotator.store.queries.annotators import find_own_name
from annotator.store.queries.team import count_pending, read_team
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr, isolate_quotes

_FILES_SHOWN: Final = 2
"""Files of which it is told why they cannot be read: a tooltip has little room."""


class SyncPhase(StrEnum):
    """What the last sync came to, or that one is under way."""

    IDLE = "idle"
    SYNCING = "syncing"
    UNREACHABLE = "unreachable"
    PASSWORD_LOCKED = "password locked"
    ACCESS_DENIED = "access denied"
    OTHER_TEAM = "other team"
    NEWER_PROGRAM_NEEDED = "newer program needed"
    FAILED = "failed"


class SyncState(Struct, frozen=True):
    """A corpus of a team: `pending` steps of `member` wait, and the last sync ended at `synced`, if ever.

    `member` is what the member who works here is called in the corpus. Times are in UTC, ISO 8601. `reason` is why a
    sync failed, in a sentence. A team meets at a server unless `is_folder`. `clock_error` is that of
    `measure_clock_error`, and `unreadable` that of `find_unreadable`.
    """

    team: str
    member: str = ""
    role: str = ""
    phase: SyncPhase = SyncPhase.IDLE
    pending: int = 0
    synced: str | None = None
    reason: str = ""
    is_folder: bool = False
    clock_error: int = 0
    unreadable: tuple[UnreadableFile, ...] = ()

    def is_of_member(self, step: Step) -> bool:
        """Return whether a step goes to the team."""
        return self.sends_work_of(step.annotator) or self.sends_work_of(step.actor or "")

    def sends_work_of(self, annotator: str) -> bool:
        """Return whether what this annotator does goes to the team: only the lead sends the work of others."""
        return annotator == self.member or self.is_lead

    @property
    def is_lead(self) -> bool:
        """Whether who works here leads the team."""
        return self.role == LEAD

    @property
    def has_failed(self) -> bool:
        """Whether the last sync did not come to its end."""
        return self.phase not in (SyncPhase.IDLE, SyncPhase.SYNCING)

    @property
    def needs_help(self) -> bool:
        """Whether waiting is not enough: somebody must do something."""
        return self.has_failed and self.phase != SyncPhase.UNREACHABLE


class SyncOutcome(Struct, frozen=True):
    """How a corpus stands after a sync, and the numbers of steps that were sent and received.

    `taken` is the number of articles that were taken, None where nobody asked for any.
    """

    state: SyncState
    pushed: int = 0
    pulled: int = 0
    taken: int | None = None


def read_sync_state(corpus: Corpus) -> SyncState | None:
    """Return how a corpus stands with its team before any sync; None without one. Raises CorpusError."""
    team = read_team(corpus)
    if team is None:
        return None
    from annotator.remotes.invitation import FolderAddress  # late: few corpora have a team
    from annotator.remotes.memberships import load_membership

    membership = load_membership(team.uid, team.member)
    return SyncState(
        team.name,
        member=find_own_name(corpus, ""),
        role=team.role,
        pending=count_pending(corpus),
        synced=team.synced,
        is_folder=membership is not None and isinstance(membership.address, FolderAddress),
    )


def summarise_sync(state: SyncState, now: datetime, user: str) -> str:
    """Return the word for the status line, for whoever works here; `now` has a time zone, that of the reader."""
    if not state.has_failed and not state.sends_work_of(user):
        return _("the work of {name} is not sent").format(name=isolate(user))
    match state.phase:
        case SyncPhase.SYNCING:
            return _("syncing")
        case SyncPhase.UNREACHABLE:
            return _summarise_unreachable(state)
        case SyncPhase.PASSWORD_LOCKED:
            return _("the keyring is locked")
        case SyncPhase.ACCESS_DENIED:
            return _("no access any more")
        case SyncPhase.OTHER_TEAM:
            return _("not the folder of your team") if state.is_folder else _("not the server of your team")
        case SyncPhase.NEWER_PROGRAM_NEEDED:
            return _("newer program needed")
        case SyncPhase.FAILED:
            return _("sync failed")
    if state.pending:
        return count_phrase("{count} step waits", "{count} steps wait", state.pending)
    if state.unreadable:
        return _("a file cannot be read")
    if state.synced:
        return _("in step {time}").format(time=_format_time(state.synced, now))
    return _("not in step yet")


def explain_sync(state: SyncState, now: datetime, user: str) -> str:
    """Return what that means and what to do, a sentence or more on each line."""
    lines = [_explain_phase(state)]
    if not state.sends_work_of(user):
        text = _(
            "On this computer the team knows {member}, whose work alone is sent. Switch the annotator, or ask the lead "
            "of the team for an invitation for {name}."
        )
        lines.insert(0, text.format(member=isolate(state.member), name=isolate(user)))
    if state.has_failed:
        lines.append(state.reason)
    if state.pending and state.has_failed:
        lines.append(
            count_phrase(
                "{count} step waits in this file, where it is safe.",
                "{count} steps wait in this file, where they are safe.",
                state.pending,
            )
        )
    if state.synced and (state.has_failed or state.pending):
        lines.append(_("Last in step: {time}").format(time=_format_time(state.synced, now)))
    lines += [
        isolate_quotes(explain_unreadable(file, _format_time(file.since, now)))
        for file in state.unreadable[:_FILES_SHOWN]
    ]
    if (count := len(state.unreadable) - _FILES_SHOWN) > 0:
        lines.append(count_phrase("{count} more file cannot be read.", "{count} more files cannot be read.", count))
    lines.append(explain_clock_error(state.clock_error))
    return "\n".join(filter(None, lines))


def _summarise_unreachable(state: SyncState) -> str:
    if state.is_folder:
        if state.pending:
            return count_phrase("{count} step waits: no folder", "{count} steps wait: no folder", state.pending)
        return _("the folder of the team is missing")
    if state.pending:
        return count_phrase("{count} step waits: no network", "{count} steps wait: no network", state.pending)
    return _("no network")


def _explain_phase(state: SyncState) -> str:
    match state.phase:
        case SyncPhase.SYNCING:
            return _("Your work goes to the team, and that of the others comes. You can go on labelling.")
        case SyncPhase.UNREACHABLE if state.is_folder:
            return _(
                "The folder of the team is not there now. Connect the drive, or start the program that shares the "
                "folder. Go on labelling: it is tried again every minute."
            )
        case SyncPhase.UNREACHABLE:
            return _("The server of the team cannot be reached now. Go on labelling: it is tried again every minute.")
        case SyncPhase.PASSWORD_LOCKED:
            return _("Go on labelling: your work goes to the team once the keyring gives your password for it.")
        case SyncPhase.ACCESS_DENIED:
            return _(
                "The team does not let you in any more. What you have labelled stays yours, in this file. If this is a "
                "mistake, ask the lead of the team for a new invitation."
            )
        case SyncPhase.OTHER_TEAM:
            return _(
                "What is at the address of the team is something else, so nothing is sent there. Ask the lead of the "
                "team whether it has moved: a new invitation leads to the right place."
            )
        case SyncPhase.NEWER_PROGRAM_NEEDED:
            return _(
                "The team works with a newer version of this program. Ask its lead for it and install it; until then "
                "go on labelling."
            )
        case SyncPhase.FAILED:
            return _(
                "The last sync failed. It is tried again by itself; if that does not help, ask the lead of the team."
            )
    if state.pending:
        return _("Your last steps go to the team by themselves, some seconds after the last key.")
    if state.unreadable:
        text = _("The team “{team}” has your work. Of that of the others, something is missing here.")
        return text.format(team=isolate(state.team))
    if state.synced:
        return _("The team “{team}” has your work, and you have that of the others.").format(team=isolate(state.team))
    return _("This corpus belongs to the team “{team}”.").format(team=isolate(state.team))


def _format_time(synced: str, now: datetime) -> str:
    """Return a time in UTC as the reader's clock has it, with the day unless it is today."""
    time = datetime.fromisoformat(synced).astimezone(now.tzinfo)
    clock = isolate_ltr(format_digits(f"{time:%H:%M}"))
    if time.date() == now.date():
        return clock
    return pgettext("date", "{day}, {time}").format(day=isolate(format_day_and_month(time.date())), time=clock)


def find_reader(sync: SyncState | None, user: str) -> str:
    """Return for whom totals are counted: "" for leads and curators of a team, from whom nothing is hidden."""
    return "" if sync and sync.role in (CURATOR, LEAD) else user
