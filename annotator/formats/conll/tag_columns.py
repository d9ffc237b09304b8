"""The columns of the CoNLL shared tasks: a token a line, its tag last, an empty line after each sentence.

Each article follows a `-DOCSTART-` line and an empty one, and is written by itself, to save memory. UTF-8 and LF. Tjong
Kim Sang 2002; Tjong Kim Sang & De Meulder 2003.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from io import StringIO
from itertools import accumulate
from pathlib import Path
from typing import Final, TextIO

from annotator.file_ops import synced_file
from annotator.formats.format import ArticleTags, P, TaggedLines, Tags
from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle
from annotator.tagging.flat import FlatProjection, ProjectionOptions, project_flat
from annotator.tagging.schemes import OUTSIDE

_DOCSTART: Final = "-DOCSTART-"


class MalformedFile(ValueError):
    """A file that `write` cannot have written, with one sentence that names the line."""

    def __init__(self, line: int) -> None:
        super().__init__(_("Line {line} of the file is malformed.").format(line=line))


class LineTags(Tags[P]):
    """Tags in lines of text, written article by article."""

    encodes_bytes = True

    def write(self, stream: TextIO, article: P, scheme: str, depth: int) -> None:
        """Append one article to `stream`, which must not translate newlines."""
        raise NotImplementedError

    def read_articles(self, stream: TextIO, depth: int) -> Iterator[ArticleTags]:
        """Yield each article's tags.

        Raises MalformedFile for anything that `write` does not write. `stream` must split lines at LF alone.
        """
        raise NotImplementedError

    def encode(self, projection: P, scheme: str, depth: int) -> bytes:
        """See Tags."""
        stream = StringIO()
        self.write(stream, projection, scheme, depth)
        return stream.getvalue().encode()

    @contextmanager
    def open_sink(
        self, path: Path, labels: Sequence[str], scheme: str, depth: int
    ) -> Iterator[Callable[[bytes], object]]:
        """See Tags."""
        with synced_file(path) as file:
            yield file.write

    def parse(self, content: bytes, depth: int) -> Iterator[ArticleTags]:
        """See Tags."""
        return self.read_articles(StringIO(content.decode(), newline="\n"), depth)


class ColumnTags(LineTags[FlatProjection]):
    """One tag a token. The fillers are the columns before the tag, in lines of tokens and of `-DOCSTART-`."""

    header_lines = 2
    fillers: tuple[str, ...] = ()
    docstart_fillers: tuple[str, ...] = ()

    def project(self, annotated: AnnotatedArticle, labels: LabelSet, options: ProjectionOptions) -> FlatProjection:
        """See Tags."""
        return project_flat(annotated.article, annotated.zones, annotated.spans, labels, options)

    def write(self, stream: TextIO, article: FlatProjection, scheme: str, depth: int = 1) -> None:
        """See LineTags."""
        parts = [f"{self._docstart_line()}\n\n"]
        gap = self._separator()
        outside = f"{gap}{OUTSIDE}\n"
        for lines, tags in article.encode_tags(scheme):
            ends_sentence = lines.endswith("\n\n")
            if tags:
                parts += [f"{word}{gap}{tag}\n" for word, tag in zip(lines.split("\n"), tags, strict=False)]
            else:
                parts.append((lines[:-1] if ends_sentence else lines).replace("\n", outside))
            if ends_sentence:
                parts.append("\n")
        stream.write("".join(parts))

    def read_articles(self, stream: TextIO, depth: int = 1) -> Iterator[ArticleTags]:
        """See LineTags."""
        beginning, *articles = stream.read().split(f"{self._docstart_line()}\n\n")
        if beginning:
            raise MalformedFile(1)
        number = 1
        for article in articles:
            number += 2
            yield ArticleTags((self._parse_article(article, number),))
            number += article.count("\n")

    def _parse_article(self, article: str, number: int) -> TaggedLines:
        """Parse an article whose first line has this number."""
        outside = f"{self._separator()}{OUTSIDE}\n"
        stripped = article.replace(outside, "\n")
        parts = _tag_pattern(self._separator()).split(
            stripped
        )  # every other is a tag; those between end with its token
        lines = "".join(parts[::2])
        tags = dict(zip(accumulate(map(len, parts[:-1:2])), parts[1::2], strict=True))
        outside_count = (len(article) - len(stripped)) // (len(outside) - 1)
        if (
            (article and not article.endswith("\n\n"))
            or lines.startswith("\n")
            or " " in lines
            or "\n\n\n" in lines
            or lines.count("\n\n") + len(tags) + outside_count != lines.count("\n")
            or (_DOCSTART in lines and _DOCSTART in lines.split("\n"))
        ):
            raise self._locate_error(article, number)
        return TaggedLines(lines, tags)

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


@cache
def _tag_pattern(separator: str) -> re.Pattern[str]:
    return re.compile(rf"{separator}([^ \n]+)$", re.MULTILINE)
