"""Imports of files and folders into a real corpus."""

import gzip
import io
import json
import os
import sys
import zipfile
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from builders import apply_edits, create_corpus, write_json_lines

from annotator.cli.terminal import reorder_for_display
from annotator.formats.json import doccano
from annotator.formats.report import report_path
from annotator.generators import finish
from annotator.jobs.checking import check_corpus
from annotator.jobs.imports import importer, label_mapping
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import ImportOptions, ImportResult, import_paths
from annotator.jobs.imports.label_mapping import LabelMapping
from annotator.jobs.imports.sources import STANDARD_INPUT
from annotator.model.reasons import Code
from annotator.model.records import (
    AnnotatedArticle,
    Edit,
    Notice,
    Refusal,
    Repair,
    Span,
    Status,
    VisualOrderNotice,
)
from annotator.store.corpus import AddResult, Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries import article_list
from annotator.store.queries.gold import create_gold

PAGE = Path(__file__).resolve().parents[2] / "fixtures" / "page.txt"
UNRECOGNISED = "The format of the file was not recognised."


def import_files(corpus: Corpus, *paths: Path, **options: Any) -> ImportResult:
    reading = {name: options.pop(name) for name in ReadOptions.__struct_fields__ if name in options}
    steps = import_paths(corpus, paths, ImportOptions(ReadOptions(**reading), **options))
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            assert seen == sorted(seen)
            assert seen[0][0] == 0
            assert seen[-1][0] == seen[-1][1]
            result: ImportResult = end.value
            return result


def texts(corpus: Corpus) -> list[str]:
    return [corpus.article(summary.uid).text for summary in article_list.load_all_summaries(corpus)]


def test_the_seed_article(corpus: Corpus, shared: Path) -> None:
    result = import_files(corpus, shared / "data" / "seed-article.txt")
    assert (result.added, result.skipped) == (1, [])
    (summary,) = article_list.load_all_summaries(corpus)
    assert summary.title == "تقرير الخارجية الأمريكية حول الاتجار بالبشر.. تنويه بجهود المغرب في التصدي للجريمة"
    assert summary.published == "2024-07-09T09:00"
    kinds = [zone.kind for zone in corpus.zones(summary.uid)]
    assert kinds == ["boilerplate"] * 6 + ["dateline", "headline", "boilerplate"] + ["body"] * 4


def test_a_page(corpus: Corpus) -> None:
    assert import_files(corpus, PAGE) == ImportResult(1, 0, 0, [])
    (summary,) = article_list.load_all_summaries(corpus)
    assert summary.title == "ميناء الصويرة يتوسع.. ورش جديد لتجهيز رصيف المراكب التقليدية"
    assert summary.published == "2024-06-06T17:45"
    assert corpus.article(summary.uid).text == PAGE.read_text(encoding="utf-8")


def test_several_processes_import_the_same_as_one(corpus: Corpus, folder: Path) -> None:
    for number in range(50):
        (folder / f"{number:02}.txt").write_text(f"أعلنت وزارة العدل الخطة {number}", encoding="utf-8")
    (folder / "07.txt").write_bytes(b"\0" * 9)
    (folder / "20.txt").write_text("ﻣﺤﻤﺪ ﰲ ﺍﻟﺮﺑﺎﻁ", encoding="utf-8")
    long = ({"text": f"{number} " + "كتاب " * 20_000} for number in range(8))
    assert write_json_lines(folder / "21.jsonl", *long).stat().st_size > 1 << 20
    with create_corpus(folder.parent / "other.corpus") as other:
        expected = import_files(other, folder)
        assert (expected.added, len(expected.skipped), len(expected.noticed)) == (57, 1, 1)
        assert import_files(corpus, folder, jobs=2) == expected
        assert texts(corpus) == texts(other)


def test_impossible_dates_are_kept_and_noticed_once_for_a_file(corpus: Corpus, folder: Path) -> None:
    values = "2024-02-31", "أمس", None, "2024-07-09", "plan"
    path = write_json_lines(
        folder / "a.jsonl",
        *(
            {"text": f"قال أمس {index}", "spans": [{"start": 4, "end": 7, "label": label, "value": value}]}
            for index, (value, label) in enumerate(zip(values, ("DATE", "TIME", "DATE", "DATE", "PLAN"), strict=True))
        ),
    )
    mapping = LabelMapping({"TIME": "DATE"})
    result = import_files(corpus, path, annotator="Sanae", labels=mapping)
    reason = "2 invalid dates were kept, such as “2024-02-31”. A check of the labels lists them."
    assert (result.spans, result.skipped, result.noticed) == (
        5,
        [],
        [Notice(str(path), 1, reason, Code.INVALID_DATE_VALUE)],
    )
    assert [corpus.spans(corpus.article(number).uid)[0].value for number in range(1, 6)] == [*values]
    issues = finish(check_corpus(corpus, "Sanae")).issues
    assert [issue.number for issue in issues if issue.issue.kind == "value"] == [1, 2]
    assert import_files(corpus, path, annotator="Sanae", labels=mapping).noticed == []


def test_a_rare_label_a_letter_away_from_a_frequent_one_is_noticed(corpus: Corpus, folder: Path) -> None:
    path = folder / "a.conll"
    articles = [
        f"-DOCSTART- O\n\nصندوق B-{label}\n{number} O\n\n" for number, label in enumerate([*20 * ["ORG"], "OEG"])
    ]
    path.write_text("".join(articles), encoding="utf-8")
    result = import_files(corpus, path, annotator="Sanae", labels=LabelMapping({}, None))
    reason = "The label “OEG” is on 1 span, “ORG” on 20: is “ORG” meant?"
    assert (result.spans, result.skipped, result.noticed) == (
        21,
        [],
        [Notice(str(path), 101, reason, Code.SIMILAR_LABEL)],
    )
    renamed = import_files(corpus, path, annotator="Sanae", labels=LabelMapping({"OEG": "ORG"}))
    assert renamed.noticed == []


def test_a_refused_span_with_an_impossible_date_is_not_said_to_be_kept(corpus: Corpus, folder: Path) -> None:
    def line(value: str) -> dict[str, object]:
        return {"text": "قال أمس", "spans": [{"start": 4, "end": 7, "label": "DATE", "value": value}]}

    import_files(corpus, write_json_lines(folder / "a.jsonl", line("2024")), annotator="Sanae")
    more = line("أمس")
    more["spans"] = [*more["spans"], {"start": 0, "end": 3, "label": "PLAN"}]  # type: ignore[misc]
    result = import_files(corpus, write_json_lines(folder / "b.jsonl", more), annotator="Sanae")
    assert (result.spans, len(result.skipped), result.noticed) == (1, 1, [])


def test_the_same_text_again_adds_nothing(corpus: Corpus, folder: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    (folder / "a.txt").write_bytes(text.encode("cp1256"))
    (folder / "b.txt").write_bytes(text.replace("\n", "\r\n").encode("utf-16"))
    assert import_files(corpus, folder) == ImportResult(1, 1, 0, [])
    assert import_files(corpus, folder, folder) == ImportResult(0, 4, 0, [])
    assert len(texts(corpus)) == 1


def test_a_folder_is_read_recursively_sorted_by_name(corpus: Corpus, folder: Path) -> None:
    (folder / "b" / "deep").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name in ("c.txt", "a.txt", "b/2.txt", "b/10.text", "b/deep/x", ".secret.txt", ".hidden/y.txt"):
        (folder / name).write_text(f"نص {name}", encoding="utf-8")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\0")
    (folder / "binary.txt").write_bytes(b"\0\1")
    write_json_lines(folder / "more.jsonl", {"text": "نص 1"}, {"text": "نص 2"})
    result = import_files(corpus, folder)
    assert texts(corpus) == ["نص a.txt", "نص b/10.text", "نص b/2.txt", "نص b/deep/x", "نص c.txt", "نص 1", "نص 2"]
    assert (result.added, result.duplicates) == (7, 0)
    assert result.skipped == [
        Refusal(str(folder / "binary.txt"), 0, "The file is binary, not text.", Code.BINARY_FILE),
        Refusal(str(folder / "photo.jpg"), 0, UNRECOGNISED, Code.FORMAT_NOT_RECOGNISED),
    ]


def test_a_hidden_file_is_read_if_named_explicitly(corpus: Corpus, folder: Path) -> None:
    (folder / ".secret.txt").write_text("نص", encoding="utf-8")
    assert import_files(corpus, folder / ".secret.txt").added == 1


def test_the_corpus_itself_is_skipped(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("نص", encoding="utf-8")
    assert (tmp_path / "my.corpus").exists()
    assert import_files(corpus, tmp_path) == ImportResult(1, 0, 0, [])
    (tmp_path / "other.corpus").write_bytes(b"")
    assert import_files(corpus, tmp_path).skipped == [
        Refusal(str(tmp_path / "other.corpus"), 0, UNRECOGNISED, Code.FORMAT_NOT_RECOGNISED)
    ]


@pytest.mark.not_on_wine("Wine lists no links that lead nowhere")
def test_circular_links_are_entered_once(corpus: Corpus, folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "a.txt").write_text("نص", encoding="utf-8")
    try:
        (folder / "sub" / "up").symlink_to(folder, target_is_directory=True)
        (folder / "itself").symlink_to(folder / "itself")
        (folder / "nowhere.txt").symlink_to(folder / "gone.txt")
    except OSError:
        pytest.skip("links cannot be made here")
    result = import_files(corpus, folder)
    assert (result.added, result.duplicates) == (1, 0)
    assert [Path(refusal.path).name for refusal in result.skipped] == ["itself", "nowhere.txt"]
    assert result.skipped[1].reason == "No such file or folder."


def test_unreadable_files_are_skipped(corpus: Corpus, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.txt").write_text("أول", encoding="utf-8")
    (folder / "b.txt").write_text("ثان", encoding="utf-8")
    plain = Path.open

    def refusing(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return plain(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refusing)
    result = import_files(corpus, folder / "none", folder / "a.txt", folder / "b.txt")
    assert texts(corpus) == ["ثان"]
    assert result.skipped == [
        Refusal(str(folder / "none"), 0, "No such file or folder.", Code.FILE_NOT_FOUND),
        Refusal(
            str(folder / "a.txt"),
            0,
            "Cannot be read: access is denied: check who may use the file and its folder",
            Code.FILE_UNREADABLE,
        ),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
def test_a_pipe_is_not_read(corpus: Corpus, folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    assert import_files(corpus, folder).skipped == [
        Refusal(str(folder / "pipe.txt"), 0, "This is neither a file nor a folder.", Code.NOT_A_FILE)
    ]


def test_an_explicit_format_is_not_detected(corpus: Corpus, folder: Path) -> None:
    (folder / "page.html").write_text("نص", encoding="utf-8")
    path = write_json_lines(folder / "lines.dat", {"text": "أ"})
    assert import_files(corpus, folder / "page.html", format="text").added == 1
    assert import_files(corpus, path, format="jsonl").added == 1
    assert texts(corpus) == ["نص", "أ"]
    with pytest.raises(KeyError):
        import_files(corpus, path, format="odt")


@pytest.mark.parametrize("suffix", [".ann", ".ANN"])
def test_a_companion_file_is_read_only_with_its_main_file(corpus: Corpus, folder: Path, suffix: str) -> None:
    (folder / "a.txt").write_text("أمس في وجدة", encoding="utf-8")
    (folder / f"a{suffix}").write_text("T1\tDATE 0 3\tأمس\n", encoding="utf-8")
    (folder / "b.txt").write_text("نص آخر", encoding="utf-8")
    result = import_files(corpus, folder, annotator="ليلى")
    assert (result.added, result.duplicates, result.spans, result.skipped) == (2, 0, 1, [])
    assert import_files(corpus, folder / "a.txt", folder / f"a{suffix}", format="text").duplicates == 1


def write_report(export: Path) -> Path:
    """Write the beginning of an export's report, with the keys that JSON of tokens and tags has."""
    report = {"format": "conll", "scheme": "iob2", "articles": 1, "sentences": 1, "tokens": 3, "labels": {"DATE": 1}}
    path = report_path(export)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    return path


@pytest.mark.parametrize("format_name", [None, "jsonl"])
def test_reports_beside_exports_are_passed_over(corpus: Corpus, folder: Path, format_name: str | None) -> None:
    data = folder / "data"
    data.mkdir()
    texts = [write_json_lines(path, {"text": path.stem}) for path in (folder / "a.jsonl", data / "b.jsonl")]
    reports = [write_report(path) for path in (folder / "a.jsonl", data)]
    assert import_files(corpus, folder, format=format_name) == ImportResult(2, 0, 0, [])
    assert import_files(corpus, data, *texts, *reports, format=format_name) == ImportResult(0, 3, 0, [])


def test_a_report_that_is_named_alone_is_refused(corpus: Corpus, folder: Path) -> None:
    report = write_report(folder / "a.jsonl")
    renamed = report.rename(folder / "report.json")
    write_report(folder / "a.jsonl")
    message = "This is the report of an export, without articles."
    for path in (report, renamed):
        assert import_files(corpus, path).skipped == [Refusal(str(path), 0, message, Code.FORMAT_NOT_RECOGNISED)]


def test_reports_in_archives_are_passed_over(corpus: Corpus, folder: Path) -> None:
    texts = write_json_lines(folder / "a.jsonl", {"text": "أ"})
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for path in (texts, write_report(texts)):
            archive.write(path, path.name)
    assert import_files(corpus, folder / "a.zip") == ImportResult(1, 0, 0, [])


def test_label_types_are_passed_over_beside_texts_and_refused_alone(corpus: Corpus, folder: Path) -> None:
    texts = write_json_lines(folder / "a.jsonl", {"text": "أ", "label": []})
    labels, shared, renamed = (folder / name for name in ("a.jsonl.labels.json", "labels.json", "b.json"))
    for path in (labels, shared):
        path.write_bytes(doccano.encode_label_types(corpus.labels()))
    assert import_files(corpus, *folder.iterdir()) == ImportResult(1, 0, 0, [])
    assert import_files(corpus, folder).duplicates == 1
    texts.rename(renamed)
    labels.rename(texts)
    message = "These are the labels of a project of doccano, without articles."
    for path in (texts, shared):
        assert import_files(corpus, path).skipped == [Refusal(str(path), 0, message, Code.FORMAT_NOT_RECOGNISED)]


def test_spans_are_imported_and_invalid_ones_reported(corpus: Corpus, folder: Path) -> None:
    spans = [
        {"start": 0, "end": 3, "label": "PLAN"},
        {"start": 4, "end": 8, "label": "DATE", "annotator": "سعيد", "value": "2024"},
        {"start": 4, "end": 8, "label": "EVENT"},
        {"start": 3, "end": 4, "label": "DATE"},
        {"start": 4, "end": 99, "label": "DATE"},
    ]
    path = write_json_lines(
        folder / "a.jsonl", {"text": "قبل"}, {"text": "خطة 2024", "spans": spans, "states": {"سعيد": "done"}}
    )
    result = import_files(corpus, path, annotator="ليلى")
    assert (result.added, result.spans) == (2, 2)
    assert [(refusal.path, refusal.line) for refusal in result.skipped] == [(str(path), 2)] * 3
    assert {refusal.reason for refusal in result.skipped} >= {"the corpus has no label EVENT: 1 span was skipped"}
    summary = list(article_list.load_all_summaries(corpus))[1]
    assert [(span.annotator, span.label) for span in corpus.spans(summary.uid)] == [("ليلى", "PLAN"), ("سعيد", "DATE")]
    assert summary.states == {"سعيد": "done"}
    assert import_files(corpus, path, annotator="ليلى").spans == 0


def test_articles_are_stored_in_batches_and_a_cancelled_import_keeps_complete_ones(
    corpus: Corpus, folder: Path
) -> None:
    articles = ({"text": f"نص {number}", "spans": [{"start": 0, "end": 2, "label": "DATE"}]} for number in range(250))
    path = write_json_lines(folder / "a.jsonl", *articles)
    steps = import_paths(corpus, [path], ImportOptions(annotator="ليلى"))
    total = -(-path.stat().st_size // 1024)
    assert [next(steps), next(steps)] == [(0, total), (8, total)]
    steps.close()
    summaries = list(article_list.load_all_summaries(corpus))
    assert len(summaries) == 100
    assert {summary.spans for summary in summaries} == {1}
    with Corpus.open(corpus.path) as other:
        assert len(list(article_list.load_all_summaries(other))) == 100
    assert import_files(corpus, path, annotator="ليلى") == ImportResult(150, 100, 150, [])


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".csv", ".zip"])
def test_progress_is_the_share_of_the_files_that_is_read(corpus: Corpus, folder: Path, suffix: str) -> None:
    count = 2000
    lines = [f'{{"text": "أعلنت الوزارة الخطة رقم {number}"}}' for number in range(count)]
    if suffix == ".csv":
        lines = ["id,text", *(f'{number},"أعلنت الوزارة الخطة، رقم {number}"' for number in range(count))]
    data = "\n".join(lines).encode() + b"\n"
    path = folder / f"a{suffix}"
    path.write_bytes(gzip.compress(data) if suffix.endswith(".gz") else data)
    if suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.jsonl", data[: len(data) // 2])
            archive.writestr("b.jsonl", data[len(data) // 2 :])
    (folder / "z.txt").write_text("نص", encoding="utf-8")
    shares = [position / total for position, total in import_paths(corpus, [folder])]
    assert len(shares) > 20
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)
    assert 0.3 < shares[len(shares) // 2] < 0.75


def test_progress_of_standard_input(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    data = "".join(f'{{"text": "أعلنت الوزارة الخطة رقم {number}"}}\n' for number in range(2000)).encode()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
    shares = [position / total for position, total in import_paths(corpus, [STANDARD_INPUT])]
    assert shares[0] == 0
    assert shares[-1] == 1
    assert 0.3 < shares[len(shares) // 2] < 0.75


def test_what_is_stored_is_counted_on_the_way(corpus: Corpus, folder: Path) -> None:
    path = write_json_lines(folder / "a.jsonl", *({"text": f"نص {number}"} for number in range(250)))
    stored = Counter[str]()
    counts = [stored["added"] for _step in import_paths(corpus, [path], stored=stored)]
    assert counts == [0, 100, 200, 250]


def test_no_transaction_is_open_at_a_yield(corpus: Corpus, folder: Path) -> None:
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"نص {number}", encoding="utf-8")
    steps = import_paths(corpus, [folder])
    with Corpus.open(corpus.path) as other:
        for _step in steps:
            with other.transaction():
                pass
    assert len(texts(corpus)) == 3


def test_an_error_of_the_corpus_ends_the_import_and_rolls_back_the_batch(
    corpus: Corpus, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = corpus._add

    def failing(draft: AnnotatedArticle, new_texts: list[tuple[int, str]]) -> AddResult:
        if draft.article.text == "ثان":
            raise CorpusError("The disk is full.")
        return plain(draft, new_texts)

    (folder / "a.txt").write_text("أول", encoding="utf-8")
    (folder / "b.txt").write_text("ثان", encoding="utf-8")
    monkeypatch.setattr(corpus, "_add", failing)
    with pytest.raises(CorpusError):
        import_files(corpus, folder)
    assert texts(corpus) == []


def test_nothing_to_import(corpus: Corpus) -> None:
    assert import_files(corpus) == ImportResult(0, 0, 0, [])
    assert importer.ImportResult.__struct_fields__ == (
        *("added", "duplicates", "spans"),
        *("skipped", "repaired", "noticed"),
        *("changed", "removed"),
    )


def test_refusals_are_sorted_by_file_and_line(tmp_path: Path, corpus: Corpus) -> None:
    good = '{"text": "خبر", "spans": [{"start": 0, "end": 1, "label": "NONE"}]}'
    (tmp_path / "a.jsonl").write_text(f"{good}\nbad\n", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    skipped = import_files(corpus, tmp_path / "a.jsonl", tmp_path / "b.txt", tmp_path / "none").skipped
    assert [(Path(refusal.path).name, refusal.line) for refusal in skipped] == [
        ("none", 0),
        ("a.jsonl", 1),
        ("a.jsonl", 2),
        ("b.txt", 0),
    ]


# Labels that the corpus lacks


FOREIGN = {
    "text": "زار يوسف وجدة يوم الجمعة",
    "spans": [
        {"start": 4, "end": 8, "label": "PER"},
        {"start": 9, "end": 13, "label": "LOC"},
        {"start": 14, "end": 24, "label": "DATE"},
    ],
}


def labelled(corpus: Corpus) -> list[str]:
    return [span.label for span in corpus.spans(corpus.article(1).uid)]


def test_a_label_that_the_corpus_lacks_is_refused_by_name(corpus: Corpus, folder: Path) -> None:
    result = import_files(corpus, write_json_lines(folder / "a.jsonl", FOREIGN), annotator="ليلى")
    assert labelled(corpus) == ["DATE"]
    assert [refusal.reason for refusal in result.skipped] == [
        "the corpus has no label PER: 1 span was skipped",
        "the corpus has no label LOC: 1 span was skipped",
    ]


def test_labels_are_added_on_request(corpus: Corpus, folder: Path) -> None:
    result = import_files(
        corpus, write_json_lines(folder / "a.jsonl", FOREIGN), annotator="ليلى", labels=LabelMapping(added=None)
    )
    assert (result.spans, result.skipped) == (3, [])
    assert labelled(corpus) == ["PER", "LOC", "DATE"]
    names = [label.name for label in corpus.labels().labels]
    assert names == ["DATE", "INSTITUTION", "PLAN", "PER", "LOC"]
    assert len({label.key for label in corpus.labels().labels}) == 5
    assert len({label.colour for label in corpus.labels().labels}) == 5


def test_labels_are_renamed_on_request(corpus: Corpus, folder: Path) -> None:
    naming = LabelMapping({"PER": "INSTITUTION", "LOC": "NOWHERE"})
    result = import_files(corpus, write_json_lines(folder / "a.jsonl", FOREIGN), annotator="ليلى", labels=naming)
    assert labelled(corpus) == ["INSTITUTION", "DATE"]
    assert [refusal.reason for refusal in result.skipped] == ["the corpus has no label NOWHERE: 1 span was skipped"]


def test_an_invalid_label_name_is_refused_even_when_labels_are_added(corpus: Corpus, folder: Path) -> None:
    spans = [{"start": 0, "end": 3, "label": "a place"}, {"start": 4, "end": 8, "label": "PER"}]
    path = write_json_lines(folder / "a.jsonl", FOREIGN | {"spans": spans})
    result = import_files(corpus, path, annotator="ليلى", labels=LabelMapping(added=None))
    assert labelled(corpus) == ["PER"]
    reason = "“a place” is not a valid label name (use letters, digits, _ and -): 1 span was skipped"
    assert result.skipped == [Refusal(str(path), 1, reason, Code.INVALID_LABEL)]


def test_refused_spans_of_a_label_are_reported_once_for_a_file(corpus: Corpus, folder: Path) -> None:
    spans = [{"start": start, "end": start + 2, "label": label} for start in (0, 4, 9) for label in ("PER", "a b")]
    path = write_json_lines(
        folder / "a.jsonl", {"text": "خبر"}, FOREIGN | {"spans": spans[:4]}, {"text": "أمس زار", "spans": spans[:2]}
    )
    other = write_json_lines(folder / "b.jsonl", FOREIGN | {"spans": spans[:1]})
    assert import_files(corpus, path, other).skipped == [
        Refusal(str(path), 2, "the corpus has no label PER: 3 spans were skipped", Code.UNKNOWN_LABEL),
        Refusal(
            str(path),
            2,
            "“a b” is not a valid label name (use letters, digits, _ and -): 3 spans were skipped",
            Code.INVALID_LABEL,
        ),
        Refusal(str(other), 1, "the corpus has no label PER: 1 span was skipped", Code.UNKNOWN_LABEL),
    ]


def test_some_labels_are_added_and_others_left_out(corpus: Corpus, folder: Path) -> None:
    result = import_files(
        corpus,
        write_json_lines(folder / "a.jsonl", FOREIGN),
        annotator="ليلى",
        labels=LabelMapping(added=frozenset({"LOC"})),
    )
    assert labelled(corpus) == ["LOC", "DATE"]
    assert [refusal.reason for refusal in result.skipped] == ["the corpus has no label PER: 1 span was skipped"]


def test_a_file_is_read_with_its_own_options(corpus: Corpus, folder: Path) -> None:
    for name in ("a.md", "b.md"):
        (folder / name).write_text("نص " + name, encoding="utf-8")
    result = import_files(corpus, folder, reading_by_path={folder / "b.md": ReadOptions("text")})
    assert texts(corpus) == ["نص b.md"]
    assert result.skipped == [Refusal(str(folder / "a.md"), 0, UNRECOGNISED, Code.FORMAT_NOT_RECOGNISED)]


# Tables


def test_column_names_apply_to_tables_only(corpus: Corpus, folder: Path) -> None:
    (folder / "a.csv").write_text("c;id\nأمس في وجدة;1\nاليوم;2\n", encoding="utf-8")
    (folder / "b.tsv").write_text("c\tid\nغدا\t1\n", encoding="utf-8")
    (folder / "c.txt").write_text("نص", encoding="utf-8")
    result = import_files(corpus, folder, columns={"text": "c"})
    assert (result.added, result.skipped) == (4, [])
    assert texts(corpus) == ["أمس في وجدة", "اليوم", "غدا", "نص"]
    assert [refusal.reason for refusal in import_files(corpus, folder / "b.tsv").skipped] == [UNRECOGNISED]


# Repairs


BROKEN = "أمس O\nالجمعة I-DATE\nفي O\nوجدة B-DATE\n"


def test_repairs_are_not_refusals(corpus: Corpus, folder: Path) -> None:
    path = folder / "a.conll"
    path.write_text(BROKEN, encoding="utf-8")
    result = import_files(corpus, path, annotator="ليلى", strict=True)
    assert (result.added, result.spans, result.skipped) == (1, 2, [])
    reason = "I-DATE after O: treated as the start of a span."
    assert result.repaired == [Repair(str(path), 2, reason, Code.MISSING_SPAN_START)]


# Visual order and presentation forms


OTHER = "أعلنت الوزارة خطة"


def page_text(folder: Path) -> Path:
    text = "قالت الوزارة في بلاغ\nيوم الجمعة 5 يوليوز"
    span: dict[str, Any] = {"start": reorder_for_display(text).index("ﺔﻌﻤﺠﻟﺍ"), "label": "DATE"}
    span["end"] = span["start"] + len("ﺔﻌﻤﺠﻟﺍ")
    return write_json_lines(
        folder / "a.jsonl",
        {"text": "خبر"},
        {"text": reorder_for_display(text), "spans": [span]},
        {"text": reorder_for_display(OTHER)},
    )


def test_text_in_visual_order_is_reported_once_for_a_file_and_imported_unchanged(corpus: Corpus, folder: Path) -> None:
    path = page_text(folder)
    result = import_files(corpus, path, annotator="ليلى", strict=True)
    assert (result.added, result.spans, result.skipped, result.repaired) == (3, 1, [], [])
    reason = "2 texts have letters in presentation forms or lines in visual order, and were imported unchanged."
    assert result.noticed == [VisualOrderNotice(str(path), 2, reason, Code.VISUAL_ORDER)]
    assert texts(corpus)[2] == reorder_for_display(OTHER)


def test_text_in_visual_order_is_repaired_on_request_with_its_spans(corpus: Corpus, folder: Path) -> None:
    path = page_text(folder)
    result = import_files(corpus, path, annotator="ليلى", logical=True, strict=True)
    assert (result.added, result.spans, result.skipped, result.noticed) == (3, 1, [], [])
    reason = "2 texts had letters in presentation forms or lines in visual order, and were converted to logical text."
    assert result.repaired == [Repair(str(path), 2, reason, Code.VISUAL_ORDER)]
    assert texts(corpus) == ["خبر", "قالت الوزارة في بلاغ\nيوم الجمعة 5 يوليوز", OTHER]
    article = corpus.article(2)
    assert [article.text[span.start : span.end] for span in corpus.spans(article.uid)] == ["الجمعة"]


def test_pairs_of_forms_and_logical_text(corpus: Corpus, folder: Path, shared: Path) -> None:
    content = (shared / "data" / "pdf" / "presentation-forms.jsonl").read_text(encoding="utf-8")
    pairs = [json.loads(line) for line in content.splitlines()]
    path = write_json_lines(folder / "a.jsonl", *({"text": pair["presentation"]} for pair in pairs))
    result = import_files(corpus, path, logical=True)
    assert result.added + result.duplicates == len(pairs)
    stored = set(texts(corpus))
    assert sum(pair["logical"] in stored for pair in pairs) == 48  # the forms of the others say less, or otherwise


# All or nothing


def test_strict_imports_all_or_nothing(corpus: Corpus, folder: Path) -> None:
    good = write_json_lines(folder / "a.jsonl", {"text": "أ"}, {"text": "ب"})
    bad = write_json_lines(folder / "b.jsonl", {"text": "ج"}, {"text": ""})
    result = import_files(corpus, good, bad, labels=LabelMapping(added=None), strict=True)
    assert (result.added, result.duplicates, result.spans) == (0, 0, 0)
    assert [refusal.line for refusal in result.skipped] == [2]
    assert texts(corpus) == []
    assert import_files(corpus, good, strict=True) == ImportResult(2, 0, 0, [])
    assert texts(corpus) == ["أ", "ب"]


def test_strict_leaves_no_label_behind(corpus: Corpus, folder: Path) -> None:
    wrong = FOREIGN | {"text": "زار"}
    before = corpus.labels()
    result = import_files(
        corpus,
        write_json_lines(folder / "a.jsonl", FOREIGN, wrong),
        labels=LabelMapping(added=None),
        strict=True,
        annotator="x",
    )
    assert result.skipped
    assert corpus.labels() == before


def test_a_strict_import_closed_early_leaves_nothing(corpus: Corpus, folder: Path) -> None:
    paths = [write_json_lines(folder / f"{n}.jsonl", {"text": f"نص {n}"}) for n in range(3)]
    steps = import_paths(corpus, paths, ImportOptions(strict=True))
    next(steps)
    next(steps)
    steps.close()
    assert texts(corpus) == []


def test_notes_are_imported_with_their_article(corpus: Corpus, folder: Path) -> None:
    path = write_json_lines(folder / "a.jsonl", {"text": "نص", "notes": {"ليلى": " يُراجَع ", " ": "?", "سعيد": " "}})
    import_files(corpus, path)
    note = corpus.note(corpus.article(1).uid, "ليلى")
    assert note
    assert note.text == "يُراجَع"
    assert corpus.annotators() == ["ليلى"]
    import_files(corpus, write_json_lines(folder / "a.jsonl", {"text": "نص", "notes": {"ليلى": "آخر"}}))
    assert corpus.note(corpus.article(1).uid, "ليلى") == note


def test_labels_beyond_the_limit_are_not_said_to_be_unknown(
    corpus: Corpus, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_mapping, "MAX_NEW_LABELS", 5)
    spans = [{"start": 0, "end": 1, "label": f"L{number}"} for number in range(4)]
    path = write_json_lines(folder / "a.jsonl", *({"text": f"نص {more}", "spans": spans[more:]} for more in range(2)))
    result = import_files(corpus, path, annotator="Sanae", labels=LabelMapping({}, None))
    reason = "the corpus has 5 labels, and an import adds no more: 4 spans with others were skipped"
    assert (result.added, result.spans) == (2, 3)
    assert result.skipped == [Refusal(str(path), 1, reason, Code.TOO_MANY_LABELS)]
    assert [label.name for label in corpus.labels().labels][3:] == ["L0", "L1"]


def test_a_file_adds_nothing_to_the_gold_layer_of_an_article_that_the_corpus_has(tmp_path: Path) -> None:
    text, new = "زارت وزارة الصحة مدينة فاس. 👩🏽‍⚖️", "نص جديد عن وزارة العدل."
    first = {"start": 5, "end": 16, "label": "INSTITUTION", "annotator": "gold"}
    second = {"start": 17, "end": 26, "label": "INSTITUTION", "annotator": "gold"}
    own = {"start": 17, "end": 26, "label": "INSTITUTION", "annotator": "Sanae"}
    reason = "“gold” is the gold layer, which only adjudication changes: its spans stay as they are."
    file = tmp_path / "a.jsonl"
    with create_corpus(tmp_path / "a.corpus", text) as corpus:
        assert create_gold(corpus) == "gold"
        uid = corpus.article(1).uid
        apply_edits(corpus, [Edit(None, Span("g", uid, "gold", "INSTITUTION", 5, 16))], "gold")
        write_json_lines(file, {"text": text, "spans": [first]})
        assert import_files(corpus, file).skipped == []  # the same as in the corpus
        write_json_lines(file, {"text": text, "spans": [first, second, own]}, {"text": new, "spans": [first]})
        result = import_files(corpus, file)
        assert [(refusal.line, refusal.reason, refusal.code) for refusal in result.skipped] == [
            (1, reason, Code.GOLD_LAYER)
        ]
        assert (result.added, result.duplicates, result.spans) == (1, 1, 2)
        assert [(span.start, span.end) for span in corpus.spans(uid, "gold")] == [(5, 16)]
        assert [(span.start, span.end) for span in corpus.spans(uid, "Sanae")] == [(17, 26)]
        assert len(corpus.spans(corpus.article(2).uid, "gold")) == 1  # as in a merge
        write_json_lines(file, {"text": text, "states": {"gold": "done", "Sanae": "done"}})
        assert [refusal.reason for refusal in import_files(corpus, file).skipped] == [reason]
        assert (corpus.status(uid, "gold"), corpus.status(uid, "Sanae")) == (None, Status(uid, "Sanae", "done"))
