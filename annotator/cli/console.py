"""How the commands speak: results on stdout, everything else on stderr, and how far long work is."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, TextIO, TypeVar, cast

import click
import msgspec

from annotator.cli import terminal
from annotator.i18n import _
from annotator.model.records import Notice, Remark, Repair

NAME: Final = "annotator"
REFUSED: Final = 1
"""Exit code: something in the input was not taken."""
UNUSABLE: Final = 2
"""Exit code: wrong usage, or a corpus that cannot be used."""

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LRM: Final = "\u200e"
_GAP: Final = "  "

Result = TypeVar("Result")


class Failure(click.ClickException):
    """Why a command could do nothing, in one sentence; it ends with exit code 2."""

    exit_code = UNUSABLE


def emit(value: Any) -> None:
    """`value` as one JSON value on stdout, in UTF-8 whatever the locale."""
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
    # A path may hold what no encoding has; UTF-8 has no lone surrogates.
    click.echo(text.encode("utf-8", "replace"))


def copy(path: Path) -> None:
    """What is in the file at `path`, as it is, on stdout."""
    with path.open("rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer)


def say(text: str, *, reorder: bool | None = None) -> None:
    """`text` on stdout; `reorder` says whether Arabic is to be laid out here, None that the terminal decides."""
    click.echo(for_screen(text, sys.stdout, reorder=reorder))


def tell(text: str) -> None:
    """`text` as one line on stderr."""
    click.echo(for_screen(f"{NAME}: {' '.join(text.split())}", sys.stderr), err=True)


def tell_remarks(remarks: Iterable[Remark]) -> None:
    """One line on stderr for each: file, line and reason, as compilers write them; what was no refusal says so."""
    for remark in remarks:
        where = f"{remark.path}:{remark.line}" if remark.line else remark.path
        said = remark.reason
        if isinstance(remark, Repair):
            said = _("put right: {reason}").format(reason=said)
        elif isinstance(remark, Notice):
            said = _("note: {reason}").format(reason=said)
        tell(f"{where}: {said}")


def for_screen(text: str, stream: TextIO, *, reorder: bool | None = None) -> str:
    """What is to be written to `stream` to show `text`: that itself where it is no terminal.

    A terminal never gets the control characters that a text may hold: they could be commands to it.
    """
    screen = stream.isatty()
    if screen:
        text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
    if not reorders(stream, reorder):
        return text
    return terminal.visual(text, shutil.get_terminal_size().columns if screen else None)


def reorders(stream: TextIO, choice: bool | None = None) -> bool:
    """Whether Arabic is to be laid out here for `stream`: as chosen, else where a terminal cannot do it itself."""
    if choice is not None:
        return choice
    return stream.isatty() and not terminal.does_bidi(os.environ)


def table(rows: Sequence[Sequence[str]], *, reorder: bool | None = None) -> None:
    """The rows on stdout, their columns aligned; only the last may hold long text.

    Each cell is laid out by itself, so that Arabic in one does not draw the others over to its side.
    """
    visual = reorders(sys.stdout, reorder)
    clean = [[" ".join(_CONTROLS.sub(" ", cell).split()) for cell in row] for row in rows]
    shown = [[terminal.visual(cell) if visual else cell for cell in row] for row in clean]
    widths = [max(map(terminal.columns, column)) for column in zip(*shown, strict=True)]
    # A terminal that reorders takes the line for one text: the marks keep its cells apart. Files get no such mark.
    apart = _LRM if sys.stdout.isatty() and not visual else ""
    for row in shown:
        padded = [
            cell + apart + " " * (width - terminal.columns(cell)) for cell, width in zip(row, widths, strict=True)
        ]
        click.echo(apart + _GAP.join(padded).rstrip())


def finish(steps: Generator[tuple[int, int], None, Result], label: str) -> Result:
    """Do all the work of `steps`, with a progress bar while stderr is a terminal, and return what it returns."""
    if not sys.stderr.isatty():
        return _drained(steps, lambda _step: None)
    with click.progressbar(length=1, label=for_screen(label, sys.stderr), file=sys.stderr) as bar:

        def show(step: tuple[int, int]) -> None:
            bar.length = step[1]
            bar.update(step[0] - bar.pos)

        return _drained(steps, show)


def _drained(steps: Generator[tuple[int, int], None, Result], show: Callable[[tuple[int, int]], None]) -> Result:
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return cast(Result, end.value)
        show(step)
