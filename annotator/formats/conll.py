"""The CoNLL shared tasks' columns: a token a line, its tag last, an empty line after each sentence.

Every article begins with a `-DOCSTART-` line and an empty one. UTF-8 and LF; files are concatenations of articles,
so writing one needs no more memory than an article. Tjong Kim Sang 2002; Tjong Kim Sang & De Meulder 2003.
"""

from collections.abc import Iterator
from typing import Final, TextIO, TypeAlias

from msgspec import Struct

from annotator.core.projection import Projection
from annotator.i18n import _

Rows: TypeAlias = list[tuple[str, str]]
"""The tokens of a sentence, each with its tag."""

DOCSTART: Final = "-DOCSTART-"


class Malformed(ValueError):
    """A file that is not in this format; the text is one sentence that names the line."""


class Columns(Struct, frozen=True):
    """One of the layouts: the columns between token and tag, and what stands there in a `-DOCSTART-` line."""

    between: tuple[str, ...] = ()
    start: tuple[str, ...] = ()

    def write(self, stream: TextIO, article: Projection, scheme: str) -> None:
        """Append one article to `stream`."""
        stream.write(" ".join((DOCSTART, *self.start, "O")) + "\n\n")
        for sentence in article.sentences:
            for token, tag in zip(sentence.tokens, sentence.tags(scheme), strict=True):
                stream.write(" ".join((article.word(token), *self.between, tag)) + "\n")
            stream.write("\n")

    def read(self, stream: TextIO) -> Iterator[list[Rows]]:
        """The sentences of each article, one article at a time. Raises Malformed at whatever `write` does not write."""
        article: list[Rows] | None = None
        rows: Rows = []
        empty = False
        for number, line in enumerate(stream, 1):
            if not line.endswith("\n"):
                raise _malformed(number, _("the last line has no end"))
            token, *between, tag = fields = line[:-1].split(" ") if line != "\n" else ["", ""]
            if len(fields) > 1 and token == DOCSTART and not rows
