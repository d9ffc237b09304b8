"""What others did in a team appears in the open window, and nothing that the annotator looks at moves."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import apply_edits, create_corpus
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from annotator.generators import finish
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import BOILERPLATE, Edit, Span, new_uid
from annotator.store.changesets import read_changeset
from annotator.store.corpus import Corpus
from annotator.store.merging import merge
from annotator.ui.window import Window

PARAGRAPHS = 60
LONG_ARTICLE = "\n\n".join(
    f"الفقرة {number}: أعلنت وزارة الصحة بالرباط عن الخطة الوطنية للتلقيح، وقال المصدر إنها تهم مدينة وجدة."
    for number in range(PARAGRAPHS)
)


@pytest.fixture
def corpus_path(tmp_path: Path) -> Path:
    path = tmp_path / "test.corpus"
    create_corpus(path, *map(build_article, (LONG_ARTICLE, "مقال آخر عن مدينة وجدة."))).close()
    return path


Others = Callable[[Callable[[Corpus], object]], None]


@pytest.fixture
def others(tmp_path: Path, corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> Others:
    """Return a function that does something in a copy on another computer, and merges it beside the window."""
    copy_path = tmp_path / "copy.corpus"
    copy_path.write_bytes(corpus_path.read_bytes())

    def change(work: Callable[[Corpus], object]) -> None:
        with monkeypatch.context() as patch:
            patch.setenv("ANNOTATOR_HOME", str(tmp_path / "home of others"))
            with Corpus.open(copy_path) as copy:
                work(copy)
                changeset = read_changeset(copy)

        def merge_beside() -> None:
            with Corpus.open(corpus_path) as corpus:
                finish(merge(corpus, changeset))

        thread = threading.Thread(target=merge_beside)
        thread.start()
        thread.join()

    return change


def label(annotator: str, start: int, end: int, name: str = "PLAN") -> Callable[[Corpus], object]:
    def work(corpus: Corpus) -> None:
        uid = corpus.article(1).uid
        apply_edits(corpus, [Edit(None, Span(new_uid(), uid, annotator, name, start, end))], annotator)

    return work


def mark_boilerplate(corpus: Corpus) -> None:
    """Mark paragraphs at the beginning as boilerplate, of which the window shows one line."""
    article = corpus.article(1)
    end = LONG_ARTICLE.index("الفقرة 9") - 2
    apply_edits(corpus, operations.mark_zone(article, corpus.zones(article.uid), BOILERPLATE, 0, end), "Omar")


def place(window: Window) -> tuple[object, int, tuple[int, int] | None]:
    """Return where the line of the caret is on the screen, and what the caret and the selection are."""
    view = window.view
    line = view._page.line_of(view.current_offset())
    assert line
    top = pytest.approx(line.top - view.verticalScrollBar().value(), abs=1)  # pixels: it scrolls by whole ones
    return top, view.current_offset(), view.target_range()


def scroll_down(window: Window) -> None:
    """Go to the middle of the article, with the caret in the middle of the screen."""
    offset = LONG_ARTICLE.index(f"الفقرة {PARAGRAPHS // 2}")
    window.view.move_to(offset)
    line = window.view._page.line_of(offset)
    assert line
    window.view.verticalScrollBar().setValue(int(line.top) - window.view.viewport().height() // 2)


@pytest.mark.parametrize(
    "work",
    [
        label("Omar", 0, 10),
        mark_boilerplate,
        lambda corpus: corpus.add(build_article("مقال جديد من الفريق.")),
    ],
    ids=["span", "boilerplate", "article"],
)
def test_nothing_moves(work: Callable[[Corpus], object], window: Window, others: Others, qtbot: QtBot) -> None:
    scroll_down(window)
    start = window.view.current_offset()
    window.view.select(start, start + 6)
    before = place(window)
    revision = window.session.current.version
    others(work)
    window.session.check_file()
    assert window.session.current.version != revision
    qtbot.wait(50)
    assert place(window) == before
    assert window.view.hasFocus()


def test_selected_span_stays_selected(window: Window, others: Others) -> None:
    scroll_down(window)
    start = window.view.current_offset()
    assert window.session.tag("PLAN", start, start + 6)
    selection, before = window.session.selection, place(window)
    assert selection
    others(label("Omar", start, start + 6))
    window.session.check_file()
    assert window.session.selection == selection
    assert place(window) == before


def test_current_suggestion_stays_current(window: Window, others: Others, qtbot: QtBot) -> None:
    words = "الخطة الوطنية للتلقيح"
    first = LONG_ARTICLE.index(words)
    assert window.session.tag("PLAN", first, first + len(words))
    qtbot.waitUntil(lambda: len(window.suggestions.visible) == PARAGRAPHS - 1)
    window.suggestions.set_current(window.suggestions.visible[PARAGRAPHS // 2])
    current, before = window.suggestions.current, place(window)
    assert current
    changes: list[object] = []
    window.suggestions.current_changed.connect(lambda: changes.append(window.suggestions.current))
    others(label("Omar", 0, 10))
    window.session.check_file()
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    assert window.suggestions.current == current
    assert changes == []
    assert place(window) == before


def test_typed_note_is_kept(window: Window, others: Others, qtbot: QtBot) -> None:
    window.note_field.start_editing()
    QTest.keyClicks(window.note_field, "to check")
    others(mark_boilerplate)
    window.session.check_file()
    assert window.note_field.text() == "to check"
    assert window.note_field.hasFocus()


def test_what_others_did_appears(window: Window, others: Others) -> None:
    others(lambda corpus: corpus.add(build_article("مقال جديد من الفريق.")))
    others(mark_boilerplate)
    window.session.check_file()
    assert len(window.session.articles) == 3
    assert window.session.zones[0].kind == BOILERPLATE


def test_hint_for_a_newcomer_ends_with_a_span_beside_those_of_others(window: Window, others: Others) -> None:
    window.welcome_commands.restore_state("hint")
    assert window.status_line.hint()
    others(label(window.session.annotator, 0, 10))
    assert window.session.tag("DATE", 20, 25)
    assert len(window.session.spans) == 2
    assert window.status_line.hint() == ""


def label_elsewhere(corpus: Corpus) -> None:
    uid = corpus.article(2).uid
    start = len(corpus.spans(uid, "Omar"))
    edit = Edit(None, Span(new_uid(), uid, "Omar", "PLAN", start, start + 4))
    apply_edits(corpus, [edit], "Omar")


def count_readings(window: Window, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which each reading of the open article's layer adds its annotator."""
    corpus, readings = window.session.corpus, list[str]()
    assert corpus
    read = corpus.spans

    def spans(article: str, annotator: str) -> list[Span]:
        readings.append(annotator)
        return read(article, annotator)

    monkeypatch.setattr(corpus, "spans", spans)
    return readings


def test_key_does_not_read_the_article_again_for_what_others_did_elsewhere(
    window: Window, others: Others, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    readings = count_readings(window, monkeypatch)
    steps: list[object] = []
    session.corpus_changed.connect(steps.append)
    for start in (0, 10, 20):
        others(label_elsewhere)
        assert session.tag("DATE", start, start + 5)
    assert session.undo()
    session.check_file()
    assert readings == []
    assert [step is None for step in steps] == [False] * 4 + [True]
    assert session.corpus
    assert session.article
    assert session.current.content == session.corpus.content_version()
    session.check_file()
    assert len(steps) == 5
    assert [(span.start, span.end) for span in session.spans] == [(0, 5), (10, 15)]
    assert session.spans == session.corpus.spans(session.article.uid, session.annotator)


@pytest.mark.parametrize("work", [label("Sanae", 40, 50), mark_boilerplate], ids=["own layer", "zones"])
def test_key_reads_what_others_did_in_the_article(
    work: Callable[[Corpus], object], window: Window, others: Others
) -> None:
    session = window.session
    others(label_elsewhere)
    assert session.tag("DATE", 0, 5)
    others(work)
    assert session.tag("DATE", 10, 15)
    assert session.corpus
    assert session.article
    assert session.spans == session.corpus.spans(session.article.uid, session.annotator)
    assert session.zones == session.corpus.zones(session.article.uid)
