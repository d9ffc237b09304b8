"""`annotator restore CORPUS [BACKUP]`: lists the backups of a corpus or restores one."""

from pathlib import Path
from typing import Any

import click

from annotator.cli.command import FilePath, corpus_argument, json_option
from annotator.cli.console import print_json, print_table, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _
from annotator.store.backups import Backup, backup_folder, describe_reason, list_backups
from annotator.store.copying import copy_corpus
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, DamagedCorpus, MissingCorpus
from annotator.store.restoring import read_contents, replace_damaged, restore


@root.command(
    "restore",
    help=LazyText(
        "List the backups of CORPUS. With BACKUP, the name of a backup or the path of any copy, "
        "restore CORPUS from it. The current content of CORPUS is backed up first; a damaged file"
        " is moved aside."
    ),
    examples=(
        (LazyText("List the backups of a corpus:"), "annotator restore news.corpus"),
        (LazyText("Restore a corpus from a copy:"), "annotator restore news.corpus copy.corpus"),
    ),
)
@corpus_argument
@click.argument("backup", type=FilePath(), required=False)
@json_option
def restore_corpus(corpus: Path, backup: Path | None, as_json: bool) -> None:
    """Restore a backup, or list all."""
    if backup is None:
        _list(corpus, as_json)
        return
    listed = backup_folder(corpus) / backup
    source = listed if listed.exists() else backup
    previous = _restore_backup(corpus, source)
    if as_json:
        print_json({"path": str(corpus), "kept": previous and str(previous)})
    else:
        print_text(_("{corpus} restored from {backup}.").format(corpus=corpus, backup=source))
        if previous:
            print_text(_("Previous version: {path}").format(path=previous))


def _restore_backup(corpus: Path, backup: Path) -> Path | None:
    """Replace the corpus; return the path of its previous state, if any."""
    try:
        open_corpus(corpus, readonly=True).close()
    except DamagedCorpus:
        return run_with_progress(replace_damaged(corpus, backup), _("Restoring"))
    except MissingCorpus:
        Corpus.open_backup(backup).close()
        run_with_progress(copy_corpus(backup, corpus), _("Restoring"))
        return None
    return run_with_progress(restore(corpus, backup), _("Restoring")).path


def _list(corpus: Path, as_json: bool) -> None:
    records = [_describe(backup) for backup in list_backups(corpus)]
    if as_json:
        print_json(records)
    elif records:
        head = [_("Articles"), _("Spans"), _("Done"), _("Reason"), _("Backup")]
        print_table([head, *map(_format_row, records)])
        print_text(_("The backups are in {folder}").format(folder=backup_folder(corpus)))
    else:
        print_text(_("{corpus} has no backups.").format(corpus=corpus))


def _format_row(record: dict[str, Any]) -> list[str]:
    counts = ["-" if record[key] is None else str(record[key]) for key in ("articles", "spans", "done")]
    return [*counts, record["why"], record["name"]]


def _describe(backup: Backup) -> dict[str, Any]:
    """Return the record of a backup, without counts if unreadable."""
    record: dict[str, Any] = {"name": backup.path.name, "path": str(backup.path), "time": backup.time.isoformat()}
    record |= {"bytes": backup.bytes, "why": describe_reason(backup)}
    try:
        with Corpus.open_backup(backup.path) as opened:
            contents = read_contents(opened)
    except CorpusError as error:
        return record | {"articles": None, "spans": None, "done": None, "why": str(error)}
    return record | {"articles": contents.articles, "spans": contents.spans, "done": contents.done}
