"""What writes a format in an export, reads it back and compares it: the shape that all have, and what most are like."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from annotator.formats.conll.tag_columns import Rows
from annotator.formats.report import Report
from annotator.i18n import _
from annotator.jobs.export import read_back
from annotator.jobs.export.expected_outcomes import Expected, as_written, expect_outcomes, exported_parts
from annotator.jobs.export.file_output import LONE, text_file
from annotator.jobs.export.read_back import NotVerified
from annotator.model.labels import LabelSet
from annotator.model.records import Draft, Span
from annotator.tagging import flat
from annotator.tagging.flat import Fate, Stretch


class Writer(ABC):
    """A format at work on one export. What it writes to is what it has opened: a stream of text, a file under way, or a
    folder."""

    suffix: str
    """Of its files."""
    zoned = True
    """Whether only some zones are taken, and spans may be outside of them."""
    layered = False
    """Whether layers of several annotators have room in it."""
    holds: frozenset[str] = frozenset()
    """What is kept of an article besides its text and its spans (see jobs.export.document_writer)."""
    looks = False
    """Whether each article is to be looked at before the first is written."""
    keeps_flattened = False
    """Whether spans that are kept out of the flat ones are in the file all the same."""
    in_folder = False
    """Whether an export is a folder even where it is not split."""

    def named(self, part: str) -> str:
        """What the file or the folder of a part is called in the folder of the export; "" is that folder itself."""
        return f"{part or LONE}{self.suffix}"

    def opened(self, path: Path | None) -> AbstractContextManager[Any]:
        """What is to be written to for a part, new and on the disk when the block ends; None is nowhere. Raises
        OSError."""
        return text_file(path)

    def look(self, item: Draft) -> None:  # noqa: B027 - most have nothing to do
        """Look at an article before the first is written."""

    def begin(self, stream: Any) -> None:  # noqa: B027 - most have nothing to do
        """Write what comes before the first article."""

    @abstractmethod
    def write(self, stream: Any, item: Draft) -> tuple[list[Fate], int, int]:
        """Append an article; the fates of its spans, and how many sentences and tokens it has in the file.

        Raises Rejected for an article that the format cannot hold; it is then left out.
        """

    def end(self, stream: Any) -> None:  # noqa: B027 - most have nothing to do
        """Write what comes after the last article."""

    def companions(self, report: Report) -> Mapping[str, bytes]:
        """What lies beside the parts in the folder, by name."""
        return {}

    @abstractmethod
    def read_back(self, path: Path) -> Generator[Any, None, None]:
        """The articles of a part that this has written. Raises ValueError where it does not read."""

    def expect(self, item: Draft) -> dict[str, Expected]:
        """What should become of each span of an article, by its uid; `write` is not asked."""
        return as_written(item.spans)

    def may_leave_out(self, item: Draft) -> bool:
        """Whether there is a reason why the format cannot hold an article."""
        return False

    @abstractmethod
    def compare(self, item: Draft, found: Any, expected: Mapping[str, Expected]) -> tuple[int, int]:
        """How many sentences and tokens were found for the article. Raises NotVerified where they are not what the
        corpus holds, with its spans as they are `expected` (see `expect`)."""


class TokenWriter(Writer):
    """Writes tokens and tags, by these options."""

    def __init__(self, suffix: str, labels: LabelSet, options: flat.Options) -> None:
        self.suffix = suffix
        self._labels, self._options = labels, options

    def expect(self, item: Draft) -> dict[str, Expected]:
        """See Writer."""
        return expect_outcomes(item.article, item.zones, item.spans, self._options, self._labels, self._overlap_group)

    def _overlap_group(self, _span: Span) -> str | None:
        """What tells the spans that cannot overlap each other in the file; None where the span may overlap any."""
        return ""

    def _check_spans(
        self,
        item: Draft,
        layers: Iterable[Rows],
        scheme: str,
        stretches: Iterable[tuple[Span, Stretch | None]],
    ) -> None:
        """Raise NotVerified unless the lines of an article say that its spans are where they should be."""
        text, parts = item.article.text, exported_parts(item.article, item.zones, self._options.zones)
        said = sorted(one for rows in layers for one in read_back.spans(text, parts, rows, scheme))
        expected = sorted((*stretch, span.label) for span, stretch in stretches if stretch is not None)
        if said != expected:
            start, end, label = min(set(said) ^ set(expected), default=(said or expected)[0])
            reason = _("Article {number}: the file and the corpus differ in “{text}” ({label}) at {start}.")
            text = item.article.text[start:end]
            raise NotVerified(reason.format(number=item.article.id, text=text, label=label, start=start))


def counts(sentences: Collection[Collection[object]]) -> tuple[int, int]:
    """How many sentences there are, and tokens in them."""
    return len(sentences), sum(map(len, sentences))


def text_counts(text: str) -> tuple[int, int]:
    """Count the sentences and the tokens of a text, for a format that holds all of it."""
    sentences = flat.lay(text, [Stretch(0, len(text))], (), LabelSet(()))
    return counts([words for words, _chunks in sentences])


def line_counts(rows: Rows) -> tuple[int, int]:
    """Count the same, of lines that have an empty one after each sentence."""
    sentences = rows.words.count("")
    return sentences, len(rows.words) - sentences
