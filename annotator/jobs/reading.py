"""Finding files in folders, and reading each in its format: what an import stores and a look at the files counts."""

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotator import formats
from annotator.core.model import Draft, Refusal, Remark
from annotator.formats import Format
from annotator.i18n import _
from annotator.store.corpus import Corpus


def files(corpus: Corpus, paths: Iterable[Path], chosen: Format | None, remarks: list[Remark]) -> list[Path]:
    """The files at `paths` and in the folders there, by name; what is none of both goes to `remarks`.

    Hidden ones in folders and the corpus itself are passed over, and so are those that are read with another one; with
    a format `chosen`, only if that is one that reads them.
    """
    found = list(_found(corpus, paths, remarks))
    if chosen is not None and not formats.has_companions(chosen):
        return found
    taken = {beside.resolve() for path in found for beside in formats.companions(path)}
    return [path for path in found if path.resolve() not in taken]


def read(path: Path, chosen: Format | None, annotator: str) -> Iterator[Draft | Remark]:
    """What is in one file, in the format that was chosen or the one that it is recognised to have."""
    try:
        format_ = chosen or formats.recognise(path)
        if format_ is None:
            yield Refusal(str(path), 0, _("The format of the file was not recognised."))
        else:
            yield from format_.read(path, annotator)
    except OSError as error:
        yield _unreadable(path, error)


def _found(corpus: Corpus, paths: Iterable[Path], remarks: list[Remark]) -> Iterator[Path]:
    """A folder that a link leads back to is entered once."""
    own = corpus.files()
    for root in paths:
        entered: set[tuple[int, int]] = set()
        left = [root]
        while left:
            path = left.pop()
            try:
                found = path.stat()
                if stat.S_ISDIR(found.st_mode):
                    if (found.st_dev, found.st_ino) not in entered:
                        entered.add((found.st_dev, found.st_ino))
                        inside = (entry for entry in path.iterdir() if not entry.name.startswith("."))
                        left += sorted(inside, reverse=True)
                elif not stat.S_ISREG(found.st_mode):
                    remarks.append(Refusal(str(path), 0, _("This is neither a file nor a folder.")))
                elif path.resolve() not in own:
                    yield path
            except OSError as error:
                remarks.append(_unreadable(path, error))


def _unreadable(path: Path, error: OSError) -> Refusal:
    if isinstance(error, FileNotFoundError):
        return Refusal(str(path), 0, _("There is no such file or folder."))
    return Refusal(str(path), 0, _("It could not be read: {error}").format(error=error.strerror or error))
