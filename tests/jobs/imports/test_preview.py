"""Previews of files: their content and open decisions, with nothing stored."""

import gzip
import json
import zipfile
from pathlib import Path

from builders import apply_edits, write_json_lines

from annotator.cli.terminal import reorder_for_display
from annotator.formats.json import doccano
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import import_paths
from annotator.jobs.imports.preview import FilePreview, preview_files
from annotator.model import operations
from annotator.model.records import Refusal, article_uid
from annotator.model.remarks import explain_removed
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list

SHOWN = "قالت الوزارة في بلاغ\nيوم الجمعة 5 يوليوز 2024"


def preview(corpus: Corpus, *paths: Path, options_by_path: dict[Path, ReadOptions] | None = None) -> list[FilePreview]:
    steps = preview_files(corpus, paths, "ليلى", options_by_path)
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as end:
            assert seen == sorted(seen)
            result: list[FilePreview] = end.value
            return result


def test_articles_spans_labels_and_refusals_are_counted_and_nothing_is_stored(corpus: Corpus, folder: Path) -> None:
    spans = [{"start": 0, "end": 3, "label": label} for label in ("DATE", "PER", "a b")]
    path = write_json_lines(
        folder / "a.jsonl", {"text": "زار\nيوسف", "spans": spans}, {"text": ""}, {"text": "زار", "spans": spans[1:2]}
    )
    [file_preview] = preview(corpus, folder)
    assert (file_preview.path, file_preview.format, file_preview.articles, file_preview.spans) == (path, "jsonl", 2, 4)
    assert file_preview.unknown_labels == {"PER": 2, "a b": 1}
    assert file_preview.first_lines == "زار\nيوسف"
    assert [(remark.line, remark.reason) for remark in file_preview.remarks] == [(2, "The text is empty.")]
    assert (
        file_preview.refusal_count,
        file_preview.repair_count,
        file_preview.not_logical,
        file_preview.needs_decision,
    ) == (1, 0, 0, True)
    assert "text" in file_preview.possible_formats
    assert list(article_list.load_all_summaries(corpus)) == []


def test_duplicates_in_the_corpus_and_in_the_file_are_not_new(corpus: Corpus, folder: Path) -> None:
    for _step in import_paths(corpus, [write_json_lines(folder / "a.jsonl", {"text": "أول"})]):
        pass
    [file_preview] = preview(
        corpus, write_json_lines(folder / "b.jsonl", {"text": "أول"}, {"text": "ثان"}, {"text": "ثان"})
    )
    assert (file_preview.articles, file_preview.new_uids) == (3, frozenset({article_uid("ثان")}))


def test_removed_article_is_refused_beforehand(corpus: Corpus, folder: Path) -> None:
    path = write_json_lines(folder / "a.jsonl", {"text": "أول"}, {"text": "ثان"})
    for _step in import_paths(corpus, [path]):
        pass
    apply_edits(corpus, operations.remove_article(None, corpus.article(2)))
    [file_preview] = preview(corpus, path)
    assert (file_preview.new_uids, file_preview.refusal_count) == (frozenset(), 1)
    [remark] = file_preview.remarks
    assert remark == Refusal.at(path, 2, explain_removed())
    assert not file_preview.needs_decision


def test_a_preview_shows_text_in_visual_order_before_and_after_the_repair(corpus: Corpus, folder: Path) -> None:
    for _step in import_paths(corpus, [write_json_lines(folder / "a.jsonl", {"text": SHOWN})]):
        pass
    path = write_json_lines(folder / "b.jsonl", {"text": "خبر"}, {"text": reorder_for_display(SHOWN)})
    [repaired] = preview(corpus, path)
    assert (repaired.not_logical, repaired.needs_decision) == (1, True)
    assert [now for _was, now in repaired.line_changes] == SHOWN.split("\n")
    assert [was for was, _now in repaired.line_changes] == reorder_for_display(SHOWN).split("\n")
    assert repaired.new_uids == {article_uid("خبر")}
    [as_it_is] = preview(corpus, path, options_by_path={path: ReadOptions()})
    assert as_it_is.new_uids == {article_uid("خبر"), article_uid(reorder_for_display(SHOWN))}


def test_columns_that_mark_no_articles_can_be_cut(corpus: Corpus, folder: Path) -> None:
    path = folder / "a.conll"
    path.write_text("".join(f"جملة O\n{number} B-DATE\n\n" for number in range(201)), encoding="utf-8")
    [whole] = preview(corpus, path)
    assert (whole.articles, whole.undivided_sentences, whole.needs_decision) == (1, 201, True)
    [cut] = preview(corpus, path, options_by_path={path: ReadOptions(sentences_per_article=100)})
    assert (cut.articles, len(cut.new_uids), cut.spans, cut.undivided_sentences) == (3, 3, 201, 201)
    path.write_text("جملة O\nأمس B-DATE\n\n", encoding="utf-8")
    assert [each.needs_decision for each in preview(corpus, path)] == [False]


def test_a_table_with_unclear_columns_needs_a_decision(corpus: Corpus, folder: Path) -> None:
    path = folder / "a.csv"
    path.write_text("c1;c2\nنص;نص\n", encoding="utf-8")
    [undecided] = preview(corpus, path)
    assert (undecided.format, undecided.articles, undecided.columns, undecided.needs_decision) == (
        "csv",
        0,
        ["c1", "c2"],
        True,
    )
    [decided] = preview(corpus, path, options_by_path={path: ReadOptions(columns={"text": "c2"})})
    assert (decided.articles, decided.columns, decided.refusal_count) == (1, ["c1", "c2"], 0)
    path.write_text("text;c2\nنص;نص\n", encoding="utf-8")
    assert [each.needs_decision for each in preview(corpus, path)] == [False]


def test_files_of_unknown_format_need_a_decision_if_there_are_candidates(corpus: Corpus, folder: Path) -> None:
    (folder / "a.md").write_text("نص", encoding="utf-8")
    (folder / "b.bin").write_bytes(b"\0\1")
    (folder / "c.md").write_bytes("نص".encode("utf-16"))
    text, binary, wide = preview(corpus, folder)
    assert (text.format, text.needs_decision, binary.format, binary.needs_decision, wide.needs_decision) == (
        None,
        True,
        None,
        False,
        True,
    )
    assert {"text", "conll"} <= set(text.possible_formats)
    assert not {"pdf", "docx"} & set(text.possible_formats)
    assert [
        each.articles
        for each in preview(corpus, folder / "a.md", options_by_path={folder / "a.md": ReadOptions("text")})
    ] == [1]


def test_files_that_belong_to_others_need_no_decision(corpus: Corpus, folder: Path) -> None:
    (folder / "report.json").write_bytes(b'{"format": "conll", "scheme": "iob2", "articles": 1, "tokens": 3}')
    (folder / "b.json").write_bytes(doccano.encode_label_types(corpus.labels()))
    for item in preview(corpus, folder):
        assert (item.possible_formats, item.needs_decision, item.refusal_count) == ([], False, 1)


def test_compressed_files_are_previewed_as_what_is_in_them(corpus: Corpus, folder: Path) -> None:
    lines = '{"text": "أول"}\n{"text": "ثان"}\n'.encode()
    (folder / "a.jsonl.gz").write_bytes(gzip.compress(lines))
    (folder / "b.csv.gz").write_bytes(gzip.compress("عمود,آخر\nأ,ب\n".encode("utf-16")))
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr("1.jsonl", lines)
        archive.writestr("2.jsonl", lines)
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.writestr("1.jsonl", lines)
        archive.writestr("2.txt", "نص")
    one, table, alike, mixed = preview(corpus, folder)
    assert (one.format, one.articles, one.first_lines, one.needs_decision) == ("jsonl", 2, "أول", False)
    assert (table.format, table.columns) == ("csv", ["عمود", "آخر"])
    assert (alike.format, alike.articles, alike.needs_decision) == ("jsonl", 4, False)
    assert (mixed.format, mixed.articles, mixed.needs_decision) == (None, 3, False)


def test_missing_files_are_left_for_the_import_to_report(corpus: Corpus, folder: Path) -> None:
    assert preview(corpus, folder / "none") == []


def test_the_preview_of_a_large_file_can_be_cancelled(corpus: Corpus, folder: Path) -> None:
    steps = preview_files(
        corpus, [write_json_lines(folder / "a.jsonl", *({"text": f"نص {number}"} for number in range(250)))]
    )
    assert [next(steps) for _step in range(3)] == [(0, 1)] * 3
    steps.close()


def test_an_encoding_that_is_not_recognised_is_a_decision_and_the_chosen_one_is_previewed(
    corpus: Corpus, folder: Path
) -> None:
    texts, lines = folder / "a.txt", folder / "b.jsonl"
    texts.write_bytes(SHOWN.encode("cp720"))
    lines.write_bytes(json.dumps({"text": SHOWN}, ensure_ascii=False).encode("cp1256"))
    for path, encoding in ((texts, "cp720"), (lines, "cp1256")):
        [undecided] = preview(corpus, path)
        assert (undecided.articles, undecided.has_encoding, undecided.is_undecodable) == (0, True, True)
        assert undecided.needs_decision
        [decided] = preview(corpus, path, options_by_path={path: ReadOptions(encoding=encoding)})
        assert (decided.first_lines, decided.has_encoding, decided.is_undecodable) == (SHOWN, True, False)
        [wrong] = preview(corpus, path, options_by_path={path: ReadOptions(encoding="utf-8")})
        assert (wrong.articles, wrong.has_encoding, wrong.is_undecodable) == (0, True, True)


def test_only_texts_that_do_not_say_it_have_an_encoding_to_choose(corpus: Corpus, folder: Path) -> None:
    (folder / "a.txt").write_text(SHOWN, encoding="utf-8")
    (folder / "b.html").write_text(f"<meta charset=utf-8><p>{SHOWN}</p>", encoding="utf-8")
    (folder / "c.pdf").write_bytes(b"%PDF-1.4\0")
    (folder / "d.bin").write_bytes(b"\0\1\2")
    assert [each.has_encoding for each in preview(corpus, folder)] == [True, False, False, False]
    assert not preview(corpus, folder / "a.txt")[0].needs_decision


def test_offsets_that_are_guessed_are_a_decision(corpus: Corpus, folder: Path) -> None:
    path = write_json_lines(folder / "a.jsonl", {"text": "💉 وزارة الصحة", "label": [[3, 14, "INSTITUTION"]]})
    [guessed] = preview(corpus, path)
    assert (guessed.format, guessed.guesses_offsets, guessed.needs_decision) == ("doccano", True, True)
    [chosen] = preview(corpus, path, options_by_path={path: ReadOptions(offsets="codepoints")})
    assert chosen.guesses_offsets, "the choice can be changed"
    plain = write_json_lines(folder / "b.jsonl", {"text": "وزارة الصحة", "label": [[0, 11, "INSTITUTION"]]})
    assert not preview(corpus, plain)[0].guesses_offsets
