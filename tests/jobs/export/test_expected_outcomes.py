"""The second implementation, which judges each export, agrees with the first and lets nothing false pass."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from consumers.reading import consumer
from hypothesis import given
from hypothesis import strategies as st
from jobs.reports import written_as
from msgspec.structs import replace
from strategies import article_layers, examples, marked_texts

from annotator.formats.format import Tags
from annotator.formats.standoff import brat, xmi
from annotator.generators import finish
from annotator.jobs.export import report_builder
from annotator.jobs.export.expected_outcomes import expect_outcomes
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.export.read_back import NotVerified
from annotator.model.labels import default_labels
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import (
    DONE,
    ZONE_KINDS,
    AnnotatedArticle,
    Article,
    Span,
    Status,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus
from annotator.tagging import combined, flat, nested
from annotator.tagging.flat import BOUNDARIES, FLATTENINGS, SpanOutcome, TextRange, project_flat
from annotator.text import tokenizer

LABELS = default_labels()
GROUPS: dict[str, Callable[[Span], str | None]] = {
    "flat": lambda _span: "",
    "within label": lambda span: span.label,
    "nested": lambda _span: None,
}
projections = st.builds(
    flat.ProjectionOptions,
    flatten=st.sampled_from(FLATTENINGS),
    boundary=st.sampled_from(BOUNDARIES),
    zones=st.none() | st.frozensets(st.sampled_from(ZONE_KINDS)),
)


@pytest.mark.parametrize("kind", GROUPS)
@examples(400)
@given(layer=article_layers() | article_layers(marked_texts), options=projections)
def test_both_implementations_agree(
    kind: str, layer: tuple[Article, list[Zone], list[Span]], options: flat.ProjectionOptions
) -> None:
    article, zones, spans = layer
    if kind == "flat":
        outcomes = project_flat(article, zones, spans, LABELS, options).outcomes
    else:
        within = kind == "nested"
        outcomes = nested.project_nested(article, zones, spans, LABELS, options, allow_same_label=within).outcomes
    expected = expect_outcomes(article, zones, spans, options, LABELS, GROUPS[kind])
    assert {uid: (outcome.kind, outcome.text_range) for uid, outcome in expected.items()} == {
        span_outcome.span.uid: (span_outcome.kind, span_outcome.exported_range) for span_outcome in outcomes
    }


def sample_article() -> AnnotatedArticle:
    """Build an article with zones, whose spans have every outcome."""
    lines = ["عنوان أمس", "في لوزارة العدل خطة العمل 2024-2025 أمس ثم قالت وزارة الصحة", "خارج النص"]
    whole = "\n".join(lines)
    uid = article_uid(whole)
    starts = [0, len(lines[0]) + 1, len(lines[0]) + len(lines[1]) + 2]
    zones = [
        Zone(new_uid(), uid, kind, start, start + len(line))
        for kind, start, line in zip(("headline", "body", "boilerplate"), starts, lines, strict=True)
    ]
    words = [
        *(("أمس", "DATE"), ("وزارة العدل", "INSTITUTION"), ("خطة العمل 2024-2025", "PLAN"), ("2024-2025", "DATE")),
        *(
            ("وزارة الصحة", "INSTITUTION"),
            ("الصحة\nخارج", "PLAN"),
            ("النص", "PLAN"),
            ("العمل", "PLAN"),
            ("ثم ", "DATE"),
        ),
    ]
    spans = [
        Span(new_uid(), uid, "سلمى", label, whole.rindex(part), whole.rindex(part) + len(part)) for part, label in words
    ]
    return AnnotatedArticle(Article(uid, whole), tuple(zones), tuple(spans), (Status(uid, "سلمى", DONE),))


@pytest.fixture
def corpus(make: Callable[..., Corpus]) -> Corpus:
    return make(sample_article())


def change_outcomes(change: Callable[[SpanOutcome], SpanOutcome]) -> Callable[[Any], Any]:
    """Return a wrapper for functions of `tagging.flat` that changes each outcome they return."""

    def changed(inner: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            span_outcomes = inner(*arguments)
            return (
                [change(span_outcome) for span_outcome in span_outcomes]
                if isinstance(span_outcomes, list)
                else change(span_outcomes)
            )

        return run

    return changed


def widen_too_far(span_outcome: SpanOutcome) -> SpanOutcome:
    """Add the following word to a widened span."""
    if not span_outcome.exported_range or span_outcome.kind != flat.WIDENED:
        return span_outcome
    more = tokenizer.tokenize(WHOLE, span_outcome.exported_range.end)[0]
    return SpanOutcome(
        span_outcome.span,
        span_outcome.kind,
        span_outcome.reason,
        TextRange(span_outcome.exported_range.start, more.end),
        span_outcome.exported_text,
    )


WHOLE = sample_article().article.text
REASON = Reason(Code.OVERLAPS, "x")
FALSE = {
    "widened too far": ("_align_span", change_outcomes(widen_too_far)),
    "outside the zones": (
        "_align_span",
        change_outcomes(
            lambda span_outcome: (
                SpanOutcome(span_outcome.span, flat.OUTSIDE_ZONES, REASON)
                if span_outcome.span.label == "DATE"
                else span_outcome
            )
        ),
    ),
    "refused": (
        "_align_span",
        change_outcomes(
            lambda span_outcome: (
                SpanOutcome(span_outcome.span, flat.REFUSED, REASON)
                if span_outcome.span.label == "DATE"
                else span_outcome
            )
        ),
    ),
    "flattened": (
        "resolve_overlaps",
        change_outcomes(
            lambda span_outcome: (
                SpanOutcome(span_outcome.span, flat.FLATTENED, REASON)
                if span_outcome.span.label == "INSTITUTION"
                else span_outcome
            )
        ),
    ),
    "written": (
        "_align_span",
        change_outcomes(
            lambda span_outcome: SpanOutcome(
                span_outcome.span, flat.WRITTEN, None, span_outcome.exported_range, span_outcome.exported_text
            )
        ),
    ),
    "in the file as something else": (
        "_align_span",
        change_outcomes(
            lambda span_outcome: (
                replace(span_outcome, exported_text="x") if span_outcome.kind != flat.WRITTEN else span_outcome
            )
        ),
    ),
    "only the first zone": ("select_ranges", lambda inner: lambda *arguments: inner(*arguments)[:1]),
}


@pytest.mark.parametrize("format_", written_as(Tags), ids=lambda format_: format_.name)
@pytest.mark.parametrize("lie", FALSE)
def test_a_false_outcome_of_a_span_raises(
    corpus: Corpus, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: Any, lie: str
) -> None:
    """The file and the report agree with each other, and not with the corpus."""
    if format_.requires:
        consumer(format_.requires.module)
    options = ExportOptions(format=format_.name)
    assert finish(export(corpus, tmp_path / "right", options)).verified
    if (lie, format_.name) == ("flattened", "nested"):
        pytest.skip("it flattens nothing")
    name, change = FALSE[lie]
    inner = getattr(flat, name)
    for module in (flat, nested, combined):
        if getattr(module, name, None) is inner:
            monkeypatch.setattr(module, name, change(inner))
    with pytest.raises(NotVerified):
        finish(export(corpus, out / "a", options))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("outcome", ["written", "flattened", "split"])
def test_a_report_that_differs_from_the_file_raises(
    corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    account = report_builder.ReportBuilder._record_outcomes

    def false(self: Any, article: Any, span_outcomes: list[SpanOutcome]) -> None:
        false_outcomes = [
            replace(span_outcome, kind=outcome) if span_outcome.kind == flat.WIDENED else span_outcome
            for span_outcome in span_outcomes
            if (outcome, span_outcome.kind) != (flat.WRITTEN, flat.WIDENED)  # written ones have no entry
        ]
        account(self, article, false_outcomes)

    monkeypatch.setattr(report_builder.ReportBuilder, "_record_outcomes", false)
    with pytest.raises(NotVerified, match="the report is wrong about"):
        finish(export(corpus, out / "a", ExportOptions()))


def test_an_entry_that_is_not_in_the_corpus_raises(corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = report_builder._build_entry
    monkeypatch.setattr(
        report_builder, "_build_entry", lambda article, span_outcome: replace(entry(article, span_outcome), article=7)
    )
    with pytest.raises(NotVerified):
        finish(export(corpus, out / "a", ExportOptions()))


@pytest.mark.parametrize("surplus", ["of another article", "of no span", "of a span that has one"])
def test_an_extra_entry_raises(corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch, surplus: str) -> None:
    account = report_builder.ReportBuilder._record_outcomes

    def add_one(self: Any, article: Any, span_outcomes: list[SpanOutcome]) -> None:
        account(self, article, span_outcomes)
        widened = next(span_outcome for span_outcome in span_outcomes if span_outcome.kind == flat.WIDENED)
        entry = report_builder._build_entry(article, widened)
        if surplus == "of another article":
            entry = replace(entry, article=7)
        elif surplus == "of no span":
            entry = replace(entry, uid=new_uid())
        self.entries[flat.CUT].append(entry)

    monkeypatch.setattr(report_builder.ReportBuilder, "_record_outcomes", add_one)
    with pytest.raises(NotVerified, match="entries that are not in the corpus"):
        finish(export(corpus, out / "a", ExportOptions()))
    assert list(out.iterdir()) == []


def test_an_entry_without_a_reason_raises(corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = report_builder._build_entry
    monkeypatch.setattr(
        report_builder, "_build_entry", lambda article, span_outcome: replace(entry(article, span_outcome), reason="")
    )
    with pytest.raises(NotVerified, match="the report is wrong about"):
        finish(export(corpus, out / "a", ExportOptions()))


@pytest.mark.parametrize("format_", [brat.FORMAT, xmi.FORMAT], ids=["brat", "xmi"])
def test_a_span_refused_by_the_format_without_a_reason_raises(
    corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch, format_: Any
) -> None:
    monkeypatch.setattr(format_.output, "refusal_reason", lambda _text, span: REASON if span.label == "DATE" else None)
    with pytest.raises(NotVerified):
        finish(export(corpus, out / "a", ExportOptions(format=format_.name)))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("format_", [brat.FORMAT, xmi.FORMAT], ids=["brat", "xmi"])
def test_an_article_left_out_without_a_reason_raises(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch, format_: Any
) -> None:
    encode = format_.output.encode

    def rejecting(annotated: AnnotatedArticle) -> Any:
        if annotated.article.id == 1:
            raise InvalidEdit(Reason(Code.NO_TEXT, "x"))
        return encode(annotated)

    monkeypatch.setattr(format_.output, "encode", rejecting)
    uid = article_uid("نعم")
    other = AnnotatedArticle(Article(uid, "نعم"), (), (), (Status(uid, "سلمى", DONE),))
    with pytest.raises(NotVerified, match="Article 1 is missing"):
        finish(export(make(sample_article(), other), out / "a", ExportOptions(format=format_.name)))


def test_tags_are_read_back_from_the_file_and_not_trusted(
    corpus: Corpus, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = flat.FlatProjection.encode_tags

    def encode_wrongly(self: flat.FlatProjection, scheme: str) -> Iterator[tuple[str, list[str]]]:
        for lines, tags in encode(self, scheme):
            yield lines, [tag.replace("B-", "I-") for tag in tags]

    monkeypatch.setattr(flat.FlatProjection, "encode_tags", encode_wrongly)
    with pytest.raises(NotVerified, match="tags in the file are invalid"):
        finish(export(corpus, out / "a", ExportOptions()))
