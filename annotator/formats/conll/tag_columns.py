"""The columns of the CoNLL shared tasks: a token a line, its tag last, an empty line after each sentence.

Every article begins with a `-DOCSTART-` line and an empty one. UTF-8 and LF; a file is its articles one after the
other, so writing one needs no more memory than an article. Tjong Kim Sang 2002; Tjong Kim Sang & De Meulder 2003.
"""

from collections.abc import Iterator
from operator import add
from typing import Final, NamedTuple, TextIO

from msgspec import Struct

from annotator.i18n import _
from annotator.tagging.flat import Projection
from annotator.tagging.schemes import OUTSIDE

_DOCSTART: Final = "-DOCSTART-"
_AT_ONCE: Final = 1 << 16  # characters that are read


class Rows(NamedTuple):
    """The lines of an article: the token of each, "" for one that ends a sentence; all tags but O, by line from 0."""

    words: list[str]
    tags: dict[int, str]


class Malformed(ValueError):
    """A file that is not what `write` writes; the text is one sentence that names the line."""

    def __init__(self, line: int) -> None:
        super().__init__(_("Line {line} of the file is not as it should be.").format(line=line))


class Columns(Struct, frozen=True):
    """A layout: what stands between token and tag, in the lines of tokens and in those that begin an article."""

    between: tuple[str, ...] = ()
    at_start: tuple[str, ...] = ()

    def write(self, stream: TextIO, article: Projection, scheme: str) -> None:
        """Append one article to `stream`, which must write LF as it is."""
        stream.write(f"{self._start()}\n\n")
        gap = self._gap()
        outside = f"{gap}{OUTSIDE}\n"
        for sentence in article.sentences:
            if sentence.chunks:
                tags = sentence.tags(scheme)
                ends = {tag: f"{gap}{tag}\n" for tag in set(tags)}
                stream.write("".join(map(add, sentence.words, map(ends.__getitem__, tags))) + "\n")
            else:
                stream.write(outside.join((*sentence.words, "\n")))

    def read_back(self, stream: TextIO) -> Iterator[Rows]:
        """The lines of each article. Takes exactly what `write` writes; raises Malformed at anything else.

        `stream` must not change its line ends.
        """
        for number, article in _articles(stream, f"{self._start()}\n\n"):
            yield self._rows(article, number)

    def _rows(self, article: str, number: int) -> Rows:
        """The lines of an article, of which the first has this number."""
        outside = f"{self._gap()}{OUTSIDE}\n"
        words, tags = article.replace(outside, "\n").split("\n")[:-1], dict[int, str]()
        for at in [at for at, line in enumerate(words) if " " in line]:
            words[at], *between, tags[at] = words[at].split(" ")
            if tuple(between) != self.between or not (words[at] and tags[at]):
                raise self._malformed(article, number)
        ends = words.count("")
        lines = ends + len(tags) + article.count(outside)
        whole = not article or article.endswith("\n\n")
        if not whole or lines != len(words) or ends != article.count("\n\n") or _DOCSTART in words:
            raise self._malformed(article, number)
        return Rows(words, tags)

    def _malformed(self, article: str, number: int) -> Malformed:
        """What to raise for an article that is malformed: it names the first line that does not belong."""
        before = ""
        for at, line in enumerate(article.split("\n")):
            token, *between, tag = line.split(" ") if " " in line else ("", "")
            row = token and tag and tuple(between) == self.between
            if before == self._start() or not (row or (before and not line)):
                return Malformed(number + at)
            before = line
        return Malformed(number + article.rstrip("\n").count("\n"))

    def _start(self) -> str:
        return " ".join((_DOCSTART, *self.at_start, OUTSIDE))

    def _gap(self) -> str:
        return " ".join(("", *self.between, ""))


def _articles(stream: TextIO, start: str) -> Iterator[tuple[int, str]]:
    """What follows each `start` in `stream`, with the number of its first line."""
    number, rest, begun = 1, "", False
    while read := stream.read(_AT_ONCE):
        *articles, rest = (rest + read).split(start)
        for article in articles:
            if begun:
                yield number, article
            elif article:
                raise Malformed(number)
            begun = True
            number += article.count("\n") + 2
    if begun:
        yield number, rest
    elif rest:
        raise Malformed(number)
