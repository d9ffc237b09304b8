"""The columns of GermEval 2014: a token a line, then its tag at each depth, the outermost first, separated by tabs.

Articles and sentences start and end as in `tag_columns`. All lines have as many tags as the deepest article needs
(`NestedProjection.depth`, which the writer must know in advance). GermEval's first column, the token's number, is
omitted. Benikova et al. 2014.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TextIO, TypeAlias

from annotator.formats.conll.tag_columns import MalformedFile, TaggedLines
from annotator.tagging.nested import NestedProjection
from annotator.tagging.schemes import OUTSIDE

NAME: Final = "nested"
SUFFIXES: Final = (".tsv",)
ALLOWS_SAME_LABEL: Final = True
"""Spans of one label may overlap (see `project_nested`)."""

DOCSTART: Final = "-DOCSTART-"
TaggedSentence: TypeAlias = list[tuple[str, tuple[str, ...]]]
"""The tokens of a sentence, each with its tags."""


def write(stream: TextIO, article: NestedProjection, scheme: str, depth: int) -> None:
    """Append one article with `depth` tags a token to `stream`, which must not translate newlines.

    Raises ValueError if `depth` is less than 1 or than the article's.
    """
    if depth < max(1, article.depth):
        raise ValueError(f"{article.depth} depths do not fit into {depth}")
    stream.write(_docstart_line(depth) + "\n")
    for sentence in article.sentences:
        columns = sentence.encode_tags(scheme)
        columns += [[OUTSIDE] * len(sentence.words)] * (depth - len(columns))
        for word, *tags in zip(sentence.words, *columns, strict=True):
            stream.write("\t".join((word, *tags)) + "\n")
        stream.write("\n")


def read_back(stream: TextIO, depth: int) -> Iterator[list[TaggedSentence]]:
    """Yield the sentences of each article.

    Raises MalformedFile for anything that `write` does not write. `stream` must split lines at LF alone.
    """

    def parse_row(line: str, number: int) -> tuple[str, tuple[str, ...]]:
        token, *tags = line[:-1].split("\t")
        if not line.endswith("\n") or len(tags) != depth or not all((token, *tags)):
            raise MalformedFile(number)
        return token, tuple(tags)

    return read_articles(stream, _docstart_line(depth), parse_row)


def flatten(sentences: Sequence[TaggedSentence]) -> Iterator[TaggedLines]:
    """Yield an article's lines once for each depth, with one tag a token, for `read_back.decode_spans`."""
    for level in range(len(sentences[0][0][1]) if sentences else 1):
        yield build_lines([(token, tags[level]) for token, tags in rows] for rows in sentences)


def build_lines(sentences: Iterable[Iterable[tuple[str, str]]]) -> TaggedLines:
    """Return the lines of sentences of tokens, each with one tag."""
    lines = [line for sentence in sentences for line in (*sentence, ("", OUTSIDE))]
    return TaggedLines(
        [token for token, _tag in lines], {index: tag for index, (_token, tag) in enumerate(lines) if tag != OUTSIDE}
    )


def read_articles(
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
