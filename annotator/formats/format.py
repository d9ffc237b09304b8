"""A file format, and the three kinds of files that an export writes: tags, documents and files.

Each module of a format has a `FORMAT`, and `registry` lists it. `jobs.export` has a writer for each kind.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from annotator import optional_packages
from annotator.formats.report import Report
from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.model.reasons import Reason
from annotator.model.records import AnnotatedArticle, Remark, Span
from annotator.tagging.flat import ProjectionOptions, SpanOutcome
from annotator.tagging.schemes import OUTSIDE

Reader: TypeAlias = Callable[[Path, str], Iterator[AnnotatedArticle | Remark]]
"""Yields the articles of a file, and a remark for each skip or repair; raises OSError.

Spans without an annotator become those of the second argument.
"""
Sniffer: TypeAlias = Callable[[str, bytes], bool]
"""Returns whether a file with this lower-case name and these first bytes is of a format."""
ALL_FIELDS: Final = frozenset(
    ("annotator", "value", "note", "zones", "states", "notes", "title", "published", "source", "url")
)
"""What a corpus stores besides text, labels, starts and ends of spans."""


class Requirement(NamedTuple):
    """An optional package: its module, its program's name, and the extra of this program that installs it."""

    module: str
    program: str
    extra: str

    def explain_missing(self) -> str | None:
        """Return how to install it, or None if it is installed."""
        return (
            None
            if optional_packages.is_installed(self.module)
            else optional_packages.explain_missing(self.program, self.extra)
        )


class TaggedLines(NamedTuple):
    """The tokens of an article and all tags but O.

    In `lines` a newline follows each token, and one more each sentence; `tags` are by the offset there at which their
    token ends.
    """

    lines: str
    tags: dict[int, str]


def build_lines(sentences: Iterable[Iterable[tuple[str, str]]]) -> TaggedLines:
    """Return the lines of sentences of tokens, each with one tag."""
    lines: list[str] = []
    tags: dict[int, str] = {}
    end = 0
    for sentence in sentences:
        for token, tag in sentence:
            end += len(token)
            if tag != OUTSIDE:
                tags[end] = tag
            lines.append(token)
            end += 1
        lines.append("")
        end += 1
    return TaggedLines("\n".join((*lines, "")), tags)


class Trace(NamedTuple):
    """Which article a file says that it has, and where in its text sentences and tokens begin.

    Offsets are those of the first visible character.
    """

    uid: str
    sentences: Sequence[int]
    tokens: Sequence[int] | None = None
    metadata: Mapping[str, str | None] | None = None
    """The displayed title, published, source and url, if the file has these."""


class StoredArticle(NamedTuple):
    """An article as a file has it beside its tags, unchanged.

    `metadata` is that of a Trace. Of each span are start, end, label, uid, value, note and annotator.
    """

    number: int
    uid: str
    text: str
    metadata: Mapping[str, str | None]
    spans: Sequence[tuple[Any, ...]]


class ArticleTags(NamedTuple):
    """An article's lines as read back, once for each level of tags; `all_spans` if those are in a part of their own.

    `trace` and `stored` are those of the file, if it has them.
    """

    lines: Sequence[TaggedLines]
    all_spans: Sequence[TaggedLines] = ()
    trace: Trace | None = None
    stored: StoredArticle | None = None


def identify_span(label: str, uid: str, value: str | None) -> str:
    """Return a label by which a span is told from all others."""
    return "\0".join((label, uid, value or ""))


class Projection(Protocol):
    """An article as a file has it, and its spans' outcomes."""

    @property
    def outcomes(self) -> Sequence[SpanOutcome]: ...
    def count_tokens(self) -> tuple[int, int]:
        """Return the numbers of sentences and tokens."""


P = TypeVar("P", bound=Projection)


class Tags(Struct, Generic[P], eq=False):
    """Tokens with tags: how spans become tags of an article's tokens, and how a file has them."""

    needs_depth: ClassVar[bool] = False
    """True if all lines have as many tags as the deepest article needs, which is `depth`; else that is 1."""
    has_scheme: ClassVar[bool] = True
    """True if the file has tags of the export's scheme."""
    is_folder: ClassVar[bool] = False
    """True if even an unsplit export is a folder."""
    max_articles: ClassVar[int | None] = None
    """Articles of the largest file, if there is such a limit: more become a folder of files."""
    has_size_limit: ClassVar[bool] = False
    """True if an article may not fit into the file."""
    all_spans_field: ClassVar[str] = ""
    """The part of a file that has all spans, besides the flat ones; "" if there is none.

    As read back, their labels are those of `identify_span`.
    """
    stored_fields: ClassVar[frozenset[str]] = frozenset()
    """Those of ALL_FIELDS that a file stores."""
    names_annotator: ClassVar[bool] = False
    """True if a file says whose spans it has, though it has one layer only."""
    encodes_bytes: ClassVar[bool] = False
    """True if a file is the bytes that `encode` returns for each article, one after another: they have a `parse`."""

    header_lines: ClassVar[int | None] = None
    """Lines before an article's first token, if the file has no trace, so that the report has an index of its lines."""

    def project(self, annotated: AnnotatedArticle, labels: LabelSet, options: ProjectionOptions) -> P:
        """Align the spans to tokens."""
        raise NotImplementedError

    def depth(self, projection: P) -> int:
        """Return how many tags a token needs."""
        return 1

    def encode(self, projection: P, scheme: str, depth: int) -> Any:
        """Convert an article as far as it is the same in any file."""
        return projection

    def open_sink(
        self, path: Path, labels: Sequence[str], scheme: str, depth: int
    ) -> AbstractContextManager[Callable[[Any], object]]:
        """Open a file, complete and on disk once the block succeeds.

        Yields a function that appends what `encode` returns; it raises InvalidEdit for what does not fit, and OSError.
        """
        raise NotImplementedError

    def read_back(self, path: Path, scheme: str, depth: int) -> Iterator[ArticleTags]:
        """Yield each article's tags in this scheme, read strictly. Raises ValueError and OSError."""
        raise NotImplementedError

    def parse(self, content: bytes, depth: int) -> Iterator[ArticleTags]:
        """Yield the tags of each article in a file's bytes, read strictly. Raises ValueError."""
        raise NotImplementedError

    def overlap_group(self, span: Span) -> str | None:
        """Return a key shared by spans that cannot overlap in the file; None if it may overlap any."""
        return ""

    def encode_configuration(self) -> tuple[str, bytes] | None:
        """Return the name and content of a file that belongs beside a file, if any."""
        return None

    def build_companion_files(self, report: Report, labels: Sequence[str]) -> Mapping[str, bytes]:
        """Return further files for an export's folder, by name."""
        return {}


class Configuration(NamedTuple):
    """A file with the labels, which the program of a format reads before the articles.

    Beside a file its name is `FILE.name`, in a folder `name`.
    """

    name: str
    encode: Callable[[LabelSet], bytes]


def _refuse_no_span(_annotated: AnnotatedArticle) -> dict[int, Reason]:
    return {}


def _allow_any_span(_text: str, _span: Span) -> bool:
    return True


class Documents(Struct, eq=False):
    """Whole articles one after another, each span as it is: `header`, articles with `separator` between, `footer`."""

    encode: Callable[[AnnotatedArticle], str]
    stored_fields: frozenset[str]
    """Those of ALL_FIELDS that a file stores."""
    header: str = ""
    separator: str = ""
    footer: str = ""
    configuration: Configuration | None = None
    unit: str | None = None
    """The unit of offsets, of json.offset_units, if there is a choice."""
    find_refused: Callable[[AnnotatedArticle], Mapping[int, Reason]] = _refuse_no_span
    """Returns why spans cannot be written, by their index: `encode` gets an article without them."""
    allows_span: Callable[[str, Span], bool] = _allow_any_span
    """Repeats that rule in other words, for a text and a span, to verify an export."""
    encode_layers: Callable[[AnnotatedArticle], str] | None = None
    """Replaces `encode` where a file has the layers of several annotators, if it says there whose they are."""


def _encode_no_files(_labels: Sequence[str], _values: Collection[str]) -> dict[str, bytes]:
    return {}


def _allow_any_article(_annotated: AnnotatedArticle) -> bool:
    return True


def _refuse_none(_text: str, _span: Span) -> Reason | None:
    return None


class Files(Struct, eq=False):
    """Files for each article in a folder, each span as it is.

    `encode` returns an article's files by suffix, none of its spans having a `refusal_reason`; it raises InvalidEdit
    for an article that they cannot hold. `encode_shared` returns the files needed once in a folder, by name, for the
    corpus's labels and the spans' values. `refusal_reason` gets the article's text and a span. `allows_span` and
    `allows_article` repeat the rules of refusal in other words, to verify an export. `with_layer` returns the output
    with the spans in another layer than its own (see standoff.span_layer); it raises ValueError for an invalid one.
    All are functions of a module, so that other processes find them.
    """

    encode: Callable[[AnnotatedArticle], dict[str, bytes]]
    stored_fields: frozenset[str]
    """Those of ALL_FIELDS that a file stores."""
    encode_shared: Callable[[Sequence[str], Collection[str]], dict[str, bytes]] = _encode_no_files
    refusal_reason: Callable[[str, Span], Reason | None] = _refuse_none
    allows_span: Callable[[str, Span], bool] = _allow_any_span
    allows_article: Callable[[AnnotatedArticle], bool] = _allow_any_article
    with_layer: Callable[[str], "Files"] | None = None


def _sniff_nothing(_name: str, _beginning: bytes) -> bool:
    return False


def _read_nothing(_path: Path, _annotator: str) -> Iterator[AnnotatedArticle | Remark]:
    raise NotImplementedError


def _find_none(_path: Path) -> list[Path]:
    return []


class Format(Struct, eq=False, kw_only=True):
    """A file format that is read, written, or both.

    `title` is marked by `i18n.N_` where it is translated. `suffixes` are in lower case, with their dot; the first is
    that of written files. `find_companions` returns the files that are read with another, and not by themselves.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    sniff: Sniffer = _sniff_nothing
    read: Reader = _read_nothing
    find_companions: Callable[[Path], list[Path]] = _find_none
    is_binary: bool = False
    """True if no text file is of the format."""
    is_projection: bool = False
    """True if a file may have some spans only, or their words only: those that fit its tags."""
    is_fallback: bool = False
    """True if it also accepts files of others, so it is recognised last."""
    declares_encoding: bool = False
    """True if its files say how they are encoded."""
    output: Tags[Any] | Documents | Files | None = None
    output_in_unit: Callable[[str], Documents] | None = None
    """Returns the output with offsets in a unit of json.offset_units, where the file may have any."""
    export_title: str = ""
    """The title in the list of exports, if it says more there."""
    requires: Requirement | None = None

    @property
    def is_read(self) -> bool:
        """Return whether files of the format are read."""
        return self.read is not _read_nothing

    @property
    def has_companions(self) -> bool:
        """Return whether other files belong to a file of the format."""
        return self.find_companions is not _find_none

    @property
    def stored_fields(self) -> frozenset[str]:
        """Those of ALL_FIELDS that a written file stores."""
        return self.output.stored_fields if self.output else frozenset()

    def localised_title(self) -> str:
        """Return the title in the current language."""
        return _(self.title)

    def localised_export_title(self) -> str:
        """Return the title in the list of exports, in the current language."""
        return _(self.export_title or self.title)

    def explain_missing(self) -> str | None:
        """Return which package it needs, or None if nothing is missing."""
        return self.requires.explain_missing() if self.requires else None
