"""Formats of tokens with flat spans plus all spans; they need optional packages."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from annotator.formats.format import ArticleTags, StoredArticle, TaggedLines, Tags, Trace, build_lines
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle
from annotator.tagging import schemes
from annotator.tagging.combined import CombinedProjection, project_combined
from annotator.tagging.flat import ProjectionOptions
from annotator.tagging.nested import assign_levels
from annotator.tagging.schemes import Chunk


class ReadSentence(NamedTuple):
    """A sentence as read back: its tokens, the flat chunks, and all chunks, with labels of format.identify_span."""

    tokens: list[str]
    flat_chunks: list[Chunk]
    all_chunks: list[Chunk]


class ReadArticle(NamedTuple):
    """An article as read back; without sentences it may have no trace."""

    sentences: list[ReadSentence]
    trace: Trace | None
    stored: StoredArticle | None = None


class CombinedTags(Tags[CombinedProjection]):
    """Flat spans, and all spans in the field `all_spans_field`, with their uids and values."""

    stored_fields = frozenset(("value", "title", "published", "source", "url"))

    def project(self, annotated: AnnotatedArticle, labels: LabelSet, options: ProjectionOptions) -> CombinedProjection:
        """See Tags."""
        return project_combined(
            *(annotated.article, annotated.zones, annotated.spans, labels, options), self.all_spans_field
        )

    def read_articles(self, path: Path, scheme: str) -> Iterator[ReadArticle]:
        """Yield the articles. Raises ValueError and OSError."""
        raise NotImplementedError

    def read_back(self, path: Path, scheme: str, depth: int) -> Iterator[ArticleTags]:
        """See Tags."""
        for article in self.read_articles(path, scheme):
            yield encode_layers(article.sentences, scheme)._replace(trace=article.trace, stored=article.stored)


def encode_layers(sentences: Sequence[ReadSentence], scheme: str) -> ArticleTags:
    """Convert an article to tags. Raises ValueError for invalid chunks."""
    levels = [assign_levels(sentence.all_chunks) for sentence in sentences]
    return ArticleTags(
        [_encode_lines(((sentence.tokens, sentence.flat_chunks) for sentence in sentences), scheme)],
        [
            _encode_lines(
                (
                    (sentence.tokens, sentence_levels[depth] if depth < len(sentence_levels) else [])
                    for sentence, sentence_levels in zip(sentences, levels, strict=True)
                ),
                scheme,
            )
            for depth in range(max(map(len, levels), default=0))
        ],
    )


def _encode_lines(sentences: Iterable[tuple[list[str], Sequence[Chunk]]], scheme: str) -> TaggedLines:
    """Convert sentences with flat chunks to tagged lines."""
    return build_lines(
        zip(words, schemes.encode(len(words), chunks, scheme), strict=True) for words, chunks in sentences
    )
