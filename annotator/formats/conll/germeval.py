"""The columns of GermEval 2014: a token a line, then its tag at each depth, the outermost first, apart by tabs.

Articles and sentences begin and end as in `conll`. The lines of a file have as many tags as its deepest article needs,
which whoever writes must know before: `NestedProjection.depth` of each article tells. Benikova et al. 2014; its own
first column, which numbers the tokens, is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TextIO, TypeAlias

from annotator.formats.conll.tag_columns import Malformed, Rows
from annotator.tagging.nested import NestedProjection
from annotator.tagging.schemes import OUTSIDE

NAME: Final = "nested"
SUFFIXES: Final = (".tsv",)
WITHIN_LABEL: Final = True
"""Whether spans of one label may overlap (see `project_levels`)."""

DOCSTART: Final = "-DOCSTART-"
NestedRows: TypeAlias = list[tuple[str, tuple[str, ...]]]
"""The tokens of a sentence, each with its tags."""


def write(stream: TextIO, article: NestedProjection, scheme: str, depth: int) -> None:
    """Append one article with `depth` tags a token to `stream`, which must write LF as it is.

    Raises ValueError for a depth that is none, or that the article does not fit in.
    """
    if depth < max(1, article.depth):
        raise ValueError(f"{article.depth} depths do not fit into {depth}")
    stream.write(_start(depth) + "\n")
    for sentence in article.sentences:
        columns = sentence.tags(scheme)
        columns += [[OUTSIDE] * len(sentence.words)] * (depth - len(columns))
        for word, *tags in zip(sentence.words, *columns, strict=True):
            stream.write("\t".join((word, *tags)) + "\n")
        stream.write("\n")


def read_back(stream: TextIO, depth: int) -> Iterator[list[NestedRows]]:
    """The sentences of each article. Takes exactly what `write` writes; raises Malformed at anything else.

    `stream` must split lines at LF alone.
    """

    def row(line: str, number: int) -> tuple[str, tuple[str, ...]]:
        token, *tags = line[:-1].split("\t")
        if not line.endswith("\n") or len(tags) != depth or not all((token, *tags)):
            raise Malformed(number)
        return token, tuple(tags)

    return articles(stream, _start(depth), row)


def flat(sentences: Sequence[NestedRows]) -> Iterator[Rows]:
    """An article that was read back once for each depth, as `verifying.spans` takes it: its spans are those of all."""
    for level in range(len(sentences[0][0][1]) if sentences else 1):
        yield rows_of([(token, tags[level]) for token, tags in rows] for rows in sentences)


def rows_of(sentences: Iterable[Iterable[tuple[str, str]]]) -> Rows:
    """The lines of these sentences of tokens, each with one tag."""
    lines = [line for sentence in sentences for line in (*sentence, ("", OUTSIDE))]
    return Rows([token for token, _tag in lines], {at: tag for at, (_token, tag) in enumerate(lines) if tag != OUTSIDE})


def articles(
    stream: TextIO, start: str, row: Callable[[str, int], tuple[str, tuple[str, ...]]]
) -> Iterator[list[NestedRows]]:
    """The sentences of each article that begins with the line `start`; `row` reads the line of a token, by its number.

    Raises Malformed where a line does not belong.
    """
    article: list[NestedRows] | None = None
    sentence: NestedRows = []
    begun = False  # the line before was `start`
    number = 0
    for number, line in enumerate(stream, 1):
        if line == "\n" and (begun or sentence) and article is not None:
            article += [sentence] if sentence else []
            sentence, begun = [], False
        elif line == start and not begun and not sentence:
            if article is not None:
                yield article
            article, begun = [], True
        elif line in ("\n", start) or begun or article is None:
            raise Malformed(number)
        else:
            sentence.append(row(line, number))
    if begun or sentence:
        raise Malformed(number)
    if article is not None:
        yield article


def _start(depth: int) -> str:
    return "\t".join((DOCSTART, *[OUTSIDE] * depth)) + "\n"
