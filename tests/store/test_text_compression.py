"""Tests of how the texts of articles are stored."""

import zlib
from pathlib import Path

import pytest
from builders import create_corpus
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.store.errors import DamagedCorpus
from annotator.store.text_compression import DamagedText, compress_text, decompress_beginning, decompress_text

NEWS = (
    "أعلنت وزارة الصحة والحماية الاجتماعية، يوم الثلاثاء 9 يوليوز 2024، عن إطلاق الخطة الوطنية للتلقيح، "
    "بشراكة مع وزارة الداخلية ووزارة التربية الوطنية. وأوضحت الوزارة، في بلاغ لها، أن هذه الخطة، التي تمتد إلى "
    "غاية سنة 2030، تهم جميع جهات المملكة، وأن الوزارة ستعلن عن تفاصيل الخطة يوم الخميس المقبل."
)


@given(texts)
def test_text_comes_back_as_it_was(text: str) -> None:
    assert decompress_text(compress_text(text), len(text)) == text


@given(texts, st.integers(0, 40))
def test_beginning_is_at_least_as_long_as_asked_for(text: str, length: int) -> None:
    beginning = decompress_beginning(compress_text(text), length)
    assert text.startswith(beginning)
    assert len(beginning) >= min(length, len(text))


def test_text_with_nul_comes_back() -> None:
    assert decompress_text(compress_text("قبل\0بعد"), 7) == "قبل\0بعد"


@pytest.mark.parametrize("mark", ["", "💉", "٪", "\u2028"])
def test_news_take_less_than_half_of_their_bytes_whatever_they_contain(mark: str) -> None:
    news = 2 * NEWS + mark
    assert 2 * len(compress_text(news)) < len(news.encode())
    assert decompress_text(compress_text(news), len(news)) == news


def test_letters_of_the_code_page_take_fewer_bytes() -> None:
    assert 6 * len(compress_text(NEWS)) < 5 * len(compress_text(NEWS + "٪"))


@pytest.mark.parametrize(
    ("stored_text", "length"),
    [
        (compress_text(NEWS)[:-1], len(NEWS)),
        (compress_text(NEWS), len(NEWS) - 1),
        (compress_text(NEWS), len(NEWS) + 1),
        (compress_text(NEWS) + b"x", len(NEWS)),
        (compress_text(NEWS)[:40] + b"\0" + compress_text(NEWS)[41:], len(NEWS)),
        (b"\1" + zlib.compress(b"\xff\xfe"), 2),
        (b"\2" + zlib.compress(b"x"), 1),
        (b"", 0),
        (compress_text(""), -1),
    ],
    ids=["cut", "longer", "shorter", "followed", "changed", "no UTF-8", "of an unknown encoding", "empty", "negative"],
)
def test_what_was_not_compressed_so_is_damaged(stored_text: bytes, length: int) -> None:
    with pytest.raises(DamagedText):
        decompress_text(stored_text, length)


def test_no_more_is_decompressed_than_the_length_allows() -> None:
    bomb = b"\0" + zlib.compress(bytes(50_000_000))
    with pytest.raises(DamagedText):
        decompress_text(bomb, 1000)
    assert len(decompress_beginning(bomb, 1000)) == 4001


def test_damaged_text_names_its_article(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with create_corpus(path, "الأول", "الثاني") as corpus:
        corpus.db.execute("DROP TRIGGER article_text_never_changes")
        corpus.db.execute("UPDATE article SET compressed_text = x'78' WHERE id = 2")
        assert corpus.article(1).text == "الأول"
        with pytest.raises(DamagedCorpus, match=r"Row 2 .* is damaged: its text"):
            corpus.article(2)
        with pytest.raises(DamagedCorpus):
            list(corpus.load_articles([1, 2]))
