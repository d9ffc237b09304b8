"""Writer for formats of whole articles, with every span unchanged."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from annotator.file_ops import synced_file
from annotator.formats.format import Documents, Format
from annotator.formats.reading import is_iso_time
from annotator.formats.report import Report
from annotator.i18n import _
from annotator.jobs.export.expected_outcomes import ExpectedOutcome, expect_unchanged
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writer import Converted, Writer, count_text_tokens
from annotator.model import zones as zoning
from annotator.model.display_names import exported_title
from annotator.model.labels import LabelSet
from annotator.model.records import DATELINE, AnnotatedArticle, Remark
from annotator.tagging.flat import REFUSED, WRITTEN


class DocumentWriter(Writer):
    """A writer for whole articles, with sentences and tokens of the whole text."""

    uses_zones = False
    has_whole_texts = True

    def __init__(self, format_: Format, documents: Documents, labels: LabelSet) -> None:
        self.suffix = format_.suffixes[0]
        self.stored_fields = documents.stored_fields
        self.configuration = self._encode_configuration(documents, labels)
        self.unit = documents.unit
        self._format, self._documents = format_, documents

    @staticmethod
    def _encode_configuration(documents: Documents, labels: LabelSet) -> tuple[str, bytes] | None:
        configuration = documents.configuration
        return (configuration.name, configuration.encode(labels)) if configuration else None

    def build_companion_files(self, report: Report) -> Mapping[str, bytes]:
        """See Writer."""
        return dict([self.configuration]) if self.configuration else {}

    @contextmanager
    def opened(self, path: Path) -> Iterator[Callable[[str], object]]:
        """See Writer."""
        with synced_file(path) as file:
            file.write(self._documents.header.encode())
            separators = chain([""], repeat(self._documents.separator))
            yield lambda text: file.write((next(separators) + text).encode())
            file.write(self._documents.footer.encode())

    def convert(self, annotated: AnnotatedArticle) -> Converted:
        """See Writer."""
        reasons = self._documents.find_refused(annotated)
        spans = tuple(span for index, span in enumerate(annotated.spans) if index not in reasons)
        content = self._documents.encode(replace(annotated, spans=spans) if reasons else annotated)
        outcomes = {index: (REFUSED, reason, None) for index, reason in reasons.items()}
        return Converted(content, outcomes, *count_text_tokens(annotated.article.text))

    def append(self, target: Callable[[str], object], annotated: AnnotatedArticle, content: str) -> None:
        """See Writer."""
        target(content)

    def read_back(self, path: Path) -> Generator[AnnotatedArticle, None, None]:
        """See Writer."""
        for item in self._format.read(path, ""):
            if isinstance(item, Remark):
                raise ValueError(item.reason)
            yield item

    def expect(self, annotated: AnnotatedArticle) -> dict[str, ExpectedOutcome]:
        """See Writer."""
        return expect_unchanged(annotated.spans) | {
            span.uid: ExpectedOutcome(REFUSED, None, None)
            for span in annotated.spans
            if not self._documents.allows_span(annotated.article.text, span)
        }

    def compare(
        self, annotated: AnnotatedArticle, content: AnnotatedArticle, expected: Mapping[str, ExpectedOutcome]
    ) -> None:
        """See Writer."""
        spans = tuple(span for span in annotated.spans if expected[span.uid].kind == WRITTEN)
        compare_articles(replace(annotated, spans=spans), content, self.stored_fields)


def compare_articles(annotated: AnnotatedArticle, content: AnnotatedArticle, fields: frozenset[str]) -> None:
    """Raise NotVerified if `content`, as read back, differs in text, these fields or the uid that it names."""
    if content.article.text != annotated.article.text:
        raise NotVerified(
            _("Article {number}: the text in the file does not match the corpus.").format(number=annotated.article.id)
        )
    has_same_uid = not content.layers or content.layers.uid in (None, annotated.article.uid)
    has_same_annotations = _annotation_values(content, fields) == _annotation_values(annotated, fields)
    if not (has_same_uid and has_same_annotations and _has_same_metadata(annotated, content, fields)):
        raise NotVerified(
            _("Article {number}: the file does not match the corpus.").format(number=annotated.article.id)
        )


def _has_same_metadata(annotated: AnnotatedArticle, content: AnnotatedArticle, fields: frozenset[str]) -> bool:
    """Compare title, time, source and address, if among the fields.

    The file may have the displayed title for a missing one; a missing time, or one that no calendar has, is read from a
    dateline.
    """
    article, text = annotated.article, content.article.text
    datelines = (text[zone.start : zone.end] for zone in content.zones if zone.kind == DATELINE)
    dateline_time = next(filter(None, map(zoning.parse_dateline, datelines)), None)
    allowed = {
        "title": {article.title or None, exported_title(article, annotated.zones)},
        "published": {article.published if is_iso_time(article.published or "") else dateline_time},
        "source": {article.source or None},
        "url": {article.url or None},
    }
    return all((getattr(content.article, name) or None) in values for name, values in allowed.items() if name in fields)


def _annotation_values(annotated: AnnotatedArticle, fields: frozenset[str]) -> list[list[tuple[Any, ...]]]:
    """Return spans and, if among the fields, zones, states and notes, for comparison."""
    span_fields = [name for name in ("annotator", "value", "note") if name in fields]
    spans = [
        (span.start, span.end, span.label, *(getattr(span, name) or "" for name in span_fields))
        for span in annotated.spans
    ]
    parts: dict[str, list[tuple[Any, ...]]] = {
        "zones": [(zone.kind, zone.start, zone.end) for zone in annotated.zones],
        "states": [(status.annotator, status.state) for status in annotated.states],
        "notes": [(note.annotator, note.text) for note in annotated.notes],
    }
    return [sorted(spans), *(sorted(values) for name, values in parts.items() if name in fields)]
