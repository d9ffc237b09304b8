"""A look at files before they are imported: what is in each, and what there is to be decided. Nothing is stored."""

from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from annotator.formats import registry
from annotator.formats.documents import tables
from annotator.jobs.imports import file_reader
from annotator.jobs.imports.file_reader import Way
from annotator.model.logical_order import changed_lines, is_logical, logical
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal, Remark, Repair
from annotator.store.corpus import Corpus
from annotator.store.errors import NoSuchArticle

_LINES: Final = 5
"""Lines that are shown of an article, and pairs of lines before and after."""
_LINE: Final = 400
"""Code points that are shown of a line."""
_REMARKS: Final = 20
"""Remarks that are kept of a file; the others are counted."""
_STEP: Final = 100
"""Articles between two yields."""


class Look(Struct, frozen=True):
    """What one file holds, read in one way.

    `format` is the NAME of its format, None where that is not known; `possible` are those that it may have. `new` are
    the uids of its articles that the corpus lacks. `beginning` is how its first article begins. Of the articles,
    `illogical` are in presentation forms or visual order, and `changed` has lines of the first of them as they are and
    as they would be put right. `labels` are those that the corpus lacks, by how many spans have them. `remarks` are the
    first of those that reading it gives, `refused` and `repaired` how many there are. `columns` are those of a table
    where they do not tell what they hold.
    """

    path: Path
    way: Way
    format: str | None
    possible: Sequence[str]
    articles: int
    new: frozenset[str]
    spans: int
    beginning: str
    illogical: int
    changed: Sequence[tuple[str, str]]
    labels: Mapping[str, int]
    remarks: Sequence[Remark]
    refused: int
    repaired: int
    columns: Sequence[str]

    @property
    def open(self) -> bool:
        """Whether there is something to be decided, or a repair to be seen, before the file is imported."""
        unknown = self.format is None and bool(self.possible)
        return bool(unknown or self.columns or self.illogical or self.labels or self.repaired)


def look(
    corpus: Corpus, paths: Iterable[Path], annotator: str = "", ways: Mapping[Path, Way] | None = None
) -> Generator[tuple[int, int], None, list[Look]]:
    """Look at the files, and all in the folders; yields how many files are done, and of how many.

    `ways` has the files that are read otherwise than as they are recognised and with text put right. What is no file is
    left to the import to tell. Raises KeyError for an unknown format, CorpusError.
    """
    known = {label.name for label in corpus.labels().labels}
    files = file_reader.files(corpus, paths, None, [])
    found: list[Look] = []
    for done, path in enumerate(files):
        at = done, len(files)
        yield at
        way = (ways or {}).get(path, Way(logical=True))
        found.append((yield from _look(corpus, path, way, annotator, known, at)))
    return found


def _look(
    corpus: Corpus, path: Path, way: Way, annotator: str, known: set[str], at: tuple[int, int]
) -> Generator[tuple[int, int], None, Look]:
    """Yields `at` now and then."""
    labels: Counter[str] = Counter()
    remarks: list[Remark] = []
    kinds: Counter[type[Remark]] = Counter()
    new: set[str] = set()
    changed: Sequence[tuple[str, str]] = ()
    beginning = ""
    articles = spans = illogical = 0
    for item in file_reader.as_it_is(path, way, annotator):
        if isinstance(item, Remark):
            kinds[type(item)] += 1
            remarks += [item] if len(remarks) < _REMARKS else []
            continue
        articles += 1
        spans += len(item.spans)
        labels.update(span.label for span in item.spans if span.label not in known)
        beginning = beginning or _cut("\n".join(item.article.text.split("\n", _LINES)[:_LINES]))
        if not is_logical(item):
            illogical += 1
            right = _right(item)
            before, after = item.article.text, right.article.text
            changed = changed or [(_cut(was), _cut(now)) for was, now in changed_lines(before, after, _LINES)]
            item = right if way.logical else item
        if _is_new(corpus, item.article.uid):
            new.add(item.article.uid)
        if articles % _STEP == 0:
            yield at
    format_, possible, columns = _about(path, way, articles)
    return Look(
        *(path, way, format_, possible, articles, frozenset(new), spans, beginning, illogical, changed),
        *(dict(labels.most_common()), remarks, kinds[Refusal], kinds[Repair], columns),
    )


def _about(path: Path, way: Way, articles: int) -> tuple[str | None, list[str], list[str]]:
    """The format of the file, those that it may have, and the columns of a table that do not tell what they hold."""
    try:
        format_ = file_reader.format_of(path, way)
        possible = [other.NAME for other in registry.possible(path)]
        table = format_ is tables or (format_ is None and path.suffix.lower() in tables.SUFFIXES)
        columns = tables.names(path) if table and (way.columns or not articles) else []
    except OSError:  # reading it has said so
        return None, [], []
    return format_.NAME if format_ else None, possible, columns if len(columns) > 1 else []


def _right(item: Draft) -> Draft:
    try:
        return logical(item)[0]
    except Rejected:  # the import will say why it is none
        return item


def _is_new(corpus: Corpus, uid: str) -> bool:
    try:
        corpus.article(uid)
    except NoSuchArticle:
        return True
    return False


def _cut(text: str) -> str:
    """The lines of `text`, none too long to be shown."""
    return "\n".join(line if len(line) <= _LINE else line[:_LINE] + "…" for line in text.split("\n"))
