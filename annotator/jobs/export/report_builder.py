"""The report of an export, and what it says of an empty one."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from annotator import __version__
from annotator.formats.format import ALL_FIELDS
from annotator.formats.json import offset_units
from annotator.formats.report import ArticleFile, ArticleLines, Entry, OmittedArticle, PartCounts, PartNotice, Report
from annotator.formats.spooling import Spool
from annotator.i18n import _, ngettext
from annotator.jobs.export.article_selection import ArticleSelection
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.export.part_plan import count_spans, find_imbalances
from annotator.jobs.export.writer import Converted, Writer
from annotator.model.reasons import Code, Reason
from annotator.model.records import ZONE_KINDS, AnnotatedArticle, Article
from annotator.tagging.flat import OUTCOMES, REFUSED, WRITTEN, SpanOutcome
from annotator.text.offsets import has_astral


def explain_empty_parts(report: Report) -> str | None:
    """Say in a sentence which part of a split is empty, and what helps; None if none is."""
    part = next((part for part, counts in (report.parts or {}).items() if not counts.articles), None)
    reason = _(
        "The part {part} would have no article: give it a larger share, choose another seed, or export more articles."
    )
    return None if part is None else reason.format(part=part)


def explain_empty_export(report: Report) -> str:
    """Say in a sentence why an export is empty."""
    if report.articles:
        return _("There is nothing to export: the articles have no text in these zones.")
    if report.left_out:
        return _("There is nothing to export: the format cannot represent any of these articles.")
    if report.removed:
        return _("There is nothing to export: these articles were removed from the corpus.")
    if report.origin is not None:
        return _("There is nothing to export: no article is adjudicated yet.")
    if report.state == ALL:
        return _("There is nothing to export: the corpus has no articles.")
    return _("There is nothing to export: mark articles as done first, or export all.")


class ReportBuilder:
    """Counts what is written of the articles of an export, and keeps what became of each span."""

    def __init__(self, writer: Writer, options: ExportOptions, articles: ArticleSelection) -> None:
        self.writer = writer
        self.options = options
        self.articles = articles
        self.total = PartCounts()
        self.parts = {part: PartCounts() for part in articles.plan.shares}
        self.entries = {outcome: Spool(Entry) for outcome in OUTCOMES if outcome != WRITTEN}
        self.left_out: list[OmittedArticle] = []
        self.lines, self.files = Spool(ArticleLines), Spool(ArticleFile)
        self.line_counts = Counter[str]()
        self.digest = hashlib.sha256()
        self.astral_count = 0

    @property
    def is_empty(self) -> bool:
        """Whether the export would have no article, or none of their tokens in a format that has nothing else."""
        return not self.total.articles or not (self.total.tokens or self.writer.has_whole_texts)

    @property
    def left_out_numbers(self) -> set[int]:
        """The numbers of the articles that the format cannot hold."""
        return {entry.article for entry in self.left_out}

    def add(self, annotated: AnnotatedArticle, parts: Collection[str], converted: Converted) -> None:
        """Count an article that is in these parts, and record what became of its spans."""
        self._count(annotated, parts, converted, article_count=1)

    def leave_out(self, annotated: AnnotatedArticle, parts: Collection[str], reason: Reason) -> None:
        """Record an article that the format cannot hold, with all of its spans."""
        self.left_out.append(OmittedArticle(annotated.article.id, reason.text, reason.code))
        refusal = REFUSED, reason, None
        converted = Converted(None, dict.fromkeys(range(len(annotated.spans)), refusal), 0, 0)
        self._count(annotated, parts, converted, article_count=0)

    def _count(
        self, annotated: AnnotatedArticle, parts: Collection[str], converted: Converted, *, article_count: int
    ) -> None:
        for counts in (self.total, *(self.parts[part] for part in parts)):
            counts.articles += article_count
            counts.sentences += converted.sentences
            counts.tokens += converted.tokens
            count_spans(annotated, counts, converted)
        self._update_digest(annotated)
        if self.writer.unit is not None:
            self.astral_count += has_astral(annotated.article.text)
        outcomes = [
            SpanOutcome(annotated.spans[index], kind, reason, None, text)
            for index, (kind, reason, text) in converted.outcomes.items()
        ]
        self._record_outcomes(annotated.article, outcomes)

    def _record_outcomes(self, article: Article, outcomes: list[SpanOutcome]) -> None:
        """Record the spans that are not just written."""
        for outcome in outcomes:
            self.entries[outcome.kind].append(_build_entry(article, outcome))

    def _update_digest(self, annotated: AnnotatedArticle) -> None:
        """Add the article and its spans to the digest of all."""
        contents = [annotated.article.uid]
        contents += [
            repr((span.annotator, span.label, span.start, span.end, span.value, span.note)) for span in annotated.spans
        ]
        self.digest.update("".join(contents).encode("utf-8", "surrogatepass"))

    def index_lines(
        self, article: Article, parts: Collection[str], content: Any, lines: Sequence[tuple[int, int, int]]
    ) -> None:
        """Record where the article and its sentences are in the files."""
        for part in parts if self.writer.has_line_index else ():
            first = self.line_counts[part] + 1
            sentences = [(first + line, start, end) for line, start, end in lines]
            self.lines.append(ArticleLines(article.id, article.uid, first, sentences, part))
            self.line_counts[part] += content.count(b"\n")

    def index_file(self, article: Article, parts: Collection[str]) -> None:
        """Record which file has the article, if it has one of its own."""
        if name := self.writer.file_name(article):
            for part in parts:
                self.files.append(ArticleFile(article.id, article.uid, name, part))

    def build(self, *, verified: bool = True) -> Report:
        """Build the report. Its digests of files are added once they are complete."""
        options, articles, total = self.options, self.articles, self.total
        left_out = self.left_out_numbers
        return Report(
            format=options.format,
            scheme=options.scheme,
            articles=total.articles,
            sentences=total.sentences,
            tokens=total.tokens,
            spans=total.spans,
            written=total.written,
            **self.entries,
            verified=verified,
            labels=total.labels,
            digest=self.digest.hexdigest(),
            not_held=sorted(ALL_FIELDS - self.writer.held_fields),
            annotator=articles.annotator,
            state=options.state,
            zones=[kind for kind in ZONE_KINDS if kind in options.zones]
            if self.writer.uses_zones and options.zones is not None
            else None,
            flatten=options.flatten,
            boundary=options.boundary,
            program=f"annotator {__version__}",
            removed=articles.removed_count,
            left_out=self.left_out,
            files=None,
            companions=None,
            parts=self.parts if options.has_parts else None,
            seed=options.seed if options.has_parts else None,
            offsets=self.writer.unit,
            noticed=[
                *(find_imbalances(self.parts, articles.plan.shares, total) if options.has_parts else ()),
                *self._notice_unit(),
            ],
            layer=options.layer or None,
            index=self.files if self.files else self.lines,
            origin={
                str(number): layer.origin for number, layer in articles.gold_layers.items() if number not in left_out
            }
            if options.gold
            else None,
        )

    def _notice_unit(self) -> Iterator[PartNotice]:
        """Yield a notice if the unit of offsets matters."""
        if self.writer.unit is not None and self.astral_count:
            message = ngettext(
                "{count} article has characters beyond U+FFFF, such as emoji: offsets count {unit} there.",
                "{count} articles have characters beyond U+FFFF, such as emoji: offsets count {unit} there.",
                self.astral_count,
            )
            reason = message.format(count=self.astral_count, unit=offset_units.describe_unit(self.writer.unit))
            yield PartNotice("", Code.OFFSET_UNIT, reason)


def _build_entry(article: Article, outcome: SpanOutcome) -> Entry:
    span, reason = outcome.span, outcome.reason
    if reason is None:
        raise ValueError("a span that is not just written has no reason")
    place = (article.id, span.uid, span.start, span.end, span.label, article.text[span.start : span.end])
    return Entry(*place, reason.text, reason.code, outcome.exported_text)
