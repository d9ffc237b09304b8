"""The columns of Wojood: a token a line, then the tags of all its spans, the outermost first, apart by spaces.

A token in no span has the tag O alone. Articles and sentences begin and end as in `conll`. Jarrar et al. 2022.

A tag says nothing but its label, so where spans of one label overlap no reader can tell whose an I- is: Wojood's own
takes one tag of a label for a token. Of such spans one is written, by `projection.Options.flatten`, and the fate of the
others is told; spans of different labels are all written.
"""

from collections.abc import Iterator, Sequence
from typing import Final, TextIO

from annotator.formats.conll.germeval import DOCSTART, NestedRows, articles, rows_of
from annotator.formats.conll.tag_columns import Malformed, Rows
from annotator.tagging import schemes
from annotator.tagging.nested import NestedProjection, Sentence
from annotator.tagging.schemes import OUTSIDE

NAME: Final = "wojood"
SUFFIXES: Final = (".txt",)
WITHIN_LABEL: Final = False
"""Whether spans of one label may overlap (see `project_levels`)."""

_START: Final = f"{DOCSTART} {OUTSIDE}\n"


def write(stream: TextIO, article: NestedProjection, scheme: str, _depth: int = 0) -> None:
    """Append one article to `stream`, which must write LF as it is.

    A line has as many tags as its token needs, so the depth of the file is no matter. Raises ValueError where spans
    of one label overlap.
    """
    stream.write(_START + "\n")
    for sentence in article.sentences:
        for word, tags in zip(sentence.words, _tags(sentence, scheme), strict=True):
            stream.write(" ".join((word, *(tags or (OUTSIDE,)))) + "\n")
        stream.write("\n")


def read_back(stream: TextIO, _depth: int = 0) -> Iterator[list[NestedRows]]:
    """The sentences of each article. Takes exactly what `write` writes; raises Malformed at anything else.

    A token outside has no tags. `stream` must split lines at LF alone.
    """
    return articles(stream, _START, _row)


def flat(sentences: Sequence[NestedRows]) -> Iterator[Rows]:
    """An article that was read back once for each label, as `verifying.spans` takes it: its spans are those of all."""
    labels = {_label(tag) for rows in sentences for _token, tags in rows for tag in tags}
    for label in sorted(labels) or [""]:
        yield rows_of(
            [(token, next((tag for tag in tags if _label(tag) == label), OUTSIDE)) for token, tags in rows]
            for rows in sentences
        )


def _tags(sentence: Sentence, scheme: str) -> list[list[str]]:
    """The tags of each token, the outermost first."""
    chunks = [chunk for level in sentence.levels for chunk in level]
    columns = {
        label: schemes.encode(len(sentence.words), [chunk for chunk in chunks if chunk.label == label], scheme)
        for label in {chunk.label for chunk in chunks}
    }
    found: list[list[str]] = [[] for _word in sentence.words]
    for label, start, end in chunks:
        for at in range(start, end):
            found[at].append(columns[label][at])
    return found


def _row(line: str, number: int) -> tuple[str, tuple[str, ...]]:
    token, *tags = line[:-1].split(" ")
    labels = {_label(tag) for tag in tags}
    if not line.endswith("\n") or not token or not tags or len(labels) != len(tags):
        raise Malformed(number)
    if tags == [OUTSIDE]:
        return token, ()
    if "" in labels:  # a tag without a label, such as an O among others
        raise Malformed(number)
    return token, tuple(tags)


def _label(tag: str) -> str:
    return tag.partition("-")[2]
