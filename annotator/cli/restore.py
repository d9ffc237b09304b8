"""`annotator restore CORPUS [BACKUP]`: the backups of a corpus, and one of them in its place."""

from pathlib import Path
from typing import Any

import click

from annotator.cli.command import FilePath, Help, corpus_argument, json_option
from annotator.cli.console import emit, finish, say, table
from annotator.i18n import _
from annotator.store.backups import Backup, backups, folder, shown_reason
from annotator.store.copying import copy
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, Damaged, MissingCorpus
from annotator.store.restoring import contents, look, replace, restore


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "restore",
        callback=_restore,
        params=[
            corpus_argument(),
            click.Argument(["backup"], type=FilePath(), required=False),
            json_option(),
        ],
        help=_(
            "List the backups that were made of CORPUS; with BACKUP, the name of one or the path of any copy, make "
            "CORPUS what that one holds. What CORPUS holds now is backed up first, and a damaged file is moved aside."
        ),
    )


def _restore(corpus: Path, backup: Path | None, as_json: bool) -> int:
    if backup is None:
        return _list(corpus, as_json)
    named = folder(corpus) / backup
    wanted = named if named.exists() else backup
    kept = _put(corpus, wanted)
    if as_json:
        emit({"path": str(corpus), "kept": kept and str(kept)})
    else:
        say(_("{corpus} is what {backup} holds.").format(corpus=corpus, backup=wanted))
        if kept:
            say(_("What it was before: {path}").format(path=kept))
    return 0


def _put(corpus: Path, backup: Path) -> Path | None:
    """Make the corpus what the backup holds; where there is now what it was before, if it was anything."""
    try:
        Corpus.open(corpus, readonly=True).close()
    except Damaged:
        return finish(replace(corpus, backup), _("Restoring"))
    except MissingCorpus:
        look(backup).close()
        finish(copy(backup, corpus), _("Restoring"))
        return None
    return finish(restore(corpus, backup), _("Restoring")).path


def _list(corpus: Path, as_json: bool) -> int:
    found = [_told(one) for one in backups(corpus)]
    if as_json:
        emit(found)
    elif found:
        head = [_("Articles"), _("Spans"), _("Done"), _("Made"), _("Backup")]
        table([head, *map(_row, found)])
        say(_("They are in {folder}").format(folder=folder(corpus)))
    else:
        say(_("There is no backup of {corpus}.").format(corpus=corpus))
    return 0


def _row(told: dict[str, Any]) -> list[str]:
    counts = ["-" if told[key] is None else str(told[key]) for key in ("articles", "spans", "done")]
    return [*counts, told["why"], told["name"]]


def _told(backup: Backup) -> dict[str, Any]:
    """What a listing says of a backup; of one that cannot be read, only that it is there."""
    told: dict[str, Any] = {"name": backup.path.name, "path": str(backup.path), "time": backup.time.isoformat()}
    told |= {"bytes": backup.bytes, "why": shown_reason(backup)}
    try:
        with look(backup.path) as opened:
            held = contents(opened)
    except CorpusError as error:
        return told | {"articles": None, "spans": None, "done": None, "why": str(error)}
    return told | {"articles": held.articles, "spans": held.spans, "done": held.done}
