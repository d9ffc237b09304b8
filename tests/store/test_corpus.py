"""The corpus on real files: what is stored, what is refused, and that nothing is half written."""

import sqlite3
from pathlib import Path

import pytest

from annotator.core import editing, history
from annotator.core.labels import Colour, Label, LabelSet
from annotator.core.model import (
    Article,
    Draft,
    Edit,
    Past,
    Publication,
    Span,
    Status,
    Step,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict, CorpusError, NoSuchArticle
from annotator.store.listing import articles

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
    ours = {"article", "zone", "label", "annotator", "span", "status", "edit"}
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
    edits = editing.add(article, [], "Sanae", "PLAN", 16, 20)
    done = step(article.uid, [*edits, *editing.set_state(None, article, "Sanae", "in_progress")])
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
    corpus.apply(step(article.uid, editing.add(article, [], "Sanae", "DATE", 38, 41)))
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
        corpus.apply(step(article.uid, editing.add(article, layer, "Sanae", label, start, end)))
    assert len(corpus.spans(article.uid)) == 4
    with pytest.raises(editing.Rejected):
        editing.add(article, corpus.spans(article.uid, "Sanae"), "Sanae", "PLAN", 5, 20)
    # Behind the verbs' back the table itself refuses.
    twin = Span(new_uid(), article.uid, "Sanae", "PLAN", 5, 20)
    with pytest.raises(CorpusError):
        corpus.apply(step(article.uid, [Edit(None, twin)]))
    # Another annotator has a layer of their own.
    corpus.apply(step(article.uid, editing.add(article, [], "Omar", "PLAN", 5, 20), "Omar"))
    assert len(corpus.spans(article.uid)) == 5


def test_a_step_that_fails_halfway_leaves_nothing(corpus: Corpus) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    good = editing.add(article, [], "Sanae", "DATE", 0, 5)
    absent = Edit(Span(new_uid(), article.uid, "Sanae", "DATE", 1, 2), None)
    with pytest.raises(Conflict):
        corpus.apply(step(article.uid, [*good, absent]))
    assert corpus.spans(article.uid) == []
    assert corpus.history(article.uid, "Sanae") == []
    assert corpus.annotators() == []


def test_a_change_by_someone_else_is_not_overwritten(corpus: Corpus) -> None:
    corpus.add(draft())
    article = corpus.article(1)
    corpus.apply(step(article.uid, editing.add(article, [], "Sanae", "DATE", 0, 5)))
    [mine] = corpus.spans(article.uid)
    with Corpus.open(corpus.path) as other:
        other.apply(step(article.uid, editing.resize(article, [mine], mine, 0, 9)))
    with pytest.raises(Conflict, match="another window"):
        corpus.apply(step(article.uid, editing.relabel(article, [mine], mine, "PLAN")))
    [kept] = corpus.spans(article.uid)
    assert (kept.label, kept.end) == ("DATE", 9)


def test_a_zone_is_put_right_and_taken_back(corpus: Corpus) -> None:
    corpus.add(draft("عنوان\nالثلاثاء 09 يوليو 2024 على الساعة 09:00\nنص المقال."))
    article = corpus.article(1)
    before = corpus.zones(article.uid)
    start = article.text.index("الثلاثاء")
    edits = editing.mark_zone(article, before, "dateline", start, article.text.index("\nنص"))
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
    with pytest.raises(editing.Rejected, match="overlap"):
        corpus.apply(step(article.uid, [Edit(None, Zone(new_uid(), article.uid, "body", 0, 3))]))
    assert len(corpus.zones(article.uid)) == 2


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
