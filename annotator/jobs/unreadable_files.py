"""Files in the folder of a team that stay unreadable, and hold up what their device wrote later.

To wait for one is right at first, since a sync client may be bringing it. It is told once that lasts too long.
"""

from annotator.i18n import _, count_phrase
from annotator.jobs.reading_position import ReadingPosition
from annotator.remotes.remote import Remote, UnreadableFile, UnreadableKind
from annotator.store.corpus import Corpus
from annotator.store.queries.team import read_team


def find_unreadable(corpus: Corpus, remote: Remote) -> tuple[UnreadableFile, ...]:
    """Return the files that keep a corpus from being in step. Raises RemoteError and CorpusError."""
    team = read_team(corpus)
    return tuple(remote.list_unreadable(ReadingPosition.decode(team.cursor).cursor)) if team else ()


def explain_unreadable(file: UnreadableFile, time: str) -> str:
    """Return what is wrong with a file, what waits for it and what to do; `time` is its `since` for a person."""
    match file.kind:
        case UnreadableKind.MISSING:
            fault = _(
                "The file “{file}” is missing in the folder of the team: later ones have been there since {time}."
            )
            advice = _("See whether the program that shares the folder runs on the computer that wrote it.")
        case UnreadableKind.LOCKED:
            fault = _("“{file}” in the folder of the team cannot be read, since {time}: {reason}.")
            advice = ""
        case UnreadableKind.DAMAGED:
            fault = _("The file “{file}” in the folder of the team cannot be read, since {time}. {reason}")
            advice = _(
                "If it stays so, move it out of the folder: the computer that wrote it then sends again what was in it."
            )
    sentences = [fault.format(file=file.name, time=time, reason=file.reason)]
    if file.people:
        people = _(", ").join(_("“{name}”").format(name=name) for name in file.people)
        sentences.append(_("It is from the computer of {people}.").format(people=people))
    if file.later:
        sentences.append(
            count_phrase("{count} later file waits for it.", "{count} later files wait for it.", file.later)
        )
    return " ".join(filter(None, [*sentences, advice]))
