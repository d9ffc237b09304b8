"""Finding files in folders, and reading each in its format: what an import stores and a look at the files counts."""

import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from msgspec import Struct

from annotator.formats import registry
from annotator.formats.documents import tables
from annotator.formats.registry import Format
from annotator.i18n import _, ngettext
from annotator.model.limits import FILES, REMARKS
from annotator.model.logical_order import is_logical, logical
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Notice, Refusal, Remark, Repair
from annotator.model.remarks import plainly
from annotator.paths import extend_path, is_link, resolve_path
from annotator.store.corpus import Corpus


class Way(Struct, frozen=True):
    """How a file is read: `format` is the NAME of one, None for the one that it is recognised to have; `columns` say
    which column of a table holds what (see tables.read); with `logical`, text in presentation forms or visual
    order is put right (see model.logical_order)."""

    format: str | None = None
    columns: Mapping[str, str] = {}
    logical: bool = False


def files(corpus: Corpus, paths: Iterable[Path], chosen: str | None, remarks: list[Remark]) -> list[Path]:
    """The files at `paths` and in the folders there, by name; what is none of both goes to `remarks`, and so do links
    that lead out of the folder that was named, which are not followed.

    Hidden ones in folders and the corpus itself are passed over, and so are those that are read with another one; with
    a format of the NAME `chosen`, only if that is one that reads them.
    """
    found = list(islice(_found(corpus, paths, remarks), FILES + 1))
    if len(found) > FILES:
        reason = ngettext(
            "An import reads no more than {count} file, and none from here on.",
            "An import reads no more than {count} files, and none from here on.",
            FILES,
        )
        remarks.append(Refusal(str(found.pop()), 0, reason.format(count=FILES)))
    if chosen is not None and not registry.has_companions(registry.by_name(chosen)):
        return found
    taken = {resolve_path(beside) for path in found for beside in registry.companions(path)}
    return [path for path in found if resolve_path(path) not in taken]


def read(path: Path, way: Way, annotator: str) -> Iterator[Draft | Remark]:
    """The articles in one file, and what is to be said of it. Raises KeyError for an unknown format."""
    yield from _noticed(path, as_it_is(path, way, annotator), way.logical)


def as_it_is(path: Path, way: Way, annotator: str) -> Iterator[Draft | Remark]:
    """As `read`, but no text is asked whether it is logical."""
    return _few(path, _items(path, way, annotator))


def _few(path: Path, items: Iterable[Draft | Remark]) -> Iterator[Draft | Remark]:
    """The `items` of a file; of remarks of a kind that there are very many of, the first, and how many more."""
    counts: Counter[type[Remark]] = Counter()
    for item in items:
        if not isinstance(item, Remark):
            yield item
            continue
        counts[type(item)] += 1
        if counts[type(item)] <= REMARKS:
            yield plainly(item)
    for kind, count in counts.items():
        if count > REMARKS:
            more = count - REMARKS
            reason = ngettext(
                "There is {count} more of the kind in the file.",
                "There are {count} more of the kind in the file.",
                more,
            )
            yield kind(str(path), 0, reason.format(count=more))


def _items(path: Path, way: Way, annotator: str) -> Iterator[Draft | Remark]:
    try:
        format_ = format_of(path, way)
        if format_ is None:
            yield Refusal(str(path), 0, _("The format of the file was not recognised."))
        elif format_ is tables:
            yield from tables.read(path, annotator, way.columns)
        else:
            yield from format_.read(path, annotator)
    except OSError as error:
        yield _unreadable(path, error)


def format_of(path: Path, way: Way) -> Format | None:
    """The format that the file is read in, None where it is not known. A table whose columns are named is one even
    where they do not tell. Raises OSError, and KeyError for an unknown format."""
    if way.format is not None:
        return registry.by_name(way.format)
    named = tables if way.columns and path.suffix.lower() in tables.SUFFIXES else None
    return registry.recognise(path) or named


def _noticed(path: Path, items: Iterable[Draft | Remark], repair: bool) -> Iterator[Draft | Remark]:
    """The `items` of a file, texts that are not logical put right with `repair`; last, how many there were."""
    count = line = 0
    for item in items:
        if isinstance(item, Draft) and not is_logical(item):
            count, line = count + 1, line if count else item.line
            if repair:
                yield from _put_right(path, item)
                continue
        yield item
    if not count:
        return
    if repair:
        reason = ngettext(
            "{count} text had letters in presentation forms or lines in visual order, and is logical text now.",
            "{count} texts had letters in presentation forms or lines in visual order, and are logical text now.",
            count,
        )
        yield Repair(str(path), line, reason.format(count=count))
    else:
        reason = ngettext(
            "{count} text has letters in presentation forms or lines in visual order, and was taken as it is.",
            "{count} texts have letters in presentation forms or lines in visual order, and were taken as they are.",
            count,
        )
        yield Notice(str(path), line, reason.format(count=count))


def _put_right(path: Path, item: Draft) -> Iterator[Draft | Remark]:
    try:
        found, lost = logical(item)
    except Rejected as rejected:
        yield Refusal(str(path), item.line, str(rejected))
        return
    yield found
    yield from (Refusal(str(path), item.line, reason) for reason in lost)


def _found(corpus: Corpus, paths: Iterable[Path], remarks: list[Remark]) -> Iterator[Path]:
    """A folder that a link leads back to is entered once.

    A link that leads out of the folder that was named is not followed: an archive from anywhere could bring private
    files into a corpus that is handed on.
    """
    own = corpus.files()
    for root in paths:
        entered: set[tuple[int, int]] = set()
        left = [root]
        while left:
            path = left.pop()
            try:
                found = path.stat()
                if path != root and (reason := _led_out(path, root)):
                    remarks.append(Refusal(str(path), 0, reason))
                    continue
                if stat.S_ISDIR(found.st_mode):
                    if (found.st_dev, found.st_ino) not in entered:
                        entered.add((found.st_dev, found.st_ino))
                        inside = (extend_path(entry) for entry in path.iterdir() if not entry.name.startswith("."))
                        left += sorted(inside, reverse=True)
                elif not stat.S_ISREG(found.st_mode):
                    remarks.append(Refusal(str(path), 0, _("This is neither a file nor a folder.")))
                elif resolve_path(path) not in own:
                    yield path
            except OSError as error:
                remarks.append(_unreadable(path, error))


def _led_out(path: Path, root: Path) -> str | None:
    """Return why what lies below `root` is not read, in a sentence: a link leads out from it, or from what it is read
    with. None where none does."""
    for one in (path, *registry.companions(path)):
        if is_link(one) and not resolve_path(one).is_relative_to(resolve_path(root)):
            if one == path:
                reason = _("It is a link to something outside of the folder, and is not followed: {path}.")
            else:
                reason = _("“{name}”, which it is read with, is a link to something outside of the folder: {path}.")
            return reason.format(name=one.name, path=resolve_path(one))
    return None


def _unreadable(path: Path, error: OSError) -> Refusal:
    if isinstance(error, FileNotFoundError):
        return Refusal(str(path), 0, _("There is no such file or folder."))
    return Refusal(str(path), 0, _("It could not be read: {error}").format(error=error.strerror or error))
