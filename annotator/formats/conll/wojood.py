"""The columns of Wojood: a token a line, then the tags of all its spans, the outermost first, separated by spaces.

A token outside all spans has one O. Articles and sentences start and end as in `tag_columns`. Jarrar et al. 2022.

A tag names only its label: if spans of one label overlap, no reader can tell which an I- continues, and Wojood's own
uses one such tag a token. Only the span that `ProjectionOptions.flatten` chooses is written, and the outcome of the
others reported.
"""

from collections.abc import Iterator
from typing import Final, TextIO

from annotator.formats.conll.germeval import DOCSTART, NestedTags, split_articles
from annotator.formats.conll.tag_columns import MalformedFile
from annotator.formats.format import ArticleTags, Format, build_lines
from annotator.i18n import N_
from annotator.tagging import schemes
from annotator.tagging.nested import NestedProjection, NestedSentence
from annotator.tagging.schemes import OUTSIDE

_DOCSTART_LINE: Final = f"{DOCSTART} {OUTSIDE}\n"


class _WojoodTags(NestedTags):
    """As many tags as a token needs, of different labels."""

    allow_same_label = False

    def write(self, stream: TextIO, article: NestedProjection, scheme: str, depth: int = 1) -> None:
        """See LineTags. Raises ValueError if spans of one label overlap."""
        stream.write(_DOCSTART_LINE + "\n")
        for sentence in article.sentences:
            for word, tags in zip(sentence.words, _encode_tags(sentence, scheme), strict=True):
                stream.write(" ".join((word, *(tags or (OUTSIDE,)))) + "\n")
            stream.write("\n")

    def read_articles(self, stream: TextIO, depth: int = 1) -> Iterator[ArticleTags]:
        """See LineTags. The lines are once for each label."""
        for sentences in split_articles(stream, _DOCSTART_LINE, _parse_row):
            labels = {_label_of_tag(tag) for rows in sentences for _token, tags in rows for tag in tags}
            yield ArticleTags(
                [
                    build_lines(
                        [
                            (token, next((tag for tag in tags if _label_of_tag(tag) == label), OUTSIDE))
                            for token, tags in rows
                        ]
                        for rows in sentences
                    )
                    for label in sorted(labels) or [""]
                ]
            )


def _encode_tags(sentence: NestedSentence, scheme: str) -> list[list[str]]:
    """Return the tags of each token, the outermost first."""
    chunks = [chunk for level in sentence.levels for chunk in level]
    columns = {
        label: schemes.encode(len(sentence.words), [chunk for chunk in chunks if chunk.label == label], scheme)
        for label in {chunk.label for chunk in chunks}
    }
    tags: list[list[str]] = [[] for _word in sentence.words]
    for label, start, end in chunks:
        for index in range(start, end):
            tags[index].append(columns[label][index])
    return tags


def _parse_row(line: str, number: int) -> tuple[str, tuple[str, ...]]:
    token, *tags = line[:-1].split(" ")
    labels = {_label_of_tag(tag) for tag in tags}
    if not line.endswith("\n") or not token or not tags or len(labels) != len(tags):
        raise MalformedFile(number)
    if tags == [OUTSIDE]:
        return token, ()
    if "" in labels:  # a tag without a label, such as an O among others
        raise MalformedFile(number)
    return token, tuple(tags)


def _label_of_tag(tag: str) -> str:
    return tag.partition("-")[2]


TAGS: Final = _WojoodTags()
FORMAT: Final = Format(
    name="wojood", title=N_("Wojood: all tags of a token on one line"), suffixes=(".txt",), output=TAGS
)
