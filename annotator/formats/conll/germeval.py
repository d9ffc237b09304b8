"""The columns of GermEval 2014: a token a line, then its tag at each depth, the outermost first, separated by tabs.

Articles and sentences start and end as in `tag_columns`. All lines have as many tags as the deepest article needs
(`NestedProjection.depth`, which must be known in advance). GermEval's first column, the token's number, is
omitted. Benikova et al. 2014.
"""

from collections.abc import Callable, Iterator
from typing import ClassVar, Final, TextIO, TypeAlias

from annotator.formats.conll.tag_columns import LineTags, MalformedFile
from annotator.formats.format import ArticleTags, Format, build_lines
from annotator.i18n import N_
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle, Span
from annotator.tagging.flat import ProjectionOptions
from annotator.tagging.nested import NestedProjection, project_nested
from annotator.tagging.schemes import OUTSIDE

DOCSTART: Final = "-DOCSTART-"
TaggedSentence: TypeAlias = list[tuple[str, tuple[str, ...]]]
"""The tokens of a sentence, each with its tags."""


class NestedTags(LineTags[NestedProjection]):
    """Several tags a token; `allow_same_label` is that of tagging.nested.project_nested."""

    header_lines = 2
    allow_same_label: ClassVar[bool] = True

    def project(self, annotated: AnnotatedArticle, labels: LabelSet, options: ProjectionOptions) -> NestedProjection:
        """See Tags."""
        return project_nested(
            *(annotated.article, annotated.zones, annotated.spans, labels, options),
            allow_same_label=self.allow_same_label,
        )

    def overlap_group(self, span: Span) -> str | None:
        """See Tags."""
        return None if self.allow_same_label else span.label


class _GermevalTags(NestedTags):
    """A tag a token for each depth."""

    needs_depth = True

    def depth(self, projection: NestedProjection) -> int:
        """See Tags."""
        return projection.depth

    def write(self, stream: TextIO, article: NestedProjection, scheme: str, depth: int) -> None:
        """See LineTags. Raises ValueError if `depth` is less than 1 or than the article's."""
        if depth < max(1, article.depth):
            raise ValueError(f"{article.depth} depths do not fit into {depth}")
        stream.write(_docstart_line(depth) + "\n")
        for sentence in article.sentences:
            columns = sentence.encode_tags(scheme)
            columns += [[OUTSIDE] * len(sentence.words)] * (depth - len(columns))
            for word, *tags in zip(sentence.words, *columns, strict=True):
                stream.write("\t".join((word, *tags)) + "\n")
            stream.write("\n")

    def read_articles(self, stream: TextIO, depth: int) -> Iterator[ArticleTags]:
        """See LineTags."""

        def parse_row(line: str, number: int) -> tuple[str, tuple[str, ...]]:
            token, *tags = line[:-1].split("\t")
            if not line.endswith("\n") or len(tags) != depth or not all((token, *tags)):
                raise MalformedFile(number)
            return token, tuple(tags)

        for sentences in split_articles(stream, _docstart_line(depth), parse_row):
            yield ArticleTags(
                [
                    build_lines([(token, tags[level]) for token, tags in rows] for rows in sentences)
                    for level in range(depth)
                ]
            )


def split_articles(
    stream: TextIO, start: str, parse_row: Callable[[str, int], tuple[str, tuple[str, ...]]]
) -> Iterator[list[TaggedSentence]]:
    """Yield the sentences of each article after a line `start`.

    `parse_row` gets a token's line and its number. Raises MalformedFile.
    """
    article: list[TaggedSentence] | None = None
    sentence: TaggedSentence = []
    is_at_start = False  # the previous line was `start`
    number = 0
    for number, line in enumerate(stream, 1):
        if line == "\n" and (is_at_start or sentence) and article is not None:
            article += [sentence] if sentence else []
            sentence, is_at_start = [], False
        elif line == start and not is_at_start and not sentence:
            if article is not None:
                yield article
            article, is_at_start = [], True
        elif line in ("\n", start) or is_at_start or article is None:
            raise MalformedFile(number)
        else:
            sentence.append(parse_row(line, number))
    if is_at_start or sentence:
        raise MalformedFile(number)
    if article is not None:
        yield article


def _docstart_line(depth: int) -> str:
    return "\t".join((DOCSTART, *[OUTSIDE] * depth)) + "\n"


TAGS: Final = _GermevalTags()
FORMAT: Final = Format(name="nested", title=N_("Nested: one column per nesting level"), suffixes=(".tsv",), output=TAGS)
