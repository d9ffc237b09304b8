"""Where an export goes: checked before anything is done, and filled only when everything is ready."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, TextIO

from msgspec import Struct

from annotator.core.model import new_uid
from annotator.formats.report import beside
from annotator.i18n import _

WHOLE: Final = ""
"""The name of the only part of an export that is not split."""

LONE: Final = "train"
"""What the only part is called in a folder."""

_PART_NAME: Final = re.compile(r"\w[\w-]*")


class CannotExport(Exception):
    """The export was not begun and nothing was changed; the text is one sentence for a person."""


class Destination(Struct, frozen=True):
    """The files that an export makes: one a part, what accompanies them, and the report."""

    parts: dict[str, Path]
    report: Path
    companions: tuple[Path, ...] = ()

    def files(self) -> list[Path]:
        """All of them in this order, the report last."""
        return [*self.parts.values(), *self.companions, self.report]

    def published(self) -> AbstractContextManager[list[Path]]:
        """Drafts of the files (see `published`)."""
        return published(self.files())


def destination(
    path: Path, corpus: Set[Path], suffix: str, split: Mapping[str, int] | None, companions: Sequence[str] = ()
) -> Destination:
    """The files of an export to `path`: that file, or with `split` those in that folder; the report beside it.

    With `companions` it is a folder too where it is not split, with one part and files of these names.

    Raises CannotExport where they cannot be made or would take the place of something else; `corpus` are the
    files of the one that is exported.
    """
    if split is None and not companions:
        if path.is_dir():
            raise CannotExport(_("“{path}” is a folder; name a file in it.").format(path=path))
        found = Destination({WHOLE: path}, beside(path))
    else:
        if split is not None:
            check_split(split)
        folder = path if path.name not in ("", "..") else path.resolve()
        parts = {part: folder / f"{part or LONE}{suffix}" for part in split or (WHOLE,)}
        found = Destination(parts, beside(folder), tuple(folder / name for name in companions))
        if folder.is_dir():
            _check_folder(folder, suffix, found)
        elif folder.exists():
            raise CannotExport(_("“{path}” is not a folder, and this export needs one.").format(path=folder))
    check_files(found.files(), corpus)
    return found


def check_files(files: Sequence[Path], corpus: Set[Path]) -> None:
    """Raise CannotExport where one of `files` cannot be made, or the last, which is the report, has no folder."""
    folder = files[-1].parent
    if not folder.is_dir():
        raise CannotExport(_("The folder “{path}” is missing.").format(path=folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotExport(_("The folder “{path}” cannot be written to.").format(path=folder))
    for file in files:
        if file.resolve() in corpus:
            raise CannotExport(_("“{path}” is the corpus itself.").format(path=file))
        if file.exists() and not (file.is_file() and os.access(file, os.W_OK)):
            raise CannotExport(_("“{path}” cannot be written to.").format(path=file))


def check_split(split: Mapping[str, int]) -> None:
    """Raise CannotExport for weights by part that are none."""
    for part, weight in split.items():
        if not _PART_NAME.fullmatch(part):
            raise CannotExport(_("“{part}” cannot name a part of a split.").format(part=part))
        if weight <= 0:
            raise CannotExport(_("The part {part} must be larger than 0.").format(part=part))
    if not split:
        raise CannotExport(_("A split has at least one part."))


def _check_folder(folder: Path, suffix: str, found: Destination) -> None:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotExport(_("The folder “{path}” cannot be written to.").format(path=folder))
    # A part of an older split would hold articles that are now in another part, and nobody would notice; and a page in
    # a folder without a report beside it is nothing that an export has made.
    stray = sorted(file for file in folder.glob(f"*{suffix}") if file not in found.parts.values())
    if not found.report.exists():
        stray += (file for file in found.companions if file.exists())
    if stray:
        raise CannotExport(_("“{path}” is not a part of this split; move it away.").format(path=stray[0]))


@contextmanager
def text_file(path: Path | None) -> Iterator[TextIO]:
    """A new file to write text to, which is on the disk when the block ends; None is nowhere. Raises OSError."""
    if path is None:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            yield nowhere
        return
    with path.open("x", encoding="utf-8", newline="\n") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def published(files: Sequence[Path]) -> Iterator[list[Path]]:
    """A draft to write for each of `files`; they take the files' places when the block ends, and go when it raises."""
    drafts = []
    for file in files:
        folder = file.parent if file.parent.is_dir() else file.parent.parent
        drafts.append(folder / f".{file.name}.{new_uid()}.part")
    try:
        yield drafts
        _replace(list(zip(drafts, files, strict=True)))
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def _replace(moves: list[tuple[Path, Path]]) -> None:
    done: list[Path] = []
    try:
        for draft, file in moves:
            file.parent.mkdir(exist_ok=True)
            draft.replace(file)
            done.append(file)
    except OSError:
        for file in done:
            file.unlink()
        raise
