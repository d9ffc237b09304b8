"""What an export does with each article by itself, in this process or in others."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias, TypeVar

from annotator.i18n import _
from annotator.jobs.export.expected_outcomes import ExpectedOutcome
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writer import Converted, Writer
from annotator.jobs.processes import ChunkMap
from annotator.model.operations import InvalidEdit
from annotator.model.records import AnnotatedArticle
from annotator.tagging.flat import WRITTEN

Chunk: TypeAlias = tuple[Callable[..., Any], list[tuple[Any, ...]]]
"""A task, and the values that it gets for each article, besides the writer."""
Where = TypeVar("Where")
_CHUNK_SIZE: Final = 1 << 16  # code points of the articles that a process works at in one go


def work_at_chunk(writer: Writer, chunk: Chunk) -> list[Any]:
    """Return what the task returns for each article of the chunk."""
    task, articles = chunk
    return [task(writer, *article) for article in articles]


def map_articles(
    map_chunks: ChunkMap[Chunk, list[Any]],
    task: Callable[..., Any],
    articles: Iterable[tuple[AnnotatedArticle, Where, tuple[Any, ...]]],
) -> Iterator[tuple[AnnotatedArticle, Where, Any]]:
    """Yield the articles with where they go and what the task returns for each; it also gets their further values."""
    pending: deque[tuple[AnnotatedArticle, Where]] = deque()

    def split_into_chunks() -> Iterator[Chunk]:
        chunk: list[tuple[Any, ...]] = []
        size = 0
        for annotated, where, values in articles:
            pending.append((annotated, where))
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


def convert_and_judge(
    writer: Writer, annotated: AnnotatedArticle
) -> tuple[Converted | InvalidEdit, dict[str, ExpectedOutcome], list[tuple[int, int, int]]]:
    """Convert an article (see `convert`); also return the outcomes expected of its spans, but of those unchanged.

    The last are the lines of its sentences (see Writer.locate_lines).

    If the file will have the article's bytes, what they are read as is compared with it. Raises NotVerified.
    """
    converted, expected = convert(writer, annotated), writer.expect(annotated)
    lines = []
    if writer.encodes_bytes and isinstance(converted, Converted):
        try:
            contents = list(writer.parse(converted.content))
        except ValueError as error:
            raise unreadable_file_error(error) from error
        if not contents:
            raise missing_article_error(annotated)
        counts = writer.compare(annotated, contents[0], expected)
        if len(contents) > 1 or counts != (converted.sentences, converted.tokens):
            raise different_file_error()
        lines = writer.locate_lines(annotated, contents[0]) if writer.has_line_index else []
    return converted, {uid: outcome for uid, outcome in expected.items() if outcome.kind != WRITTEN}, lines


def compare(writer: Writer, annotated: AnnotatedArticle, content: Any) -> tuple[int, int] | None:
    """Compare an article as read back, see Writer.compare. Raises NotVerified."""
    if content is None:
        raise missing_article_error(annotated)
    if isinstance(content, NotVerified):
        raise content
    return writer.compare(annotated, content, writer.expect(annotated))


def missing_article_error(annotated: AnnotatedArticle) -> NotVerified:
    """Return the error for an article that should be in the file."""
    return NotVerified(_("Article {number} is missing from the file.").format(number=annotated.article.id))


def unreadable_file_error(error: ValueError) -> NotVerified:
    """Return the error for a file that is malformed, or not UTF-8."""
    return NotVerified(_("The file cannot be read back: {error}").format(error=error))


def different_file_error() -> NotVerified:
    """Return the error for a file with more, less or something else."""
    return NotVerified(_("The file does not contain what was written."))
