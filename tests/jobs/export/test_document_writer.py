"""Formats of whole articles lose nothing that they have room for, and an export that did would not be there."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flushed_files import sizes_at_fsync
from hypothesis import given, settings
from hypothesis import strategies as st
from jobs.reports import KNOWN, finish
from msgspec.structs import replace
from open_files import open_beside

from annotator.jobs.export import exporter
from annotator.jobs.export.document_writer import ArticleFormat
from annotator.jobs.export.exporter import ALL, WHOLE_ARTICLES, Options, export
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.imports.importer import import_paths
from annotator.model import labels
from annotator.model.article_builder import draft
from annotator.model.records import (
    BODY,
    DATELINE,
    STATES,
    Article,
    Draft,
    Note,
    Span,
    Status,
    Zone,
    article_uid,
    new_uid,
)
from annotator.resources import resource
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list

LABELS = labels.decode(resource("labels", "default.toml").read_bytes())
NAMES = ("ليلى", "Omar =|,")
LETTERS = 'لأحزاب الوزارةِ ـ«»،.2024 \t\n\u200e\u200f\u2028\x85"\\|=;#&<>😀é'
TEXTS = st.text(st.sampled_from(LETTERS) | st.characters(codec="utf-8"), max_size=60)
SAID = st.text(st.sampled_from('2024/ \t|=,;\\é😀"\n'), min_size=1, max_size=8).map(str.strip).filter(bool)


@st.composite
def drafts(drawn: Any) -> Draft:
    text = drawn(TEXTS.filter(lambda text: any(letter.isalnum() for letter in text) and "\0" not in text))
    item = draft(text, zones=[])
    body = item.article.text
    stretches = st.tuples(st.integers(0, len(body) - 1), st.integers(1, 30), st.sampled_from(NAMES))
    some = st.none() | SAID
    spans = {
        (who, label, start, min(len(body), start + length)): Span(
            new_uid(), "", who, label, start, min(len(body), start + length), drawn(some), drawn(some)
        )
        for start, length, who in drawn(st.lists(stretches, max_size=6))
        for label in [drawn(st.sampled_from(("DATE", "PLAN")))]
        if body[start : start + length].strip()
    }
    return draft(
        text,
        title=drawn(st.none() | st.just("عنوان = «آخر»")),
        published=drawn(st.none() | st.just("2024-07-09T09:00")),
        source=drawn(st.none() | SAID),
        url=drawn(st.none() | SAID),
        zones=[Zone(new_uid(), "", BODY, 0, len(text))] if drawn(st.booleans()) else [],
        spans=spans.values(),
        states=[Status("", who, drawn(st.sampled_from(STATES))) for who in NAMES if drawn(st.booleans())],
        notes=[Note("", who, "يُراجَع: «ـ» | = ؟") for who in NAMES if drawn(st.booleans())],
    )


@pytest.mark.parametrize("format_", WHOLE_ARTICLES, ids=lambda format_: format_.NAME)
@settings(max_examples=25, deadline=None)
@given(items=st.lists(drafts(), min_size=1, max_size=3), split=st.none() | st.just({"train": 2, "test": 1}))
def test_what_is_written_is_read_back_whole(
    format_: ArticleFormat, items: list[Draft], split: dict[str, int] | None
) -> None:
    with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder) / "a.corpus", LABELS) as corpus:
        for item in items:
            corpus.add(item)
        stored = {
            who: sum(len(corpus.spans(one.uid, who)) for one in article_list.articles(corpus))
            for who in corpus.annotators()
        }
        everyone = "annotator" in format_.HOLDS
        whose = None if everyone else next(iter(stored), None)
        options = Options(format=format_.NAME, state=ALL, split=split, annotator=whose)
        report = finish(export(corpus, Path(folder) / "out", options))
        assert report.verified
        assert report.spans == report.written == (sum(stored.values()) if everyone else stored.get(whose or "", 0))
        assert report.zones is None
        assert {*report.not_held} | format_.HOLDS == KNOWN


@pytest.fixture
def corpus(tmp_path: Path) -> Any:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as made:
        spans = [Span(new_uid(), "", "ليلى", "DATE", 0, 3, "2024", "?")]
        states, notes = [Status("", "ليلى", "done")], [Note("", "ليلى", "نعم")]
        made.add(draft("أمس في وجدة", spans=spans, states=states, notes=notes))
        yield made


LOSSES: dict[str, Callable[[Draft], Draft]] = {
    "a span": lambda item: replace(item, spans=()),
    "an edge": lambda item: replace(item, spans=tuple(replace(span, end=span.end - 1) for span in item.spans)),
    "a value": lambda item: replace(item, spans=tuple(replace(span, value=None) for span in item.spans)),
    "a note": lambda item: replace(item, spans=tuple(replace(span, note="!") for span in item.spans)),
    "an annotator": lambda item: replace(item, spans=tuple(replace(span, annotator="x") for span in item.spans)),
    "a zone": lambda item: replace(item, zones=()),
    "a state": lambda item: replace(item, states=()),
    "a note on the article": lambda item: replace(item, notes=()),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_leaves_no_file(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str) -> None:
    jsonl = exporter.jsonl
    encode = jsonl.encode
    monkeypatch.setattr(jsonl, "encode", lambda item: encode(LOSSES[loss](item)))
    with pytest.raises(NotVerified, match="Article 1: the file and the corpus differ"):
        finish(export(corpus, tmp_path / "out.jsonl", Options(format="jsonl")))
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []


@pytest.mark.parametrize("format_", WHOLE_ARTICLES, ids=lambda format_: format_.NAME)
def test_a_part_of_a_split_has_the_usual_suffix(corpus: Corpus, tmp_path: Path, format_: ArticleFormat) -> None:
    finish(export(corpus, tmp_path / "out", Options(format=format_.NAME, split={"train": 1})))
    assert [path.name for path in (tmp_path / "out").iterdir()] == [f"train{format_.SUFFIXES[0]}"]


@pytest.mark.parametrize("format_", WHOLE_ARTICLES, ids=lambda format_: format_.NAME)
def test_a_file_is_brought_to_the_disk_whole(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: ArticleFormat
) -> None:
    brought = sizes_at_fsync(monkeypatch)
    finish(export(corpus, tmp_path / "out", Options(format=format_.NAME)))
    file = (tmp_path / "out").stat()
    assert brought[file.st_ino] == file.st_size > 0


def test_a_file_that_is_wrong_is_let_go_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jsonl = exporter.jsonl
    encode = jsonl.encode
    monkeypatch.setattr(jsonl, "encode", lambda item: encode(LOSSES["a note"](item)))
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        for number in range(3):
            corpus.add(draft(f"أمس {number}", spans=[Span(new_uid(), "", "ليلى", "DATE", 0, 3)]))
        with pytest.raises(NotVerified) as caught:
            finish(export(corpus, tmp_path / "out.jsonl", Options(format="jsonl", state=ALL)))
    assert open_beside(tmp_path / ".out.jsonl.") == []
    assert caught.traceback  # which keeps all that was in use there


@pytest.mark.parametrize("format_", WHOLE_ARTICLES, ids=lambda format_: format_.NAME)
@pytest.mark.parametrize("kind", [DATELINE, BODY])
def test_a_time_is_read_off_a_dateline_and_no_other_zone(tmp_path: Path, format_: ArticleFormat, kind: str) -> None:
    text = "الرباط في 9 يوليوز 2024\nأعلنت الوزارة"
    item = draft(text, zones=[Zone(new_uid(), "", kind, 0, text.index("\n"))])
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        corpus.add(replace(item, article=replace(item.article, published=None)))
        assert finish(export(corpus, tmp_path / "out", Options(format=format_.NAME, state=ALL))).verified


@pytest.mark.parametrize("format_", WHOLE_ARTICLES, ids=lambda format_: format_.NAME)
@pytest.mark.parametrize("name", ["title", "published", "source", "url"])
@pytest.mark.parametrize("wrong", ["1999-01-01", None])
def test_what_is_known_of_an_article_is_compared_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: ArticleFormat, name: str, wrong: str | None
) -> None:
    known = {"title": "عنوان", "published": "2024-07-09T09:00", "source": "وكالة", "url": "https://a.ma/b"}
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        corpus.add(draft("أمس في وجدة", zones=[], **known))  # type: ignore[arg-type]
        options = Options(format=format_.NAME, state=ALL)
        assert finish(export(corpus, tmp_path / "right", options)).verified
        encode = format_.encode
        spoilt = {name: wrong}
        monkeypatch.setattr(
            format_, "encode", lambda item: encode(replace(item, article=replace(item.article, **spoilt)))
        )
        with pytest.raises(NotVerified, match="Article 1: the file and the corpus differ"):
            finish(export(corpus, tmp_path / "wrong", options))
        assert not (tmp_path / "wrong").exists()


def test_a_lossless_export_is_imported_again_as_it_was(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    finish(export(corpus, path, Options(format="jsonl")))
    with Corpus.create(tmp_path / "b.corpus", LABELS) as other:
        done = finish(import_paths(other, [path], "jsonl"))
        assert (done.added, done.spans, done.skipped) == (1, 1, [])
        assert other.whole(1).notes == corpus.whole(1).notes
        assert other.whole(1).states == corpus.whole(1).states
        assert other.whole(1).spans == corpus.whole(1).spans


@pytest.mark.parametrize("who", ["سلمى", "عمر", None])
def test_a_format_of_all_layers_holds_those_of_the_annotator_who_is_named_alone(
    tmp_path: Path, who: str | None
) -> None:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        article = Article(article_uid("خبر أول"), "خبر أول")
        spans = [Span(new_uid(), article.uid, name, "DATE", 0, 3) for name in ("سلمى", "عمر")]
        corpus.add(Draft(article, (), tuple(spans)))
        finish(export(corpus, tmp_path / "a.jsonl", Options(format="jsonl", state=ALL, annotator=who)))
    [line] = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    names = sorted(span["annotator"] for span in json.loads(line)["spans"])
    assert names == ([who] if who else ["سلمى", "عمر"])
