"""Articles by number, uid and beginning of a uid."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import create_corpus

from annotator.model.records import AnnotatedArticle, Article
from annotator.store.corpus import Corpus
from annotator.store.errors import NoSuchArticle
from annotator.store.queries.article_ids import AmbiguousArticle, find_article_number

UIDS = ("ab12" + "0" * 60, "ab12f" + "1" * 59, "1234567" + "a" * 57, "2000" + "b" * 60, "ab12" + "0" * 59 + "f")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    articles = [AnnotatedArticle(Article(uid, f"خبر {uid}")) for uid in UIDS]
    with create_corpus(tmp_path / "a.corpus", *articles) as corpus_:
        yield corpus_


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", 1), ("٣", 3), (UIDS[1], 2), ("ab12f", 2), ("AB12F", 2), ("1234567", 3), ("2000b", 4), (UIDS[4][:64], 5)],
)
def test_an_article_is_found(corpus: Corpus, text: str, number: int) -> None:
    assert find_article_number(corpus, text) == number


@pytest.mark.parametrize("text", ["6", "0", "123456", "2000", "ab1", "", "ab13", "ab12g", "%", "____", "9" * 30])
def test_a_wrong_number_or_a_short_prefix_finds_nothing(corpus: Corpus, text: str) -> None:
    with pytest.raises(NoSuchArticle, match="has no article"):
        find_article_number(corpus, text)


def test_the_candidates_are_named_so_that_each_can_be_typed(corpus: Corpus) -> None:
    with pytest.raises(AmbiguousArticle) as error:
        find_article_number(corpus, "ab12")
    message = str(error.value)
    assert message.endswith(f"{UIDS[0]} (1), {UIDS[4]} (5), ab12f (2).")
    for word, number in ((UIDS[4], 5), ("ab12f", 2)):
        assert find_article_number(corpus, word) == number


def test_more_than_five_candidates_are_not_all_named(tmp_path: Path) -> None:
    articles = [AnnotatedArticle(Article(f"abcd{digit}" + "0" * 59, f"خبر {digit}")) for digit in range(7)]
    with (
        create_corpus(tmp_path / "b.corpus", *articles) as corpus,
        pytest.raises(AmbiguousArticle, match=r"abcd4 \(5\), …\.$"),
    ):
        find_article_number(corpus, "abcd")
