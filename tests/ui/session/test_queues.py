"""Articles given to annotators in the window: their queue, and what a blind one hides."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import give_articles
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator.model.records import DONE, IN_PROGRESS, NEW
from annotator.store.corpus import Corpus
from annotator.store.queries.annotators import AnnotatorSummary, list_annotators
from annotator.store.queries.article_list import ArticleFilter
from annotator.store.restoring import create_backup_if_due
from annotator.ui.dialogs.backups import BackupsDialog
from annotator.ui.session.session import Session
from annotator.ui.window import Window

THIRD = "افتتح معرض الكتاب بالرباط يوم أمس."


@pytest.fixture
def corpus_path(corpus_path: Path) -> Path:
    """Add a third article."""
    from builders import build_plain_article

    with Corpus.open(corpus_path) as corpus:
        corpus.add(build_plain_article(THIRD))
    return corpus_path


def give(path: Path, queues: dict[str, list[int]], *, is_blind: bool = False) -> None:
    """Give out articles as another process does."""
    with Corpus.open(path) as corpus:
        give_articles(corpus, queues, is_blind=is_blind)


@pytest.fixture
def reopen(session: Session) -> Callable[[], None]:
    def open_again() -> None:
        assert session.corpus
        session.open(Corpus.open(session.corpus.path))

    return open_again


def test_a_queue_is_the_list_and_done_and_next_goes_through_it(
    session: Session, corpus_path: Path, reopen: Callable[[], None]
) -> None:
    give(corpus_path, {"Sanae": [1, 3], "Omar": [2]})
    reopen()
    assert session.articles.numbers == [1, 3]
    assert session.article_filter == ArticleFilter(is_mine=True)
    assert session.counts[NEW] == 2
    session.open_article(0)
    session.set_state(DONE)
    assert session.open_next_unfinished()
    assert session.current.article_number == 3
    session.set_state(DONE)
    assert not session.open_next_unfinished()
    assert sum(session.counts.values()) == session.counts[DONE] == 2


def test_a_queue_that_is_given_while_the_window_is_open_becomes_the_list(session: Session, corpus_path: Path) -> None:
    assert session.articles.numbers == [1, 2, 3]
    give(corpus_path, {"Sanae": [2]})
    session.check_file()
    assert session.articles.numbers == [2]
    session.set_article_filter(ArticleFilter())
    give(corpus_path, {"Sanae": [3]})
    session.check_file()
    assert session.articles.numbers == [1, 2, 3]  # the annotator chose to see all
    assert session.counts[NEW] == 2


def test_each_annotator_has_a_queue_of_their_own(
    session: Session, corpus_path: Path, reopen: Callable[[], None]
) -> None:
    give(corpus_path, {"Sanae": [1], "Omar": [2, 3]})
    reopen()
    session.switch_annotator("Omar")
    assert session.articles.numbers == [2, 3]
    session.switch_annotator("Zineb")
    assert session.articles.numbers == [1, 2, 3]
    assert session.article_filter == ArticleFilter()


def test_the_sidebar_offers_all_articles_beside_the_queue(window: Window, corpus_path: Path) -> None:
    box = window.articles_sidebar.state_filter

    def choose(data: object) -> None:
        box.setCurrentIndex(box.findData(data))
        box.activated.emit(box.currentIndex())

    give(corpus_path, {"Sanae": [1, 3]})
    window.session.check_file()
    texts = [box.itemText(index) for index in range(box.count())]
    assert texts[:3] == ["My articles: 2", "All articles: 3", "new: 2"]
    assert box.currentIndex() == 0
    assert "0 of 2" in window.articles_sidebar._done_label.text()
    choose(None)
    assert window.session.articles.numbers == [1, 2, 3]
    choose(NEW)
    assert window.session.articles.numbers == [1, 3]
    choose("mine")
    assert window.session.article_filter == ArticleFilter(is_mine=True)


def test_the_end_of_a_queue_is_not_the_end_of_the_corpus(window: Window, corpus_path: Path) -> None:
    session = window.session
    give(corpus_path, {"Sanae": [1]})
    session.check_file()
    session.set_state(DONE)
    session.leave_article(is_finished=True)
    assert window._central_widget.finished_page._title.text() == "All your articles are done."


@pytest.fixture
def blind(session: Session, corpus_path: Path, stretch: Stretch) -> Session:
    """Return a session of Sanae on a corpus in which Omar has done an article that both label blind, and another."""
    session.switch_annotator("Omar")
    session.open_by_id(1)
    session.tag("DATE", *stretch("أمس"))
    session.write_note("صعب")
    session.set_state(DONE)
    session.open_by_id(3)
    session.tag("DATE", *stretch("أمس"))
    session.switch_annotator("Sanae")
    give(corpus_path, {"Sanae": [1], "Omar": [1]}, is_blind=True)
    session.check_file()
    session.set_article_filter(ArticleFilter())
    session.open_by_id(1)
    return session


def is_hidden(session: Session) -> bool:
    return session.current.is_hidden


def test_anothers_layer_of_a_blind_article_is_not_shown(window: Window, blind: Session) -> None:
    blind.switch_annotator("Omar", edits=False)
    assert is_hidden(blind)
    assert (blind.spans, blind.status, blind.note) == ([], None, None)
    assert blind.article_state == NEW
    assert window.layer_bar.text() == "You label this article without seeing the work of \u2068Omar\u2069."
    assert not window.layer_bar.edit_button.isVisible()
    blind.reload()
    assert blind.spans == []
    blind.open_by_id(3)
    assert not is_hidden(blind)
    assert len(blind.spans) == 1
    assert window.layer_bar.text() == "You are looking at the work of \u2068Omar\u2069."
    assert window.layer_bar.edit_button.isVisible()
    blind.switch_annotator("Sanae", edits=False)
    blind.open_by_id(1)
    assert not is_hidden(blind)


def test_the_list_of_anothers_work_leaves_blind_articles_out(blind: Session) -> None:
    blind.switch_annotator("Omar", edits=False)
    blind.set_article_filter(ArticleFilter())
    assert blind.articles.numbers == [2, 3]
    blind.set_article_filter(ArticleFilter(DONE))
    assert blind.articles.numbers == []
    blind.set_article_filter(ArticleFilter(IN_PROGRESS))
    assert blind.articles.numbers == [3]


def test_the_numbers_of_others_leave_blind_articles_out(blind: Session) -> None:
    assert blind.corpus
    everything = [AnnotatorSummary("Omar", 1, 2), AnnotatorSummary("Sanae", 0, 0)]
    assert list_annotators(blind.corpus) == list_annotators(blind.corpus, "Omar") == everything
    assert list_annotators(blind.corpus, "Sanae") == [AnnotatorSummary("Omar", 0, 1), AnnotatorSummary("Sanae", 0, 0)]


def test_those_who_label_nothing_blind_see_everything(blind: Session) -> None:
    blind.switch_annotator("Lead")
    blind.switch_annotator("Omar", edits=False)
    assert not is_hidden(blind)
    assert len(blind.spans) == 1


def test_what_another_labelled_blind_is_not_suggested(window: Window, blind: Session, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    assert not [suggestion for suggestion in window.suggestions.visible if suggestion.source in ("memory", "model")]


def test_issues_of_anothers_work_leave_blind_articles_out(window: Window, blind: Session, qtbot: QtBot) -> None:
    def checked_articles() -> set[int]:
        window.issue_commands.issues.start()
        qtbot.waitUntil(lambda: not window.tasks.is_busy)
        return {issue.number for issue in window.issue_commands.issues.visible}

    blind.switch_annotator("Omar")
    for number, words in ((1, "2024،"), (3, "يوم أمس.")):
        blind.open_by_id(number)
        assert blind.article
        start = blind.article.text.index(words)
        blind.tag("DATE", start, start + len(words))
    assert checked_articles() == {1, 3}
    blind.switch_annotator("Sanae")
    blind.switch_annotator("Omar", edits=False)
    assert checked_articles() == {3}
    blind.open_by_id(1)  # which checks it again
    assert {issue.number for issue in window.issue_commands.issues.visible} == {3}
    blind.switch_annotator("Lead")
    blind.switch_annotator("Omar", edits=False)
    assert checked_articles() == {1, 3}


def test_a_selection_knows_the_words_of_its_annotator_alone(blind: Session, stretch: Stretch) -> None:
    start, end = stretch("لأحزاب الأغلبية")
    blind.switch_annotator("Omar")
    blind.tag("INSTITUTION", start + 1, end)
    assert blind.current.refine_selection(start, end) == (start + 1, end)
    blind.switch_annotator("Sanae")
    assert blind.current.refine_selection(start, end) == (start, end)


def test_backups_show_ones_own_state_of_a_blind_article_alone(
    window: Window, blind: Session, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    blind.set_state(IN_PROGRESS)
    assert blind.corpus
    for _progress in create_backup_if_due(blind.corpus.path):
        pass
    rows: list[list[str]] = []

    def read(dialog: BackupsDialog) -> int:
        qtbot.waitUntil(lambda: dialog.article_list.topLevelItemCount() == 3)
        for index in range(3):
            item = dialog.article_list.topLevelItem(index)
            assert item
            rows.append([item.text(1), item.text(2)])
        return 0

    monkeypatch.setattr(BackupsDialog, "exec", read)
    window.action("show_backups").trigger()
    assert rows == [["\u2068Sanae\u2069: in progress", ""], ["", "0"], ["\u2068Omar\u2069: in progress", "1"]]
