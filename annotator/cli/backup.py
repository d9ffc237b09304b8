"""`annotator backup CORPUS PATH`: copies a corpus, even while it is in use."""

from pathlib import Path
from typing import Any

import click

from annotator.cli.command import FilePath, corpus_argument, json_option
from annotator.cli.console import print_json, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _
from annotator.store.copying import copy_corpus


@root.command(
    "backup",
    help=LazyText(
        "Write a consistent copy of CORPUS to PATH. CORPUS may be in use; the copy is verified. "
        "If PATH is a folder, the copy keeps the name of CORPUS. Nothing is overwritten."
    ),
    examples=((LazyText("Copy a corpus to another file:"), "annotator backup news.corpus copy.corpus"),),
)
@corpus_argument
@click.argument("path", type=FilePath())
@json_option
def backup(corpus: Path, path: Path, as_json: bool) -> None:
    """Copy a corpus."""
    if path.is_dir():
        path = path / corpus.name
    open_corpus(corpus, readonly=True).close()  # raises for a file that is no corpus
    size = run_with_progress(copy_corpus(corpus, path), _("Copying"))
    result: dict[str, Any] = {"path": str(path), "bytes": size}
    if as_json:
        print_json(result)
    else:
        print_text(_("{corpus} copied to {path}: {bytes} bytes").format(corpus=corpus, **result))
