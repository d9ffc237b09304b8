"""The base class of the writers, which write, read back and compare a format."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple

from annotator.formats.report import Report
from annotator.jobs.export.expected_outcomes import ExpectedOutcome, expect_unchanged
from annotator.jobs.export.file_output import SINGLE_PART_NAME
from annotator.model.reasons import Reason
from annotator.model.records import AnnotatedArticle, Article
from annotator.tagging import flat
from annotator.tagging.flat import TextRange


class Writer(ABC):
    """The writer of a format for one export."""

    suffix: str
    """The suffix of its files."""
    uses_zones = True
    """True if spans may lie outside the exported zones."""
    stored_fields: frozenset[str] = frozenset()
    """Those of formats.format.ALL_FIELDS that the format stores."""
    has_whole_texts = False
    """True if the files have the texts as they are: once compared, they have no other sentences and tokens."""
    names_annotator = False
    """True if a file says whose spans it has, though it has one layer only."""
    needs_inspection = False
    """True if all articles must be inspected before the first is written."""
    keeps_flattened = False
    """True if the file also has spans that are not among the flat ones."""
    is_folder = False
    """True if even an unsplit export is a folder."""
    max_articles: int | None = None
    """Articles of the largest file, if there is such a limit: more become a folder of files."""
    unit: str | None = None
    """The unit of the offsets in the file, of json.offset_units, if there is a choice."""
    configuration: tuple[str, bytes] | None = None
    """The name and content of the file with the labels that is written beside a single file."""
    encodes_bytes = False
    """True if a part's file is the bytes of its articles, one after another, and `parse` reads those of one."""

    @property
    def has_layers(self) -> bool:
        """Return whether the format holds layers of several annotators."""
        return "annotator" in self.stored_fields

    @property
    def held_fields(self) -> frozenset[str]:
        """Return those of formats.format.ALL_FIELDS that can be found in the files."""
        return self.stored_fields | ({"annotator"} if self.names_annotator else set())

    def part_name(self, part: str) -> str:
        """Return a part's name in the export's folder; "" is that folder itself."""
        return f"{part or SINGLE_PART_NAME}{self.suffix}"

    has_line_index = False
    """True if the report has an index of lines (see `locate_lines`)."""

    def file_name(self, article: Article) -> str:
        """Return the name of an article's file in the folder of its part, if it has one of its own."""
        return ""

    @abstractmethod
    def opened(self, path: Path) -> AbstractContextManager[Any]:
        """Open a part's file, complete and synced to disk once the block succeeds. Raises OSError."""

    def inspect(self, annotated: AnnotatedArticle) -> None:  # noqa: B027 - most have nothing to do
        """Inspect an article before the first is written."""

    @abstractmethod
    def convert(self, annotated: AnnotatedArticle) -> "Converted":
        """Convert an article for the file, in any process.

        Raises InvalidEdit for an article that the format cannot hold, which is left out.
        """

    @abstractmethod
    def append(self, target: Any, annotated: AnnotatedArticle, content: Any) -> None:
        """Append a converted article to what `opened` yields. Raises OSError, and InvalidEdit like `convert`."""

    def build_companion_files(self, report: Report) -> Mapping[str, bytes]:
        """Return further files for the folder, by name."""
        return {}

    def read_back(self, path: Path) -> Generator[Any, None, None]:
        """Yield a part's articles. Raises ValueError if unreadable."""
        raise NotImplementedError

    def parse(self, content: bytes) -> Iterator[Any]:
        """Yield the articles that a file with these bytes would have. Raises ValueError if unreadable."""
        raise NotImplementedError

    def expect(self, annotated: AnnotatedArticle) -> dict[str, ExpectedOutcome]:
        """Return each span's expected outcome, by uid, without relying on `write`."""
        return expect_unchanged(annotated.spans)

    def locate_lines(self, annotated: AnnotatedArticle, content: Any) -> list[tuple[int, int, int]]:
        """Return the line of each sentence of an article as read back, and its range in the text. Raises NotVerified.

        The article's first line is 0.
        """
        return []

    def may_refuse(self, annotated: AnnotatedArticle) -> bool:
        """Return whether the format may be unable to hold an article."""
        return False

    @abstractmethod
    def compare(
        self, annotated: AnnotatedArticle, content: Any, expected: Mapping[str, ExpectedOutcome]
    ) -> tuple[int, int] | None:
        """Compare an article as read back; return its numbers of sentences and tokens, or None if `has_whole_texts`.

        Raises NotVerified unless it agrees with the corpus and the `expected` outcomes (see `expect`).
        """


class Converted(NamedTuple):
    """An article as the file has it, and what is counted of it.

    `outcomes` are the kind, reason and exported text of the spans that are not just written, by their index.
    """

    content: Any
    outcomes: Mapping[int, tuple[str, Reason | None, str | None]]
    sentences: int
    tokens: int


def count_text_tokens(text: str) -> tuple[int, int]:
    """Count sentences and tokens of a whole text."""
    return flat.count_tokens(text, [TextRange(0, len(text))])
