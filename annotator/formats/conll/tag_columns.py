"""The columns of the CoNLL shared tasks: a token a line, its tag last, an empty line after each sentence.

Each article follows a `-DOCSTART-` line and an empty one, and is written by itself, to save memory. UTF-8 and LF. Tjong
Kim Sang 2002; Tjong Kim Sang & De Meulder 2003.
"""

from collections.abc import Iterator
from operator import add
from typing import Final, NamedTuple, TextIO

from msgspec import Struct

from annotator.i18n import _
from annotator.tagging.flat import FlatProjection
from annotator.tagging.schemes import OUTSIDE

_DOCSTART: Final = "-DOCSTART-"
_CHUNK_SIZE: Final = 1 << 16  # characters read at once


class TaggedLines(NamedTuple):
    """The tokens of an article, "" after each sentence, and all tags but O by line from 0."""

    words: list[str]
    tags: dict[int, str]


class MalformedFile(ValueError):
    """A file that `write` cannot have written, with one sentence that names the line."""

    def __init__(self, line: int) -> None:
        super().__init__(_("Line {line} of the file is malformed.").format(line=line))


class ColumnFormat(Struct, frozen=True):
    """The filler columns before the tag, in lines of tokens and of `-DOCSTART-`."""

    fillers: tuple[str, ...] = ()
    docstart_fillers: tuple[str, ...] = ()

    def write(self, stream: TextIO, article: FlatProjection, scheme: str) -> None:
        """Append one article to `stream`, which must not translate newlines."""
        stream.write(f"{self._docstart_line()}\n\n")
        gap = self._separator()
        outside = f"{gap}{OUTSIDE}\n"
        for sentence in article.sentences:
            if sentence.chunks:
                tags = sentence.encode_tags(scheme)
                ends = {tag: f"{gap}{tag}\n" for tag in set(tags)}
                stream.write("".join(map(add, sentence.words, map(ends.__getitem__, tags))) + "\n")
            else:
                stream.write(outside.join((*sentence.words, "\n")))

    def read_back(self, stream: TextIO) -> Iterator[TaggedLines]:
        """Yield the lines of each article.

        Raises MalformedFile for anything that `write` does not write. `stream` must not translate newlines.
        """
        for line, article in _split_articles(stream, f"{self._docstart_line()}\n\n"):
            yield self._parse_article(article, line)

    def _parse_article(self, article: str, number: int) -> TaggedLines:
        """Parse an article whose first line has this number."""
        outside = f"{self._separator()}{OUTSIDE}\n"
        words, tags = article.replace(outside, "\n").split("\n")[:-1], dict[int, str]()
        for index in [index for index, line in enumerate(words) if " " in line]:
            words[index], *fillers, tags[index] = words[index].split(" ")
            if tuple(fillers) != self.fillers or not (words[index] and tags[index]):
                raise self._locate_error(article, number)
        sentence_count = words.count("")
        line_count = sentence_count + len(tags) + article.count(outside)
        is_complete = not article or article.endswith("\n\n")
        if not is_complete or line_count != len(words) or sentence_count != article.count("\n\n") or _DOCSTART in words:
            raise self._locate_error(article, number)
        return TaggedLines(words, tags)

    def _locate_error(self, article: str, number: int) -> MalformedFile:
        """Return the error for the first wrong line."""
        previous = ""
        for index, line in enumerate(article.split("\n")):
            token, *fillers, tag = line.split(" ") if " " in line else ("", "")
            is_row = token and tag and tuple(fillers) == self.fillers
            if previous == self._docstart_line() or not (is_row or (previous and not line)):
                return MalformedFile(number + index)
            previous = line
        return MalformedFile(number + article.rstrip("\n").count("\n"))

    def _docstart_line(self) -> str:
        return " ".join((_DOCSTART, *self.docstart_fillers, OUTSIDE))

    def _separator(self) -> str:
        return " ".join(("", *self.fillers, ""))


def _split_articles(stream: TextIO, start: str) -> Iterator[tuple[int, str]]:
    """Yield the text after each `start`, with the number of its first line."""
    number, rest, has_started = 1, "", False
    while chunk := stream.read(_CHUNK_SIZE):
        *articles, rest = (rest + chunk).split(start)
        for article in articles:
            if has_started:
                yield number, article
            elif article:
                raise MalformedFile(number)
            has_started = True
            number += article.count("\n") + 2
    if has_started:
        yield number, rest
    elif rest:
        raise MalformedFile(number)
