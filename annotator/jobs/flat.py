"""Formats of tokens and tags, which show an article's layer flattened: written, and compared with the corpus."""

from collections.abc import Collection, Generator, Iterable, Iterator
from pathlib import Path
from typing import Protocol, TextIO

from annotator.core import projection
from annotator.core.labels import LabelSet
from annotator.core.model import Draft
from annotator.core.projection import WRITTEN, Fate, Projection, Stretch
from annotator.formats.conll import Rows
from annotator.formats.spooling import Spool
from annotator.i18n import _
from annotator.jobs import verifying
from annotator.jobs.publishing import text_file
from annotator.jobs.verifying import NotVerified


class TaggedFormat(Protocol):
    """What the module of a format of tokens and tags has. Its files are their articles, one after the other."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802

    def write(self, stream: TextIO, article: Projection, scheme: str) -> None:
        """Append one article."""

    def read_back(self, stream: TextIO) -> Iterator[Rows]:
        """The lines of each article, read strictly. Raises Malformed."""


class Moved:
    """Where the file holds spans that it does not hold as they are. Articles are compared in the order in which they
    were noted."""

    def __init__(self) -> None:
        self._noted = Spool(dict[str, Stretch | None])
        self._left = iter(self._noted)

    def note(self, fates: Iterable[Fate]) -> None:
        """Remember what became of the spans of an article."""
        self._noted.append({fate.span.uid: fate.stretch for fate in fates if fate.outcome != WRITTEN})

    def compare(self, item: Draft, said: list[tuple[int, int, str]]) -> None:
        """Raise NotVerified unless these spans (start, end, label, sorted) are what the file should hold of the next
        article."""
        moved = next(self._left)
        stretches = ((span, moved.get(span.uid, Stretch(span.start, span.end))) for span in item.spans)
        expected = sorted((*stretch, span.label) for span, stretch in stretches if stretch is not None)
        if said != expected:
            start, end, label = min(set(said) ^ set(expected), default=(said or expected)[0])
            reason = _("Article {number}: the file and the corpus differ in “{text}” ({label}) at {start}.")
            text = item.article.text[start:end]
            raise NotVerified(reason.format(number=item.article.id, text=text, label=label, start=start))


class Flat:
    """Writes drafts in a format of tokens and tags, and knows what became of each span (see jobs.exporting.Writer)."""

    zoned = True
    layered = False
    looks = False
    holds: frozenset[str] = frozenset()
    opened = staticmethod(text_file)

    def __init__(self, format_: TaggedFormat, labels: LabelSet, options: projection.Options) -> None:
        self.suffix = format_.SUFFIXES[0]
        self._format, self._labels, self._options = format_, labels, options
        self._moved = Moved()

    def look(self, item: Draft) -> None:
        """Nothing has to be known before."""

    def begin(self, stream: TextIO) -> None:
        """Nothing comes before the first article."""

    def write(self, stream: TextIO, item: Draft) -> tuple[list[Fate], int, int]:
        """Append an article; the fates of its spans, and how many sentences and tokens it has."""
        projected = projection.project(item.article, item.zones, item.spans, self._labels, self._options)
        self._format.write(stream, projected, self._options.scheme)
        self._moved.note(projected.fates)
        return list(projected.fates), *counts([sentence.words for sentence in projected.sentences])

    def end(self, stream: TextIO) -> None:
        """Nothing comes after the last article."""

    def read_back(self, path: Path) -> Generator[Rows, None, None]:
        """The articles of a file that this has written. Raises ValueError where it does not read."""
        with path.open(encoding="utf-8", newline="\n") as stream:
            yield from self._format.read_back(stream)

    def compare(self, item: Draft, found: Rows) -> tuple[int, int]:
        """How many sentences and tokens were found for the article. Raises NotVerified where they do not say its
        spans."""
        article = item.article
        zones = projection.segments(article, item.zones, self._options.zones)
        self._moved.compare(item, verifying.spans(article.text, zones, found, self._options.scheme))
        sentences = found.words.count("")
        return sentences, len(found.words) - sentences


def counts(sentences: Collection[Collection[object]]) -> tuple[int, int]:
    """How many sentences there are, and tokens in them."""
    return len(sentences), sum(map(len, sentences))
