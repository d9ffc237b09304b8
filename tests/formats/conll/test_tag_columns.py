"""The CoNLL columns, written and read back."""

import io

import pytest
from builders import label_words

from annotator.formats.conll import conll2002, conll2003
from annotator.formats.conll.tag_columns import ColumnTags, MalformedFile
from annotator.formats.format import ArticleTags, TaggedLines
from annotator.model.labels import LabelSet
from annotator.model.records import Article, article_uid
from annotator.tagging.flat import FlatProjection, ProjectionOptions, project_flat

TEXT = "«خطة\u200f 2030»\nأمس."
PLAN = ("خطة\u200f 2030", "PLAN")
DATE = ("أمس", "DATE")


def project_text(text: str, *labelled: tuple[str, str]) -> FlatProjection:
    article = Article(article_uid(text), text)
    spans = label_words(text, labelled)
    return project_flat(article, [], spans, LabelSet(()), ProjectionOptions(zones=None))


def write_articles(format_: ColumnTags, *articles: FlatProjection, scheme: str = "iob2") -> str:
    stream = io.StringIO()
    for article in articles:
        format_.write(stream, article, scheme)
    return stream.getvalue()


def test_conll2003_writes_exactly_these_lines() -> None:
    expected = (
        "-DOCSTART- -X- O O\n\n"
        "« _ _ O\nخطة _ _ B-PLAN\n2030 _ _ I-PLAN\n» _ _ O\n\n"
        "أمس _ _ B-DATE\n. _ _ O\n\n"
        "-DOCSTART- -X- O O\n\n"
        "نص _ _ O\n\n"
    )
    assert write_articles(conll2003.TAGS, project_text(TEXT, PLAN, DATE), project_text("نص")) == expected


def test_conll2002_writes_exactly_these_lines() -> None:
    expected = "-DOCSTART- O\n\n« O\nخطة B-PLAN\n2030 E-PLAN\n» O\n\nأمس S-DATE\n. O\n\n-DOCSTART- O\n\n"
    assert write_articles(conll2002.TAGS, project_text(TEXT, PLAN, DATE), project_text(" "), scheme="iobes") == expected


@pytest.mark.parametrize("format_", [conll2003.TAGS, conll2002.TAGS])
def test_written_articles_are_read_back(format_: ColumnTags) -> None:
    stream = io.StringIO(write_articles(format_, project_text(TEXT, PLAN, DATE), project_text(" "), project_text("نص")))
    assert [lines for article in format_.read_articles(stream) for lines in article.lines] == [
        TaggedLines("«\nخطة\n2030\n»\n\nأمس\n.\n\n", {5: "B-PLAN", 10: "I-PLAN", 17: "B-DATE"}),
        TaggedLines("", {}),
        TaggedLines("نص\n\n", {}),
    ]
    assert list(format_.read_articles(io.StringIO(""))) == []


def test_docstart_in_a_text_starts_no_article() -> None:
    (article,) = conll2002.TAGS.read_articles(io.StringIO(write_articles(conll2002.TAGS, project_text("-DOCSTART- O"))))
    assert article == ArticleTags((TaggedLines("-\nDOCSTART\n-\nO\n\n", {}),))


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("نص O\n\n", 1),
        ("-DOCSTART- O\nنص O\n\n", 1),
        ("-DOCSTART- O\n", 1),
        ("-DOCSTART- O\n\nنص O\n", 3),
        ("-DOCSTART- O\n\nنص O", 3),
        ("-DOCSTART- O\n\n\n", 3),
        ("-DOCSTART- O\n\nنص O\n\n\n", 5),
        ("-DOCSTART- O\n\nنص\n\n", 3),
        ("-DOCSTART- O\n\nنص O\nنص _ O\n\n", 4),
        ("-DOCSTART- O\n\nنص  O\n\n", 3),
        ("-DOCSTART- O\n\n O\n\n", 3),
        ("-DOCSTART- O\n\nنص \n\n", 3),
        ("-DOCSTART- -X- O O\n\nنص O\n\n", 1),
        ("-DOCSTART- O\n\nنص O\n-DOCSTART- O\n\n", 3),
        ("-DOCSTART- O\n\nنص O\n\n-DOCSTART- O\nنص O\n\n", 6),
        ("-DOCSTART- O\n\nنص-DOCSTART- O\n\n", 3),
        ("-DOCSTART- O\n\nنص O\n O\n\n", 4),
        ("-DOCSTART- O\n\n\nنص O\n\n", 3),
        ("-DOCSTART- O\n\nنص O\n O\nنص O\n\n", 4),
        ("-DOCSTART- O\n\nنص O\n B-PLAN\nنص O\n\n", 4),
        ("-DOCSTART- O\n\n B-PLAN\nنص O\n\n", 3),
    ],
)
def test_reading_back_refuses_malformed_files(file: str, line: int) -> None:
    with pytest.raises(MalformedFile, match=f"^Line {line} "):
        list(conll2002.TAGS.read_articles(io.StringIO(file)))
