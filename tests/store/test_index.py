"""The indexes beside the articles and spans: whatever is done, they say what they would say if they were made anew."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from text.texts import PIECES, texts

from annotator.model import operations
from annotator.model.history import reversal, stacks
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Article, Draft, Edit, Span, Step, article_uid, new_uid
from annotator.store import index
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict
from annotator.store.queries.search import matching
from annotator.text.folding import fold
from annotator.text.search import BEGINNING, beginnings, forms

TEXTS: Final = ("أعلنت وزارة الصحة عن خطة 2024", "لأحزاب الأغلبية رَأيٌ آخر بوزارة الصحة")
FIRST, SECOND = (article_uid(text) for text in TEXTS)
LABELS: Final = LabelSet(tuple(Label(name, {"ar": name}, Colour("#8f6a0a", "#ecc04c")) for name in "AB"))
WORD: Final = st.text("والبلكسفنه2", min_size=1, max_size=8)


def make(path: Path) -> Corpus:
    corpus = Corpus.create(path, LABELS)
    for text in TEXTS:
        corpus.add(Draft(Article(article_uid(text), text)))
    return corpus


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with make(tmp_path / "a.corpus") as opened:
        yield opened


def mentions(corpus: Corpus) -> dict[str, str]:
    return {row["span"]: row["words"] for row in corpus.query("SELECT span, words FROM mention")}


def anew(corpus: Corpus) -> dict[str, str]:
    """The mentions that `index.fill` makes of the articles and spans; the corpus stays as it is."""
    corpus._db.execute("BEGIN")
    corpus._db.execute("DELETE FROM mention")
    for table in ("search", "beginning"):
        corpus._db.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")
    assert mentions(corpus) == {}
    assert matching(corpus, "وزارة") == matching(corpus, "وز") == []
    index.fill(corpus._db)
    made = mentions(corpus)
    assert matching(corpus, "وزارة") == matching(corpus, "وز") == [1, 2]
    corpus._db.execute("ROLLBACK")
    return made


def everything(corpus: Corpus) -> tuple[object, ...]:
    steps = [row["step"] for row in corpus.query("SELECT step FROM edit ORDER BY id")]
    return [corpus.spans(uid) for uid in (FIRST, SECOND)], mentions(corpus), steps


def replayed(corpus: Corpus) -> set[Span]:
    """The spans that the recorded edits lead to, each of which found what it says was there."""
    spans: dict[str, Span] = {}
    for row in corpus.query("SELECT step FROM edit GROUP BY step ORDER BY min(id)"):
        for edit in corpus.step(row["step"]).edits:
            if isinstance(edit.before, Span):
                assert spans.pop(edit.before.uid) == edit.before
            if isinstance(edit.after, Span):
                assert edit.after.uid not in spans
                spans[edit.after.uid] = edit.after
    return set(spans.values())


def apply(corpus: Corpus, edits: tuple[Edit, ...], annotator: str, undoes: str | None = None) -> None:
    corpus.apply(Step(new_uid(), annotator, now(), "tag", edits, undoes))


def change(corpus: Corpus, verb: str, label: str, at: tuple[int, int], article: str, annotator: str) -> None:
    """Do one thing, where it can be done."""
    if verb in ("undo", "redo"):
        stack = stacks(corpus.history(article, annotator))[verb == "redo"]
        if stack:
            step = corpus.step(stack[-1].uid)
            before = everything(corpus)
            try:
                apply(corpus, reversal(step), annotator, step.uid)
            except Conflict:  # a step over both articles, one of whose spans was changed since
                assert len({edit.article for edit in step.edits}) == 2
                assert everything(corpus) == before
        return
    read, layer = corpus.article(article), corpus.spans(article, annotator)
    one = layer[at[0] % len(layer)] if layer else None
    if verb == "everywhere":  # one step over both articles
        edits = [
            edit
            for uid in (FIRST, SECOND)
            for edit in operations.add_each(corpus.article(uid), corpus.spans(uid, annotator), annotator, label, [at])
        ]
    elif verb == "add":
        same = any((span.label, span.start, span.end) == (label, *at) for span in layer)
        edits = [] if same else operations.add(read, layer, annotator, label, *at)
    elif one is None:
        return
    elif verb == "remove":
        edits = operations.remove(one)
    elif verb == "describe":
        edits = operations.describe(one, str(at[0]), "")
    else:
        try:
            resized = operations.resize(read, layer, one, *at)
            edits = resized if verb == "resize" else operations.relabel(read, layer, one, label)
        except operations.Rejected:
            return
    if edits:
        apply(corpus, tuple(edits), annotator)


CHANGES: Final = st.tuples(
    st.sampled_from(["add", "add", "everywhere", "resize", "relabel", "remove", "describe", "undo", "undo", "redo"]),
    st.sampled_from("AB"),
    st.sampled_from([(0, 6), (7, 17), (1, 6), (22, 29), (0, 29)]),
    st.sampled_from([FIRST, SECOND]),
    st.sampled_from(["Sanae", "Omar"]),
)


@settings(max_examples=50)
@given(st.lists(CHANGES, max_size=16))
def test_after_any_changes_the_words_of_spans_are_those_that_would_be_read_anew(
    changes: list[tuple[str, str, tuple[int, int], str, str]],
) -> None:
    with TemporaryDirectory() as folder, make(Path(folder) / "a.corpus") as corpus:
        for one in changes:
            change(corpus, *one)
        spans = [span for uid in (FIRST, SECOND) for span in corpus.spans(uid)]
        kept = mentions(corpus)
        assert set(kept) == {span.uid for span in spans}
        assert kept == anew(corpus)
        assert replayed(corpus) == set(spans)


def test_a_span_is_known_by_its_words_without_a_proclitic(corpus: Corpus) -> None:
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
def test_the_parts_of_a_text(text: str, expected: str) -> None:
    assert " ".join(index.parts(text)) == expected


@given(texts | st.lists(st.sampled_from(PIECES) | WORD).map("".join))
def test_no_letter_of_a_text_is_lost_in_its_parts(text: str) -> None:
    parts = index.parts(text)
    whole = [part for part in parts if part != "\u2060"]
    assert index.parts(" ".join(whole)) == whole
    assert all(len(part) == 1 or part.isalnum() for part in parts)
    assert "".join(whole) == "".join(fold(text, taa=True).split())


@example("للامم", "ام")
@example("ولل", "س")
@example("وبالسن", "ا")
@given(WORD, WORD)
def test_the_beginnings_of_a_word_are_the_short_queries_that_find_it(word: str, other: str) -> None:
    places = range(len(word))
    pieces = {word[at : at + length] for at in places for length in range(1, BEGINNING + 1)}
    asked = {
        query[:BEGINNING] for query in pieces | {other} | {lead + piece for piece in pieces for lead in ("ا", "ال")}
    }
    found = {query for query in asked if any(word.startswith(form) for form in forms(query))}
    assert found == beginnings(word) & asked
    assert beginnings(word) <= asked
