"""Formats of whole articles lose nothing that they can hold; an export that did would be refused."""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from file_states import open_beside, sizes_at_fsync
from hypothesis import given
from hypothesis import strategies as st
from jobs.reports import KNOWN, written_as
from msgspec.structs import replace
from strategies import examples

from annotator.formats.format import Documents, Format
from annotator.formats.json import jsonl
from annotator.formats.registry import get_format
from annotator.generators import finish
from annotator.jobs.export.exporter import EmptyPart, export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import ImportOptions, import_paths
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import (
    BODY,
    DATELINE,
    STATES,
    AnnotatedArticle,
    Article,
    Note,
    Span,
    Status,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list

LABELS = default_labels()
NAMES = ("ليلى", "Omar =|,")
LETTERS = 'لأحزاب الوزارةِ ـ«»،.2024 \t\n\u200e\u200f\u2028\x85"\\|=;#&<>😀é'
TEXTS = st.text(st.sampled_from(LETTERS) | st.characters(codec="utf-8"), max_size=60)
SAID = st.text(st.sampled_from('2024/ \t|=,;\\é😀"\n'), min_size=1, max_size=8).map(str.strip).filter(bool)


@st.composite
def drafts(drawn: Any) -> AnnotatedArticle:
    text = drawn(TEXTS.filter(lambda text: any(letter.isalnum() for letter in text) and "\0" not in text))
    annotated = build_article(text, zones=[])
    body = annotated.article.text
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
    return build_article(
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


@pytest.mark.parametrize("format_", written_as(Documents), ids=lambda format_: format_.name)
@examples(25)
@given(items=st.lists(drafts(), min_size=1, max_size=3), split=st.none() | st.just({"train": 2, "test": 1}))
def test_an_export_is_read_back_completely(
    format_: Format, items: list[AnnotatedArticle], split: dict[str, int] | None
) -> None:
    with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder) / "a.corpus", LABELS) as corpus:
        for annotated in items:
            corpus.add(annotated)
        stored = {
            who: sum(len(corpus.spans(summary.uid, who)) for summary in article_list.load_all_summaries(corpus))
            for who in corpus.annotators()
        }
        everyone = "annotator" in format_.stored_fields
        whose = None if everyone else next(iter(stored), None)
        options = ExportOptions(format=format_.name, state=ALL, split=split, annotator=whose)
        try:
            report = finish(export(corpus, Path(folder) / "out", options))
        except EmptyPart:
            assert split
            return
        assert report.verified
        assert report.spans == report.written == (sum(stored.values()) if everyone else stored.get(whose or "", 0))
        assert report.zones is None
        assert {*report.not_held} | format_.stored_fields == KNOWN


@pytest.fixture
def corpus(tmp_path: Path) -> Any:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        spans = [Span(new_uid(), "", "ليلى", "DATE", 0, 3, "2024", "?")]
        states, notes = [Status("", "ليلى", "done")], [Note("", "ليلى", "نعم")]
        corpus.add(build_article("أمس في وجدة", spans=spans, states=states, notes=notes))
        yield corpus


LOSSES: dict[str, Callable[[AnnotatedArticle], AnnotatedArticle]] = {
    "a span": lambda annotated: replace(annotated, spans=()),
    "an edge": lambda annotated: replace(
        annotated, spans=tuple(replace(span, end=span.end - 1) for span in annotated.spans)
    ),
    "a value": lambda annotated: replace(annotated, spans=tuple(replace(span, value=None) for span in annotated.spans)),
    "a note": lambda annotated: replace(annotated, spans=tuple(replace(span, note="!") for span in annotated.spans)),
    "an annotator": lambda annotated: replace(
        annotated, spans=tuple(replace(span, annotator="x") for span in annotated.spans)
    ),
    "a zone": lambda annotated: replace(annotated, zones=()),
    "a state": lambda annotated: replace(annotated, states=()),
    "a note on the article": lambda annotated: replace(annotated, notes=()),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_an_export_that_loses_something_leaves_no_file(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    encode = jsonl.encode
    monkeypatch.setattr(jsonl.FORMAT.output, "encode", lambda annotated: encode(LOSSES[loss](annotated)))
    with pytest.raises(NotVerified, match="Article 1: the file does not match the corpus"):
        finish(export(corpus, tmp_path / "out.jsonl", ExportOptions(format="jsonl")))
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []


@pytest.mark.parametrize("name", ["jsonl", "doccano", "prodigy", "labelstudio"])
def test_a_wrong_uid_is_noticed(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    output = get_format(name).output
    assert isinstance(output, Documents)
    encode, uid = output.encode, corpus.article(1).uid
    monkeypatch.setattr(output, "encode", lambda annotated: encode(annotated).replace(uid, uid[::-1]))
    with pytest.raises(NotVerified, match="Article 1: the file does not match the corpus"):
        finish(export(corpus, tmp_path / "out", ExportOptions(format=name)))


@pytest.mark.parametrize(
    ("names", "choice", "expected"),
    [(("ليلى", "سعيد"), None, True), (("ليلى",), None, False), (("ليلى", "سعيد"), "ليلى", False)],
)
def test_tasks_for_label_studio_say_whose_they_are_where_there_are_several(
    tmp_path: Path, names: Sequence[str], choice: str | None, expected: bool
) -> None:
    path = tmp_path / "tasks.json"
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        for name in names:
            text = f"خبر كتبته {name}"
            corpus.add(build_article(text, spans=[Span(new_uid(), "", name, "DATE", 0, 3)]))
        finish(export(corpus, path, ExportOptions(format="labelstudio", state=ALL, annotator=choice)))
    first = json.loads(path.read_text(encoding="utf-8"))[0]
    [result] = first["annotations"][0]["result"]
    assert (first["data"].get("layers"), result.get("meta")) == (
        ([names[0]], {"annotator": names[0]}) if expected else (None, None)
    )


@pytest.mark.parametrize("format_", written_as(Documents), ids=lambda format_: format_.name)
def test_a_part_of_a_split_has_the_usual_suffix(corpus: Corpus, tmp_path: Path, format_: Format) -> None:
    finish(export(corpus, tmp_path / "out", ExportOptions(format=format_.name, split={"train": 1})))
    assert isinstance(format_.output, Documents)
    configuration = format_.output.configuration
    names = {f"train{format_.suffixes[0]}", *([configuration.name] if configuration else ())}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names


@pytest.mark.parametrize("format_", written_as(Documents), ids=lambda format_: format_.name)
def test_files_are_synced_to_disk(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: Format
) -> None:
    brought = sizes_at_fsync(monkeypatch)
    finish(export(corpus, tmp_path / "out", ExportOptions(format=format_.name)))
    file = (tmp_path / "out").stat()
    assert brought[file.st_ino] == file.st_size > 0


def test_an_invalid_file_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encode = jsonl.encode
    monkeypatch.setattr(jsonl.FORMAT.output, "encode", lambda annotated: encode(LOSSES["a note"](annotated)))
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        for number in range(3):
            corpus.add(build_article(f"أمس {number}", spans=[Span(new_uid(), "", "ليلى", "DATE", 0, 3)]))
        with pytest.raises(NotVerified) as caught:
            finish(export(corpus, tmp_path / "out.jsonl", ExportOptions(format="jsonl", state=ALL)))
    assert open_beside(tmp_path / ".out.jsonl.") == []
    assert caught.traceback  # which keeps all that was in use there


@pytest.mark.parametrize("format_", written_as(Documents), ids=lambda format_: format_.name)
@pytest.mark.parametrize("kind", [DATELINE, BODY])
def test_a_missing_time_is_read_from_the_dateline_only(tmp_path: Path, format_: Format, kind: str) -> None:
    text = "الرباط في 9 يوليوز 2024\nأعلنت الوزارة"
    annotated = build_article(text, zones=[Zone(new_uid(), "", kind, 0, text.index("\n"))])
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        corpus.add(replace(annotated, article=replace(annotated.article, published=None)))
        assert finish(export(corpus, tmp_path / "out", ExportOptions(format=format_.name, state=ALL))).verified


@pytest.mark.parametrize("format_", written_as(Documents), ids=lambda format_: format_.name)
def test_a_time_that_no_calendar_has_is_left_out(tmp_path: Path, format_: Format) -> None:
    annotated = build_article("أمس في وجدة", published="2024-13-45")  # version 0.1.0 took it
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        corpus.add(annotated)
        assert finish(export(corpus, tmp_path / "out", ExportOptions(format=format_.name, state=ALL))).verified
    assert "2024-13-45" not in (tmp_path / "out").read_text(encoding="utf-8")


@pytest.mark.parametrize("format_", written_as(Documents), ids=lambda format_: format_.name)
@pytest.mark.parametrize("name", ["title", "published", "source", "url"])
@pytest.mark.parametrize("wrong", ["1999-01-01", None])
def test_metadata_is_compared_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format_: Format, name: str, wrong: str | None
) -> None:
    metadata = {"title": "عنوان", "published": "2024-07-09T09:00", "source": "وكالة", "url": "https://a.ma/b"}
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        corpus.add(build_article("أمس في وجدة", zones=[], **metadata))  # type: ignore[arg-type]
        options = ExportOptions(format=format_.name, state=ALL)
        assert finish(export(corpus, tmp_path / "right", options)).verified
        assert isinstance(format_.output, Documents)
        encode = format_.output.encode
        spoilt = {name: wrong}
        monkeypatch.setattr(
            format_.output,
            "encode",
            lambda annotated: encode(replace(annotated, article=replace(annotated.article, **spoilt))),
        )
        with pytest.raises(NotVerified, match="Article 1: the file does not match the corpus"):
            finish(export(corpus, tmp_path / "wrong", options))
        assert not (tmp_path / "wrong").exists()


def test_a_lossless_export_can_be_imported_unchanged(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    finish(export(corpus, path, ExportOptions(format="jsonl")))
    with Corpus.create(tmp_path / "b.corpus", LABELS) as other:
        result = finish(import_paths(other, [path], ImportOptions(ReadOptions("jsonl"))))
        assert (result.added, result.spans, result.skipped) == (1, 1, [])
        assert other.load_article(1).notes == corpus.load_article(1).notes
        assert other.load_article(1).states == corpus.load_article(1).states
        assert other.load_article(1).spans == corpus.load_article(1).spans


@pytest.mark.parametrize("who", ["سلمى", "عمر", None])
def test_a_format_with_layers_has_only_the_selected_annotators_layer(tmp_path: Path, who: str | None) -> None:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        article = Article(article_uid("خبر أول"), "خبر أول")
        spans = [Span(new_uid(), article.uid, name, "DATE", 0, 3) for name in ("سلمى", "عمر")]
        corpus.add(AnnotatedArticle(article, (), tuple(spans)))
        finish(export(corpus, tmp_path / "a.jsonl", ExportOptions(format="jsonl", state=ALL, annotator=who)))
    [line] = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    names = sorted(span["annotator"] for span in json.loads(line)["spans"])
    assert names == ([who] if who else ["سلمى", "عمر"])
