"""Corrections that were made in another program come back as edits of the layer that was exported."""

import json
from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter, itemgetter
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from builders import apply_edits, create_corpus, label_words, write_json_lines
from msgspec.structs import replace

from annotator.formats.registry import get_format
from annotator.generators import finish
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import ImportOptions, ImportResult, import_paths
from annotator.jobs.imports.label_mapping import LabelMapping
from annotator.jobs.imports.replacement import LayerReplacement
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.history import REPLACE_STEP, build_stacks, reverse_step
from annotator.model.reasons import Code
from annotator.model.records import DONE, Edit, Note, Refusal, Rejection, Span, Status, labelled_range, new_uid
from annotator.store.corpus import Corpus
from annotator.store.queries.gold import create_gold
from annotator.store.queries.work_log import load_work_log

TEXTS: Final = (
    "أعلنت 💉💉 لِوِزارَةِ الـصحة بالرباط عن خطة العمل 2024-2025",
    "قالت الوزارة\u200f إن الخطة تبدأ الثلاثاء 9 يوليوز 2024 👩\u200d👧 للأمم لأحزاب",
    "كـتـاب \u2067وزارة العدل\u2069 <b>خطة</b> يوم 12 ماي",
)
FORMATS: Final = ("jsonl", "doccano", "prodigy", "labelstudio", "brat", "webanno", "xmi", "cas-json")
SALMA: Final = "سلمى"


def import_again(corpus: Corpus, *paths: Path, named: bool = True, **options: Any) -> ImportResult:
    replacement = LayerReplacement(SALMA if named else None)
    return finish(import_paths(corpus, paths, ImportOptions(annotator=SALMA, replacement=replacement, **options)))


def export_layer(corpus: Corpus, path: Path, format_: str) -> Path:
    options = ExportOptions(format=format_, annotator=SALMA, state=ALL)
    assert finish(export(corpus, path, options, force=True)).verified
    return path


def content(spans: Iterable[Span], fields: Iterable[str] = ("value", "note")) -> list[tuple[Any, ...]]:
    return sorted(
        (span.start, span.end, span.label, *(getattr(span, field) or "" for field in fields)) for span in spans
    )


def undo(corpus: Corpus, article: str, annotator: str = SALMA) -> None:
    """Undo the last step of a layer that a key of the window would undo."""
    undoable, _redoable = build_stacks(corpus.history(article, annotator))
    assert undoable[-1].name == REPLACE_STEP
    edits = reverse_step(corpus.step(undoable[-1].uid))
    apply_edits(corpus, edits, annotator, undoes=undoable[-1].uid, name=undoable[-1].name)


def draw_layer(random: Random, text: str) -> list[Span]:
    """Draw a layer of ranges of words, without the first letter in some."""
    starts = [0, *(index + 1 for index, letter in enumerate(text) if letter == " ")]
    ends = [*(start - 1 for start in starts[1:]), len(text)]
    spans: dict[tuple[int, int, str], Span] = {}
    for _number in range(random.randint(0, 6)):
        word, cut, label = random.randrange(len(starts)), random.random() < 0.3, random.choice(["DATE", "PLAN"])
        end = ends[min(word + random.randint(0, 2), len(ends) - 1)]
        if ends[word] - starts[word] > 1:
            extras = random.choice([None, "2024-07-09"]), random.choice([None, "ملاحظة"])
            spans[starts[word] + cut, end, label] = Span(new_uid(), "", SALMA, label, starts[word] + cut, end, *extras)
    return list(spans.values())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("format_", FORMATS)
def test_a_layer_becomes_what_another_program_made_of_it_and_undo_restores_it(
    format_: str, seed: int, tmp_path: Path
) -> None:
    random = Random(seed)
    articles = [build_article(text, spans=draw_layer(random, text)) for text in TEXTS]
    corrected = []
    for item in articles:
        unchanged = {labelled_range(span): span for span in item.spans if random.random() < 0.5}
        new = {labelled_range(span): span for span in draw_layer(random, item.article.text)}
        corrected.append(build_article(item.article.text, spans=[*(new | unchanged).values()]))
    fields = sorted(get_format(format_).stored_fields & {"value", "note"})
    with create_corpus(tmp_path / "own.corpus", *articles) as corpus:
        before = {item.article.uid: corpus.spans(item.article.uid) for item in articles}
        same = import_again(corpus, export_layer(corpus, tmp_path / "same", format_))
        assert (same.added, same.spans, same.changed, same.removed, same.skipped) == (0, 0, 0, 0, [])
        with create_corpus(tmp_path / "other.corpus", *corrected) as other:
            path = export_layer(other, tmp_path / "corrected", format_)
        result, repeated = import_again(corpus, path), import_again(corpus, path)
        assert (result.added, result.duplicates, result.skipped) == (0, len(TEXTS), [])
        assert (repeated.spans, repeated.changed, repeated.removed, repeated.skipped) == (0, 0, 0, [])
        for item in corrected:
            uid, spans = item.article.uid, item.spans
            if not spans and format_ == "labelstudio":
                spans = tuple(before[uid])  # a task without an annotation is nobody's layer
            stored = corpus.spans(uid)
            held = [field for field in fields if format_ == "jsonl" or any(getattr(span, field) for span in spans)]
            assert content(stored, held) == content(spans, held)
            uids = {labelled_range(span): span.uid for span in before[uid]}
            for span in stored:
                assert span.uid == uids.get(labelled_range(span), span.uid)
            if stored != before[uid]:
                undo(corpus, uid)
            assert corpus.spans(uid) == before[uid]


@pytest.fixture
def labelled(tmp_path: Path) -> Iterator[Corpus]:
    """Create a corpus of an article that two annotators have labelled."""
    text = TEXTS[0]
    spans = [
        *label_words(text, [("2024-2025", "DATE"), ("خطة العمل", "PLAN")], SALMA, "2024/2025"),
        *label_words(text, [("لِوِزارَةِ الـصحة", "INSTITUTION")], "root"),
    ]
    with create_corpus(tmp_path / "own.corpus", build_article(text, spans=spans)) as corpus:
        yield corpus


def write_article(folder: Path, spans: Iterable[Mapping[str, object]] | None, **keys: object) -> Path:
    folder.mkdir(exist_ok=True)
    return write_json_lines(folder / "a.jsonl", {"text": TEXTS[0], "spans": spans, **keys})


def read_layer(corpus: Corpus, annotator: str) -> list[str]:
    text = corpus.article(1).text
    return [f"{span.label} {text[span.start : span.end]}" for span in corpus.spans(corpus.article(1).uid, annotator)]


def test_a_span_that_doccano_cannot_count_in_graphemes_stays(tmp_path: Path) -> None:
    text = "وَزارة الصحة"
    spans = [Span(new_uid(), "", SALMA, label, 0, end) for label, end in (("DATE", 1), ("PLAN", 2))]
    with create_corpus(tmp_path / "a.corpus") as corpus:
        corpus.add(build_article(text, spans=spans))
        path = tmp_path / "a.jsonl"
        write_json_lines(path, {"text": text, "label": [], "offsets": "graphemes"})
        result = import_again(corpus, path)
        assert (result.removed, read_layer(corpus, SALMA)) == (1, ["DATE و"])


def test_a_span_without_the_keys_keeps_what_it_has_and_the_others_are_exact(tmp_path: Path) -> None:
    """A script adds a span with the keys that it knows, and corrects others."""
    text = TEXTS[2]
    words = [("وزارة العدل", "PLAN"), ("خطة", "PLAN"), ("12 ماي", "DATE")]
    spans = [replace(span, note="n") for span in label_words(text, words, SALMA, "2024")]
    with create_corpus(tmp_path / "a.corpus", build_article(text, spans=spans)) as corpus:
        path = export_layer(corpus, tmp_path / "a.jsonl", "jsonl")
        (line,) = json.loads(f"[{path.read_text(encoding='utf-8')}]")
        first, second, third = sorted(line["spans"], key=itemgetter("start"))
        first["value"], first["note"] = None, None
        del second["value"], second["note"]
        third["start"] -= 4  # يوم
        del third["text"]
        line["spans"] += [{"start": 0, "end": 6, "label": "INSTITUTION", "annotator": SALMA}]
        path.write_text(json.dumps(line), encoding="utf-8")
        assert import_again(corpus, path).skipped == []
        layer = sorted(corpus.spans(corpus.article(1).uid, SALMA), key=attrgetter("start"))
    assert [(span.label, span.value, span.note) for span in layer] == [
        ("INSTITUTION", None, None),
        ("PLAN", None, None),
        ("PLAN", "2024", "n"),
        ("DATE", "2024", "n"),
    ]
    assert layer[-1].end - layer[-1].start == len("يوم 12 ماي")


@pytest.mark.parametrize("format_", ["doccano", "jsonl"])
def test_a_value_that_a_program_does_not_keep_is_read_again_from_other_words(format_: str, tmp_path: Path) -> None:
    text = "اجتمعوا يوم 12 ماي 2014 ثم يوم 3 يونيو 2015 وبعده."
    words = [("12 ماي 2014", "DATE"), ("3 يونيو", "DATE")]
    first, second = label_words(text, words, SALMA)
    spans = [replace(first, value="2014-05-12"), replace(second, value="typed")]
    with create_corpus(tmp_path / "a.corpus", build_article(text, spans=spans)) as corpus:
        path = export_layer(corpus, tmp_path / "a.jsonl", format_)
        (line,) = json.loads(f"[{path.read_text(encoding='utf-8')}]")
        ranges = [(first.end - len("2014"), first.end), (second.start, second.end + len(" 2015"))]
        if format_ == "doccano":
            line["label"] = [[start, end, "DATE"] for start, end in ranges]
        else:
            for span, (start, end) in zip(line["spans"], ranges, strict=True):
                span |= {"start": start, "end": end, "text": None}
        path.write_text(json.dumps(line), encoding="utf-8")
        assert import_again(corpus, path).skipped == []
        layer = sorted(corpus.spans(corpus.article(1).uid, SALMA), key=attrgetter("start"))
    assert [(span.start, span.end) for span in layer] == ranges
    values = ["2014", "typed"] if format_ == "doccano" else ["2014-05-12", "typed"]  # jsonl says what it is
    assert [span.value for span in layer] == values


def test_layers_of_annotators_that_a_file_does_not_name_stay(labelled: Corpus, tmp_path: Path) -> None:
    before = labelled.spans(labelled.article(1).uid)
    span = {"start": 0, "end": 6, "label": "PLAN", "annotator": "root"}
    result = import_again(labelled, write_article(tmp_path / "f", [span]))
    assert (result.spans, result.changed, result.removed) == (1, 0, 1)
    assert read_layer(labelled, "root") == ["PLAN أعلنت "]
    assert labelled.spans(before[0].article, SALMA) == [each for each in before if each.annotator == SALMA]


def test_a_layer_becomes_empty_only_if_somebody_says_whose_it_is(labelled: Corpus, tmp_path: Path) -> None:
    unnamed = write_json_lines(tmp_path / "a.jsonl", {"text": TEXTS[0], "label": []})
    for path, format_ in ((unnamed, "doccano"), (write_article(tmp_path / "f", []), "jsonl")):
        assert import_again(labelled, path, named=False, reading=ReadOptions(format_)).removed == 0
    assert import_again(labelled, write_article(tmp_path / "f", [], states={"root": DONE}), named=False).removed == 1
    assert (read_layer(labelled, "root"), len(read_layer(labelled, SALMA))) == ([], 2)
    assert import_again(labelled, unnamed, reading=ReadOptions("doccano")).removed == 2


def test_a_refused_span_leaves_the_layers_of_its_article_as_they_are(labelled: Corpus, tmp_path: Path) -> None:
    before = labelled.spans(labelled.article(1).uid)
    reason = "The article’s layers stay as they are, because some of its spans cannot be imported."
    for wrong in (
        {"start": 0, "end": 999, "label": "DATE"},
        {"start": 0, "end": 5, "label": "UNKNOWN"},
        {"start": 0},
    ):
        path = write_article(tmp_path / "f", [{"start": 0, "end": 5, "label": "PLAN"}, wrong])
        result = import_again(labelled, path)
        assert reason in [refusal.reason for refusal in result.skipped]
        assert len(result.skipped) == 2
        assert labelled.spans(before[0].article) == before
    path = write_article(tmp_path / "f", [{"start": 0, "end": 999, "label": "DATE"}])
    assert import_again(labelled, path, labels=LabelMapping(added=None)).removed == 0


def test_whitespace_and_contradictions_leave_a_layer_as_it_is(labelled: Corpus, tmp_path: Path) -> None:
    before = labelled.spans(labelled.article(1).uid)
    blank = {"start": 5, "end": 6, "label": "DATE"}
    twice = [{"start": 0, "end": 5, "label": "DATE", "value": value} for value in ("2024", "2025")]
    for spans, reason in (
        ([blank], "The span contains only whitespace."),
        (twice, "“أعلنت” (DATE) comes twice, with a different value or note: the layer stays as it is."),
    ):
        result = import_again(labelled, write_article(tmp_path / "f", spans))
        assert [refusal.reason for refusal in result.skipped] == [reason]
        assert labelled.spans(before[0].article) == before


def test_a_layer_that_comes_twice_is_replaced_once(labelled: Corpus, tmp_path: Path) -> None:
    lines = [{"text": TEXTS[0], "spans": [{"start": 0, "end": 5 + more, "label": "PLAN"}]} for more in (0, 0, 1)]
    new = [{"text": "خبر جديد", "spans": [{"start": 0, "end": end, "label": "PLAN"}]} for end in (3, 3, 8)]
    path = write_json_lines(tmp_path / "a.jsonl", *lines, *new)
    result = import_again(labelled, path)
    reason = "The layer of سلمى comes twice, and differs: only the first one is imported."
    assert result.skipped == [Refusal(str(path), line, reason, Code.LAYER_TWICE) for line in (3, 6)]
    assert (result.added, result.duplicates, result.spans, result.changed, result.removed) == (1, 5, 2, 0, 2)
    assert read_layer(labelled, SALMA) == ["PLAN أعلنت"]
    assert len(labelled.spans(labelled.article(2).uid)) == 1


def test_states_and_notes_of_a_file_are_taken_over(labelled: Corpus, tmp_path: Path) -> None:
    uid = labelled.article(1).uid
    spans = [
        {"start": span.start, "end": span.end, "label": span.label, "annotator": "root"}
        for span in labelled.spans(uid, "root")
    ]
    path = write_article(tmp_path / "f", spans, states={"root": DONE}, notes={"root": "ملاحظة"})
    result = import_again(labelled, path)
    assert (result.spans, result.changed, result.removed) == (0, 2, 0)
    assert labelled.status(uid, "root") == Status(uid, "root", DONE)
    assert labelled.note(uid, "root") == Note(uid, "root", "ملاحظة")
    assert import_again(labelled, path).changed == 0
    undo(labelled, uid, "root")
    assert (labelled.status(uid, "root"), labelled.note(uid, "root")) == (None, None)


def test_a_removed_suggestion_is_rejected_as_in_the_window(labelled: Corpus, tmp_path: Path) -> None:
    uid = labelled.article(1).uid
    accepted = replace(labelled.spans(uid, "root")[0], source="names")
    apply_edits(labelled, [Edit(labelled.spans(uid, "root")[0], accepted)], "root")
    assert import_again(labelled, write_article(tmp_path / "f", [], states={"root": DONE})).removed == 1
    undoable, _redoable = build_stacks(labelled.history(uid, "root"))
    edits = labelled.step(undoable[-1].uid).edits
    assert [type(edit.before or edit.after) for edit in edits] == [Span, Rejection, Status]


def test_the_gold_layer_stays_as_it_is(labelled: Corpus, tmp_path: Path) -> None:
    gold = create_gold(labelled)
    span = {"start": 0, "end": 5, "label": "PLAN", "annotator": gold}
    result = import_again(labelled, write_article(tmp_path / "f", [span]))
    reason = f"“{gold}” is the gold layer, which only adjudication changes: its spans stay as they are."
    assert [refusal.reason for refusal in result.skipped] == [reason]
    assert read_layer(labelled, gold) == []


def test_an_article_whose_text_was_changed_outside_is_refused(labelled: Corpus, tmp_path: Path) -> None:
    path = write_article(tmp_path / "f", [], uid=labelled.article(1).uid, text=TEXTS[0] + " .")
    reason = "The text is not that of article 1, from which it was exported: nothing was changed there."
    result = import_again(labelled, path)
    assert (result.added, [refusal.reason for refusal in result.skipped]) == (0, [reason])
    assert finish(import_paths(labelled, [path])).added == 1  # without a replacement, it is another article


@pytest.mark.parametrize("name", ["doccano", "prodigy", "labelstudio", "jsonl"])
def test_other_programs_are_known_to_have_changed_a_text_by_its_uid(
    labelled: Corpus, tmp_path: Path, name: str
) -> None:
    exported = export_layer(labelled, tmp_path / "a", name).read_text(encoding="utf-8")
    assert labelled.article(1).uid in exported
    (tmp_path / "b").write_text(exported.replace(TEXTS[0], TEXTS[0] + " ."), encoding="utf-8")
    result = import_again(labelled, tmp_path / "b")
    assert [refusal.code for refusal in result.skipped] == [Code.TEXT_CHANGED]
    assert result.added == 0


def test_a_removed_article_stays_as_it_is(labelled: Corpus, tmp_path: Path) -> None:
    article = labelled.article(1)
    apply_edits(labelled, operations.remove_article(None, article), SALMA)
    result = import_again(labelled, write_article(tmp_path / "f", []))
    assert (result.duplicates, result.removed, len(result.skipped)) == (0, 0, 1)
    assert len(labelled.spans(article.uid)) == 3


@pytest.mark.parametrize("format_", ["conll2003", "conllu"])
def test_formats_that_have_a_layer_in_part_replace_none(format_: str, labelled: Corpus, tmp_path: Path) -> None:
    path = export_layer(labelled, tmp_path / "a.conll", format_)
    before = labelled.spans(labelled.article(1).uid)
    title = {"conll2003": "CoNLL", "conllu": "CoNLL-U"}[format_]
    reason = f"The format {title} may have only a part of a layer, so no layer is replaced by it."
    assert import_again(labelled, path) == ImportResult(0, 0, 0, [Refusal(str(path), 0, reason, Code.PARTIAL_FORMAT)])
    assert labelled.spans(before[0].article) == before


def test_a_rejected_answer_of_prodigy_says_nothing_of_the_layer(labelled: Corpus, tmp_path: Path) -> None:
    line = {"text": TEXTS[0], "spans": [], "_annotator_id": SALMA}
    for answer, removed in (("reject", 0), ("accept", 2)):
        path = write_json_lines(tmp_path / "a.jsonl", line | {"answer": answer})
        result = import_again(labelled, path, reading=ReadOptions("prodigy"), annotator_names={SALMA: SALMA, "x": "y"})
        assert result.removed == removed
        assert "Nothing that was read is of an annotator “x”." in [notice.reason for notice in result.noticed]


def test_annotators_of_files_get_the_names_of_the_corpus(labelled: Corpus, tmp_path: Path) -> None:
    task = {
        "data": {"text": TEXTS[0]},
        "annotations": [
            {"completed_by": 1, "result": []},
            {"completed_by": 2, "result": [{"type": "labels", "value": {"start": 0, "end": 5, "labels": ["PLAN"]}}]},
        ],
    }
    path = write_json_lines(tmp_path / "a.json", task)
    result = import_again(labelled, path, annotator_names={"1": SALMA, "2": "root", "3": "nobody"})
    assert (result.spans, result.removed) == (1, 3)
    assert (read_layer(labelled, SALMA), read_layer(labelled, "root")) == ([], ["PLAN أعلنت"])
    assert [notice.reason for notice in result.noticed] == ["Nothing that was read is of an annotator “3”."]


@pytest.mark.parametrize("name", ["سطر\nآخر", "\x1b[31m", "ا" * 256])
def test_a_new_annotator_has_no_control_characters_and_a_name_of_a_line(name: str, tmp_path: Path) -> None:
    span = {"start": 0, "end": 5, "label": "PLAN", "annotator": name}
    path = write_article(tmp_path / "f", [span], states={name: DONE})
    with create_corpus(tmp_path / "a.corpus") as corpus:
        result = finish(import_paths(corpus, [path], ImportOptions(annotator=SALMA)))
        assert (result.added, result.spans, len(result.skipped), corpus.annotators()) == (1, 0, 1, [])
        assert "1 span was skipped." in result.skipped[0].reason
    with create_corpus(
        tmp_path / "b.corpus", build_article("خبر", spans=label_words("خبر", [("خبر", "PLAN")], name))
    ) as old:
        assert finish(import_paths(old, [path], ImportOptions(annotator=SALMA))).spans == 1  # from an older version


def test_a_replaced_layer_counts_as_no_work_in_the_window(labelled: Corpus, tmp_path: Path) -> None:
    span = {"start": 0, "end": 5, "label": "PLAN", "annotator": "root"}
    assert import_again(labelled, write_article(tmp_path / "f", [span], states={"root": DONE})).spans == 1
    log = finish(load_work_log(labelled))
    assert (log.spans, log.rejections, log.done, log.steps) == ([], [], [], [])
