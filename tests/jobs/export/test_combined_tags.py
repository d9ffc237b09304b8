"""Exports with flat spans plus all spans: accounted for, read back, and readable by their consumers."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from builders import label_words
from consumers.reading import consumer
from file_states import sizes_at_fsync
from hypothesis import assume, given
from hypothesis import strategies as st
from jobs.reports import written_as
from msgspec.structs import replace
from strategies import article_layers, examples

from annotator import optional_packages
from annotator.formats.datasets import article_table, docbin, huggingface
from annotator.formats.datasets.combined_tags import CombinedTags, ReadSentence, encode_layers
from annotator.formats.format import Format, identify_span
from annotator.formats.registry import get_format
from annotator.formats.report import Report
from annotator.generators import finish
from annotator.jobs.export.existing_output import CannotExport
from annotator.jobs.export.exporter import EmptyPart, NothingToExport, export, exports_folder, preview_export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.tag_writer import TagWriter
from annotator.jobs.imports.importer import ImportOptions, import_paths
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import BODY, ZONE_KINDS, AnnotatedArticle, Article, Span, Zone, new_uid
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list
from annotator.tagging import schemes
from annotator.tagging.combined import CombinedProjection, project_combined
from annotator.tagging.flat import BOUNDARIES, FLATTENINGS, OUTCOMES, select_ranges
from annotator.text.tokenizer import tokenize
from annotator.text.visible import remove_invisible

LABELS = default_labels()
COMBINED_FORMATS = written_as(CombinedTags)
formats = pytest.mark.parametrize("format_", COMBINED_FORMATS, ids=lambda format_: format_.name)


def written_to(path: Path, format_: Format) -> list[Path]:
    """List the files of articles at `path`."""
    return sorted(path.glob(f"*{format_.suffixes[0]}")) if path.is_dir() else [path]


def needing(format_: Format) -> None:
    assert format_.requires
    consumer(format_.requires.module)


options = st.builds(
    ExportOptions,
    scheme=st.sampled_from(schemes.SCHEMES),
    flatten=st.sampled_from(FLATTENINGS),
    boundary=st.sampled_from(BOUNDARIES),
    zones=st.none() | st.frozensets(st.sampled_from(ZONE_KINDS)),
    state=st.just(ALL),
    split=st.none() | st.just({"train": 2, "test": 1}),
)


@formats
@examples(60)
@given(articles=st.lists(article_layers(), min_size=1, max_size=4), options=options)
def test_each_span_is_counted_once_and_is_in_the_file(
    format_: Format, articles: list[tuple[Article, list[Zone], list[Span]]], options: ExportOptions
) -> None:
    needing(format_)
    options = replace(options, format=format_.name)
    with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder) / "a.corpus", LABELS) as corpus:
        for article, zones, spans in articles:
            renamed = [replace(zone, uid=new_uid()) for zone in zones]
            corpus.add(AnnotatedArticle(article, tuple(renamed), tuple(spans)))
        stored = [span.uid for summary in article_list.load_all_summaries(corpus) for span in corpus.spans(summary.uid)]
        preview = finish(preview_export(corpus, options))
        try:
            report: Report = finish(export(corpus, Path(folder) / "out", options))
        except EmptyPart:
            assert preview.parts
            assert not all(counts.articles for counts in preview.parts.values())
            return
        except NothingToExport:
            assert not preview.tokens
            return
        entries = [[*getattr(report, outcome)] for outcome in OUTCOMES[1:]]
        assert [[*getattr(preview, outcome)] for outcome in OUTCOMES[1:]] == entries
        same = ("articles", "sentences", "tokens", "spans", "written", "labels", "digest")
        assert [getattr(preview, name) for name in same] == [getattr(report, name) for name in same]
        listed = [entry.uid for some in entries for entry in some]
        assert report.spans == len(stored) == report.written + len(listed)
        assert len(set(listed)) == len(listed)
        assert set(listed) <= set(stored)
        files = written_to(Path(folder) / "out", format_)
        tags = format_.output
        assert isinstance(tags, CombinedTags)
        assert len(files) == len(options.split or "1")
        sentences = [
            sentence
            for file in files
            for item in tags.read_articles(file, options.scheme)
            for sentence in item.sentences
        ]
        flat = report.written + len(report.widened) + len(report.split)
        assert sum(len(chunks) for _words, chunks, _all in sentences) == flat
        # All spans in the file are among all spans, not only among the flat ones.
        beside = sum(entry.became is not None for entry in (*report.flattened, *report.refused))
        assert sum(len(chunks) for _words, _flat, chunks in sentences) == flat + beside
        if options.flatten != "refuse":
            assert beside == len(report.flattened)
        first = {path: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}
        first = {path: content for path, content in first.items() if ".corpus" not in path.name}
        assert finish(export(corpus, Path(folder) / "out", options)).digest == report.digest
        assert {path: path.read_bytes() for path in first} == first


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    text = "خارج\n\nأعلنت  لوزارة\u200f العدل خطة العمل 2024-2025.\nغدا 😀"
    uid = ""
    start = text.index("أعلنت")

    labelled_words = [
        *(("خطة العمل 2024-2025", "PLAN"), ("2024-2025", "DATE"), ("وزارة\u200f العدل", "INSTITUTION")),
        *(("العدل خطة", "DATE"), ("خارج", "PLAN"), ("😀", "PLAN")),
    ]
    spans = label_words(text, labelled_words, "ليلى", "قيمة")
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        corpus.add(build_article(text, zones=[Zone(new_uid(), uid, BODY, start, len(text))], spans=spans))
        corpus.add(build_article("لا شيء", zones=[], spans=[]))
        yield corpus


def entity_texts(spans: Any) -> list[tuple[str, str]]:
    return sorted((span.text, span.label_) for span in spans)


def test_spacy_reads_the_text_the_entities_and_all_spans(corpus: Corpus, tmp_path: Path) -> None:
    spacy = consumer("spacy")
    report = finish(export(corpus, tmp_path / "a.spacy", ExportOptions(format="spacy", state=ALL)))
    assert (report.articles, report.sentences, report.tokens, report.verified) == (2, 2, 9, True)
    nlp = spacy.blank("ar")
    doc, empty = spacy.tokens.DocBin().from_disk(tmp_path / "a.spacy").get_docs(nlp.vocab)
    assert (empty.text, len(empty.ents), list(empty.spans["sc"])) == ("", 0, [])
    assert doc.text == "أعلنت  لوزارة العدل خطة العمل 2024-2025.\nغدا 😀"
    assert [(token.text, token.whitespace_) for token in doc][:3] == [("أعلنت", " "), (" ", ""), ("لوزارة", " ")]
    assert [sent.text.strip() for sent in doc.sents] == ["أعلنت  لوزارة العدل خطة العمل 2024-2025.", "غدا 😀"]
    flat = [("خطة العمل 2024-2025", "PLAN"), ("لوزارة العدل", "INSTITUTION"), ("😀", "PLAN")]
    assert entity_texts(doc.ents) == flat
    assert entity_texts(doc.spans["sc"]) == sorted([*flat, ("2024-2025", "DATE"), ("العدل خطة", "DATE")])
    assert {entry.became for entry in report.flattened} == {"2024-2025", "العدل خطة"}
    (inner,) = (entry for entry in report.flattened if entry.text == "2024-2025")
    assert inner.reason == (
        "It lies inside “خطة العمل 2024-2025” (PLAN), which is kept. "
        'It is kept in doc.spans["sc"], where spans may overlap.'
    )
    assert [entry.text for entry in report.outside_zones] == ["خارج"]
    assert report.labels == {"PLAN": 2, "INSTITUTION": 1}


def test_spacy_trains_on_it(corpus: Corpus, tmp_path: Path) -> None:
    """Train both components on the file as it is: `ner` on the flat spans, `spancat` on all."""
    spacy = consumer("spacy")
    finish(export(corpus, tmp_path / "a.spacy", ExportOptions(format="spacy", state=ALL, boundary="split")))
    nlp = spacy.blank("ar")
    ner, spancat = nlp.add_pipe("ner"), nlp.add_pipe("spancat")
    examples = [
        example for example in consumer("spacy.training").Corpus(tmp_path / "a.spacy")(nlp) if len(example.reference)
    ]
    nlp.initialize(lambda: examples)
    assert set(ner.labels) == {"PLAN", "INSTITUTION"}
    assert set(spancat.labels) == {"PLAN", "INSTITUTION", "DATE"}
    losses = nlp.update(examples)
    assert set(losses) == {"ner", "spancat"}
    assert not {problem for example in examples for problem in _misaligned(example)}


def _misaligned(example: Any) -> list[str]:
    """Count entities that spaCy could not align with the tokens of a pipeline."""
    return [tag for tag in example.get_aligned_ner() if tag == "-"]


@examples(100)
@given(example=article_layers())
def test_the_text_of_the_zones_comes_back(example: tuple[Article, list[Zone], list[Span]]) -> None:
    spacy = consumer("spacy")
    article, zones, spans = example
    parts = select_ranges(article, zones, None)
    words = [token for part in parts for token in tokenize(article.text, *part)]
    assume(words)  # else there is nothing to export
    with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder) / "a.corpus", LABELS) as corpus:
        corpus.add(AnnotatedArticle(article, tuple(zones), tuple(spans)))
        finish(export(corpus, Path(folder) / "a", ExportOptions(format="spacy", state=ALL, zones=None)))
        (doc,) = spacy.tokens.DocBin().from_disk(Path(folder) / "a").get_docs(spacy.blank("ar").vocab)
        visible_text = "".join(remove_invisible(article.text[token.start : token.end]) for token in words)
        assert "".join(doc.text.split()) == "".join(visible_text.split())
        if all(letter in " \n\u00a0.،؟😀" or (letter.isalnum() and letter < "\u0700") for letter in article.text):
            assert doc.text == article.text.strip()


def test_an_export_can_be_imported(corpus: Corpus, tmp_path: Path) -> None:
    consumer("spacy")
    options = ExportOptions(format="spacy", state=ALL, boundary="split")
    report = finish(export(corpus, tmp_path / "a.spacy", options))
    with Corpus.create(tmp_path / "b.corpus", LABELS) as other:
        result = finish(import_paths(other, [tmp_path / "a.spacy"], ImportOptions(annotator="ليلى")))
        assert (result.added, result.spans) == (1, 5)
        assert [refusal.reason for refusal in result.skipped] == ["Document 2: The text is empty."]
        second_report = finish(export(other, tmp_path / "b.spacy", replace(options, zones=None)))
    assert (second_report.spans, second_report.written, len(second_report.split), len(second_report.flattened)) == (
        5,
        2,
        1,
        2,
    )
    assert sorted(entry.text for entry in second_report.flattened) == sorted(entry.text for entry in report.flattened)


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a DocBin have two documents at most."""
    monkeypatch.setattr(docbin, "MAX_DOCUMENTS", 2)
    monkeypatch.setattr(docbin._DocBinTags, "max_articles", 2)


def add_articles(corpus: Corpus, count: int) -> None:
    for number in range(count):
        text = f"أعلنت وزارة {number}"
        corpus.add(build_article(text, spans=label_words(text, [(f"وزارة {number}", "INSTITUTION")], "ليلى")))


def test_more_documents_than_a_file_has_are_a_folder_of_files(
    corpus: Corpus, tmp_path: Path, small_files: None
) -> None:
    spacy = consumer("spacy")
    options = ExportOptions(format="spacy", state=ALL)
    assert not exports_folder(corpus, options)
    finish(export(corpus, tmp_path / "two.spacy", options))
    assert (tmp_path / "two.spacy").is_file()
    add_articles(corpus, 3)
    assert exports_folder(corpus, options)
    report = finish(export(corpus, tmp_path / "out.spacy", options))
    assert (report.articles, report.verified) == (5, True)
    names = ["00001.spacy", "00002.spacy", "00003.spacy"]
    assert sorted(path.name for path in (tmp_path / "out.spacy").iterdir()) == [*names, "tokenizer.py"]
    docs = [
        list(spacy.tokens.DocBin().from_disk(tmp_path / "out.spacy" / name).get_docs(spacy.vocab.Vocab()))
        for name in names
    ]
    assert [[doc.text for doc in file] for file in docs[1:]] == [["أعلنت وزارة 0", "أعلنت وزارة 1"], ["أعلنت وزارة 2"]]
    examples = list(consumer("spacy.training").Corpus(tmp_path / "out.spacy")(spacy.blank("ar")))
    assert sum(len(example.reference.ents) for example in examples) == 6
    assert finish(export(corpus, tmp_path / "out.spacy", options)).files == report.files
    with Corpus.create(tmp_path / "b.corpus", LABELS) as other:
        assert (
            finish(import_paths(other, [tmp_path / "out.spacy"], ImportOptions(annotator="ليلى"))).added == 4
        )  # and one without text


def test_a_large_part_is_a_folder_in_the_folder(corpus: Corpus, tmp_path: Path, small_files: None) -> None:
    consumer("spacy")
    add_articles(corpus, 3)
    options = ExportOptions(format="spacy", state=ALL, split={"train": 4, "dev": 1})
    assert finish(export(corpus, tmp_path / "out", options)).verified
    files = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.spacy"))
    assert files == ["dev.spacy", "train.spacy", "train.spacy/00001.spacy", "train.spacy/00002.spacy"]


def test_a_folder_does_not_replace_a_file(corpus: Corpus, tmp_path: Path, small_files: None) -> None:
    consumer("spacy")
    options = ExportOptions(format="spacy", state=ALL)
    finish(export(corpus, tmp_path / "out.spacy", options))
    add_articles(corpus, 1)
    with pytest.raises(CannotExport, match="is not a folder, but this export needs one"):
        export(corpus, tmp_path / "out.spacy", options)


def test_a_document_that_does_not_fit_is_left_out(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer("spacy")
    add_articles(corpus, 1)
    monkeypatch.setattr(docbin, "MAX_TOKEN_BYTES", 200)
    report = finish(export(corpus, tmp_path / "out.spacy", ExportOptions(format="spacy", state=ALL)))
    assert (report.articles, report.verified) == (2, True)
    assert [(article.article, "does not fit" in article.reason) for article in report.left_out] == [(1, True)]


LOSSES: dict[str, Callable[[Any], Any]] = {
    "an entity": lambda doc: setattr(doc, "ents", doc.ents[1:]),
    "a span": lambda doc: doc.spans.update({"sc": list(doc.spans["sc"])[1:]}),
    "the group": lambda doc: doc.spans.clear(),
    "a label": lambda doc: setattr(doc, "ents", [_relabelled(doc.ents[0]), *doc.ents[1:]]),
    "an edge": lambda doc: setattr(doc, "ents", [_shorter(doc.ents[0]), *doc.ents[1:]]),
}


def _relabelled(span: Any) -> Any:
    return type(span)(span.doc, span.start, span.end, "OTHER")


def _shorter(span: Any) -> Any:
    return type(span)(span.doc, span.start, span.end - 1, span.label_)


@pytest.mark.parametrize("loss", LOSSES)
def test_an_export_that_loses_something_leaves_no_file(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    consumer("spacy")
    inner = docbin.build_doc

    def spoilt(*arguments: Any) -> Any:
        doc = inner(*arguments)
        if len(doc):
            LOSSES[loss](doc)
        return doc

    monkeypatch.setattr(docbin, "build_doc", spoilt)
    with pytest.raises(NotVerified, match="Article 1: the file does not match the corpus"):
        finish(export(corpus, tmp_path / "out.spacy", ExportOptions(format="spacy", state=ALL)))
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == []


@formats
def test_files_are_synced_to_disk(
    format_: Format, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needing(format_)
    brought = sizes_at_fsync(monkeypatch)
    finish(export(corpus, tmp_path / "out", ExportOptions(format=format_.name, state=ALL)))
    (file,) = written_to(tmp_path / "out", format_)
    assert brought[file.stat().st_ino] == file.stat().st_size > 0


@formats
@pytest.mark.parametrize("steps", range(5))
def test_a_cancelled_export_leaves_no_files(format_: Format, corpus: Corpus, tmp_path: Path, steps: int) -> None:
    needing(format_)
    before = sorted(tmp_path.iterdir())
    running = export(corpus, tmp_path / "out", ExportOptions(format=format_.name, state=ALL))
    for _ in range(steps):
        next(running)
    running.close()
    assert sorted(tmp_path.iterdir()) == before


@formats
def test_export_without_the_required_package_says_how_to_install_it(
    format_: Format, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optional_packages, "is_installed", lambda package: False)
    options = ExportOptions(format=format_.name, state=ALL)
    begins: list[Callable[[], object]] = [
        lambda: export(corpus, tmp_path / "out", options),
        lambda: preview_export(corpus, options),
    ]
    for begin in begins:
        with pytest.raises(CannotExport, match=r'pip install "\.\[\w+\]"$'):
            begin()


# Folders


def test_an_unsplit_dataset_is_a_folder_with_its_card(corpus: Corpus, tmp_path: Path) -> None:
    consumer("pyarrow")
    options = ExportOptions(format="huggingface", state=ALL)
    report = finish(export(corpus, tmp_path / "out", options))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.md", "articles", "train.parquet"]
    assert (tmp_path / "out.report.json").exists()
    assert (report.articles, report.sentences, report.parts) == (2, 2, None)
    split = {"train": 1, "dev": 1}
    finish(export(corpus, tmp_path / "out", replace(options, zones=None)))
    report = finish(export(corpus, tmp_path / "out", replace(options, split=split)))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("README.md", "articles", "dev.parquet", "train.parquet")
    ]


def test_export_replaces_no_foreign_file_or_folder(corpus: Corpus, tmp_path: Path) -> None:
    consumer("pyarrow")
    options = ExportOptions(format="huggingface", state=ALL)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "README.md").write_text("mine")
    with pytest.raises(CannotExport, match="file” is not a folder, but this export needs one"):
        export(corpus, tmp_path / "file", options)
    with pytest.raises(CannotExport, match="mine” already exists and contains something other"):
        finish(export(corpus, tmp_path / "mine", options))
    assert (tmp_path / "mine" / "README.md").read_text() == "mine"


@pytest.mark.parametrize("loss", ["tags", "spans", "tokens", "rows", "labels"])
def test_a_row_that_differs_leaves_no_folder(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    consumer("pyarrow")
    inner = huggingface._ParquetSink._flush

    def spoilt(self: Any) -> None:
        row = self._rows[0]
        if loss == "tags":
            row["ner_tags"] = [0] * len(row["tokens"])
        elif loss == "spans":
            row["spans"] = row["spans"][1:]
        elif loss == "tokens":
            row["tokens"] = [*row["tokens"][:-1], "؟"]
        elif loss == "rows":
            del self._rows[-1]
        else:
            row["spans"] = [{**span, "label": "DATE"} for span in row["spans"]]
        inner(self)

    monkeypatch.setattr(huggingface._ParquetSink, "_flush", spoilt)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(NotVerified):
        finish(export(corpus, tmp_path / "out", ExportOptions(format="huggingface", state=ALL)))
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("loss", "changes"),
    [
        ("text", lambda row: {"text": row["text"].replace("\n", " ")}),
        ("title", lambda _row: {"title": "عنوان"}),
        ("number", lambda row: {"number": row["number"] + 1}),
        ("part", lambda _row: {"part": "dev"}),
        ("span", lambda row: {"spans": row["spans"][1:]}),
        ("edge", lambda row: {"spans": [{**span, "end": span["end"] - 1} for span in row["spans"]]}),
        ("note", lambda row: {"spans": [{**span, "note": "؟"} for span in row["spans"]]}),
        ("annotator", lambda row: {"spans": [{**span, "annotator": "؟"} for span in row["spans"]]}),
    ],
)
def test_an_article_that_differs_leaves_no_folder(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, loss: str, changes: Callable[[Any], Any]
) -> None:
    consumer("pyarrow")
    inner = article_table.ArticleSink.flush

    def spoilt(self: Any) -> None:
        row = next(row for row in self._rows if row["spans"] and "\n" in row["text"])
        assert changes(row).keys() <= row.keys(), loss
        row.update(changes(row))
        inner(self)

    monkeypatch.setattr(article_table.ArticleSink, "flush", spoilt)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(NotVerified):
        finish(export(corpus, tmp_path / "out", ExportOptions(format="huggingface", state=ALL)))
    assert sorted(tmp_path.iterdir()) == before


def test_a_missing_article_leaves_no_folder(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    consumer("pyarrow")
    inner = article_table.ArticleSink.flush

    def spoilt(self: Any) -> None:
        del self._rows[-1]
        inner(self)

    monkeypatch.setattr(article_table.ArticleSink, "flush", spoilt)
    with pytest.raises(NotVerified):
        finish(export(corpus, tmp_path / "out", ExportOptions(format="huggingface", state=ALL)))
    assert not (tmp_path / "out").exists()


class StubTags(CombinedTags):
    """Tags that need no package, of no file."""

    all_spans_field = "beside"


@pytest.mark.parametrize("lost", ["", "beside", "flat"])
def test_flat_spans_and_all_spans_are_both_compared(lost: str) -> None:
    article = Article("", "أعلنت وزارة العدل خطة.", id=1)
    spans = [Span(new_uid(), "", "Sanae", "INSTITUTION", 6, 17), Span(new_uid(), "", "Sanae", "PLAN", 6, 11)]
    item = AnnotatedArticle(article, (), tuple(spans))
    options = ExportOptions(zones=None).projection_options()
    stub = Format(name="stub", title="stub", suffixes=(".stub",))
    writer = TagWriter(stub, StubTags(), LABELS, options)
    projected = project_combined(article, (), spans, LABELS, options, "beside")
    content = encode_layers(
        [
            ReadSentence(
                [projected.token_text(token) for token in sentence.tokens],
                list(sentence.flat_chunks) if lost != "flat" else [],
                [
                    chunk._replace(label=identify_span(chunk.label, span.uid, span.value))
                    for chunk, span in zip(sentence.all_chunks, sentence.spans, strict=True)
                    if lost != "beside" or chunk in sentence.flat_chunks
                ],
            )
            for sentence in projected.sentences
        ],
        options.scheme,
    )
    if lost:
        with pytest.raises(NotVerified):
            writer.compare(item, content, writer.expect(item))
    else:
        writer.compare(item, content, writer.expect(item))


def test_a_file_that_leads_to_a_wrong_place_is_not_published(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sentences, tokens, spans and where the article is from, of both formats."""
    for name in ("spacy", "huggingface"):
        needing(get_format(name))
    find_start = CombinedProjection.find_start
    metadata = CombinedProjection.metadata
    wrong: dict[str, Any] = {
        "find_start": lambda self, token: find_start(self, token) + 1,
        "metadata": lambda self: metadata(self) | {"source": "غيره"},
    }
    before = sorted(tmp_path.iterdir())
    for method, replacement in wrong.items():
        for name in ("spacy", "huggingface"):
            with monkeypatch.context() as patched:
                patched.setattr(CombinedProjection, method, replacement)
                with pytest.raises(NotVerified, match="does not lead back"):
                    finish(export(corpus, tmp_path / "out", ExportOptions(format=name, state=ALL)))
    assert sorted(tmp_path.iterdir()) == before
