"""The title, the publication and the removal of the open article."""

from pathlib import Path

import pytest
from ui.inspection import Stretch

from annotator.model.article_builder import build_article
from annotator.model.records import NEW, Removal
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui.session.session import Session


def test_title_is_listed_and_undone(session: Session) -> None:
    [before] = [session.articles[0].title]
    assert session.set_title("عنوان أوضح")
    assert (session.article and session.article.custom_title, session.articles[0].title) == ("عنوان أوضح",) * 2
    assert session.article_state == NEW  # nothing was annotated
    session.undo()
    assert (session.article and session.article.custom_title, session.articles[0].title) == (None, before)
    session.redo()
    assert session.set_title(" ")
    assert session.articles[0].title == before


def test_values_of_relative_dates_follow_the_publication(session: Session, stretch: Stretch) -> None:
    assert session.corpus
    session.corpus.add(build_article("قالت الوزارة أمس إن الخطة جاهزة، وإنها ستبدأ بعد أيام."))
    session.open_by_id(3)
    assert session.set_published("2024-07-09")
    session.tag("DATE", *stretch("أمس"))
    assert session.selection
    session.describe(session.selection, "2024-07-08", "")
    assert session.set_published("2024-07-16T10:00")
    assert session.article
    assert session.article.published == "2024-07-16T10:00"
    assert [span.value for span in session.spans] == ["2024-07-15"]
    session.undo()
    assert [span.value for span in session.spans] == ["2024-07-08"]
    assert session.article.published == "2024-07-09"
    assert session.set_published(None)
    assert [span.value for span in session.spans] == [None]


def test_no_date_is_refused(session: Session, failures: list[str]) -> None:
    assert not session.set_published("soon")
    assert failures == ["“soon” is not a date such as 2024-07-09 or 2024-07-09T09:00."]


def test_removed_article_stays_open_and_leaves_the_list_until_it_is_restored(session: Session) -> None:
    numbers, article = list(session.articles.numbers), session.article
    assert article
    assert session.remove_article()
    assert (session.article, session.removal) == (article, Removal(article.uid))
    assert session.articles.numbers == numbers[1:]
    assert (sum(session.counts.values()), session.current.removed_count) == (len(numbers) - 1, 1)
    session.undo()
    assert (session.removal, session.articles.numbers) == (None, numbers)
    session.redo()
    assert session.articles.numbers == numbers[1:]
    session.set_article_filter(ArticleFilter(is_removed=True))
    assert session.articles.numbers == numbers[:1]
    assert session.restore_article()
    assert (session.articles.numbers, session.current.removed_count) == ([], 0)
    session.set_article_filter(ArticleFilter())
    assert session.articles.numbers == numbers


def test_corpus_does_not_open_at_a_removed_article(session: Session, corpus_path: Path) -> None:
    assert session.article
    removed = session.article.id
    session.remove_article()
    session.close()
    session.open(Corpus.open(corpus_path))
    assert session.article.id != removed


@pytest.mark.parametrize("is_removed", [True, False])
def test_removal_in_another_window_is_shown(session: Session, corpus_path: Path, is_removed: bool) -> None:
    numbers = list(session.articles.numbers)
    if not is_removed:
        session.remove_article()
    other = Session("Omar")
    other.open(Corpus.open(corpus_path))
    other.open_by_id(numbers[0])
    assert other.remove_article() if is_removed else other.restore_article()
    other.close()
    session.check_file()
    assert session.articles.numbers == (numbers[1:] if is_removed else numbers)
    assert (session.removal is not None) == is_removed
