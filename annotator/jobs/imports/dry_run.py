"""What an import would do to a corpus: it is done to a copy, which is then deleted."""

from collections.abc import Callable, Generator, Iterator
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from annotator.jobs.corpus_copy import copy_for_dry_run
from annotator.jobs.imports.importer import ImportResult
from annotator.model.display_names import article_title
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Edit, Note, Remark, Span, Status
from annotator.store import database_files
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import last_article_number
from annotator.store.queries.recorded_edits import list_edits_after
from annotator.store.queries.training_data import last_edit_id

_Remark = TypeVar("_Remark", bound=Remark)


class ArticleChanges(Struct, frozen=True):
    """What an import would do to an article.

    `edits` change spans, states and notes of an article that the corpus has; of a new one, `spans` are counted.
    """

    article: Article
    title: str
    is_new: bool
    spans: int
    edits: tuple[Edit, ...] = ()


class _Copy(Corpus):
    """A copy of the corpus at `original`, whose files are no input either."""

    original: Path

    def database_paths(self) -> set[Path]:
        return super().database_paths() | {self.original.resolve(), *database_files.side_files(self.original.resolve())}


def try_import(
    path: Path, labels: LabelSet, start: Callable[[Corpus], Generator[tuple[int, int], None, ImportResult]]
) -> Generator[tuple[int, int], None, tuple[ImportResult, list[ArticleChanges]]]:
    """Run the import that `start` begins on a copy of the corpus at `path`, or on a new one with these labels.

    Returns its result and what it changed. The corpus is only read. Raises CorpusError, OSError.
    """
    with TemporaryDirectory(prefix="annotator-") as folder:
        copy = Path(folder) / path.name
        if path.exists():
            copy_for_dry_run(path, copy)
        else:
            Corpus.create(copy, labels).close()
        with _Copy.open(copy) as corpus:
            corpus.original = path
            last_edit, last_article = last_edit_id(corpus), last_article_number(corpus)
            result = yield from start(corpus)
            changes = list(_list_changes(corpus, last_edit, last_article))
    moved = {
        name: [_at_original(remark, copy, path) for remark in getattr(result, name)]
        for name in ("skipped", "repaired", "noticed")
    }
    return replace(result, **moved), changes


def _at_original(remark: _Remark, copy: Path, path: Path) -> _Remark:
    return replace(remark, path=str(path)) if remark.path == str(copy) else remark


def _list_changes(corpus: Corpus, last_edit: int, last_article: int) -> Iterator[ArticleChanges]:
    """Yield what was done after this edit and this article, by article number."""
    edits = {
        uid: [edit for _uid, edit in group if isinstance(edit.after or edit.before, Span | Status | Note)]
        for uid, group in groupby(list_edits_after(corpus, last_edit), key=lambda row: row[0])
    }
    numbers = {corpus.article(uid).id for uid in edits} | set(range(last_article + 1, last_article_number(corpus) + 1))
    for number in sorted(numbers):
        article = corpus.article(number)
        article_edits = edits.get(article.uid, [])
        is_new = number > last_article
        spans = sum(edit.before is None and isinstance(edit.after, Span) for edit in article_edits)
        title = article_title(article, corpus.zones(article.uid))
        yield ArticleChanges(article, title, is_new, spans, () if is_new else tuple(article_edits))
