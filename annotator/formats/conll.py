"""The columns of the CoNLL shared tasks: a token a line, its tag last, an empty line after each sentence.

Every article begins with a `-DOCSTART-` line and an empty one. UTF-8 and LF; a file is its articles one after the
other, so writing one needs no more memory than an article. Tjong Kim Sang 2002; Tjong Kim Sang & De Meulder 2003.
"""

from collections.abc import Iterator
from typing import Final, TextIO, TypeAlias

from msgspec import Struct

from annotator.core.projection import Projection
from annotator.core.tagging import OUTSIDE
from annotator.i18n import _

Rows: TypeAlias = list[tuple[str, str]]
"""The tokens of a sentence, each with its tag."""

_DOCSTART: Final = "-DOCSTART-"


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
        stream.write(_line(_DOCSTART, *self.at_start, OUTSIDE) + "\n")
        for sentence in article.sentences:
            for token, tag in zip(sentence.tokens, sentence.tags(scheme), strict=True):
                stream.write(_line(article.word(token), *self.between, tag))
            stream.write("\n")

    def read_back(self, stream: TextIO) -> Iterator[list[Rows]]:
        """The sentences of each article. Takes exactly what `write` writes; raises Malformed at anything else.

        `stream` must split lines at LF alone.
        """
        start = _line(_DOCSTART, *self.at_start, OUTSIDE)
        article: list[Rows] | None = None
        number = 0
        for block in _blocks(stream):
            if block[0] == start:
                if len(block) != 1:
                    raise Malformed(number + 2)
                if article is not None:
                    yield article
                article = []
            elif article is None:
                raise Malformed(number + 1)
            else:
                article.append([self._row(line, number + at) for at, line in enumerate(block, 1)])
            number += len(block) + 1
        if article is not None:
            yield article

    def _row(self, line: str, number: int) -> tuple[str, str]:
        token, *between, tag = line[:-1].split(" ") if line.count(" ") else ("", "")
        if not token or not tag or tuple(between) != self.between:
            raise Malformed(number)
        return token, tag


def _line(*fields: str) -> str:
    return " ".join(fields) + "\n"


def _blocks(stream: TextIO) -> Iterator[list[str]]:
    """The lines of `stream` between empty ones; the last block must end with an empty line too, and none is empty."""
    block: list[str] = []
    number = 0
    for number, line in enumerate(stream, 1):
        if line != "\n":
            block.append(line)
        elif block:
            yield block
            block = []
        else:
            raise Malformed(number)
    if block:
        raise Malformed(number)
