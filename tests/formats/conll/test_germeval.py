"""Columns for spans that nest: one tag for each depth, and one for each span."""

import io
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text.texts import layered

from annotator.formats.conll import germeval, wojood
from annotator.formats.conll.tag_columns import Malformed, Rows
from annotator.jobs.export import read_back
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Zone, article_uid
from annotator.tagging import schemes
from annotator.tagging.flat import BOUNDARIES, Options, segments
from annotator.tagging.nested import NestedProjection, project_levels

TEXT = "«خطة\u200f 2030 للأمم»\nأمس."
PLAN = ("خطة\u200f 2030 للأمم", "PLAN")
SMALL = ("خطة\u200f 2030", "PLAN")
DATE = ("2030", "DATE")
CROSSING = ("2030 للأمم", "DATE")
ALL = Options(zones=None)


def projection(text: str, *found: tuple[str, str], within_label: bool = True) -> NestedProjection:
    article = Article(article_uid(text), text)
    spans = [
        Span(f"{at}", article.uid, "salma", label, text.index(part), text.index(part) + len(part))
        for at, (part, label) in enumerate(found)
    ]
    return project_levels(article, [], spans, LabelSet(()), ALL, within_label=within_label)


def written(format_: ModuleType, *articles: NestedProjection, scheme: str = "iob2", depth: int = 3) -> str:
    stream = io.StringIO()
    for article in articles:
        format_.write(stream, article, scheme, depth)
    return stream.getvalue()


def test_nested_to_the_letter() -> None:
    assert written(germeval, projection(TEXT, DATE, PLAN, SMALL), projection("نص")) == (
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


def test_wojood_to_the_letter() -> None:
    article = projection(TEXT, DATE, PLAN, ("أمس", "DATE"), within_label=False)
    assert written(wojood, article, projection(" "), scheme="iobes") == (
        "-DOCSTART- O\n\n« O\nخطة B-PLAN\n2030 I-PLAN S-DATE\nللأمم E-PLAN\n» O\n\nأمس S-DATE\n. O\n\n-DOCSTART- O\n\n"
    )


def test_a_depth_that_does_not_do() -> None:
    with pytest.raises(ValueError, match="3 depths do not fit into 2"):
        written(germeval, projection(TEXT, DATE, PLAN, SMALL), depth=2)
    with pytest.raises(ValueError, match="into 0"):
        written(germeval, projection("نص"), depth=0)


def test_wojood_has_no_overlaps_within_a_label() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        written(wojood, projection(TEXT, PLAN, SMALL))


def test_crossing_spans_are_in_both() -> None:
    article = projection(TEXT, SMALL, CROSSING)
    assert "خطة\tB-PLAN\tO\n2030\tI-PLAN\tB-DATE\nللأمم\tO\tI-DATE\n" in written(germeval, article, depth=2)
    assert "خطة B-PLAN\n2030 I-PLAN B-DATE\nللأمم I-DATE\n" in written(wojood, article)


@pytest.mark.parametrize("format_", [germeval, wojood])
def test_what_is_written_reads_back(format_: ModuleType) -> None:
    stream = io.StringIO(written(format_, projection("نص", ("نص", "PLAN")), projection(" "), projection("أ\nب")))
    one, empty, two = format_.read_back(stream, 3)
    assert [[token for token, _tags in rows] for rows in one + empty + two] == [["نص"], ["أ"], ["ب"]]
    assert one[0][0][1] == (("B-PLAN", "O", "O") if format_ is germeval else ("B-PLAN",))
    assert two[0][0][1] == (("O", "O", "O") if format_ is germeval else ())
    assert list(format_.read_back(io.StringIO(""), 3)) == []
    assert list(format_.flat(empty)) == [Rows([], {})]
    assert next(format_.flat(one)) == Rows(["نص", ""], {0: "B-PLAN"})
    assert next(format_.flat(two)) == Rows(["أ", "", "ب", ""], {})


@settings(max_examples=300)
@given(
    st.lists(layered(), min_size=1, max_size=3),
    st.sampled_from(schemes.SCHEMES),
    st.sampled_from(BOUNDARIES),
    st.sampled_from([germeval, wojood]),
)
def test_the_file_says_what_the_fates_say(
    layers: list[tuple[Article, list[Zone], list[Span]]], scheme: str, boundary: str, format_: ModuleType
) -> None:
    options = Options(scheme=scheme, boundary=boundary, zones=None)
    articles = [
        project_levels(article, zones, spans, LabelSet(()), options, within_label=format_.WITHIN_LABEL)
        for article, zones, spans in layers
    ]
    depth = max(1, *(article.depth for article in articles))
    stream = io.StringIO(written(format_, *articles, scheme=scheme, depth=depth))
    for article, (_article, zones, _spans), sentences in zip(
        articles, layers, format_.read_back(stream, depth), strict=True
    ):
        parts = segments(article.article, zones, options.zones)
        found = sorted(
            span
            for rows in format_.flat(sentences)
            for span in read_back.spans(article.article.text, parts, rows, scheme)
        )
        assert found == sorted((*fate.stretch, fate.span.label) for fate in article.fates if fate.stretch)
        if format_ is germeval:
            assert {fate.outcome for fate in article.fates} <= {"written", "widened", "split", "refused"}


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
def test_reading_nested_back_takes_nothing_else(file: str, line: int) -> None:
    with pytest.raises(Malformed, match=f"^Line {line} "):
        list(germeval.read_back(io.StringIO(file), 2))


@pytest.mark.parametrize(
    "row",
    ["نص", "نص ", " O", "نص  O", "نص O O", "نص O B-X", "نص B-X B-X", "نص B-X I-X", "نص B-", "نص X", "نص\tO", "نص B-X "],
)
def test_reading_wojood_back_takes_nothing_else(row: str) -> None:
    with pytest.raises(Malformed, match=r"^Line 4 "):
        list(wojood.read_back(io.StringIO(f"-DOCSTART- O\n\nنص B-X B-Y\n{row}\n\n"), 0))
    with pytest.raises(Malformed, match=r"^Line 3 "):
        list(wojood.read_back(io.StringIO("-DOCSTART- O\n\nنص B-X"), 0))
