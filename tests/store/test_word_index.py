"""Tests of the indexes: after any changes, and of older files, they equal rebuilt ones."""

import shutil
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from builders import apply_edits, build_label_set, create_corpus
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import PIECES, examples, texts

from annotator.model import operations
from annotator.model.history import build_stacks, reverse_step
from annotator.model.records import Span, article_uid
from annotator.store import word_index
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict
from annotator.store.queries import training_data
from annotator.store.queries.search import find_article_numbers, search
from annotator.store.recovery.integrity import check_integrity
from annotator.store.sqlite_library import Database
from annotator.text.folding import fold
from annotator.text.search import MAX_SHORT_PREFIX, expand_query, short_prefixes

TEXTS: Final = ("أعلنت وزارة الصحة عن خطة 2024", "لأحزاب الأغلبية رَأيٌ آخر بوزارة الصحة")
FIRST, SECOND = (article_uid(text) for text in TEXTS)
LABELS: Final = build_label_set("A", "B")
WORD: Final = st.text("والبلكسفنه2", min_size=1, max_size=8)
KEYBOARD_TEXT: Final = st.text("والبلجنةه ھہۂۃەۀےۓڪﮤﮪﮰىیي\u0654\u064e\u200f2.", max_size=30)
KEYBOARD_CORPUS: Final = Path(__file__).parent / "versions" / "keyboard_letters.corpus"
"""Made by version 7, which did not fold the letters of Persian and Urdu keyboards in its articles."""
ZERO_WIDTH_SPACE_CORPUS: Final = KEYBOARD_CORPUS.with_name("zero_width_space.corpus")
"""Made by version 12, which did not end a word at the zero-width spaces in its articles."""


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", *TEXTS, labels=LABELS) as corpus_:
        yield corpus_


def mentions(corpus: Corpus) -> dict[str, str]:
    return dict(corpus.fetch_tuples("SELECT uid, words FROM mention JOIN stored_span ON id = span"))


def rebuild_mentions(corpus: Corpus) -> dict[str, str]:
    """Return the mentions made anew from the articles and spans, without changing the corpus."""
    corpus.db.execute("BEGIN")
    corpus.db.execute("DELETE FROM mention")
    for table in ("search", "beginning"):
        corpus.db.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")
    assert mentions(corpus) == {}
    assert find_article_numbers(corpus, "وزارة") == find_article_numbers(corpus, "وز") == []
    articles = [corpus.article(number) for number in (1, 2)]
    word_index.add_articles(corpus.db, [(article.id, article.text) for article in articles])
    for article in articles:
        word_index.add_spans(corpus.db, corpus.spans(article.uid), {article.uid: article.text})
    rebuilt_mentions = mentions(corpus)
    assert find_article_numbers(corpus, "وزارة") == find_article_numbers(corpus, "وز") == [1, 2]
    corpus.db.execute("ROLLBACK")
    return rebuilt_mentions


def read_terms(db: sqlite3.Connection) -> dict[str, set[tuple[object, ...]]]:
    """Return the indexed words, each with the number of its article and its position there, if that is stored."""
    terms = {}
    for name in ("search", "beginning"):
        db.execute(f"CREATE VIRTUAL TABLE temp.{name}_terms USING fts5vocab(main, {name}, instance)")
        terms[name] = set(db.execute(f"SELECT term, doc, offset FROM {name}_terms"))
        db.execute(f"DROP TABLE temp.{name}_terms")
    return terms


def index_terms(corpus: Corpus, texts: Iterable[str]) -> dict[str, set[tuple[object, ...]]]:
    """Return the words of new indexes of these articles."""
    query = "SELECT sql FROM sqlite_schema WHERE name IN ('search', 'beginning')"
    with closing(Database(memory=True)) as db:
        for (statement,) in corpus.fetch_tuples(query):
            db.execute(statement)
        word_index.add_articles(db, enumerate(texts, 1))
        return read_terms(db.conn)


def read_state(corpus: Corpus) -> tuple[object, ...]:
    steps = [row["step"] for row in corpus.query("SELECT step FROM edit ORDER BY id")]
    return [corpus.spans(uid) for uid in (FIRST, SECOND)], mentions(corpus), steps


def replay_edits(corpus: Corpus) -> set[Span]:
    """Return the spans after replaying the recorded edits, each of which must match the state before it."""
    spans: dict[str, Span] = {}
    for row in corpus.query("SELECT step FROM edit GROUP BY step ORDER BY min(id)"):
        for edit in corpus.step(row["step"]).edits:
            if isinstance(edit.before, Span):
                assert spans.pop(edit.before.uid) == edit.before
            if isinstance(edit.after, Span):
                assert edit.after.uid not in spans
                spans[edit.after.uid] = edit.after
    return set(spans.values())


def change(corpus: Corpus, verb: str, label: str, range_: tuple[int, int], article: str, annotator: str) -> None:
    """Make one change if it is possible."""
    if verb in ("undo", "redo"):
        stack = build_stacks(corpus.history(article, annotator))[verb == "redo"]
        if stack:
            step = corpus.step(stack[-1].uid)
            before = read_state(corpus)
            try:
                apply_edits(corpus, reverse_step(step), annotator, step.uid)
            except (
                Conflict
            ):  # with a step in both articles that was undone, or a span of which was changed, in the other
                query = "SELECT 1 FROM edit GROUP BY step HAVING count(DISTINCT article) = 2"
                assert corpus.fetch_tuples(query)
                assert read_state(corpus) == before
        return
    article_, layer = corpus.article(article), corpus.spans(article, annotator)
    span = layer[range_[0] % len(layer)] if layer else None
    if verb == "everywhere":  # one step in both articles
        edits = [
            edit
            for uid in (FIRST, SECOND)
            for edit in operations.add_spans(
                corpus.article(uid), corpus.spans(uid, annotator), annotator, label, [range_]
            )
        ]
    elif verb == "add":
        is_duplicate = any((span.label, span.start, span.end) == (label, *range_) for span in layer)
        edits = [] if is_duplicate else operations.add_span(article_, layer, annotator, label, *range_)
    elif span is None:
        return
    elif verb == "remove":
        edits = operations.remove_span(span)
    elif verb == "describe":
        edits = operations.describe_span(span, str(range_[0]), "")
    else:
        try:
            resized = operations.resize(article_, layer, span, *range_)
            edits = resized if verb == "resize" else operations.relabel(article_, layer, span, label)
        except operations.InvalidEdit:
            return
    if edits:
        apply_edits(corpus, tuple(edits), annotator)


CHANGES: Final = st.tuples(
    st.sampled_from(["add", "add", "everywhere", "resize", "relabel", "remove", "describe", "undo", "undo", "redo"]),
    st.sampled_from("AB"),
    st.sampled_from([(0, 6), (7, 17), (1, 6), (22, 29), (0, 29)]),
    st.sampled_from([FIRST, SECOND]),
    st.sampled_from(["Sanae", "Omar"]),
)


@examples(50)
@given(st.lists(CHANGES, max_size=16))
def test_mentions_equal_rebuilt_ones_after_any_changes(
    changes: list[tuple[str, str, tuple[int, int], str, str]],
) -> None:
    with TemporaryDirectory() as folder, create_corpus(Path(folder) / "a.corpus", *TEXTS, labels=LABELS) as corpus:
        for change_arguments in changes:
            change(corpus, *change_arguments)
        spans = [span for uid in (FIRST, SECOND) for span in corpus.spans(uid)]
        stored_mentions = mentions(corpus)
        assert set(stored_mentions) == {span.uid for span in spans}
        assert stored_mentions == rebuild_mentions(corpus)
        assert replay_edits(corpus) == set(spans)


def test_mention_of_a_span_has_no_proclitic(corpus: Corpus) -> None:
    change(corpus, "add", "A", (0, 6), SECOND, "Sanae")
    assert list(mentions(corpus).values()) == ["لاحزاب"]
    change(corpus, "resize", "A", (1, 6), SECOND, "Sanae")
    assert list(mentions(corpus).values()) == ["احزاب"]
    change(corpus, "undo", "A", (0, 1), SECOND, "Sanae")
    assert list(mentions(corpus).values()) == ["لاحزاب"]
    change(corpus, "remove", "A", (0, 1), SECOND, "Sanae")
    assert mentions(corpus) == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("أُعلِنَت الـخـطّة", "اعلنت الخطه"),
        ("«خطة»، 2023-2030!", "« خطه » ، 2023 - 2030 !"),
        ("a_b 😀😀 ٢٠٢٤", "a _ b 😀 😀 2024"),
        ("5G لـ2024 الـGPS", "5 \u2060 g ل \u2060 2024 ال \u2060 gps"),
        ("\u200f \n\t", ""),
        ('"OR" AND* ^words:', '" or " and * ^ words :'),
    ],
)
def test_search_tokens_of_a_text(text: str, expected: str) -> None:
    assert " ".join(word_index.search_tokens(text)) == expected


@given(texts | st.lists(st.sampled_from(PIECES) | WORD).map("".join))
def test_search_tokens_contain_every_character(text: str) -> None:
    tokens = word_index.search_tokens(text)
    text_tokens = [token for token in tokens if token != "\u2060"]
    assert word_index.search_tokens(" ".join(text_tokens)) == text_tokens
    assert all(len(token) == 1 or token.isalnum() for token in tokens)
    assert "".join(text_tokens) == "".join(fold(text, taa=True).split())


@example("للامم", "ام")
@example("ولل", "س")
@example("وبالسن", "ا")
@given(WORD, WORD)
def test_short_prefixes_are_the_short_queries_that_match_a_word(word: str, other: str) -> None:
    starts = range(len(word))
    pieces = {word[start : start + length] for start in starts for length in range(1, MAX_SHORT_PREFIX + 1)}
    queries = {
        query[:MAX_SHORT_PREFIX]
        for query in pieces | {other} | {lead + piece for piece in pieces for lead in ("ا", "ال")}
    }
    matching_queries = {query for query in queries if any(word.startswith(form) for form in expand_query(query))}
    assert matching_queries == short_prefixes(word) & queries
    assert short_prefixes(word) <= queries


# Files from before version 8, when letters of Persian and Urdu keyboards were not folded


def test_words_in_letters_of_other_keyboards_are_found_in_an_older_file(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(KEYBOARD_CORPUS, path)
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("SELECT rowid FROM search WHERE search MATCH 'معهد'").fetchall() == []
        assert old.execute("PRAGMA user_version").fetchone() == (7,)
    with Corpus.open(path) as corpus:
        texts = [article.text for article in map(corpus.article, (1, 2, 3))]
        assert read_terms(corpus.db.conn) == index_terms(corpus, texts)
        assert find_article_numbers(corpus, "معهد") == find_article_numbers(corpus, "معھد") == [1, 3]
        assert find_article_numbers(corpus, "المعهد الوط") == [1]
        assert find_article_numbers(corpus, "وزارة الصحة") == [1, 2]
        assert find_article_numbers(corpus, "كا") == [3]
        excerpts = {hit.article.text[hit.start : hit.end] for hit in search(corpus, "معهد")}
        assert excerpts == {"معھد", "معﮭد"}
        assert corpus.has_mention("المعهد الوطني للصحة")
        counts = {counted.words: counted.spans for counted in training_data.count_mentions(corpus)}
        assert counts["وزارة الصحة"] == 2
        [rejection] = corpus.query("SELECT before, words, after FROM rejected")
        assert dict(rejection) == {"before": "مدير", "words": "معهد الدراسات", "after": "ان"}


def test_words_with_a_zero_width_space_between_are_found_in_an_older_file(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(ZERO_WIDTH_SPACE_CORPUS, path)
    with closing(sqlite3.connect(path)) as old:
        assert old.execute("""SELECT rowid FROM search WHERE search MATCH '"وزاره الصحه"'""").fetchall() == [(2,)]
        assert old.execute("PRAGMA user_version").fetchone() == (12,)
    with Corpus.open(path) as corpus:
        texts = [article.text for article in map(corpus.article, (1, 2))]
        assert read_terms(corpus.db.conn) == index_terms(corpus, texts)
        assert find_article_numbers(corpus, "وزارة الصحة") == find_article_numbers(corpus, "وزارة\u200bالصحة") == [1, 2]
        assert find_article_numbers(corpus, "الأبحاث الطب") == [2]
        excerpts = {hit.article.text[hit.start : hit.end] for hit in search(corpus, "وزارة الصحة")}
        assert excerpts == {"وزارة الصحة", "وزارة\u200bالصحة"}
        [counted] = training_data.count_mentions(corpus)[:1]
        assert (counted.words, counted.spans) == ("وزارة الصحة", 2)
        [rejection] = corpus.query("SELECT before, words, after FROM rejected")
        assert dict(rejection) == {"before": "الصحة", "words": "مركز الابحاث الطبية", "after": "اليوم"}


def test_a_damaged_text_does_not_keep_an_older_file_from_being_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    shutil.copyfile(ZERO_WIDTH_SPACE_CORPUS, path)
    with closing(sqlite3.connect(path)) as old, old:
        query = "SELECT sql FROM sqlite_schema WHERE name = 'article_text_never_changes'"
        [(trigger,)] = old.execute(query).fetchall()
        old.execute("DROP TRIGGER article_text_never_changes")
        old.execute("UPDATE article SET compressed_text = x'0000' WHERE id = 1")
        old.execute(trigger)
    with Corpus.open(path) as corpus:
        assert find_article_numbers(corpus, "وزارة") == [2]
        assert len(list(check_integrity(corpus))) == 1


@examples(50)
@given(st.lists(KEYBOARD_TEXT, min_size=1, max_size=3, unique=True))
def test_indexes_of_an_older_file_equal_rebuilt_ones(keyboard_texts: list[str]) -> None:
    with TemporaryDirectory() as folder, create_corpus(Path(folder) / "a.corpus", *keyboard_texts) as corpus:
        new_terms = index_terms(corpus, keyboard_texts)
        for table in ("search", "beginning"):
            corpus.db.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(word_index, "fold", fold_as_version_7)
            word_index.add_articles(corpus.db, enumerate(keyboard_texts, 1))
        # Its texts are not compressed yet.
        corpus.db.execute("CREATE TEMP TABLE article AS SELECT id, uid, '' AS text FROM main.article")
        corpus.db.conn.executemany(
            "UPDATE temp.article SET text = ? WHERE id = ?",
            [(text, number) for number, text in enumerate(keyboard_texts, 1)],
        )
        word_index.index_keyboard_letters_again(corpus.db)
        assert read_terms(corpus.db.conn) == new_terms


def fold_as_version_7(text: str, *, taa: bool) -> str:
    """Fold a text, except for the keyboard letters, which lose only marks and presentation forms."""
    letters = dict(zip("ڪھہۃےە", "ݐݑݒݓݔݕ", strict=True))
    hidden = "".join(letters.get(unicodedata.normalize("NFKD", character)[0], character) for character in text)
    return fold(hidden, taa=taa).translate(str.maketrans("ݐݑݒݓݔݕ", "ڪھہۃےە"))
