"""Exports with a file for each article: nothing is lost silently, and no existing file is in danger."""

import itertools
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from builders import label_words
from file_states import list_names
from formats.standoff_samples import annotated_articles, stored_content
from hypothesis import given
from hypothesis import strategies as st
from jobs.reports import KNOWN, as_json, written_as
from msgspec.structs import replace
from running import raising
from strategies import examples, raw_texts

from annotator.formats.format import Files, Format
from annotator.formats.registry import get_format
from annotator.formats.report import OmittedArticle, Report
from annotator.formats.standoff import brat
from annotator.generators import finish
from annotator.jobs.export.existing_output import CannotExport
from annotator.jobs.export.exporter import EmptyPart, NothingToExport, export, preview_export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.imports.importer import ImportOptions, import_paths
from annotator.jobs.imports.label_mapping import LabelMapping
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.reasons import Code
from annotator.model.records import DONE, AnnotatedArticle, Span, Status, new_uid
from annotator.store.corpus import Corpus
from annotator.store.label_set import add_labels
from annotator.store.queries import article_list
from annotator.text.tokenizer import tokenize

LABELS = default_labels()
EACH = pytest.mark.parametrize("format_", written_as(Files), ids=lambda format_: format_.name)
SHARES = {"train": 2, "test": 1}


def article(text: str, *words: tuple[str, str], value: str | None = None, who: str = "سلمى") -> AnnotatedArticle:
    spans = label_words(text, words, who, value)
    return build_article(text, zones=[], spans=spans, states=[Status("", who, DONE)])


TWO = (
    article("أعلنت وزارة العدل\nأمس 😀", ("وزارة العدل\nأمس", "PLAN"), ("أمس", "DATE"), value="2024"),
    article("لا شيء"),
)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return the contents of a folder, including hidden files; None for folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


# What is in the folder


@EACH
@examples(60)
@given(
    items=st.lists(annotated_articles(notes=True, texts=raw_texts), min_size=1, max_size=4),
    split=st.none() | st.just(SHARES),
)
def test_an_export_can_be_imported_and_the_rest_is_reported(
    format_: Format, items: list[AnnotatedArticle], split: dict[str, int] | None
) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        Corpus.create(Path(name) / "a.corpus", LABELS) as corpus,
        Corpus.create(Path(name) / "b.corpus", LABELS) as other,
    ):
        folder = Path(name) / "out"
        for label in ("خطة_1", "A_b-c"):
            add_labels(corpus, [label])
        for item in items:
            corpus.add(replace(item, spans=tuple(replace(span, uid=new_uid()) for span in item.spans)))
        try:
            report: Report = finish(export(corpus, folder, ExportOptions(format=format_.name, state=ALL, split=split)))
        except NothingToExport:
            assert format_.name == "xmi"
            assert all(unwritable(item.article.text) for item in items)
            return
        except EmptyPart:
            assert split
            return
        stored = {number: corpus.load_article(number) for number in numbers(corpus)}
        spans = {span.uid: span for item in stored.values() for span in item.spans}
        refused_uids = [entry.uid for entry in report.refused]
        lists = (report.widened, report.split, report.flattened, report.outside_zones)
        assert report.verified
        assert not any(lists)
        assert report.spans == len(spans) == report.written + len(refused_uids)
        assert len(set(refused_uids)) == len(refused_uids)
        left_out = {entry.article for entry in report.left_out}
        assert report.articles == len(stored) - len(left_out)
        if format_.name != "xmi":
            assert report.left_out == []
        for number, item in stored.items():
            assert (number in left_out) == (format_.name == "xmi" and unwritable(item.article.text))
        for uid in refused_uids:
            [number] = [number for number, item in stored.items() if spans[uid] in item.spans]
            is_visible = tokenize(stored[number].article.text, spans[uid].start, spans[uid].end)
            has_bad_value = format_.name == "xmi" and unwritable(spans[uid].value or "")
            assert format_.name != "brat"
            assert has_bad_value or not is_visible or number in left_out
        result = finish(import_paths(other, [folder], ImportOptions(annotator="سلمى", labels=LabelMapping(added=None))))
        assert (result.added, result.duplicates, result.skipped) == (report.articles, 0, [])
        assert result.spans == report.written
        imported = {
            item.article.uid: values(item, format_.stored_fields) for item in map(other.load_article, numbers(other))
        }
        exported = {
            item.article.uid: values(
                replace(item, spans=tuple(span for span in item.spans if span.uid not in refused_uids)),
                format_.stored_fields,
            )
            for number, item in stored.items()
            if number not in left_out
        }
        assert imported == exported


def numbers(corpus: Corpus) -> list[int]:
    return [summary.id for summary in article_list.load_all_summaries(corpus)]


def values(item: AnnotatedArticle, holds: frozenset[str]) -> list[tuple[Any, ...]]:
    return sorted(
        (span.start, span.end, span.label, *((getattr(span, name) or "") for name in sorted(holds)))
        for span in item.spans
    )


def unwritable(text: str) -> bool:
    """Return whether XML 1.0 forbids a character of the text (https://www.w3.org/TR/xml/#charsets)."""
    return any(
        not (ord(c) in (9, 10, 13) or 0x20 <= ord(c) <= 0xD7FF or 0xE000 <= ord(c) <= 0xFFFD)
        for c in text
        if c <= "\uffff"
    )


def test_the_files_of_each_format(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(*TWO)
    for format_, files in (
        ("brat", ["annotation.conf", *(f"article-{number:05}{end}" for number in (1, 2) for end in (".ann", ".txt"))]),
        ("webanno", ["article-00001.tsv", "article-00002.tsv"]),
        ("xmi", ["TypeSystem.xml", "article-00001.xmi", "article-00002.xmi"]),
        ("cas-json", ["article-00001.json", "article-00002.json"]),
    ):
        report = finish(export(corpus, out / format_, ExportOptions(format=format_)))
        assert list_names(out / format_) == sorted(files)
        assert (report.articles, report.spans, report.written, report.labels) == (2, 2, 2, {"PLAN": 1, "DATE": 1})
        assert (report.annotator, report.zones, report.verified) == ("سلمى", None, True)
        assert msgspec.json.decode((out / f"{format_}.report.json").read_bytes()) == as_json(report)
        assert [(entry["article"], entry["uid"]) for entry in as_json(report)["index"]] == [
            (number, corpus.article(number).uid) for number in (1, 2)
        ]
        assert {entry["file"] for entry in as_json(report)["index"]} <= set(files)
        assert "part" not in as_json(report)["index"][0]
    assert list_names(out) == sorted(
        f"{name}{end}" for name in ("brat", "webanno", "xmi", "cas-json") for end in ("", ".report.json")
    )
    assert (out / "brat" / "article-00001.txt").read_text(encoding="utf-8") == "أعلنت وزارة العدل\nأمس 😀"
    assert "T1\tPLAN 6 17;18 21\tوزارة العدل أمس\n" in (out / "brat" / "article-00001.ann").read_text(encoding="utf-8")
    conf = (out / "brat" / "annotation.conf").read_text(encoding="utf-8")
    assert conf.startswith("[entities]\nDATE\nINSTITUTION\nPLAN\n[relations]\n")
    assert conf.endswith("[attributes]\nValue\tArg:<ENTITY>, Value:2024\n")


@EACH
def test_the_report_names_fields_that_the_format_cannot_hold(
    format_: Format, make: Callable[..., Corpus], out: Path
) -> None:
    report = finish(export(make(*TWO), out / "a", ExportOptions(format=format_.name)))
    assert set(report.not_held) == KNOWN - format_.stored_fields


@EACH
def test_the_same_corpus_gives_the_same_bytes(format_: Format, make: Callable[..., Corpus], out: Path) -> None:
    options = ExportOptions(format=format_.name, split=SHARES, seed=3)
    first = finish(export(make(*TWO), out / "a", options))
    two = finish(export(make(*TWO), out / "b", options))
    assert tree(out / "a") == tree(out / "b")
    assert first.files == two.files
    assert finish(export(make(*TWO), out / "c", ExportOptions(format=format_.name))).files != first.files


@EACH
def test_a_split_has_a_folder_for_each_part(format_: Format, make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(*(article(f"خبر رقم {number}", (f"{number}", "DATE")) for number in range(9)))
    report = finish(export(corpus, out / "a", ExportOptions(format=format_.name, split=SHARES, seed=11)))
    assert list_names(out) == ["a", "a.report.json"]
    assert list_names(out / "a") == ["test", "train"]
    assert report.parts is not None
    assert {part: count.articles for part, count in report.parts.items()} == {"train": 6, "test": 3}
    suffix = format_.suffixes[0]
    stems = {part: {path.stem for path in (out / "a" / part).glob(f"*{suffix}")} for part in SHARES}
    assert {part: len(part_stems) for part, part_stems in stems.items()} == {"train": 6, "test": 3}
    assert stems["train"] | stems["test"] == {f"article-{number:05}" for number in range(1, 10)}
    finish(export(corpus, out / "a", ExportOptions(format=format_.name, split={"x": 1})))
    assert list_names(out / "a") == ["x"]


@EACH
def test_only_spans_in_scope_are_exported(format_: Format, make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(*TWO, article("ثلاثة أمس", ("أمس", "DATE"), who="عمر"))
    with pytest.raises(CannotExport, match=r"سلمى, عمر|عمر, سلمى"):
        export(corpus, out / "a", ExportOptions(format=format_.name))
    report = finish(export(corpus, out / "a", ExportOptions(format=format_.name, annotator="عمر")))
    assert [path.stem for path in (out / "a").glob(f"*{format_.suffixes[0]}")] == ["article-00003"]
    assert (report.articles, report.written) == (1, 1)


@EACH
def test_nothing_to_export_makes_no_folder(format_: Format, make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(build_article("واحد"))
    with pytest.raises(NothingToExport):
        finish(export(corpus, out / "a", ExportOptions(format=format_.name)))
    assert list_names(out) == []
    assert finish(export(corpus, out / "a", ExportOptions(format=format_.name, state=ALL))).articles == 1


def test_an_article_that_xml_cannot_hold_is_left_out_and_reported(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(
        article("واحد أمس", ("أمس", "DATE"), value="\ufffe"),
        article("اثنان\x1f أمس", ("أمس", "DATE"), ("اثنان", "PLAN")),
        article("ثلاثة أمس", ("أمس", "DATE"), value="2024"),
        article("\x1b أربعة"),
    )
    preview = finish(preview_export(corpus, ExportOptions(format="xmi")))
    report = finish(export(corpus, out / "a", ExportOptions(format="xmi")))
    assert as_json(replace(preview, verified=True, files=report.files, index=report.index)) == as_json(report)
    assert list_names(out / "a") == ["TypeSystem.xml", "article-00001.xmi", "article-00003.xmi"]
    reasons = [f"The text contains a character that XML does not allow: U+{code}." for code in ("001F", "001B")]
    assert report.left_out == [
        OmittedArticle(number, reason, Code.INVALID_CHARACTER) for number, reason in zip((2, 4), reasons, strict=True)
    ]
    assert (report.articles, report.spans, report.written, report.labels) == (2, 4, 1, {"DATE": 1})
    assert [(entry.article, entry.text, entry.reason, entry.became) for entry in report.refused] == [
        (1, "أمس", "The value contains a character that XML does not allow: U+FFFE.", None),
        (2, "اثنان", reasons[0], None),
        (2, "أمس", reasons[0], None),
    ]


@pytest.mark.parametrize("name", ["webanno", "xmi", "cas-json"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_spans_are_written_to_the_layer_that_is_named(
    name: str, jobs: int, make: Callable[..., Corpus], out: Path
) -> None:
    item = build_article(
        "أعلنت وزارة العدل أمس \u200f",
        zones=[],
        spans=[
            Span("1", "", "سلمى", "PLAN", 6, 17, "2024", "ملاحظة"),
            Span("2", "", "سلمى", "DATE", 17, 23, None, "لا"),
        ],
        states=[Status("", "سلمى", DONE)],
    )
    corpus = make(item)
    layer = "custom.Span|label|value|note"
    report = finish(export(corpus, out / "a", ExportOptions(format=name, layer=layer), jobs=jobs))
    assert (report.written, report.layer, report.verified) == (2, layer, True)
    assert {"value", "note"}.isdisjoint(report.not_held)
    assert as_json(report)["layer"] == layer
    [file] = (out / "a").glob("article-*")
    [reread] = get_format(name).read(file, "سلمى")
    assert isinstance(reread, AnnotatedArticle)
    assert stored_content(reread, True) == stored_content(item, True)
    label_only = finish(export(corpus, out / "a", ExportOptions(format=name, layer="custom.Span|label")))
    assert {"value", "note"} <= set(label_only.not_held)
    assert "2024" not in file.read_text("utf-8")
    assert finish(export(corpus, out / "a", ExportOptions(format=name))).layer is None


def test_a_layer_that_the_format_cannot_have_is_refused(make: Callable[..., Corpus], out: Path) -> None:
    for options, reason in (
        (ExportOptions(format="brat", layer="custom.Span|label"), r"The format brat has no layers\."),
        (ExportOptions(format="jsonl", layer="custom.Span|label"), r"The format jsonl has no layers\."),
        (ExportOptions(format="xmi", layer="custom.Span"), r"“custom\.Span” is not a layer; write TYPE\|LABEL"),
    ):
        with pytest.raises(CannotExport, match=reason):
            export(make(*TWO), out / "a", options)
    assert list_names(out) == []


def test_cassis_reads_what_was_exported(make: Callable[..., Corpus], out: Path) -> None:
    cassis = pytest.importorskip("cassis")
    finish(export(make(*TWO), out / "a", ExportOptions(format="xmi")))
    types = cassis.load_typesystem(out / "a" / "TypeSystem.xml")
    cas = cassis.load_cas_from_xmi(out / "a" / "article-00001.xmi", typesystem=types)
    entities = cas.select("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity")
    assert cas.sofa_string == TWO[0].article.text
    assert sorted((entity.value, entity.get_covered_text(), entity.identifier) for entity in entities) == [
        ("DATE", "أمس", "2024"),
        ("PLAN", "وزارة العدل\nأمس", "2024"),
    ]


def test_a_preview_writes_nothing(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(*TWO)
    for format_ in written_as(Files):
        assert finish(preview_export(corpus, ExportOptions(format=format_.name))).written == 2
    assert tree(out) == {}
    steps = list(export(corpus, out / "a", ExportOptions(format="brat")))
    assert steps == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


# What is there already


@EACH
@pytest.mark.parametrize("split", [None, SHARES])
def test_an_older_export_is_replaced(
    format_: Format, make: Callable[..., Corpus], out: Path, split: dict[str, int] | None
) -> None:
    options = ExportOptions(format=format_.name, split=split)
    finish(export(make(*TWO, article("ثالث")), out / "a", options))
    report = finish(export(make(*TWO), out / "a", options))
    assert report.articles == 2
    assert len(list((out / "a").rglob(f"*{format_.suffixes[0]}"))) == 2
    assert list_names(out) == ["a", "a.report.json"]


def _alter(folder: Path) -> None:
    path = next(folder.glob("*.ann"))
    path.write_bytes(path.read_bytes() + b"#9\tAnnotatorNotes T1\tmine\n")


def _add_a_folder(folder: Path) -> None:
    (folder / "mine").mkdir()
    (folder / "mine" / "a").write_text("mine")


FOREIGN: dict[str, Callable[[Path], Any]] = {
    "altered": _alter,
    "added": lambda folder: (folder / "mine.txt").write_text("mine"),
    "hidden": lambda folder: (folder / ".mine").write_text("mine"),
    "removed": lambda folder: (folder / "annotation.conf").unlink(),
    "renamed": lambda folder: (folder / "annotation.conf").rename(folder / "mine.conf"),
    "a folder": lambda folder: (folder / "mine").mkdir(),
    "in a folder": _add_a_folder,
    "a link": lambda folder: (folder / "mine").symlink_to(folder),
    "no report": lambda folder: folder.with_name("a.report.json").unlink(),
    "another report": lambda folder: folder.with_name("a.report.json").write_text("{}"),
    "a broken report": lambda folder: folder.with_name("a.report.json").write_bytes(b"\xff"),
}


@pytest.mark.parametrize("done", FOREIGN)
def test_a_folder_changed_since_the_export_is_not_touched(make: Callable[..., Corpus], out: Path, done: str) -> None:
    if done == "a link" and sys.platform == "win32":
        pytest.skip("Windows asks for a privilege")
    corpus = make(*TWO)
    finish(export(corpus, out / "a", ExportOptions(format="brat")))
    FOREIGN[done](out / "a")
    before = tree(out)
    with pytest.raises(CannotExport, match="a” already exists and contains something other than an unchanged export"):
        finish(export(corpus, out / "a", ExportOptions(format="brat")))
    assert tree(out) == before


def test_a_folder_changed_during_the_export_is_not_touched(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(*TWO)
    finish(export(corpus, out / "a", ExportOptions(format="brat")))
    running = export(corpus, out / "a", ExportOptions(format="brat"))
    list(itertools.islice(running, 4))
    _alter(out / "a")
    before = {name: data for name, data in tree(out).items() if not name.startswith(".")}
    with pytest.raises(CannotExport, match="something other than"):
        finish(running)
    assert tree(out) == before


@pytest.mark.parametrize(
    ("target", "split", "reason"),
    [
        ("missing/a", None, "missing” does not exist"),
        ("file", None, "file” is not a folder, but this export needs one"),
        ("file", SHARES, "file” is not a folder"),
        ("a", {}, "at least one part"),
        ("a", {"../x": 1}, "not a valid name"),
        ("reported", None, "reported.report.json” cannot be written to"),
        ("../0.corpus", None, "is not a folder"),
        ("/", None, "cannot be written to"),
    ],
)
def test_an_impossible_target_or_option_is_refused_at_once(
    make: Callable[..., Corpus], out: Path, target: str, split: dict[str, int] | None, reason: str
) -> None:
    corpus = make(*TWO)
    (out / "file").write_text("mine")
    (out / "reported.report.json").mkdir()
    before = tree(out)
    with pytest.raises(CannotExport, match=reason):
        export(corpus, out / target, ExportOptions(format="webanno", split=split))
    assert tree(out) == before


@pytest.mark.parametrize("closed", ["out", "a"])
def test_a_folder_that_cannot_be_written_to(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    (out / "a").mkdir()
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != closed)
    with pytest.raises(CannotExport, match=f"{closed}” cannot be written to"):
        export(make(*TWO), out / "a", ExportOptions(format="brat"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows asks for a privilege")
def test_export_to_a_link_fills_its_target_and_keeps_the_link(make: Callable[..., Corpus], out: Path) -> None:
    (out / "disk").mkdir()
    (out / "disk" / "a").mkdir()
    (out / "a").symlink_to(out / "disk" / "a")
    for _time in range(2):
        finish(export(make(*TWO), out / "a", ExportOptions(format="webanno")))
    assert (out / "a").is_symlink()
    assert list_names(out) == ["a", "a.report.json", "disk"]
    assert list_names(out / "disk") == ["a"]
    assert list_names(out / "disk" / "a") == ["article-00001.tsv", "article-00002.tsv"]


# Failures


@pytest.fixture
def older(make: Callable[..., Corpus], out: Path) -> dict[str, bytes | None]:
    """Create an older export of brat at `out / "a"`."""
    finish(export(make(*TWO), out / "a", ExportOptions(format="brat")))
    return tree(out)


@pytest.mark.parametrize("steps", range(5))
@pytest.mark.parametrize("split", [None, SHARES])
def test_a_cancelled_export_leaves_everything_as_it_was(
    make: Callable[..., Corpus], out: Path, older: dict[str, bytes | None], steps: int, split: dict[str, int] | None
) -> None:
    corpus = make(*TWO)
    for target in ("a", "b"):
        running = export(corpus, out / target, ExportOptions(format="brat", split=split))
        list(itertools.islice(running, steps))
        running.close()
        assert tree(out) == older
    with corpus.snapshot():
        pass


def test_a_failed_export_leaves_everything_as_it_was(
    make: Callable[..., Corpus], out: Path, older: dict[str, bytes | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brat.FORMAT.output, "encode_shared", raising(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        finish(export(make(*TWO), out / "a", ExportOptions(format="brat")))
    assert tree(out) == older


@pytest.mark.parametrize("fails", [".report.json", "a"])
def test_an_older_export_is_restored_if_the_new_one_cannot_replace_it(
    make: Callable[..., Corpus],
    out: Path,
    older: dict[str, bytes | None],
    monkeypatch: pytest.MonkeyPatch,
    fails: str,
) -> None:
    inner = Path.replace

    def broken(self: Path, target: Path) -> Path:
        if self.name.endswith(".part") and target.name.endswith(fails):
            raise OSError(5, "Input/output error")
        return inner(self, target)

    monkeypatch.setattr(Path, "replace", broken)
    with pytest.raises(OSError, match="Input/output"):
        finish(export(make(article("آخر")), out / "a", ExportOptions(format="brat")))
    assert tree(out) == older


@EACH
@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (lambda item: replace(item, spans=()), "Article 1: the file does not match the corpus"),
        (lambda item: replace(item, spans=item.spans * 2), "Article 1: the file does not match the corpus"),
        (
            lambda item: replace(item, spans=tuple(replace(span, value="!") for span in item.spans)),
            "Article 1: the file does not match the corpus",
        ),
        (
            lambda item: build_article(item.article.text + "!", zones=[], spans=item.spans),
            "Article 1: the text in the file",
        ),
    ],
)
def test_a_loss_leaves_no_folder(
    format_: Format,
    make: Callable[..., Corpus],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    loss: Callable[[AnnotatedArticle], AnnotatedArticle],
    reason: str,
) -> None:
    assert isinstance(format_.output, Files)
    encode = format_.output.encode
    monkeypatch.setattr(format_.output, "encode", lambda item: encode(loss(item)))
    with pytest.raises(NotVerified, match=reason):
        finish(export(make(TWO[0]), out / "a", ExportOptions(format=format_.name)))
    assert tree(out) == {}


@EACH
@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (lambda _data: b"\0", "cannot be read back|does not match"),
        (lambda data: data[: len(data) // 2], "cannot be read back|does not match"),
        (lambda _data: b"", "cannot be read back|does not match"),
    ],
)
@pytest.mark.parametrize("item", [TWO[0], article("خبر")], ids=["two lines", "one word"])
def test_an_unreadable_file_leaves_no_folder(
    format_: Format,
    make: Callable[..., Corpus],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoilt: Callable[[bytes], bytes],
    reason: str,
    item: AnnotatedArticle,
) -> None:
    assert isinstance(format_.output, Files)
    encode = format_.output.encode
    spoil = lambda item: {suffix: spoilt(data) for suffix, data in encode(item).items()}  # noqa: E731
    monkeypatch.setattr(format_.output, "encode", spoil)
    with pytest.raises(NotVerified, match=reason):
        finish(export(make(item), out / "a", ExportOptions(format=format_.name)))
    assert tree(out) == {}


@EACH
def test_a_file_without_an_article_leaves_no_folder(
    format_: Format, make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(format_, "read", lambda _path, _annotator: iter(()))
    with pytest.raises(NotVerified, match="Article 1 is missing from the file"):
        finish(export(make(TWO[0]), out / "a", ExportOptions(format=format_.name)))
    assert tree(out) == {}


def test_a_missing_or_an_extra_article_raises(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(*TWO)
    changes: list[tuple[Callable[[Path], object], str]] = [
        (lambda folder: (folder / "article-00002.tsv").unlink(), "Article 2 is missing"),
        (lambda folder: (folder / "article-00003.tsv").touch(), "does not contain what was written"),
        (lambda folder: (folder / "article-00002.tsv").rename(folder / "b.tsv"), "Article 2 is missing"),
    ]
    for position, reason in changes:
        running = export(corpus, out / "a", ExportOptions(format="webanno"))
        list(itertools.islice(running, 3))
        (draft_,) = (path for path in out.iterdir() if path.is_dir())
        position(draft_)
        with pytest.raises(NotVerified, match=reason):
            finish(running)
        assert tree(out) == {}
