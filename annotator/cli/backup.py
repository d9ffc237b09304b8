"""`annotator backup CORPUS PATH`: a copy of a corpus that is in use."""

from pathlib import Path
from typing import Any

import click

from annotator.cli.command import FilePath, Help, corpus_argument, json_option
from annotator.cli.console import emit, finish, say
from annotator.i18n import _
from annotator.store.copying import copy
from annotator.store.corpus import Corpus


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "backup",
        callback=_backup,
        params=[corpus_argument(), click.Argument(["path"], type=FilePath()), json_option()],
        help=_(
            "Copy CORPUS to PATH as it is at this moment, also while it is in use; the copy is looked through. Where "
            "PATH is a folder, the copy has the name of CORPUS there. Nothing is overwritten."
        ),
    )


def _backup(corpus: Path, path: Path, as_json: bool) -> int:
    if path.is_dir():
        path = path / corpus.name
    Corpus.open(corpus, readonly=True).close()  # a file that is no corpus is not copied
    size = finish(copy(corpus, path), _("Copying"))
    made: dict[str, Any] = {"path": str(path), "bytes": size}
    if as_json:
        emit(made)
    else:
        say(_("{corpus} is copied to {path}: {bytes} bytes").format(corpus=corpus, **made))
    return 0
