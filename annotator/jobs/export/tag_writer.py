"""Writer for tokens with tags."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from itertools import accumulate
from pathlib import Path
from typing import Any

from annotator.formats.format import ArticleTags, Format, StoredArticle, TaggedLines, Tags, Trace, identify_span
from annotator.formats.report import Report
from annotator.i18n import _
from annotator.jobs.export import read_back
from annotator.jobs.export.expected_outcomes import ExpectedOutcome, expect_outcomes, exported_parts
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writer import Converted, Writer
from annotator.model.display_names import exported_title
from annotator.model.labels import LabelSet
from annotator.model.records import AnnotatedArticle
from annotator.tagging.flat import WRITTEN, ProjectionOptions, TextRange


class TagWriter(Writer):
    """A writer for tokens with tags: one for each, several, or one and all spans beside them."""

    def __init__(self, format_: Format, tags: Tags[Any], labels: LabelSet, options: ProjectionOptions) -> None:
        self.suffix = format_.suffixes[0]
        self.is_folder = tags.is_folder
        self.max_articles = tags.max_articles
        self.needs_inspection = tags.needs_depth
        self.keeps_flattened = bool(tags.all_spans_field)
        self.encodes_bytes = tags.encodes_bytes
        self.stored_fields = tags.stored_fields
        self.names_annotator = tags.names_annotator
        self.configuration = tags.encode_configuration()
        self.has_line_index = tags.header_lines is not None
        self._tags, self._labels, self._options = tags, labels, options
        self._label_names = [label.name for label in labels.labels]
        self._depth = 1

    def opened(self, path: Path) -> AbstractContextManager[Callable[[Any], object]]:
        """See Writer."""
        return self._tags.open_sink(path, self._label_names, self._options.scheme, self._depth)

    def inspect(self, annotated: AnnotatedArticle) -> None:
        """Update the greatest depth."""
        self._depth = max(self._depth, self._tags.depth(self._project(annotated)))

    def convert(self, annotated: AnnotatedArticle) -> Converted:
        """See Writer."""
        projection = self._project(annotated)
        content = self._tags.encode(projection, self._options.scheme, self._depth)
        outcomes = {
            index: (outcome.kind, outcome.reason, outcome.exported_text)
            for index, outcome in enumerate(projection.outcomes)
            if outcome.kind != WRITTEN
        }
        return Converted(content, outcomes, *projection.count_tokens())

    def append(self, target: Callable[[Any], object], annotated: AnnotatedArticle, content: Any) -> None:
        """See Writer."""
        target(content)

    def build_companion_files(self, report: Report) -> Mapping[str, bytes]:
        """See Writer."""
        return self._tags.build_companion_files(report, self._label_names)

    def read_back(self, path: Path) -> Generator[ArticleTags, None, None]:
        """See Writer."""
        yield from self._tags.read_back(path, self._options.scheme, self._depth)

    def parse(self, content: bytes) -> Iterator[ArticleTags]:
        """See Writer."""
        return self._tags.parse(content, self._depth)

    def expect(self, annotated: AnnotatedArticle) -> dict[str, ExpectedOutcome]:
        """See Writer."""
        return expect_outcomes(
            *(annotated.article, annotated.zones, annotated.spans),
            *(self._options, self._labels, self._tags.overlap_group),
        )

    def may_refuse(self, annotated: AnnotatedArticle) -> bool:
        """See Writer."""
        return self._tags.has_size_limit

    def compare(
        self, annotated: AnnotatedArticle, content: ArticleTags, expected: Mapping[str, ExpectedOutcome]
    ) -> tuple[int, int]:
        """See Writer."""
        ranges = ((span.label, expected[span.uid].text_range) for span in annotated.spans)
        self._check_spans(annotated, content.lines, ranges)
        if self.keeps_flattened:
            ranges = (
                (identify_span(span.label, span.uid, span.value), expected[span.uid].range_alone)
                for span in annotated.spans
            )
            self._check_spans(annotated, content.all_spans, ranges)
        lines = content.lines[0].lines
        if content.trace:
            self._check_trace(annotated, lines, content.trace)
        if content.stored:
            self._check_stored(annotated, content.stored)
        sentences = lines.count("\n\n")
        return sentences, lines.count("\n") - sentences

    def locate_lines(self, annotated: AnnotatedArticle, content: ArticleTags) -> list[tuple[int, int, int]]:
        """See Writer."""
        lines = content.lines[0].lines
        counts = (sentence.count("\n") + 2 for sentence in lines.split("\n\n"))
        first_lines = accumulate(counts, initial=self._tags.header_lines or 0)
        ranges = read_back.locate_sentences(annotated.article.text, self._list_parts(annotated), lines)
        return [(line, *range_) for line, range_ in zip(first_lines, ranges, strict=False)]

    def _check_trace(self, annotated: AnnotatedArticle, lines: str, trace: Trace) -> None:
        """Raise NotVerified unless the trace leads to this article and the places there."""
        text, parts = annotated.article.text, self._list_parts(annotated)
        sentences = [range_.start for range_ in read_back.locate_sentences(text, parts, lines)]
        is_right = (trace.uid, [*trace.sentences]) == (annotated.article.uid, sentences)
        if is_right and trace.tokens is not None:
            is_right = [*trace.tokens] == [range_.start for range_ in read_back.locate_tokens(text, parts, lines)]
        if is_right and trace.metadata is not None:
            is_right = trace.metadata == _build_metadata(annotated)
        if not is_right:
            reason = _("Article {number}: the file does not lead back to it and to its text.")
            raise NotVerified(reason.format(number=annotated.article.id))

    def _check_stored(self, annotated: AnnotatedArticle, stored: StoredArticle) -> None:
        """Raise NotVerified unless the article is stored as the corpus has it."""
        article = annotated.article
        spans = [
            (span.start, span.end, span.label, span.uid, span.value, span.note, span.annotator)
            for span in annotated.spans
        ]
        if stored != StoredArticle(article.id, article.uid, article.text, _build_metadata(annotated), spans):
            raise NotVerified(_("Article {number}: the file does not match the corpus.").format(number=article.id))

    def _list_parts(self, annotated: AnnotatedArticle) -> list[TextRange]:
        return exported_parts(annotated.article, annotated.zones, self._options.zones)

    def _project(self, annotated: AnnotatedArticle) -> Any:
        return self._tags.project(annotated, self._labels, self._options)

    def _check_spans(
        self,
        annotated: AnnotatedArticle,
        layers: Iterable[TaggedLines],
        ranges: Iterable[tuple[str, TextRange | None]],
    ) -> None:
        """Raise NotVerified unless the lines have exactly spans with these labels in these ranges."""
        text, parts = annotated.article.text, self._list_parts(annotated)
        scheme = self._options.scheme
        decoded = sorted(span for lines in layers for span in read_back.decode_spans(text, parts, lines, scheme))
        expected = sorted((*text_range, label) for label, text_range in ranges if text_range is not None)
        if decoded != expected:
            start, end, label = min(set(decoded) ^ set(expected), default=(decoded or expected)[0])
            reason = _("Article {number}: the file does not match the corpus for “{text}” ({label}) at {start}.")
            text = annotated.article.text[start:end]
            raise NotVerified(
                reason.format(number=annotated.article.id, text=text, label=label.partition("\0")[0], start=start)
            )


def _build_metadata(annotated: AnnotatedArticle) -> dict[str, str | None]:
    """Return what a file says of where the article is from."""
    article = annotated.article
    metadata = {"published": article.published, "source": article.source, "url": article.url}
    return metadata | {"title": exported_title(article, annotated.zones)}
