"""Exports of whole corpora: files, reports, splits, refusals and the read-back check."""

import gzip
import hashlib
import io
import itertools
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from builders import apply_edits, label_words, locate
from consumers.reading import consumer
from hypothesis import given
from hypothesis import strategies as st
from jobs.reports import as_json, written_as
from msgspec.structs import replace
from running import raising
from strategies import article_layers, examples, marked_texts

from annotator.file_ops import synced_file
from annotator.formats.conll import conllu, germeval
from annotator.formats.conll.tag_columns import ColumnTags, LineTags
from annotator.formats.format import Documents, Files
from annotator.formats.registry import WRITTEN_FORMATS, get_format
from annotator.formats.report import PartNotice
from annotator.formats.report import write as write_report
from annotator.generators import finish
from annotator.jobs.export import compression, exporter
from annotator.jobs.export.existing_output import CannotExport, WouldReplace, file_digest, folder_digest
from annotator.jobs.export.exporter import (
    EmptyPart,
    NothingToExport,
    export,
    export_to_stream,
    exports_folder,
    preview_export,
)
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writer import count_text_tokens
from annotator.model import operations
from annotator.model.labels import default_labels
from annotator.model.reasons import Code
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    ZONE_KINDS,
    AnnotatedArticle,
    Article,
    Edit,
    Span,
    Status,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list
from annotator.tagging import schemes
from annotator.tagging.flat import BOUNDARIES, FLATTENINGS, OUTCOMES, FlatProjection
from annotator.text.visible import remove_invisible

LABELS = default_labels()
SHARES = {"train": 80, "dev": 10, "test": 10}


def draft(
    text: str, *words: tuple[str, str], who: str = "سلمى", state: str | None = DONE, body: str = ""
) -> AnnotatedArticle:
    """Build an article with one zone of body, all of it or `body`, and spans given as (text, label)."""
    uid = article_uid(text)
    body = body or text
    return AnnotatedArticle(
        Article(uid, text),
        (Zone(new_uid(), uid, "body", *locate(body, text)),),
        tuple(label_words(text, words, who)),
        (Status(uid, who, state),) if state else (),
    )


def list_ends(lines: str) -> list[int]:
    """Return the offsets at which lines end."""
    return [offset for offset, character in enumerate(lines) if character == "\n"]


def tagged(path: Path) -> list[tuple[str, str]]:
    return [
        (line.split(" ")[0], line.split(" ")[-1])
        for line in path.read_text(encoding="utf-8").split("\n")
        if line and not line.startswith("-DOCSTART-")
    ]


EVERY_FATE = draft(
    "خارج\nفي لوزارة العدل خطة العمل 2024-2025 أمس \u200f.",
    ("خارج", "PLAN"),
    ("وزارة العدل", "INSTITUTION"),
    ("خطة العمل 2024-2025", "PLAN"),
    ("2024-2025", "DATE"),
    ("خارج\nفي", "PLAN"),
    ("أمس ", "DATE"),
    body="في لوزارة العدل خطة العمل 2024-2025 أمس \u200f.",
)


def test_a_file_and_its_report(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(EVERY_FATE)
    uids = {(span.label, span.start): span.uid for span in EVERY_FATE.spans}
    report = finish(export(corpus, out / "a.conll", ExportOptions()))
    assert sorted(path.name for path in out.iterdir()) == ["a.conll", "a.conll.report.json"]
    assert tagged(out / "a.conll") == [
        ("في", "O"),
        ("لوزارة", "B-INSTITUTION"),
        ("العدل", "I-INSTITUTION"),
        ("خطة", "B-PLAN"),
        ("العمل", "I-PLAN"),
        ("2024-2025", "I-PLAN"),
        ("أمس", "B-DATE"),
        (".", "O"),
    ]
    file = msgspec.json.decode((out / "a.conll.report.json").read_bytes())
    assert file == as_json(report)
    assert (out / "a.conll.report.json").read_bytes().endswith(b"}\n")
    keys = ["format", "scheme", "articles", "sentences", "tokens", "spans", "written", *OUTCOMES[1:], "verified"]
    assert list(file)[: len(keys)] == keys
    numbers = ("articles", "sentences", "tokens", "spans", "written")
    assert [file[key] for key in numbers] == [1, 1, 8, 6, 1]
    assert (file["format"], file["scheme"], file["verified"]) == ("conll2003", "iob2", True)
    assert (file["annotator"], file["zones"], "parts" in file) == ("سلمى", ["headline", "body"], False)
    (entry,) = (entry for entry in file["widened"] if entry["label"] == "INSTITUTION")
    start = EVERY_FATE.article.text.index("وزارة العدل")
    assert entry == {
        "article": 1,
        "uid": uids["INSTITUTION", start],
        "start": start,
        "end": start + len("وزارة العدل"),
        "label": "INSTITUTION",
        "text": "وزارة العدل",
        "reason": "It cuts through “لوزارة” and is widened to include all of it.",
        "code": "span_widened",
        "became": "لوزارة العدل",
    }
    assert [[entry["text"] for entry in file[outcome]] for outcome in OUTCOMES[1:]] == [
        ["وزارة العدل", "أمس "],
        [],
        ["2024-2025"],
        ["خارج\nفي"],
        ["خارج"],
    ]
    assert [entry["became"] for entry in file["flattened"]] == [None]


def test_invisible_marks_are_not_written(make: Callable[..., Corpus], out: Path) -> None:
    plan = "رؤ\u200fية 2023\u200f-\u200f2030"
    report = finish(export(make(draft(f"\u202bفي {plan}\u202c", (plan, "PLAN"))), out / "a", ExportOptions()))
    assert tagged(out / "a") == [("في", "O"), ("رؤية", "B-PLAN"), ("2023-2030", "I-PLAN")]
    assert report.written == 1


def test_options_reach_the_file_and_the_report(make: Callable[..., Corpus], out: Path) -> None:
    options = ExportOptions(
        format="conll2002",
        scheme="iobes",
        flatten="innermost",
        boundary="split",
        zones=None,
        annotator="سلمى",
        state=ALL,
    )
    report = finish(export(make(EVERY_FATE), out / "a.conll", options))
    assert tagged(out / "a.conll") == [
        ("خارج", "S-PLAN"),
        ("في", "O"),
        ("ل", "O"),
        ("وزارة", "B-INSTITUTION"),
        ("العدل", "E-INSTITUTION"),
        ("خطة", "O"),
        ("العمل", "O"),
        ("2024-2025", "S-DATE"),
        ("أمس", "S-DATE"),
        (".", "O"),
    ]
    assert (report.zones, report.flatten, report.boundary, report.state) == (None, "innermost", "split", "all")
    assert [entry.text for entry in report.split] == ["وزارة العدل"]


def test_only_articles_finished_by_the_annotator_are_exported(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(
        draft("واحد أمس", ("أمس", "DATE")),
        draft("اثنان أمس", ("أمس", "DATE"), state=IN_PROGRESS),
        draft("ثلاثة أمس", ("أمس", "DATE"), who="عمر"),
        draft("أربعة أمس", state=None),
    )
    report = finish(export(corpus, out / "a", ExportOptions(annotator="سلمى")))
    assert tagged(out / "a") == [("واحد", "O"), ("أمس", "B-DATE")]
    assert (report.articles, report.spans) == (1, 1)
    report = finish(export(corpus, out / "a", ExportOptions(annotator="سلمى", state=ALL)))
    assert (report.articles, report.spans) == (4, 2)
    assert [tag for _token, tag in tagged(out / "a")] == ["O", "B-DATE", "O", "B-DATE", "O", "O", "O", "O"]


def test_export_with_several_annotators_requires_a_choice(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(draft("واحد أمس", ("أمس", "DATE")), draft("ثلاثة أمس", ("أمس", "DATE"), who="عمر"))
    with pytest.raises(CannotExport, match=r"سلمى, عمر|عمر, سلمى"):
        export(corpus, out / "a", ExportOptions())
    with pytest.raises(CannotExport, match="ليلى"):
        export(corpus, out / "a", ExportOptions(annotator="ليلى"))


def test_an_annotator_without_spans_requires_no_choice(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(draft("واحد أمس", ("أمس", "DATE")), draft("اثنان", who="عمر"))
    assert finish(export(corpus, out / "a", ExportOptions())).annotator == "سلمى"


def test_a_corpus_without_spans_is_exported_with_o_tags_only(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(draft("واحد أمس", state=None))
    report = finish(export(corpus, out / "a", ExportOptions(state=ALL)))
    assert (report.annotator, report.spans, report.verified) == (None, 0, True)
    assert tagged(out / "a") == [("واحد", "O"), ("أمس", "O")]


# What is there already


def test_an_export_replaces_the_last_one(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(EVERY_FATE)
    finish(export(corpus, out / "a", ExportOptions()))
    corpus.add(draft("واحد أمس", ("أمس", "DATE")))
    report = finish(export(corpus, out / "a", ExportOptions()))
    assert "واحد" in (out / "a").read_text(encoding="utf-8")
    assert msgspec.json.decode((out / "a.report.json").read_bytes()) == as_json(report)
    assert report.files == hashlib.sha256((out / "a").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("somebody's", "“.*a” already exists and is not an export"),
        ("changed", "“.*a” was changed after it was exported"),
        ("another report", "“.*a” already exists and is not an export"),
        ("an older report", "“.*a” may have been changed after it was exported"),
        ("no report", "“.*a” already exists and is not an export"),
        ("only a report", "“.*a.report.json” already exists and is not an export report"),
    ],
)
def test_an_export_replaces_other_files_only_with_force(
    make: Callable[..., Corpus], out: Path, content: str, reason: str
) -> None:
    corpus, target, report = make(EVERY_FATE), out / "a", out / "a.report.json"
    if content == "only a report":
        report.write_text('{"format": "mine"}')
    elif content == "somebody's":
        target.write_text("mine")
    else:
        finish(export(corpus, target, ExportOptions()))
        if content == "changed":
            target.write_bytes(target.read_bytes().replace(b"B-DATE", b"B-PLAN"))
        elif content == "no report":
            report.unlink()
        elif content == "an older report":
            record = msgspec.json.decode(report.read_bytes())
            report.write_bytes(msgspec.json.encode({key: record[key] for key in record if key != "files"}))
        else:
            report.write_text('{"verified": true}')
    before = everything(out)
    with pytest.raises(WouldReplace, match=reason):
        export(corpus, target, ExportOptions())
    assert everything(out) == before
    assert finish(export(corpus, target, ExportOptions(), force=True)).verified
    assert target.read_text(encoding="utf-8").startswith("-DOCSTART-")
    finish(export(corpus, target, ExportOptions()))  # that was an export as it was written


def test_a_file_changed_during_the_export_is_not_replaced(make: Callable[..., Corpus], out: Path) -> None:
    running = export(make(EVERY_FATE), out / "a", ExportOptions())
    next(running)
    (out / "a").write_text("mine")
    with pytest.raises(WouldReplace, match="is not an export"):
        finish(running)
    assert everything(out) == {"a": b"mine"}


@pytest.mark.parametrize("side", ["", "-wal"])
def test_an_open_corpus_is_not_replaced_even_with_force(make: Callable[..., Corpus], out: Path, side: str) -> None:
    with Corpus.create(out / "b.corpus", LABELS) as other:
        other.add(draft("واحد"))
        target = out / f"b.corpus{side}"
        target.touch()
        with pytest.raises(CannotExport, match="” is a corpus in use"):
            export(make(EVERY_FATE), target, ExportOptions(), force=True)
        assert len(list(article_list.load_all_summaries(other))) == 1


def test_the_exported_corpus_is_not_replaced_under_any_name(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(EVERY_FATE)
    (out / "other name").hardlink_to(corpus.path)
    with pytest.raises(CannotExport, match="is the corpus itself"):
        export(corpus, out / "other name", ExportOptions(), force=True)


def test_an_empty_file_may_be_exported_to(make: Callable[..., Corpus], out: Path) -> None:
    (out / "a").touch()
    assert finish(export(make(EVERY_FATE), out / "a", ExportOptions())).verified


@pytest.mark.parametrize("options", [ExportOptions(), ExportOptions(format="jsonl"), ExportOptions(split={"train": 1})])
def test_nothing_to_export_leaves_the_last_export(
    make: Callable[..., Corpus], out: Path, options: ExportOptions
) -> None:
    corpus = make(EVERY_FATE)
    finish(export(corpus, out / "a", replace(options, state=ALL)))
    status = Status(EVERY_FATE.article.uid, "سلمى", DONE)
    apply_edits(corpus, [Edit(status, replace(status, state=IN_PROGRESS))], "سلمى", name="state")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(NothingToExport, match="mark articles as done first") as raised:
        finish(export(corpus, out / "a", options))
    assert (raised.value.report.articles, raised.value.report.verified) == (0, False)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_an_empty_export_explains_why(make: Callable[..., Corpus], out: Path) -> None:
    with pytest.raises(NothingToExport, match="the corpus has no articles"):
        finish(export(make(), out / "a", ExportOptions(state=ALL)))
    with pytest.raises(NothingToExport, match="the format cannot represent any of these articles"):
        finish(export(make(draft("واحد \x1f")), out / "a", ExportOptions(format="xmi")))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["conll2003", *(pytest.param(name, marks=pytest.mark.slow) for name in ("nested", "jsonl", "xmi"))]
)
def test_several_processes_export_the_same(make: Callable[..., Corpus], out: Path, name: str) -> None:
    long_articles = [draft(f"في {number} أمس \u200f. " + "نص " * 40_000, ("أمس", "DATE")) for number in range(3)]
    corpus = make(EVERY_FATE, draft("واحد \x1f أمس", ("أمس", "DATE")), *long_articles)
    options = ExportOptions(format=name, split={"train": 2, "test": 1})
    finish(export(corpus, out / "one", options))
    finish(export(corpus, out / "two", options, jobs=2))
    one, two = (
        {path.relative_to(out / part): path.read_bytes() for path in (out / part).rglob("*") if path.is_file()}
        for part in ("one", "two")
    )
    assert one == two
    assert len(one) > 1
    assert (out / "one.report.json").read_bytes() == (out / "two.report.json").read_bytes()


@pytest.mark.parametrize(("name", "passes"), [("conll2003", 1), ("nested", 2), ("jsonl", 2)])
def test_progress_reaches_the_total(make: Callable[..., Corpus], out: Path, name: str, passes: int) -> None:
    steps = list(export(make(draft("واحد"), draft("اثنان")), out / "a", ExportOptions(format=name)))
    assert steps == [(step, 2 * passes) for step in range(2 * passes + 1)]


# Splits


def test_a_split_has_a_file_for_each_part_and_is_reproducible(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(*(draft(f"خبر رقم {number}", (f"{number}", "DATE")) for number in range(11)))
    options = ExportOptions(split=SHARES, seed=6)
    report = finish(export(corpus, out / "parts", options))
    files = {path.name: path.read_bytes() for path in (out / "parts").iterdir()}
    assert sorted(files) == ["dev.conll", "test.conll", "train.conll"]
    assert report.parts is not None
    assert {part: count.articles for part, count in report.parts.items()} == {"train": 8, "dev": 1, "test": 2}
    assert (report.articles, report.spans, report.written, report.seed) == (11, 11, 11, 6)
    assert sum(count.tokens for count in report.parts.values()) == report.tokens == 33
    numbers = [tagged(out / "parts" / f"{part}.conll")[2::3] for part in SHARES]
    assert sorted(int(number) for part in numbers for number, _tag in part) == list(range(11))
    assert msgspec.json.decode((out / "parts.report.json").read_bytes())["parts"]["dev"]["articles"] == 1
    finish(export(corpus, out / "parts", options))
    assert {path.name: path.read_bytes() for path in (out / "parts").iterdir()} == files


def test_a_preview_is_the_report_without_a_file(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(EVERY_FATE)
    preview = finish(preview_export(corpus, ExportOptions()))
    assert list(out.iterdir()) == []
    written = finish(export(corpus, out / "a.conll", ExportOptions()))
    assert not preview.verified
    assert written.verified
    expected = {key: value for key, value in as_json(written).items() if key != "index"}
    assert {**as_json(preview), "verified": True, "files": written.files} == expected


def test_near_duplicates_are_in_one_part_and_labels_are_counted(make: Callable[..., Corpus]) -> None:
    news = "أعلنت وزارة التربية الوطنية عن انطلاق الخطة الوطنية لدعم القراءة ابتداء من شتنبر المقبل وفق بلاغ لها"
    copies = [draft(f"{news} رقم {number}", ("شتنبر المقبل", "DATE")) for number in range(5)]
    others = [
        draft(" ".join(f"كلمة{number}{index}" for index in range(20)), (f"كلمة{number}1", "PLAN"))
        for number in range(5)
    ]
    corpus = make(*copies, *others)
    for seed in range(5):
        report = finish(preview_export(corpus, ExportOptions(split={"a": 1, "b": 1}, seed=seed)))
        assert report.parts is not None
        assert sorted(count.labels.get("DATE", 0) for count in report.parts.values()) == [0, 5]
        assert sum(count.labels.get("PLAN", 0) for count in report.parts.values()) == 5
        assert report.labels == {"DATE": 5, "PLAN": 5}


def read_parts(folder: Path) -> dict[str, str]:
    """Return the part of each article in a split of JSON lines, by its text."""
    return {
        msgspec.json.decode(line)["text"]: path.stem
        for path in folder.iterdir()
        for line in path.read_bytes().splitlines()
    }


def test_an_article_stays_in_its_part_when_others_come_are_done_or_removed(
    make: Callable[..., Corpus], out: Path
) -> None:
    """Also beside a near-duplicate that is older, but not done yet when the first split is made."""
    news = " ".join(f"كلمة{index}" for index in range(30))
    copies = [draft(f"{news} {number}", state=None) for number in range(6)]
    corpus = make(*copies, *(draft(f"خبر رقم {number}") for number in range(20)))
    options = ExportOptions(format="jsonl", split=HALVES)
    for number in range(2, 6):
        apply_edits(corpus, operations.set_state(None, corpus.article(number), "سلمى", DONE), "سلمى")
    finish(export(corpus, out / "one", options))
    before = read_parts(out / "one")
    assert len(before) == 24
    apply_edits(corpus, operations.set_state(None, corpus.article(1), "سلمى", DONE), "سلمى")
    apply_edits(corpus, operations.remove_article(None, corpus.article(3)), "سلمى")
    corpus.add(draft("خبر جديد"))
    finish(export(corpus, out / "two", options))
    after = read_parts(out / "two")
    assert len(after) == 25
    assert {text: part for text, part in after.items() if text in before} == {
        text: part for text, part in before.items() if text in after
    }


@pytest.mark.parametrize("name", ["conll2003", "jsonl", "labelstudio", "brat"])
def test_each_article_is_tested_in_one_fold_and_trained_on_in_the_others(
    make: Callable[..., Corpus], out: Path, name: str
) -> None:
    corpus = make(*(draft(f"خبر رقم {number}", (f"{number}", "DATE")) for number in range(12)))
    report = finish(export(corpus, out / "folds", ExportOptions(format=name, folds=3)))
    assert (report.articles, report.spans, report.written, report.labels) == (12, 12, 12, {"DATE": 12})
    assert report.parts is not None
    assert [*report.parts] == [f"fold-{number}/{part}" for number in (1, 2, 3) for part in ("train", "test")]
    assert sum(report.parts[f"fold-{number}/test"].articles for number in (1, 2, 3)) == 12
    read_articles = get_format("conll" if name == "conll2003" else name).read
    for number in (1, 2, 3):
        texts = {
            part: {
                item.article.text.strip()
                for path in (out / "folds" / f"fold-{number}").rglob("*")
                if path.is_file() and part in path.relative_to(out).as_posix() and path.suffix not in (".ann", ".conf")
                for item in read_articles(path, "")
                if isinstance(item, AnnotatedArticle)
            }
            for part in ("train", "test")
        }
        assert not texts["train"] & texts["test"]
        assert len(texts["train"] | texts["test"]) == 12
        assert len(texts["test"]) == report.parts[f"fold-{number}/test"].articles
    repeated = finish(export(corpus, out / "again", ExportOptions(format=name, folds=3)))
    assert repeated.files == report.files


def test_an_empty_part_is_refused_and_the_old_files_stay(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(*(draft(f"خبر رقم {number}") for number in range(11)))
    finish(export(corpus, out / "a", ExportOptions(split=SHARES, seed=6)))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(EmptyPart, match="The part dev would have no article"):
        finish(export(corpus, out / "a", ExportOptions(split=SHARES, seed=0)))
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_parts_far_from_their_share_and_missing_labels_are_noticed(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(*(draft(f"خبر رقم {number}", (f"{number}", "DATE")) for number in range(11)))
    report = finish(export(corpus, out / "a", ExportOptions(split=SHARES, seed=6)))
    assert report.noticed == [
        PartNotice("test", Code.UNEVEN_PART, "The part test has 18 % of the sentences instead of about 10 %.")
    ]
    corpus.add(draft("خبر عن خطة", ("خطة", "PLAN")))
    report = finish(export(corpus, out / "a", ExportOptions(split=SHARES, seed=6)))
    assert [notice.part for notice in report.noticed if notice.code == Code.LABEL_MISSING] == ["dev", "test"]
    assert not finish(export(corpus, out / "b", ExportOptions())).noticed


def test_the_digest_changes_with_the_exported_content(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(EVERY_FATE)
    first = finish(export(corpus, out / "a", ExportOptions()))
    assert finish(export(corpus, out / "b", ExportOptions())).digest == first.digest
    assert first.labels == Counter(tag[2:] for _token, tag in tagged(out / "a") if tag.startswith("B-"))
    corpus.add(replace(EVERY_FATE, spans=(Span("new", EVERY_FATE.article.uid, "سلمى", "DATE", 8, 12, "2024"),)))
    assert finish(export(corpus, out / "c", ExportOptions())).digest != first.digest


# Refusals


@pytest.mark.parametrize(
    ("target", "options", "reason"),
    [
        ("missing/a", ExportOptions(), "missing” does not exist"),
        ("missing/a", ExportOptions(split=SHARES), "missing” does not exist"),
        ("folder", ExportOptions(), "is a folder"),
        ("file", ExportOptions(split=SHARES), "is not a folder"),
        ("a", ExportOptions(split={}), "at least one part"),
        ("a", ExportOptions(split={"../x": 1}), "not a valid name"),
        ("a", ExportOptions(split={"train": 0}), "greater than 0"),
        ("pipe", ExportOptions(), "pipe” cannot be written to"),
        ("reported", ExportOptions(), "reported.report.json” cannot be written to"),
        ("link", ExportOptions(), "is the corpus itself"),
        ("../0.corpus", ExportOptions(), "is the corpus itself"),
        ("../0.corpus-wal", ExportOptions(), "is the corpus itself"),
    ],
)
def test_an_impossible_target_or_option_is_refused_at_once(
    make: Callable[..., Corpus], out: Path, target: str, options: ExportOptions, reason: str
) -> None:
    corpus = make(EVERY_FATE)
    (out / "folder").mkdir()
    (out / "file").write_text("mine")
    (out / "reported.report.json").mkdir()
    if sys.platform != "win32":
        os.mkfifo(out / "pipe")
        (out / "link").symlink_to(corpus.path)
    elif target in ("pipe", "link"):
        pytest.skip("Windows has no such file")
    before = sorted(out.rglob("*"))
    with pytest.raises(CannotExport, match=reason):
        export(corpus, out / target, options)
    assert sorted(out.rglob("*")) == before
    assert (out / "file").read_text() == "mine"


HALVES = {"train": 1, "test": 1}


@pytest.mark.parametrize("format_", ["conll2003", "brat"])
def test_an_invalid_file_name_is_refused_at_once(format_: str, make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(draft("أمس", ("أمس", "DATE")))
    with pytest.raises(CannotExport, match="not a valid file name here"):
        export(corpus, out / ("خبر" * 100), ExportOptions(format=format_))
    assert everything(out) == {}


def test_the_file_name_can_be_as_long_as_its_report_allows(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(draft("أمس", ("أمس", "DATE")))
    name = "خ" * ((255 - len(".report.json")) // 2)
    assert finish(export(corpus, out / name, ExportOptions())).verified
    assert set(everything(out)) == {name, f"{name}.report.json"}


@pytest.mark.parametrize(
    "older",
    [
        ExportOptions(split={"a": 1}),
        ExportOptions(format="jsonl", split=HALVES),
        ExportOptions(format="brat"),
        ExportOptions(format="huggingface"),
    ],
    ids=lambda options: options.format,
)
def test_a_split_replaces_an_older_export_completely(
    make: Callable[..., Corpus], out: Path, older: ExportOptions
) -> None:
    if older.format == "huggingface":
        consumer("pyarrow")
    corpus = make(EVERY_FATE, draft("واحد"))
    finish(export(corpus, out / "a", older))
    report = finish(export(corpus, out / "a", ExportOptions(split=HALVES)))
    assert sorted(path.name for path in out.iterdir()) == ["a", "a.report.json"]
    assert sorted(path.name for path in (out / "a").iterdir()) == ["test.conll", "train.conll"]
    assert report.files == folder_digest(out / "a")


@pytest.mark.parametrize("done", ["added", "altered", "removed", "no report"])
def test_a_folder_that_is_no_older_split_is_not_replaced(make: Callable[..., Corpus], out: Path, done: str) -> None:
    corpus = make(EVERY_FATE, draft("واحد"))
    finish(export(corpus, out / "a", ExportOptions(split=HALVES)))
    if done == "no report":
        (out / "a.report.json").unlink()
    elif done == "removed":
        (out / "a" / "test.conll").unlink()
    else:
        (out / "a" / ("mine" if done == "added" else "test.conll")).write_text("mine")
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(CannotExport, match="a” already exists and contains something other"):
        finish(export(corpus, out / "a", ExportOptions(split=HALVES)))
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_folder_that_cannot_be_written_to(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != out)
    with pytest.raises(CannotExport, match="out” cannot be written to"):
        export(make(EVERY_FATE), out / "a", ExportOptions())


@pytest.mark.parametrize("options", [{"state": "new"}, {"scheme": "bio"}, {"zones": frozenset(["footer"])}])
def test_unknown_options(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"new|bio|footer"):
        ExportOptions(**options)


def test_an_unknown_format(make: Callable[..., Corpus], out: Path) -> None:
    with pytest.raises(KeyError):
        export(make(), out / "a", ExportOptions(format="conll1999"))


# Failures


@pytest.mark.parametrize("steps", range(3))
@pytest.mark.parametrize("split", [None, SHARES])
def test_a_cancelled_export_leaves_no_files(
    make: Callable[..., Corpus], out: Path, steps: int, split: dict[str, int] | None
) -> None:
    corpus = make(draft("واحد"), draft("اثنان"))
    running = export(corpus, out / "a", ExportOptions(split=split))
    list(itertools.islice(running, steps))
    running.close()
    assert list(out.iterdir()) == []
    with corpus.snapshot():
        pass


def test_a_failed_export_leaves_the_last_one(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(EVERY_FATE)
    finish(export(corpus, out / "a", ExportOptions()))
    before = everything(out)

    monkeypatch.setattr(ColumnTags, "write", raising(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        finish(export(corpus, out / "a", ExportOptions()))
    assert everything(out) == before


@pytest.mark.parametrize("options", [ExportOptions(), ExportOptions(split={"train": 1})], ids=["file", "folder"])
def test_a_report_beside_a_file_always_describes_that_file(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch, options: ExportOptions
) -> None:
    """Not even between the moves of an export that replaces an older one, where the program may be killed."""
    target, report, inner, moved = out / "a", out / "a.report.json", Path.replace, []
    corpus = make(EVERY_FATE)
    finish(export(corpus, target, options))
    older = report.read_bytes()
    apply_edits(corpus, [Edit(corpus.spans(EVERY_FATE.article.uid)[0], None)], "سلمى")

    def replace(self: Path, to: Path) -> Path:
        done = inner(self, to)
        if to == target:
            moved.append(report.exists())
        return done

    monkeypatch.setattr(Path, "replace", replace)
    finish(export(corpus, target, options))
    assert moved == [False]
    assert report.read_bytes() != older
    assert sorted(path.name for path in out.iterdir()) == ["a", "a.report.json"]


def test_the_old_report_is_restored_if_the_file_cannot_be_replaced(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, inner = out / "a", Path.replace
    corpus = make(EVERY_FATE)
    finish(export(corpus, target, ExportOptions()))
    older = everything(out)

    def replace(self: Path, to: Path) -> Path:
        if to == target:
            raise OSError(5, "Input/output error")
        return inner(self, to)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="Input/output"):
        finish(export(corpus, target, ExportOptions()))
    assert everything(out) == older


@pytest.mark.parametrize("options", [ExportOptions(), ExportOptions(split={"train": 1})], ids=["file", "folder"])
def test_the_older_export_is_restored_if_the_report_cannot_be_written(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch, options: ExportOptions
) -> None:
    target, report, inner = out / "a", out / "a.report.json", Path.replace
    corpus = make(EVERY_FATE)
    finish(export(corpus, target, options))
    older = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    apply_edits(corpus, [Edit(corpus.spans(EVERY_FATE.article.uid)[0], None)], "سلمى")

    def replace(self: Path, to: Path) -> Path:
        if to == report and self.name.endswith(".report.part"):
            raise OSError(5, "Input/output error")
        return inner(self, to)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="Input/output"):
        finish(export(corpus, target, options))
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == older


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_no_new_file_is_left_if_the_report_cannot_be_written(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name.endswith(".report.json"):
            raise OSError(5, "Input/output error")
        return inner(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="Input/output"):
        finish(export(make(EVERY_FATE), out / "a", ExportOptions()))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "right", "reason"),
    [
        ("B-DATE", "O", r"does not match the corpus for “أمس” \(DATE\)"),
        ("B-DATE", "B-PLAN", "does not match the corpus for “أمس”"),
        ("B-PLAN", "I-PLAN", "tags in the file are invalid"),
        ("أمس _ _ B-DATE\n", "", "contains “.” where the text does not|“أمس.*” is missing"),
        ("أمس", "اليوم", "contains “اليوم” where the text does not"),
        ("لوزارة", "لوزارةة", "” where the text does not"),
        (". _ _ O\n", "", "“.” is missing from"),
        (". _ _ O\n", ". _ _ O\n؟ _ _ O\n", "contains “؟” where the text does not"),
        ("خطة _ _ B-PLAN\n", "\nخطة _ _ B-PLAN\n", "not contain what"),
        (" _ _ ", " _ ", "cannot be read back"),
        ("-DOCSTART- -X- O O\n\n", "", "cannot be read back"),
        ("أمس", "\udcff", "cannot be read back"),
    ],
)
def test_a_file_that_differs_from_the_corpus_is_deleted(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch, wrong: str, right: str, reason: str
) -> None:
    """Whatever the format itself writes wrongly is found, and no file is left."""
    corpus = make(EVERY_FATE)
    spoil(monkeypatch, wrong, right)
    with pytest.raises(NotVerified, match=reason):
        finish(export(corpus, out / "a", ExportOptions()))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("split", [None, {"train": 1}])
@pytest.mark.parametrize(("wrong", "right"), [(b"B-DATE", b"B-PLAN"), (b"\n\n", b"\n"), (b"O\n\n", b"O\n\n\0")])
def test_a_file_that_differs_from_the_bytes_that_were_judged_is_deleted(
    make: Callable[..., Corpus],
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    split: dict[str, int] | None,
    wrong: bytes,
    right: bytes,
) -> None:
    """Each article is judged before it is written, so what the disk then has must be the same."""
    inner = ColumnTags.open_sink

    @contextmanager
    def open_failing_disk(*arguments: Any) -> Iterator[Callable[[bytes], object]]:
        with inner(*arguments) as write:
            yield lambda content: write(content.replace(wrong, right, 1))

    monkeypatch.setattr(ColumnTags, "open_sink", open_failing_disk)
    with pytest.raises(NotVerified, match="The file does not contain what was written"):
        finish(export(make(EVERY_FATE), out / "a", ExportOptions(split=split)))
    assert list(out.iterdir()) == []


def spoil(monkeypatch: pytest.MonkeyPatch, wrong: str, right: str) -> None:
    """Make the format write `right` for `wrong`."""
    inner = ColumnTags.encode

    def encode(tags: ColumnTags, article: FlatProjection, scheme: str, depth: int) -> bytes:
        honest = inner(tags, article, scheme, depth).decode()
        assert wrong in honest
        return honest.replace(wrong, right).encode(errors="surrogateescape")

    monkeypatch.setattr(ColumnTags, "encode", encode)


def test_a_missing_or_an_extra_article_raises(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(draft("واحد"), draft("اثنان"))
    write = ColumnTags.write
    monkeypatch.setattr(
        ColumnTags,
        "write",
        lambda tags, stream, article, *options: article.article.id == 1 and write(tags, stream, article, *options),
    )
    with pytest.raises(NotVerified, match="Article 2 is missing"):
        finish(export(corpus, out / "a", ExportOptions()))
    monkeypatch.setattr(ColumnTags, "write", lambda *arguments: [write(*arguments), write(*arguments)])
    with pytest.raises(NotVerified):
        finish(export(make(draft("واحد")), out / "a", ExportOptions()))
    assert list(out.iterdir()) == []


# Everything


TAG_FORMAT_NAMES = [format_.name for format_ in written_as(LineTags)]
options = st.builds(
    ExportOptions,
    format=st.sampled_from(TAG_FORMAT_NAMES),
    scheme=st.sampled_from(schemes.SCHEMES),
    flatten=st.sampled_from(FLATTENINGS),
    boundary=st.sampled_from(BOUNDARIES),
    zones=st.none() | st.frozensets(st.sampled_from(ZONE_KINDS)),
    state=st.just(ALL),
    split=st.none() | st.just(SHARES),
)


@examples(100)
@given(st.lists(article_layers(), min_size=1, max_size=4), options)
def test_each_span_is_counted_once_and_the_file_reads_back(
    articles: list[tuple[Article, list[Zone], list[Span]]], options: ExportOptions
) -> None:
    with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder) / "a.corpus", LABELS) as corpus:
        for article, zones, spans in articles:
            renamed = [msgspec.structs.replace(zone, uid=new_uid()) for zone in zones]
            corpus.add(AnnotatedArticle(article, tuple(renamed), tuple(spans)))
        stored = [span.uid for summary in article_list.load_all_summaries(corpus) for span in corpus.spans(summary.uid)]
        try:
            report = finish(export(corpus, Path(folder) / "out", options))
        except EmptyPart:
            assert options.split
            assert not (Path(folder) / "out").exists()
            return
        except NothingToExport:
            assert not finish(preview_export(corpus, options)).tokens
            assert not (Path(folder) / "out").exists()
            return
        lists = [report.widened, report.split, report.flattened, report.refused, report.outside_zones]
        reported = [entry.uid for entries in lists for entry in entries]
        assert report.verified
        assert report.spans == len(stored) == report.written + len(reported)
        assert len(set(reported)) == len(reported)
        assert set(reported) <= set(stored)
        chunks = sum(
            len(schemes.decode([rows.tags.get(end, "O") for end in list_ends(rows.lines)], options.scheme))
            for file in Path(folder).rglob("out*")
            for path in (file.iterdir() if file.is_dir() else [file] if file.suffix != ".json" else [])
            for rows in read(path, options.format)
        )
        assert chunks == report.written + len(report.widened) + len(report.split)
        if options.format == germeval.FORMAT.name:
            assert not report.flattened


@pytest.mark.slow
@pytest.mark.parametrize("format_", WRITTEN_FORMATS, ids=lambda format_: format_.name)
@examples(30)
@given(
    articles=st.lists(article_layers(marked_texts), min_size=2, max_size=5),
    boundary=st.sampled_from(BOUNDARIES),
    zones=st.sampled_from([None, None, frozenset(ZONE_KINDS)]),
)
def test_texts_with_invisible_marks_are_verified_in_every_format(
    format_: Any, articles: list[tuple[Article, list[Zone], list[Span]]], boundary: str, zones: frozenset[str] | None
) -> None:
    if format_.requires:
        consumer(format_.requires.module)
    with tempfile.TemporaryDirectory() as folder, Corpus.create(Path(folder) / "a.corpus", LABELS) as corpus:
        for article, article_zones, spans in articles:
            renamed = [msgspec.structs.replace(zone, uid=new_uid()) for zone in article_zones]
            corpus.add(AnnotatedArticle(article, tuple(renamed), tuple(spans)))
        stored = [span.uid for summary in article_list.load_all_summaries(corpus) for span in corpus.spans(summary.uid)]
        options = ExportOptions(format=format_.name, boundary=boundary, zones=zones, state=ALL)
        try:
            report = finish(export(corpus, Path(folder) / "out", options))
        except NothingToExport:
            assert not finish(preview_export(corpus, options)).tokens
            return
        listed = [entry.uid for outcome in OUTCOMES[1:] for entry in getattr(report, outcome)]
        assert report.verified
        assert report.spans == len(stored) == report.written + len(listed)
        assert len(set(listed)) == len(listed)
        assert set(listed) <= set(stored)


@pytest.mark.parametrize("format_", [*written_as(Documents), *written_as(Files)], ids=lambda format_: format_.name)
def test_a_format_of_whole_articles_counts_the_sentences_and_tokens_of_their_text(
    format_: Any, make: Callable[..., Corpus], out: Path
) -> None:
    corpus = make(draft("قال الوزير أمس. ثم سكت\nوانتهى.", ("أمس", "DATE"), body="قال الوزير أمس"), draft("نعم"))
    options = ExportOptions(format=format_.name, state=ALL)
    report = finish(export(corpus, out / "articles", options))
    assert (report.articles, report.sentences, report.tokens) == (2, 4, 9)
    estimate = finish(preview_export(corpus, options))
    assert (estimate.sentences, estimate.tokens) == (4, 9)


def test_a_text_is_counted_from_its_first_letter_to_its_last() -> None:
    assert count_text_tokens("«نعم»") == (1, 3)


def test_a_variation_selector_after_a_space_stops_no_export(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(draft("مم 20 \ufe0f ثم", ("20 \ufe0f", "DATE")))
    for format_ in ("conll2003", "conll2002", "nested", "wojood"):
        report = finish(export(corpus, out / format_, ExportOptions(format=format_)))
        (entry,) = report.widened
        assert (entry.start, entry.end, entry.became) == (3, 7, "20")


def read(path: Path, format_: str) -> Any:
    """Return the lines of each article; with several tags for a token, once for each depth or label."""
    with path.open(encoding="utf-8", newline="\n") as file:
        tags = get_format(format_).output
        assert isinstance(tags, LineTags)
        depth = file.readline().count("\t")
        file.seek(0)
        return [lines for article in tags.read_articles(file, depth) for lines in article.lines]


def test_nested_spans_are_all_in_a_nested_file(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(EVERY_FATE, draft("أمس قال", ("أمس", "DATE")))
    report = finish(export(corpus, out / "a.tsv", ExportOptions(format="nested")))
    assert (len(report.flattened), report.written, len(report.widened)) == (0, 3, 2)
    lines = (out / "a.tsv").read_text(encoding="utf-8").split("\n")
    assert "-DOCSTART-\tO\tO" in lines
    assert "2024-2025\tI-PLAN\tB-DATE" in lines
    assert "أمس\tB-DATE\tO" in lines
    report = finish(export(corpus, out / "a.txt", ExportOptions(format="wojood")))
    assert "2024-2025 I-PLAN B-DATE" in (out / "a.txt").read_text(encoding="utf-8").split("\n")


def test_overlapping_spans_of_one_label_are_reported_if_the_format_cannot_hold_them(
    make: Callable[..., Corpus], out: Path
) -> None:
    corpus = make(draft("اللجنة الوطنية للتلقيح", ("اللجنة الوطنية للتلقيح", "PLAN"), ("الوطنية", "PLAN")))
    report = finish(export(corpus, out / "a.tsv", ExportOptions(format="nested")))
    assert (report.written, len(report.flattened)) == (2, 0)
    report = finish(export(corpus, out / "a.txt", ExportOptions(format="wojood")))
    assert (report.written, [entry.text for entry in report.flattened]) == (1, ["الوطنية"])


def test_a_report_written_entry_by_entry_equals_one_written_at_once(make: Callable[..., Corpus], out: Path) -> None:
    for options in (ExportOptions(), ExportOptions(flatten="refuse", split={"train": 1})):
        report = finish(export(make(EVERY_FATE), out / f"{options.flatten}", options))
        stream = io.BytesIO()
        write_report(report, stream)
        whole = msgspec.json.decode(stream.getvalue())
        content, _key, index = stream.getvalue().partition(b',\n  "index": ')
        assert [entry["article"] for entry in whole.pop("index")] == [1]
        assert index.count(b"\n") == 4  # an article a line
        assert content + b"\n}" == msgspec.json.format(msgspec.json.encode(whole), indent=2)
        assert list(report.widened) == list(report.widened)
        assert [len(whole[kind]) for kind in ("widened", "refused")] == [len(report.widened), len(report.refused)]
    assert ("parts" in whole, whole["parts"]["train"]["spans"]) == (True, 6)


@pytest.mark.parametrize("format_", WRITTEN_FORMATS, ids=lambda format_: format_.name)
def test_exports_folder_predicts_whether_an_export_is_a_folder(
    make: Callable[..., Corpus], out: Path, format_: Any
) -> None:
    if format_.requires:
        consumer(format_.requires.module)
    corpus = make(draft("خطة العمل 2024", ("2024", "DATE")))
    for name, split in (("one", None), ("split", {"train": 1})):
        options = ExportOptions(format=format_.name, split=split)
        finish(export(corpus, out / name, options))
        assert exports_folder(corpus, options) == (out / name).is_dir()


# Compressed, and to a stream


TEXT_FORMATS = ["conll2003", "nested", "conllu", "jsonl", "prodigy"]


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_a_compressed_export_has_the_bytes_of_a_plain_one(make: Callable[..., Corpus], out: Path, name: str) -> None:
    corpus = make(EVERY_FATE, draft("لا شيء 😀"))
    finish(export(corpus, out / "a", ExportOptions(format=name)))
    reports = [finish(export(corpus, out / path, ExportOptions(format=name))) for path in ("b.gz", "c.gz")]
    assert gzip.decompress((out / "b.gz").read_bytes()) == (out / "a").read_bytes()
    assert (out / "b.gz").read_bytes() == (out / "c.gz").read_bytes()
    assert [report.files for report in reports] == [file_digest(out / "b.gz")] * 2
    finish(export(corpus, out / "b.gz", ExportOptions(format="conll2002")))  # replaces what is unchanged
    assert sorted(path.name for path in out.iterdir()) == [
        *("a", "a.report.json", "b.gz", "b.gz.report.json", "c.gz", "c.gz.report.json"),
    ]
    (out / "b.gz").write_bytes(gzip.compress(b"mine"))
    with pytest.raises(WouldReplace):
        finish(export(corpus, out / "b.gz", ExportOptions(format=name)))


def test_a_compressed_file_that_the_disk_has_changed_is_not_published(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def damaged(path: Path) -> Iterator[Any]:
        with synced_file(path) as file:
            yield file
        data = bytearray(path.read_bytes())
        data[-9] ^= 1
        path.write_bytes(data)

    monkeypatch.setattr(compression, "synced_file", damaged)
    with pytest.raises(NotVerified):
        finish(export(make(EVERY_FATE), out / "a.gz", ExportOptions()))
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("name", TEXT_FORMATS)
def test_a_stream_gets_the_bytes_of_a_file_and_no_report(make: Callable[..., Corpus], out: Path, name: str) -> None:
    corpus = make(EVERY_FATE, draft("لا شيء 😀"))
    stream = io.BytesIO()
    report = finish(export_to_stream(corpus, stream, ExportOptions(format=name)))
    assert list(out.iterdir()) == []
    assert as_json(report) == as_json(finish(export(corpus, out / "a", ExportOptions(format=name))))
    assert stream.getvalue() == (out / "a").read_bytes()


def test_a_stream_gets_nothing_that_was_not_verified(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter, "file_digest", lambda _path: "")
    stream = io.BytesIO()
    with pytest.raises(NotVerified):
        finish(export_to_stream(make(EVERY_FATE), stream, ExportOptions(), report=out / "r.json"))
    assert stream.getvalue() == b""
    assert list(out.iterdir()) == []


def test_the_report_of_a_stream_replaces_only_a_report(make: Callable[..., Corpus], out: Path) -> None:
    corpus = make(EVERY_FATE)
    for _time in range(2):
        report = finish(export_to_stream(corpus, io.BytesIO(), ExportOptions(), report=out / "r.json"))
        assert msgspec.json.decode((out / "r.json").read_bytes())["files"] == report.files
    (out / "r.json").write_text("mine")
    with pytest.raises(WouldReplace, match="is not an export report"):
        finish(export_to_stream(corpus, io.BytesIO(), ExportOptions(), report=out / "r.json"))
    with pytest.raises(CannotExport, match="is the corpus itself"):
        finish(export_to_stream(corpus, io.BytesIO(), ExportOptions(), report=corpus.path, force=True))
    assert (out / "r.json").read_text() == "mine"


@pytest.mark.parametrize(
    "options",
    [ExportOptions(format="brat"), ExportOptions(split={"a": 1}), ExportOptions(folds=2)],
    ids=["folder", "split", "folds"],  # the text of a set differs from process to process
)
def test_only_one_text_file_is_compressed_or_written_to_a_stream(
    make: Callable[..., Corpus], out: Path, options: ExportOptions
) -> None:
    corpus = make(EVERY_FATE)
    with pytest.raises(CannotExport, match="Only an export to one text file"):
        finish(export(corpus, out / "a.gz", options))
    with pytest.raises(CannotExport, match="Only an export to one text file"):
        finish(export_to_stream(corpus, io.BytesIO(), options))
    assert list(out.iterdir()) == []


# Back to the corpus


@pytest.mark.parametrize("name", ["conll2003", "conll2002", "nested", "wojood"])
@pytest.mark.parametrize("options", [{}, {"split": {"a": 1, "b": 1}}, {"folds": 2}, {"zones": None}], ids=str)
def test_the_index_leads_from_lines_to_the_article(
    make: Callable[..., Corpus], out: Path, name: str, options: dict[str, Any]
) -> None:
    words = [" ".join(f"كلمة{number}{index}" for index in range(9)) for number in range(8)]
    texts = [f"{some}. ثم ٌجملة\u200f أخرى  😀!\n\nوسطر ثالث؟ \u200f«نعم»" for some in words]
    corpus = make(EVERY_FATE, *map(draft, texts))
    report = finish(export(corpus, out / "a", ExportOptions(format=name, **options)))
    index = msgspec.json.decode((out / "a.report.json").read_bytes())["index"]
    assert report.index
    assert len(report.index) == len(index) == report.articles * (2 if "folds" in options else 1)
    assert sum(len(entry["sentences"]) for entry in index) == report.sentences * (2 if "folds" in options else 1)
    for entry in index:
        path = out / "a" / f"{entry['part']}{get_format(name).suffixes[0]}" if "part" in entry else out / "a"
        lines = path.read_text(encoding="utf-8").split("\n")
        assert lines[entry["line"] - 1].startswith("-DOCSTART-")
        article = corpus.article(entry["uid"])
        assert article.id == entry["article"]
        for line, start, end in entry["sentences"]:
            tokens = [re.split("[ \t]", row)[0] for row in itertools.takewhile(bool, lines[line - 1 :])]
            assert lines[line - 2] == ""
            assert "".join(tokens) == remove_invisible("".join(article.text[start:end].split()))


@pytest.mark.parametrize("part", ["uid", "offset"])
def test_a_file_that_leads_to_a_wrong_place_is_not_published(
    make: Callable[..., Corpus], out: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    encode = conllu.TAGS.encode

    def wrong(projection: Any, scheme: str, depth: int) -> bytes:
        content = encode(projection, scheme, depth)
        found, replaced = (b"newdoc id = ", b"newdoc id = 0") if part == "uid" else (b"offset = 0", b"offset = 1")
        assert found in content
        return content.replace(found, replaced)

    monkeypatch.setattr(type(conllu.TAGS), "encode", lambda _self, *arguments: wrong(*arguments))
    with pytest.raises(NotVerified, match="does not lead back to it"):
        finish(export(make(EVERY_FATE), out / "a", ExportOptions(format="conllu", zones=None)))
    assert list(out.iterdir()) == []
