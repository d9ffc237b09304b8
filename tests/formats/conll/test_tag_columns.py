"""The CoNLL columns, written and read back."""

import io
from types import ModuleType

import pytest

from annotator.formats.conll import conll2002, conll2003, tag_columns
from annotator.formats.conll.tag_columns import Malformed, Rows
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, article_uid
from annotator.tagging.flat import Options, Projection, project

TEXT = "«خطة\u200f 2030»\nأمس."
PLAN = ("خطة\u200f 2030", "PLAN")
DATE = ("أمس", "DATE")


def projection(text: str, *found: tuple[str, str]) -> Projection:
    article = Article(article_uid(text), text)
    spans = [
        Span(part, article.uid, "salma", label, text.index(part), text.index(part) + len(part)) for part, label in found
    ]
    return project(article, [], spans, LabelSet(()), Options(zones=None))


def written(format_: ModuleType, *articles: Projection, scheme: str = "iob2") -> str:
    stream = io.StringIO()
    for article in articles:
        format_.write(stream, article, scheme)
    return stream.getvalue()


def test_conll2003_to_the_letter() -> None:
    expected = (
        "-DOCSTART- -X- O O\n\n"
        "« _ _ O\nخطة _ _ B-PLAN\n2030 _ _ I-PLAN\n» _ _ O\n\n"
        "أمس _ _ B-DATE\n. _ _ O\n\n"
        "-DOCSTART- -X- O O\n\n"
        "نص _ _ O\n\n"
    )
    assert written(conll2003, projection(TEXT, PLAN, DATE), projection("نص")) == expected


def test_conll2002_to_the_letter() -> None:
    expected = "-DOCSTART- O\n\n« O\nخطة B-PLAN\n2030 E-PLAN\n» O\n\nأمس S-DATE\n. O\n\n-DOCSTART- O\n\n"
    assert written(conll2002, projection(TEXT, PLAN, DATE), projection(" "), scheme="iobes") == expected


@pytest.mark.parametrize("format_", [conll2003, conll2002])
def test_what_is_written_reads_back(format_: ModuleType) -> None:
    stream = io.StringIO(written(format_, projection(TEXT, PLAN, DATE), projection(" "), projection("نص")))
    assert list(format_.read_back(stream)) == [
        Rows(["«", "خطة", "2030", "»", "", "أمس", ".", ""], {1: "B-PLAN", 2: "I-PLAN", 5: "B-DATE"}),
        Rows([], {}),
        Rows(["نص", ""], {}),
    ]
    assert list(format_.read_back(io.StringIO(""))) == []


def test_a_text_that_says_docstart_begins_no_article() -> None:
    (article,) = conll2002.read_back(io.StringIO(written(conll2002, projection("-DOCSTART- O"))))
    assert article == Rows(["-", "DOCSTART", "-", "O", ""], {})


def test_a_file_is_read_a_piece_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(conll2003, projection(TEXT, PLAN, DATE), projection(" "), projection("نص"), projection(TEXT))
    whole = list(conll2003.read_back(io.StringIO(file)))
    for size in (1, 2, 7, 30):
        monkeypatch.setattr(tag_columns, "_AT_ONCE", size)
        assert list(conll2003.read_back(io.StringIO(file))) == whole


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
    ],
)
def test_reading_back_takes_nothing_else(file: str, line: int) -> None:
    with pytest.raises(Malformed, match=f"^Line {line} "):
        list(conll2002.read_back(io.StringIO(file)))
