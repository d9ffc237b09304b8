"""What an export does with each article by itself, in this process or in others."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

from annotator.i18n import _
from annotator.jobs.export.expected_outcomes import ExpectedOutcome
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writer import Converted, Writer
from annotator.jobs.processes import ChunkMap
from annotator.model.operations import InvalidEdit
from annotator.model.records import AnnotatedArticle
from annotator.tagging.flat import REFUSED, WRITTEN

Chunk: TypeAlias = tuple[Callable[..., Any], list[tuple[Any, ...]]]
"""A task, and the values that it gets for each article, besides the writer."""
_CHUNK_SIZE: Final = 1 << 16  # code points of the articles that a process works at in one go


def work_at_chunk(writer: Writer, chunk: Chunk) -> list[Any]:
    """Return what the task returns for each article of the chunk."""
    task, articles = chunk
    return [task(writer, *article) for article in articles]


def map_articles(
    map_chunks: ChunkMap[Chunk, list[Any]],
    task: Callable[..., Any],
    articles: Iterable[tuple[AnnotatedArticle, str, tuple[Any, ...]]],
) -> Iterator[tuple[AnnotatedArticle, str, Any]]:
    """Yield the articles with their parts and what the task returns for each; it also gets their further values."""
    pending: deque[tuple[AnnotatedArticle, str]] = deque()

    def split_into_chunks() -> Iterator[Chunk]:
        chunk: list[tuple[Any, ...]] = []
        size = 0
        for annotated, part, values in articles:
            pending.append((annotated, part))
            chunk.append((annotated, *values))
            size += len(annotated.article.text)
            if size >= _CHUNK_SIZE:
                yield task, chunk
                chunk, size = [], 0
        if chunk:
            yield task, chunk

    for results in map_chunks(split_into_chunks()):
        for result in results:
            yield (*pending.popleft(), result)


def convert(writer: Writer, annotated: AnnotatedArticle) -> Converted | InvalidEdit:
    """Convert an article, or return why the format cannot hold it."""
    try:
        return writer.convert(annotated)
    except InvalidEdit as rejected:
        return rejected


def verify(
    writer: Writer, annotated: AnnotatedArticle, content: Any, is_left_out: bool
) -> tuple[int, int, int, dict[str, ExpectedOutcome]]:
    """Compare an article as read back; return how many articles, sentences and tokens it is.

    The outcomes expected of its spans follow, but of those that are unchanged. Raises NotVerified.
    """
    if is_left_out:
        return 0, 0, 0, {span.uid: ExpectedOutcome(REFUSED, None, None) for span in annotated.spans}
    if content is None:
        raise NotVerified(_("Article {number} is missing from the file.").format(number=annotated.article.id))
    if isinstance(content, NotVerified):
        raise content
    expected = writer.expect(annotated)
    counts = writer.compare(annotated, content, expected)
    return 1, *counts, {uid: outcome for uid, outcome in expected.items() if outcome.kind != WRITTEN}
