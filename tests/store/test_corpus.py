"""The corpus on real files: what is stored, what is refused, and that nothing is half written."""

import sqlite3
import sys
from pathlib import Path

import pytest

from annotator.model import history, operations
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    Article,
    Draft,
    Edit,
    Note,
    Past,
    Publication,
    Span,
    Status,
    Step,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store import corpus as corpus_module
from annotator.store import side_files
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict, CorpusError, MissingCorpus, NoSuchArticle
from annotator.store.queries.article_list import articles

TEXT = "وزارة الصحة تطلق خطة\nأعلنت وزارة الصحة، أمس، عن خطة 2024-2030 😀 للوقاية."
LABELS = LabelSet(
    tuple(
        Label(name, {"ar": title, "en": name.title()}, Colour("#112233", "#ddeeff"), key)
        for name, title, key in (("DATE", "تاريخ", "1"), ("INSTITUTION", "مؤسسة", "2"), ("PLAN", "خطة", "3"))
    )
)


def draft(text: str = TEXT, **fields: object) -> Draft:
    article = Article(article_uid(text), text, published="2024-07-09", source="fixture")
    first = text.find("\n") if "\n" in text else len(text)
    zones = [Zone(new_uid(), article.uid, "headline", 0, first)]
    if first < len(text):
        zones.append(Zone(new_uid(), article.uid, "body", first + 1, len(text)))
    return Draft(article, tuple(zones), **fields)


@pytest.fixture
def corpus(tmp_path: Path):
    with Corpus.create(tmp_path / "a.corpus", LABELS) as opened:
        yield opened


def step(article: str, edits: list[Edit], annotator: str = "Sanae", undoes: str | None = None) -> Step:
    return Step(new_uid(), annotator, now(), "tag", tuple(edits), undoes)


def test_the_file_is_what_the_design_says(corpus: Corpus) -> None:
    raw = sqlite3.connect(corpus.path)
    assert raw.execute("PRAGMA application_id").fetchone()[0] == 0x41724E41
    assert raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert corpus._db.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    assert corpus._db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    tables = raw.execute(
        "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND schema = 'main'"
    ).fetchall()
    ours = {"article", "zone", "label", "annotator", "span", "status", "edit", "note", "place", "mention"}
    assert ours <= {name for name, _strict in tables}
    assert all(strict for name, strict in tables if name in ours)
    raw.close()


def test_labels_come_back_in_order(corpus: Corpus) -> None:
    assert corpus.labels() == LABELS


def test_an_article_is_stored_once_and_verbatim(corpus: Corpus) -> None:
    first = corpus.add(draft())
    again = corpus.add(draft())
    assert (first.new, again.new) == (True, False)
    [summary] = articles(corpus)
    article = corpus.article(summary.id)
    assert article.text == TEXT
    assert article == corpus.article(article.uid)
    assert (summary.title, summary.spans, summary.states) == ("وزارة الصحة تطلق خطة", 0, {})
    assert [zone.kind for zone in corpus.zones(article.uid)] == ["headline", "body"]


def test_an_unknown_article_is_one_sentence(corpus: Corpus) -> None:
    with pytest.raises(NoSuchArticle, match="holds no article 7"):
        corpus.article(7)


def test_the_text_of_an_article_never_changes(corpus: Corpus) -> None:
    corpus.add(draft())
    with pytest.raises(sqlite3.IntegrityError, match="never changes"):
        corpus._db.execute("UPDATE article SET text = 'x'")


def test_a_step_is_written_with_its_record_and_can_be_reversed(corpus: Corpus) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    edits = operations.add(article, [], "Sanae", "PLAN", 16, 20)
    done = step(article.uid, [*edits, *operations.set_state(None, article, "Sanae", "in_progress")])
    corpus.apply(done)
    assert [span.label for span in corpus.spans(article.uid, "Sanae")] == ["PLAN"]
    assert corpus.spans(article.uid, "Omar") == []
    assert corpus.status(article.uid, "Sanae") == Status(article.uid, "Sanae", "in_progress")
    assert corpus.history(article.uid, "Sanae") == [Past(done.uid, "tag")]
    assert corpus.step(done.uid) == done
    assert corpus.annotators() == corpus.layers() == ["Sanae"]

    corpus.apply(step(article.uid, list(history.reversal(done)), undoes=done.uid))
    assert corpus.spans(article.uid) == []
    assert corpus.status(article.uid, "Sanae") is None
    undo, redo = history.stacks(corpus.history(article.uid, "Sanae"))
    assert undo == []
    assert [top.undoes for top in redo] == [done.uid]


def test_everything_is_there_after_the_file_is_opened_again(corpus: Corpus) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    corpus.apply(step(article.uid, operations.add(article, [], "Sanae", "DATE", 38, 41)))
    before = corpus.spans(article.uid)
    corpus.close()
    with Corpus.open(corpus.path) as opened:
        assert opened.spans(article.uid) == before
        assert opened.labels() == LABELS


def test_spans_nest_cross_and_share_a_stretch_but_are_not_doubled(corpus: Corpus) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    for label, start, end in (("PLAN", 5, 20), ("DATE", 7, 9), ("INSTITUTION", 15, 25), ("DATE", 5, 20)):
        layer = corpus.spans(article.uid, "Sanae")
        corpus.apply(step(article.uid, operations.add(article, layer, "Sanae", label, start, end)))
    assert len(corpus.spans(article.uid)) == 4
    with pytest.raises(operations.Rejected):
        operations.add(article, corpus.spans(article.uid, "Sanae"), "Sanae", "PLAN", 5, 20)
    # Behind the verbs' back the table itself refuses.
    twin = Span(new_uid(), article.uid, "Sanae", "PLAN", 5, 20)
    with pytest.raises(CorpusError):
        corpus.apply(step(article.uid, [Edit(None, twin)]))
    # Another annotator has a layer of their own.
    corpus.apply(step(article.uid, operations.add(article, [], "Omar", "PLAN", 5, 20), "Omar"))
    assert len(corpus.spans(article.uid)) == 5


def test_a_step_that_fails_halfway_leaves_nothing(corpus: Corpus) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    good = operations.add(article, [], "Sanae", "DATE", 0, 5)
    absent = Edit(Span(new_uid(), article.uid, "Sanae", "DATE", 1, 2), None)
    with pytest.raises(Conflict):
        corpus.apply(step(article.uid, [*good, absent]))
    assert corpus.spans(article.uid) == []
    assert corpus.history(article.uid, "Sanae") == []
    assert corpus.annotators() == []


def test_a_change_by_someone_else_is_not_overwritten(corpus: Corpus) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    corpus.apply(step(article.uid, operations.add(article, [], "Sanae", "DATE", 0, 5)))
    [mine] = corpus.spans(article.uid)
    with Corpus.open(corpus.path) as other:
        other.apply(step(article.uid, operations.resize(article, [mine], mine, 0, 9)))
    with pytest.raises(Conflict, match="another window"):
        corpus.apply(step(article.uid, operations.relabel(article, [mine], mine, "PLAN")))
    [kept] = corpus.spans(article.uid)
    assert (kept.label, kept.end) == ("DATE", 9)


def test_a_zone_is_put_right_and_taken_back(corpus: Corpus) -> None:
    corpus.add(draft("عنوان\nالثلاثاء 09 يوليو 2024 على الساعة 09:00\nنص المقال."))
    article = corpus.article(1)
    before = corpus.zones(article.uid)
    start = article.text.index("الثلاثاء")
    edits = operations.mark_zone(article, before, "dateline", start, article.text.index("\nنص"))
    assert Edit(Publication(article.uid, "2024-07-09"), Publication(article.uid, "2024-07-09T09:00")) in edits
    done = step(article.uid, edits)
    corpus.apply(done)
    assert [zone.kind for zone in corpus.zones(article.uid)] == ["headline", "dateline", "body"]
    assert corpus.article(1).published == "2024-07-09T09:00"
    corpus.apply(step(article.uid, list(history.reversal(done)), undoes=done.uid))
    assert corpus.zones(article.uid) == before
    assert corpus.article(1).published == "2024-07-09"


def test_zones_that_would_overlap_are_refused(corpus: Corpus) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    with pytest.raises(operations.Rejected, match="overlap"):
        corpus.apply(step(article.uid, [Edit(None, Zone(new_uid(), article.uid, "body", 0, 3))]))
    assert len(corpus.zones(article.uid)) == 2


@pytest.mark.parametrize("before", [0, 1, 3])
@pytest.mark.parametrize("after", [0, 1, 3])
def test_zones_are_checked_wherever_in_a_step_their_edits_are(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, before: int, after: int
) -> None:
    monkeypatch.setattr(corpus_module, "_AT_ONCE", 2)
    corpus.add(draft())
    article = corpus.article(1)
    spans = [
        Edit(None, Span(new_uid(), article.uid, "Sanae", "DATE", start, start + 3)) for start in range(before + after)
    ]
    crossing = Edit(None, Zone(new_uid(), article.uid, "body", 0, 3))
    with pytest.raises(operations.Rejected, match="overlap"):
        corpus.apply(step(article.uid, [*spans[:before], crossing, *spans[before:]]))
    assert len(corpus.zones(article.uid)) == 2
    assert corpus.spans(article.uid) == []


def test_spans_that_come_with_an_article_are_stored_or_refused_by_name(corpus: Corpus) -> None:
    uid = article_uid(TEXT)
    spans = (
        Span("one", uid, "Sanae", "PLAN", 16, 20, value="v", note="n"),
        Span("two", uid, "Sanae", "PERSON", 0, 5),
        Span("three", uid, "Omar", "DATE", 0, 5000),
        Span("four", uid, "Omar", "DATE", 38, 41),
    )
    added = corpus.add(draft(spans=spans, states=(Status(uid, "Sanae", "done"),)))
    assert (added.new, added.spans) == (True, 2)
    assert "PERSON" in added.refused[0]
    assert "not within the text" in added.refused[1]
    assert set(corpus.spans(uid)) == {spans[0], spans[3]}
    [summary] = articles(corpus)
    assert (summary.states, summary.spans) == ({"Sanae": "done"}, 2)
    # The same once more adds nothing; another value for the same stretch is not dropped in silence.
    assert corpus.add(draft(spans=(spans[0], spans[3]))) == (type(added))(False, 0)
    other = corpus.add(draft(spans=(Span("five", uid, "Sanae", "PLAN", 16, 20, value="w"),)))
    assert "another value" in other.refused[0]
    # A new layer on an article that is here already does come in, under a uid of its own.
    late = corpus.add(draft(spans=(Span("one", uid, "Huda", "PLAN", 16, 20),)))
    assert (late.new, late.spans) == (False, 1)
    assert history.stacks(corpus.history(uid, "Sanae")) == ([], [])


def test_a_snapshot_does_not_see_what_others_write(corpus: Corpus) -> None:
    corpus.add(draft())
    with Corpus.open(corpus.path) as other, corpus.snapshot():
        assert len(list(articles(corpus))) == 1
        other.add(draft("خبر آخر\nنصه."))
        assert len(list(articles(corpus))) == 1
    assert len(list(articles(corpus))) == 2


def test_a_title_may_hold_anything(corpus: Corpus) -> None:
    corpus.add(draft("\u200fعنوان 😀  طويل\nنص."))
    assert next(articles(corpus)).title == "عنوان 😀 طويل"


# Notes and places


def test_a_note_is_written_changed_and_taken_back(corpus: Corpus) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    assert corpus.note(article.uid, "Sanae") is None
    written = step(article.uid, operations.note(None, article, "Sanae", "تنقصه الفقرة الأخيرة 😀"))
    corpus.apply(written)
    before = corpus.note(article.uid, "Sanae")
    assert before == Note(article.uid, "Sanae", "تنقصه الفقرة الأخيرة 😀")
    assert corpus.note(article.uid, "Omar") is None
    changed = step(article.uid, operations.note(before, article, "Sanae", "تام"))
    corpus.apply(changed)
    with pytest.raises(Conflict):
        corpus.apply(step(article.uid, operations.note(before, article, "Sanae", "آخر")))
    corpus.close()
    with Corpus.open(corpus.path) as opened:
        assert opened.note(article.uid, "Sanae") == Note(article.uid, "Sanae", "تام")
        for one in (changed, written):
            opened.apply(step(article.uid, list(history.reversal(one)), undoes=one.uid))
        assert opened.note(article.uid, "Sanae") is None


def test_a_blank_note_is_none_and_the_table_holds_none(corpus: Corpus) -> None:
    corpus.add(draft())
    with pytest.raises(CorpusError):
        corpus.apply(step("", [Edit(None, Note(corpus.article(1).uid, "Sanae", ""))]))


def test_the_place_of_each_annotator_outlives_the_program(corpus: Corpus) -> None:
    for text in (TEXT, "خبر آخر"):
        corpus.add(draft(text))
    first, second = (corpus.article(number).uid for number in (1, 2))
    assert corpus.place("Sanae") is None
    for annotator, article, offset in (("Sanae", first, 7), ("Omar", first, 3), ("Sanae", second, 0)):
        corpus.stand(annotator, article, offset)
    corpus.close()
    with Corpus.open(corpus.path) as opened:
        assert opened.place("Sanae") == (second, 0)
        assert opened.place("Omar") == (first, 3)
        assert opened.place("Huda") is None
        assert opened.annotators() == [], "who only looked has no layer"
        for article, offset in (("none", 0), (first, -1)):
            with pytest.raises(CorpusError):
                opened.stand("Sanae", article, offset)
        assert opened.place("Sanae") == (second, 0)


# What the corpus knows


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ("وزارة الصحة", True),
        ("وزارة", True),
        ("وزا", False),
        ("وزارة ال", False),
        ("الصحة", False),
        ("وزارة الصحة اليوم", False),
        ("خطة 2024", False),
        ("خطة", True),
        ("وز%", False),
        ("", False),
        (" ", False),
    ],
)
def test_the_words_that_spans_begin_with_are_known(corpus: Corpus, words: str, known: bool) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    for label, start, end in (("INSTITUTION", 0, 11), ("PLAN", 17, 20)):
        corpus.apply(step(article.uid, operations.add(article, [], "Sanae", label, start, end)))
    assert corpus.knows(words) is known


def test_spans_that_come_with_an_article_are_known(corpus: Corpus) -> None:
    uid = article_uid(TEXT)
    assert not corpus.knows("وزارة")
    corpus.add(draft(spans=(Span("one", uid, "Sanae", "INSTITUTION", 0, 11),)))
    assert corpus.knows("وزارة")


# A step over several articles


@pytest.fixture
def three(corpus: Corpus) -> list[Article]:
    """Three articles, the same stretch of each to be labelled."""
    for text in (TEXT, "وزارة العدل\nنص.", "وزارة المالية\nنص آخر."):
        corpus.add(draft(text))
    return [corpus.article(number) for number in (1, 2, 3)]


def everywhere(articles: list[Article]) -> list[Edit]:
    return [edit for article in articles for edit in operations.add(article, [], "Sanae", "INSTITUTION", 0, 5)]


def layers(corpus: Corpus, articles: list[Article]) -> list[int]:
    return [len(corpus.spans(article.uid)) for article in articles]


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_step_over_several_articles_is_undone_from_any_of_them(corpus: Corpus, three: list[Article], at: int) -> None:
    done = step("", everywhere(three))
    corpus.apply(done)
    assert layers(corpus, three) == [1, 1, 1]
    assert corpus.knows("وزارة")
    for article in three:
        assert corpus.history(article.uid, "Sanae") == [Past(done.uid, "tag")]
        assert corpus.history(article.uid, "Omar") == []
    undo, _redo = history.stacks(corpus.history(three[at].uid, "Sanae"))
    taken = corpus.step(undo[-1].uid)
    assert taken == done
    corpus.apply(step("", list(history.reversal(taken)), undoes=taken.uid))
    assert layers(corpus, three) == [0, 0, 0]
    assert not corpus.knows("وزارة")
    for article in three:
        undo, redo = history.stacks(corpus.history(article.uid, "Sanae"))
        assert (undo, len(redo)) == ([], 1)


def test_a_step_over_several_articles_is_whole_or_nothing(corpus: Corpus, three: list[Article]) -> None:
    label = everywhere(three[2:])
    corpus.apply(step("", label))
    before = list(corpus.query("SELECT * FROM edit"))
    with pytest.raises(CorpusError):  # the last stretch has that label
        corpus.apply(step("", everywhere(three)))
    assert layers(corpus, three) == [0, 0, 1]
    gone = [Edit(edit.after, None) for edit in everywhere(three[:1])]
    with pytest.raises(Conflict):
        corpus.apply(step("", [*everywhere(three[:2]), *gone]))
    assert layers(corpus, three) == [0, 0, 1]
    assert list(corpus.query("SELECT * FROM edit")) == before
    assert [row["n"] for row in corpus.query("SELECT count(*) AS n FROM mention")] == [1]


def test_a_span_that_was_changed_since_keeps_its_step_from_being_undone(corpus: Corpus, three: list[Article]) -> None:
    done = step("", everywhere(three))
    corpus.apply(done)
    [span] = corpus.spans(three[1].uid)
    corpus.apply(step("", operations.resize(three[1], [span], span, 0, 11)))
    before = [corpus.spans(article.uid) for article in three], list(corpus.query("SELECT * FROM edit"))
    with pytest.raises(Conflict):
        corpus.apply(step("", list(history.reversal(done)), undoes=done.uid))
    assert before == ([corpus.spans(article.uid) for article in three], list(corpus.query("SELECT * FROM edit")))
    assert corpus.knows("وزارة العدل")


def test_a_step_of_no_edits_leaves_no_trace(corpus: Corpus) -> None:
    nothing = step("", [])
    corpus.apply(nothing)
    with pytest.raises(CorpusError, match="holds no step"):
        corpus.step(nothing.uid)


def test_numbers_are_those_of_the_query(corpus: Corpus) -> None:
    assert corpus.numbers("SELECT id AS number FROM article") == []
    for text in ("أول", "ثان", "ثالث"):
        corpus.add(draft(text))
    assert corpus.numbers("SELECT id AS number FROM article WHERE id > ?", 1) == [2, 3]
    with pytest.raises(CorpusError):
        corpus.numbers("SELECT id FROM article")


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be moved there")
@pytest.mark.parametrize("what", ["moved", "deleted", "replaced"])
def test_a_file_that_is_no_longer_there_takes_no_more_edits(corpus: Corpus, tmp_path: Path, what: str) -> None:
    """SQLite would write on without a word, into a file that nobody finds any more."""
    corpus.add(draft(TEXT))
    article, place = corpus.article(1).uid, corpus.path
    if what == "deleted":
        place.unlink()
    else:
        place.rename(tmp_path / "elsewhere.corpus")
    if what == "replaced":
        for beside in filter(Path.exists, side_files.side_files(place)):
            beside.rename(tmp_path / beside.name.replace(place.name, "elsewhere.corpus"))
        Corpus.create(tmp_path / "another.corpus", LabelSet(())).close()
        (tmp_path / "another.corpus").rename(place)
    with pytest.raises(MissingCorpus, match="moved or deleted"):
        corpus.stand("Sanae", article, 3)


def test_two_spans_of_a_draft_with_one_uid_are_both_stored(corpus: Corpus) -> None:
    uid = article_uid(TEXT)
    spans = tuple(Span("same", uid, who, "PLAN", start, 10) for who, start in (("Sanae", 0), ("Sanae", 5), ("Omar", 0)))
    assert corpus.add(draft(spans=spans)).spans == 3
    stored = corpus.spans(uid)
    assert len({span.uid for span in stored}) == 3
    assert sorted((span.annotator, span.start) for span in stored) == [("Omar", 0), ("Sanae", 0), ("Sanae", 5)]


@pytest.mark.parametrize("name", ["", " ", "\u00a0"])
def test_a_step_of_an_annotator_without_a_name_is_refused_whole(corpus: Corpus, name: str) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    with pytest.raises(CorpusError, match="must have a name"):
        corpus.apply(step(article.uid, operations.add(article, [], name, "DATE", 0, 3), name))
    assert corpus.spans(article.uid) == []
    assert name not in corpus.annotators()


@pytest.mark.posix_only("Windows moves no file that is open")
def test_what_was_written_while_the_file_was_taken_away_is_not_called_saved(corpus: Corpus, tmp_path: Path) -> None:
    corpus.add(draft(TEXT))
    article = corpus.article(1).uid

    def write() -> None:
        with corpus.transaction():
            corpus.stand("Sanae", article, 3)
            corpus.path.rename(tmp_path / "elsewhere.corpus")

    with pytest.raises(MissingCorpus, match="moved or deleted"):
        write()


@pytest.mark.parametrize("patience", [20, None])
def test_after_a_reconnection_it_waits_for_others_no_longer_than_before(corpus: Corpus, patience: int | None) -> None:
    if patience is not None:
        corpus.hurry(patience)
    before = corpus.tuples("PRAGMA busy_timeout")
    corpus.reconnect()
    assert corpus.tuples("PRAGMA busy_timeout") == before
    assert (before == [(20,)]) is (patience == 20)


def test_notes_and_states_that_come_with_an_article_are_stored_once(corpus: Corpus) -> None:
    uid = article_uid("خبر")
    for text, state in (("أولى", DONE), ("ثانية", IN_PROGRESS)):
        corpus.add(draft("خبر", notes=[Note(uid, "Sanae", text)], states=[Status(uid, "Sanae", state)]))
    whole = corpus.whole(1)
    assert [note.text for note in whole.notes] == ["أولى"]
    assert [status.state for status in whole.states] == [DONE]
