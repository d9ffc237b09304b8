"""Columns for nested spans: one tag for each depth (GermEval), or one for each span (Wojood)."""

import io

import pytest
from builders import label_words
from hypothesis import given
from hypothesis import strategies as st
from strategies import article_layers, examples

from annotator.formats.conll import germeval, wojood
from annotator.formats.conll.germeval import NestedTags
from annotator.formats.conll.tag_columns import MalformedFile
from annotator.formats.format import TaggedLines
from annotator.jobs.export import read_back
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Zone, article_uid
from annotator.tagging import schemes
from annotator.tagging.flat import BOUNDARIES, ProjectionOptions, select_ranges
from annotator.tagging.nested import NestedProjection, project_nested

TEXT = "«خطة\u200f 2030 للأمم»\nأمس."
PLAN = ("خطة\u200f 2030 للأمم", "PLAN")
SMALL = ("خطة\u200f 2030", "PLAN")
DATE = ("2030", "DATE")
CROSSING = ("2030 للأمم", "DATE")
ALL = ProjectionOptions(zones=None)


def project_text(text: str, *labelled: tuple[str, str], within_label: bool = True) -> NestedProjection:
    article = Article(article_uid(text), text)
    spans = label_words(text, labelled)
    return project_nested(article, [], spans, LabelSet(()), ALL, allow_same_label=within_label)


def write_articles(format_: NestedTags, *articles: NestedProjection, scheme: str = "iob2", depth: int = 3) -> str:
    stream = io.StringIO()
    for article in articles:
        format_.write(stream, article, scheme, depth)
    return stream.getvalue()


def test_germeval_writes_exactly_these_lines() -> None:
    assert write_articles(germeval.TAGS, project_text(TEXT, DATE, PLAN, SMALL), project_text("نص")) == (
        "-DOCSTART-\tO\tO\tO\n\n"
        "«\tO\tO\tO\n"
        "خطة\tB-PLAN\tB-PLAN\tO\n"
        "2030\tI-PLAN\tI-PLAN\tB-DATE\n"
        "للأمم\tI-PLAN\tO\tO\n"
        "»\tO\tO\tO\n\n"
        "أمس\tO\tO\tO\n.\tO\tO\tO\n\n"
        "-DOCSTART-\tO\tO\tO\n\n"
        "نص\tO\tO\tO\n\n"
    )


def test_wojood_writes_exactly_these_lines() -> None:
    article = project_text(TEXT, DATE, PLAN, ("أمس", "DATE"), within_label=False)
    assert write_articles(wojood.TAGS, article, project_text(" "), scheme="iobes") == (
        "-DOCSTART- O\n\n« O\nخطة B-PLAN\n2030 I-PLAN S-DATE\nللأمم E-PLAN\n» O\n\nأمس S-DATE\n. O\n\n-DOCSTART- O\n\n"
    )


def test_too_small_a_depth_raises() -> None:
    with pytest.raises(ValueError, match="3 depths do not fit into 2"):
        write_articles(germeval.TAGS, project_text(TEXT, DATE, PLAN, SMALL), depth=2)
    with pytest.raises(ValueError, match="into 0"):
        write_articles(germeval.TAGS, project_text("نص"), depth=0)


def test_wojood_refuses_overlaps_within_a_label() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        write_articles(wojood.TAGS, project_text(TEXT, PLAN, SMALL))


def test_crossing_spans_are_written_by_both_formats() -> None:
    article = project_text(TEXT, SMALL, CROSSING)
    assert "خطة\tB-PLAN\tO\n2030\tI-PLAN\tB-DATE\nللأمم\tO\tI-DATE\n" in write_articles(germeval.TAGS, article, depth=2)
    assert "خطة B-PLAN\n2030 I-PLAN B-DATE\nللأمم I-DATE\n" in write_articles(wojood.TAGS, article)


@pytest.mark.parametrize("format_", [germeval.TAGS, wojood.TAGS])
def test_written_articles_are_read_back(format_: NestedTags) -> None:
    stream = io.StringIO(
        write_articles(format_, project_text("نص", ("نص", "PLAN")), project_text(" "), project_text("أ\nب"))
    )
    first, empty, two = (article.lines for article in format_.read_articles(stream, 3))
    levels = 3 if format_ is germeval.TAGS else 1
    assert first == [TaggedLines("نص\n\n", {2: "B-PLAN"}), *[TaggedLines("نص\n\n", {})] * (levels - 1)]
    assert empty == [TaggedLines("", {})] * levels
    assert two == [TaggedLines("أ\n\nب\n\n", {})] * levels
    assert list(format_.read_articles(io.StringIO(""), 3)) == []


@examples(300)
@given(
    st.lists(article_layers(), min_size=1, max_size=3),
    st.sampled_from(schemes.SCHEMES),
    st.sampled_from(BOUNDARIES),
    st.sampled_from([germeval.TAGS, wojood.TAGS]),
)
def test_the_file_matches_the_outcomes(
    layers: list[tuple[Article, list[Zone], list[Span]]], scheme: str, boundary: str, format_: NestedTags
) -> None:
    options = ProjectionOptions(scheme=scheme, boundary=boundary, zones=None)
    articles = [
        project_nested(article, zones, spans, LabelSet(()), options, allow_same_label=format_.allow_same_label)
        for article, zones, spans in layers
    ]
    depth = max(1, *(article.depth for article in articles))
    stream = io.StringIO(write_articles(format_, *articles, scheme=scheme, depth=depth))
    for article, (_article, zones, _spans), tags in zip(
        articles, layers, format_.read_articles(stream, depth), strict=True
    ):
        parts = select_ranges(article.article, zones, options.zones)
        spans = sorted(
            span for rows in tags.lines for span in read_back.decode_spans(article.article.text, parts, rows, scheme)
        )
        assert spans == sorted(
            (*outcome.exported_range, outcome.span.label) for outcome in article.outcomes if outcome.exported_range
        )
        if format_ is germeval.TAGS:
            assert {outcome.kind for outcome in article.outcomes} <= {"written", "widened", "split", "refused"}


START = "-DOCSTART-\tO\tO\n\n"


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("نص\tO\tO\n\n", 1),
        ("\n", 1),
        ("-DOCSTART-\tO\tO\nنص\tO\tO\n\n", 2),
        ("-DOCSTART-\tO\tO\n", 1),
        ("-DOCSTART-\tO\tO", 1),
        ("-DOCSTART-\tO\n\n", 1),
        ("-DOCSTART-\tO\tO\n-DOCSTART-\tO\tO\n\n", 2),
        (START + "نص\tO\tO\n", 3),
        (START + "نص\tO\tO", 3),
        (START + "\n", 3),
        (START + "نص\tO\tO\n\n\n", 5),
        (START + "نص\tO\n\n", 3),
        (START + "نص\tO\tO\tO\n\n", 3),
        (START + "نص\tO\tO\nنص\tO\t\n\n", 4),
        (START + "\tO\tO\n\n", 3),
        (START + "نص O O\n\n", 3),
        (START + "نص\tO\tO\n-DOCSTART-\tO\tO\n\n", 4),
    ],
)
def test_reading_germeval_back_refuses_malformed_files(file: str, line: int) -> None:
    with pytest.raises(MalformedFile, match=f"^Line {line} "):
        list(germeval.TAGS.read_articles(io.StringIO(file), 2))


@pytest.mark.parametrize(
    "row",
    ["نص", "نص ", " O", "نص  O", "نص O O", "نص O B-X", "نص B-X B-X", "نص B-X I-X", "نص B-", "نص X", "نص\tO", "نص B-X "],
)
def test_reading_wojood_back_refuses_malformed_files(row: str) -> None:
    with pytest.raises(MalformedFile, match=r"^Line 4 "):
        list(wojood.TAGS.read_articles(io.StringIO(f"-DOCSTART- O\n\nنص B-X B-Y\n{row}\n\n"), 0))
    with pytest.raises(MalformedFile, match=r"^Line 3 "):
        list(wojood.TAGS.read_articles(io.StringIO("-DOCSTART- O\n\nنص B-X"), 0))
