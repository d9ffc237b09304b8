"""Output of the commands: results on stdout, messages and progress on stderr."""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import islice, zip_longest
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeVar, cast

import click
import msgspec

from annotator.cli import terminal
from annotator.i18n import _
from annotator.model.records import Notice, Remark, Repair

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

PROGRAM_NAME: Final = "annotator"
STANDARD_OUTPUT: Final = Path("-")
"""The path that stands for it."""
_STANDARD_OUTPUTS: Final = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
EXIT_INCOMPLETE: Final = 1
"""Exit code: something in the input was refused."""
EXIT_UNUSABLE: Final = 2
"""Exit code: wrong usage, or a corpus that cannot be used."""

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_OVERRIDES: Final = re.compile("[\u202d\u202e]")
_LRM: Final = "\u200e"
_GAP: Final = "  "

_SPOOL_SIZE: Final = 1 << 20  # bytes of a table in memory

Item = TypeVar("Item")
Result = TypeVar("Result")


def is_standard_output(path: Path | None) -> bool:
    """Return whether a path stands for standard output."""
    return path is not None and path.as_posix() in _STANDARD_OUTPUTS


class CommandError(click.ClickException):
    """The command could do nothing; the message is one sentence, the exit code 2."""

    exit_code = EXIT_UNUSABLE


def print_json(value: Any) -> None:
    """Print `value` as one JSON value on stdout, always in UTF-8."""
    print_encoded(f"{encode_json(value)}\n")


def print_json_list(batches: Iterable[Iterable[Any]]) -> None:
    """Print the values in the batches as one JSON list on stdout, batch by batch; an error closes the list."""
    separator = "["
    try:
        for batch in batches:
            if texts := [encode_json(value) for value in batch]:
                print_encoded(separator + ", ".join(texts))
                separator = ", "
        if separator == "[":
            click.echo("[", nl=False)
            separator = ""
    finally:
        if separator != "[":
            click.echo("]")


def print_encoded(text: str) -> None:
    """Print text for other programs on stdout, always in UTF-8; a terminal gets no control characters but newlines."""
    if sys.stdout.isatty():
        text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
    # A path may contain lone surrogates, which UTF-8 cannot encode.
    click.echo(text.encode("utf-8", "replace"), nl=False)


def encode_json(value: Any) -> str:
    """Return the value as JSON, with escapes for all control characters: some terminals obey those beyond ASCII too."""
    text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def print_file(path: Path) -> None:
    """Print a file unchanged on stdout."""
    with path.open("rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer)


def print_text(text: str, *, reorder: bool | None = None) -> None:
    """Print `text` on stdout; `reorder` lays out Arabic, None only if the terminal needs it."""
    click.echo(format_for_terminal(text, sys.stdout, reorder=reorder))


def print_message(text: str) -> None:
    """Print one line on stderr, also in a file without control characters: it may be read on a terminal later.

    No name of a file may turn the letters of the message round either.
    """
    line = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))
    line = _OVERRIDES.sub("\N{REPLACEMENT CHARACTER}", line)
    click.echo(format_for_terminal(f"{PROGRAM_NAME}: {line}", sys.stderr), err=True)


def print_remarks(remarks: Iterable[Remark]) -> None:
    """Print remarks on stderr, as compilers do."""
    for remark in remarks:
        print_message(format_remark(remark))


def format_remark(remark: Remark) -> str:
    """Return file, line and reason; mark repairs and notices."""
    location = f"{remark.path}:{remark.line}" if remark.line else remark.path
    message = remark.reason
    if isinstance(remark, Repair):
        message = _("repaired: {reason}").format(reason=message)
    elif isinstance(remark, Notice):
        message = _("note: {reason}").format(reason=message)
    return f"{location}: {message}"


def format_for_terminal(text: str, stream: TextIO, *, reorder: bool | None = None) -> str:
    """Convert `text` for display on `stream`.

    Without `reorder`, only terminals need this. They never get control characters, which could be commands.
    """
    is_terminal = stream.isatty()
    if is_terminal:
        text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text)
    if not should_reorder(stream, reorder):
        return text
    width = shutil.get_terminal_size().columns if is_terminal else None
    return terminal.reorder_for_display(text, width, stream.encoding)


def should_reorder(stream: TextIO, choice: bool | None = None) -> bool:
    """Return the `choice`, or else whether `stream` is a terminal that cannot lay out Arabic."""
    if choice is not None:
        return choice
    return stream.isatty() and not terminal.supports_bidi(os.environ)


def split_into_batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Yield the items in lists of this size, the last of which may be shorter."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


class TableWriter:
    """Prints rows on stdout with aligned columns, as they come; only the last may have long text.

    Each cell is laid out alone, so Arabic in one does not reorder the others.
    """

    def __init__(self, *, reorder: bool | None = None) -> None:
        self._is_visual = should_reorder(sys.stdout, reorder)
        # A terminal with bidi reorders whole lines; marks keep the cells apart. Files get none.
        self._mark = _LRM if sys.stdout.isatty() and not self._is_visual else ""
        self._widths: list[int] = []

    def print_rows(self, rows: Iterable[Sequence[str]]) -> int:
        """Print these rows, whose columns are no narrower than those before; return their number."""
        prepared = [self.prepare(row) for row in rows]
        self.print_prepared(prepared)
        return len(prepared)

    def prepare(self, row: Sequence[str]) -> list[str]:
        """Return the cells of a row as they are printed, and make room for them."""
        cells = [" ".join(_CONTROLS.sub(" ", cell).split()) for cell in row]
        if self._is_visual:
            cells = [terminal.reorder_for_display(cell, encoding=sys.stdout.encoding) for cell in cells]
        self._widths = [*map(max, zip_longest(map(terminal.display_width, cells[:-1]), self._widths, fillvalue=0))]
        return cells

    def print_prepared(self, prepared: Iterable[Sequence[str]]) -> None:
        """Print rows that `prepare` has returned."""
        for *cells, last in prepared:
            padded = [
                cell + self._mark + " " * (width - terminal.display_width(cell))
                for cell, width in zip(cells, self._widths, strict=True)
            ]
            click.echo(self._mark + _GAP.join([*padded, last + self._mark]).rstrip())


def print_table(
    rows: Iterable[Sequence[str]], *, heading: Callable[[int], str] | None = None, reorder: bool | None = None
) -> None:
    """Print rows on stdout, see TableWriter, below a heading for their number.

    The rows are printed when all are known, also if an error ends them, and need no memory until then.
    """
    table = TableWriter(reorder=reorder)
    count, is_complete = 0, False
    with SpooledTemporaryFile(_SPOOL_SIZE, "w+", encoding="utf-8", errors="surrogatepass", newline="\n") as spool:
        try:
            for row in rows:
                spool.write("\t".join(table.prepare(row)) + "\n")
                count += 1
            is_complete = True
        finally:
            if heading and (count or is_complete):
                print_text(heading(count), reorder=reorder)
            spool.seek(0)
            table.print_prepared(line[:-1].split("\t") for line in spool)


def run_with_progress(steps: Generator[tuple[int, int], None, Result], label: str) -> Result:
    """Exhaust `steps`, with a progress bar if stderr is a terminal; return their result."""
    with _progress_bar(1, label) as bar:
        while True:
            try:
                position, bar.length = next(steps)
            except StopIteration as end:
                return cast(Result, end.value)
            bar.update(position - bar.pos)


def track_progress(batches: Iterable[list[Item]], total: int, label: str, *, is_hidden: bool) -> Iterator[list[Item]]:
    """Yield the batches, with a progress bar for their items if stderr is a terminal, unless it is hidden."""
    with _progress_bar(total, label, is_hidden=is_hidden) as bar:
        for batch in batches:
            yield batch
            bar.update(len(batch))


def _progress_bar(length: int, label: str, *, is_hidden: bool = False) -> AbstractContextManager["ProgressBar[int]"]:
    """Return a progress bar on stderr, hidden if that is no terminal."""
    hidden = is_hidden or not sys.stderr.isatty()
    return click.progressbar(
        length=length, label=format_for_terminal(label, sys.stderr), file=sys.stderr, hidden=hidden
    )
