"""Tests of the indexes: after any changes they equal rebuilt ones."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from builders import apply_edits, build_label_set, create_corpus
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import PIECES, texts

from annotator.model import operations
from annotator.model.history import build_stacks, reverse_step
from annotator.model.records import Span, article_uid
from annotator.store import word_index
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict
from annotator.store.queries.search import find_article_numbers
from annotator.text.folding import fold
from annotator.text.search import MAX_SHORT_PREFIX, expand_query, short_prefixes

TEXTS: Final = ("أعلنت وزارة الصحة عن خطة 2024", "لأحزاب الأغلبية رَأيٌ آخر بوزارة الصحة")
FIRST, SECOND = (article_uid(text) for text in TEXTS)
LABELS: Final = build_label_set("A", "B")
WORD: Final = st.text("والبلكسفنه2", min_size=1, max_size=8)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", *TEXTS, labels=LABELS) as corpus_:
        yield corpus_


def mentions(corpus: Corpus) -> dict[str, str]:
    return {row["span"]: row["words"] for row in corpus.query("SELECT span, words FROM mention")}


def rebuild_mentions(corpus: Corpus) -> dict[str, str]:
    """Return the mentions that `word_index.build` creates from the articles and spans, without changing the corpus."""
    corpus.db.execute("BEGIN")
    corpus.db.execute("DELETE FROM mention")
    for table in ("search", "beginning"):
        corpus.db.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")
    assert mentions(corpus) == {}
    assert find_article_numbers(corpus, "وزارة") == find_article_numbers(corpus, "وز") == []
    word_index.build(corpus.db)
    rebuilt_mentions = mentions(corpus)
    assert find_article_numbers(corpus, "وزارة") == find_article_numbers(corpus, "وز") == [1, 2]
    corpus.db.execute("ROLLBACK")
    return rebuilt_mentions


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


@settings(max_examples=50)
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
