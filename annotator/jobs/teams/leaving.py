"""Leaving a team."""

from msgspec import Struct

from annotator.i18n import _, count_phrase
from annotator.jobs.teams.logins import explain_failure, explain_keyring_entry, shut_login
from annotator.paths import resolve_path
from annotator.remotes import memberships
from annotator.remotes.memberships import KeyringEntry
from annotator.remotes.remote import LeadNeeded, RemoteError
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries.team import count_pending, read_team
from annotator.store.queries.team import leave_team as forget_team


class LeftTeam(Struct, frozen=True):
    """A team that a corpus has left; `pending` steps of the member were not sent, and stay in the corpus.

    `other_corpus` is the path of another corpus with which this computer stays in the team. Else the login is shut at
    the server and its password forgotten, unless `open_login` says why not, and `keyring_entry` what may stay where.
    """

    name: str
    pending: int
    other_corpus: str | None = None
    open_login: RemoteError | None = None
    keyring_entry: KeyringEntry | None = None


def leave_team(corpus: Corpus) -> LeftTeam:
    """Let a corpus belong to no team any more. It stays as it is. Raises CorpusError.

    This computer forgets how to reach the team, unless another corpus of it is here, and shuts its login if the server
    can be reached. Where that is interrupted, it can be repeated: the corpus leaves last.
    """
    team = read_team(corpus)
    if team is None:
        raise CorpusError(_("“{path}” belongs to no team.").format(path=corpus.path))
    pending = count_pending(corpus)
    try:
        membership = memberships.load_membership(team.uid, team.member)
    except RemoteError:
        forget_team(corpus)  # a damaged file keeps nobody in a team
        raise
    other_corpus, open_login, entry = None, None, None
    if membership and membership.corpus not in ("", str(resolve_path(corpus.path))):
        other_corpus = membership.corpus
    elif membership:
        open_login = shut_login(membership)
        entry = memberships.forget_membership(membership)
    forget_team(corpus)
    return LeftTeam(team.name, pending, other_corpus, open_login, entry)


def explain_remains(team: LeftTeam) -> list[str]:
    """Say what leaving a team left where it was, a sentence or two each, and what to do."""
    sentences = []
    if team.pending:
        sentences.append(
            count_phrase(
                "{count} step was not sent to the team. It stays in the corpus, and is sent if you join again with it.",
                "{count} steps were not sent to the team. They stay in the corpus, and are sent if you join again "
                "with it.",
                team.pending,
            )
        )
    if team.other_corpus:
        message = _("This computer stays in the team with “{path}”, by the same login and password.")
        sentences.append(message.format(path=team.other_corpus))
    if team.open_login:
        sentences.append(_explain_open_login(team.open_login))
    if team.keyring_entry:
        sentences.append(explain_keyring_entry(team.keyring_entry))
    return sentences


def _explain_open_login(reason: RemoteError) -> str:
    if isinstance(reason, LeadNeeded):
        return _(
            "You were the only lead of the team, so the server keeps your login, and nobody can invite or revoke "
            "members now. Whoever looks after the server can make somebody else a lead."
        )
    message = _(
        "The login of this computer stays open at the server. {reason} Ask a lead of the team to revoke you, which "
        "shuts out your other computers as well."
    )
    return message.format(reason=explain_failure(reason))
