"""Label Studio: tasks, annotations and predictions are read, written articles are read back, and skips are reported."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from formats.items import only_articles, read_json, span_contents
from hypothesis import given
from hypothesis import strategies as st
from strategies import annotated_articles

from annotator.formats import registry
from annotator.formats.documents import tables
from annotator.formats.format import Documents
from annotator.formats.json.labelstudio import FORMAT, encode, encode_configuration, read, sniff
from annotator.model.article_builder import build_article
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.reasons import Code
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    AnnotatedArticle,
    Notice,
    Refusal,
    Span,
    Status,
    article_uid,
    new_uid,
)

TEXT = "خطة 2024 😀\nأعلنت الوزارة، أمس، عن الخطة."


def write_tasks(tasks: Iterable[str]) -> str:
    """Return the content of a file with these encoded tasks."""
    assert isinstance(FORMAT.output, Documents)
    return FORMAT.output.header + FORMAT.output.separator.join(tasks) + FORMAT.output.footer


def build_region(start: int, end: int, *labels: str, **more: object) -> dict[str, object]:
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": list(labels)}
    return {"id": f"r{start}", "from_name": "label", "to_name": "text", "type": "labels", "value": value, **more}


def task(*results: object, **more: object) -> dict[str, Any]:
    return {"id": 1, "data": {"text": TEXT}, "annotations": [{"completed_by": 1, "result": list(results)}], **more}


read_file = partial(read_json, read, "a.json")


def test_a_task_is_an_article(tmp_path: Path) -> None:
    content_task = task(build_region(4, 8, "DATE"), build_region(0, 8, "PLAN", "خطة"))
    content_task["data"] |= {"title": "عنوان", "published": "2024-07-09", "url": "u", "section": 3}
    for content in (
        [content_task],
        content_task,
        json.dumps(content_task, indent=2).encode(),
        json.dumps([content_task], indent=2).encode(),
    ):
        (article,), refusals = read_file(tmp_path, content)
        assert refusals == []
        assert (article.article.text, article.article.title, article.article.published) == (TEXT, "عنوان", "2024-07-09")
        assert span_contents(article) == [
            (4, 8, "DATE", "1", None, None),
            (0, 8, "PLAN", "1", None, None),
            (0, 8, "خطة", "1", None, None),
        ]
    lines = "\n".join(json.dumps(content_task) for _ in range(3)).encode()
    assert [item.line for item in read_file(tmp_path, lines)[0]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("by", "owner"),
    [
        (7, "7"),
        ("سعيد", "سعيد"),
        ({"id": 7, "email": "s@example.org", "first_name": "س", "last_name": "ع"}, "s@example.org"),
        ({"id": 7, "email": "", "first_name": "س", "last_name": "ع"}, "س ع"),
        ({"id": 7}, "7"),
        ({}, "ليلى"),
        (None, "ليلى"),
    ],
)
def test_the_person_who_completed_an_annotation_is_its_annotator(tmp_path: Path, by: object, owner: str) -> None:
    labelled_task = task()
    labelled_task["annotations"] = [{"completed_by": by, "result": [build_region(4, 8, "DATE")]}]
    (item,), refusals = read_file(tmp_path, [labelled_task])
    assert [span.annotator for span in item.spans] == [owner]
    assert refusals == []


def test_completions_are_layers_and_predictions_are_counted(tmp_path: Path) -> None:
    result = [build_region(4, 8, "DATE")]
    content = {
        "data": {"text": TEXT},
        "completions": [{"completed_by": 2, "result": result}, {"completed_by": 3, "skipped": True, "result": result}],
        "predictions": [{"model_version": "v1", "score": 0.5, "result": result}, {"result": result}, 12],
    }
    (item,), refusals = read_file(tmp_path, [content])
    assert [span.annotator for span in item.spans] == ["2"]
    assert refusals == [
        (1, "Annotations that 3 cancelled are skipped."),
        (0, "3 predictions were not imported: only what somebody has annotated is."),
    ]


def test_of_two_annotations_of_one_annotator_that_differ_the_first_is_read(tmp_path: Path) -> None:
    date, plan = build_region(4, 8, "DATE"), build_region(0, 8, "PLAN")
    labelled_task = task(date, plan)
    labelled_task["annotations"] += [
        {"completed_by": 1, "result": [{**plan, "id": "x", "origin": "manual"}, date]},
        {"completed_by": 2, "result": [plan]},
    ]
    (item,), refusals = read_file(tmp_path, [labelled_task])
    assert span_contents(item) == [
        (4, 8, "DATE", "1", None, None),
        (0, 8, "PLAN", "1", None, None),
        (0, 8, "PLAN", "2", None, None),
    ]
    assert refusals == []
    labelled_task["annotations"][1]["result"].pop()
    (item,), refusals = read_file(tmp_path, [labelled_task])
    assert [span.label for span in item.spans if span.annotator == "1"] == ["DATE", "PLAN"]
    assert refusals == [(1, "The layer of 1 comes twice, and differs: only the first one is imported.")]


def test_cancelled_annotations_are_skipped(tmp_path: Path) -> None:
    cancelled_task = task()
    cancelled_task["annotations"] = [{"completed_by": 1, "was_cancelled": True, "result": [build_region(4, 8, "DATE")]}]
    (item,), refusals = read_file(tmp_path, [cancelled_task])
    assert item.spans == ()
    assert refusals == [(1, "Annotations that 1 cancelled are skipped.")]


@pytest.mark.parametrize(
    ("more", "value", "note"),
    [
        ([{"type": "textarea", "from_name": "comment", "value": {"text": ["؟"]}}], None, "؟"),
        ([{"type": "textarea", "from_name": "value", "value": {"text": "2024"}}], "2024", None),
        ([{"type": "choices", "from_name": "kind", "value": {"choices": ["year"]}}], "year", None),
        ([{"type": "datetime", "from_name": "when", "value": {"datetime": "2024-07-09"}}], "2024-07-09", None),
    ],
)
def test_results_for_a_region_become_its_value_or_note(
    tmp_path: Path, more: list[dict[str, object]], value: str | None, note: str | None
) -> None:
    results = [{"id": "r4", "to_name": "text", **result} for result in more]
    (item,), refusals = read_file(tmp_path, [task(*results, build_region(4, 8, "DATE"), build_region(0, 8, "PLAN"))])
    assert span_contents(item) == [(4, 8, "DATE", "1", value, note), (0, 8, "PLAN", "1", None, None)]
    assert refusals == []


def test_meta_becomes_note_and_value(tmp_path: Path) -> None:
    meta = {"text": ["سطر", "آخر"], "value": "2024", "more": 1}
    (item,), refusals = read_file(
        tmp_path, [task(build_region(4, 8, "DATE", meta=meta), build_region(0, 3, "PLAN", meta=[1]))]
    )
    assert span_contents(item) == [(4, 8, "DATE", "1", "2024", "سطر\nآخر"), (0, 3, "PLAN", "1", None, None)]
    assert refusals == []


NOT_TAKEN = "“{}” is skipped: only labelled spans are imported."


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"type": "choices", "id": "c", "value": {"choices": ["news"]}}, NOT_TAKEN.format("choices")),
        ({"type": "choices", "id": "r0", "value": {"choices": ["a", "b"]}}, NOT_TAKEN.format("choices")),
        ({"type": "textarea", "value": {"text": ["x"]}}, NOT_TAKEN.format("textarea")),
        ({"type": "taxonomy", "id": "r0", "value": {"taxonomy": [["a"]]}}, NOT_TAKEN.format("taxonomy")),
        ({"type": "relation", "from_id": "r0", "to_id": "r0", "direction": "right"}, NOT_TAKEN.format("relation")),
        (
            {"type": "hypertextlabels", "value": {"start": "/p[1]", "hypertextlabels": ["A"]}},
            NOT_TAKEN.format("hypertextlabels"),
        ),
        (
            build_region(4, 99, "DATE") | {"value": {"start": 4, "end": 99, "labels": ["A"]}},
            "A span from 4 to 99 is not within the text.",
        ),
        (build_region(4, 8), "The span from 4 to 8 has no label."),
        (
            {"type": "labels", "value": {"labels": ["A"]}},
            "Invalid value in “value”: “start” is missing",
        ),
        (
            {"type": "labels", "value": {"start": 4, "end": 8, "text": "2025", "labels": ["A"]}},
            "The span from 4 to 8 should be “2025”, but the text there is “2024”.",
        ),
        ({"value": {}}, "Invalid value in “result”: “type” is missing"),
        (5, "Invalid value in “result”: expected an object, found a whole number"),
    ],
)
def test_other_results_are_reported_as_skipped(tmp_path: Path, result: object, reason: str) -> None:
    (item,), refusals = read_file(tmp_path, [task(result, build_region(0, 8, "PLAN"))])
    assert refusals == [(1, reason)]
    assert span_contents(item) == [(0, 8, "PLAN", "1", None, None)]


def test_only_one_note_of_a_region_is_read(tmp_path: Path) -> None:
    notes = [{"id": "r4", "type": "textarea", "from_name": name, "value": {"text": [name]}} for name in "ab"]
    (item,), refusals = read_file(tmp_path, [task(build_region(4, 8, "DATE"), *notes)])
    assert span_contents(item) == [(4, 8, "DATE", "1", None, "a")]
    assert refusals == [(1, NOT_TAKEN.format("textarea"))]


def test_drafts_are_reported_as_skipped(tmp_path: Path) -> None:
    (item,), refusals = read_file(tmp_path, [task(drafts=[{"result": [build_region(4, 8, "DATE")]}])])
    assert (item.spans, refusals) == ((), [(1, NOT_TAKEN.format("drafts"))])


def test_utf16_offsets_are_recognised_by_the_quoted_text(tmp_path: Path) -> None:
    index = TEXT.index("الوزارة")
    value = {"start": index + 1, "end": index + 8, "text": "الوزارة", "labels": ["A"]}
    (item,), refusals = read_file(tmp_path, [task({"type": "labels", "value": value})])
    assert [(span.start, span.end) for span in item.spans] == [(index, index + 7)]
    assert refusals == []


def test_a_quote_may_differ_in_space(tmp_path: Path) -> None:
    start, end = 4, TEXT.index(" الوزارة")
    for selected in ("2024 😀\\nأعلنت", "2024 😀أعلنت", "2024\u00a0😀 أعلنت "):
        value = {"start": str(start), "end": end, "text": selected, "labels": ["A"]}
        (item,), refusals = read_file(tmp_path, [task({"type": "labels", "value": value})])
        assert [(span.start, span.end) for span in item.spans] == [(start, end)]
        assert refusals == []


def test_json_min_is_read(tmp_path: Path) -> None:
    value = {"start": 4, "end": 8, "text": "2024", "labels": ["DATE"]}
    least = {
        "id": 1,
        "text": TEXT,
        "title": "عنوان",
        "annotator": 3,
        "annotation_id": 9,
        "label": [value],
        "kind": "news",
    }
    (item,), refusals = read_file(tmp_path, [least])
    assert (item.article.text, item.article.title) == (TEXT, "عنوان")
    assert span_contents(item) == [(4, 8, "DATE", "3", None, None)]
    assert refusals == []
    (item,), refusals = read_file(tmp_path, [{**least, "note": [{"start": 4, "end": 8, "text": ["؟"]}]}])
    assert refusals == [(1, NOT_TAKEN.format("note"))]


def test_the_text_column_is_detected(tmp_path: Path) -> None:
    columns = {"title": "عنوان طويل جدا لا نهاية له ولا حد ولا آخر له أبدا", "body": TEXT, "text": "x"}
    (item,), _refusals = read_file(
        tmp_path, [{"data": columns, "annotations": [{"result": [build_region(4, 8, "DATE")]}]}]
    )
    assert (item.article.text, len(item.spans)) == (TEXT, 1)
    (item,), _refusals = read_file(tmp_path, [{"data": columns, "annotations": []}])
    assert item.article.text == "x"
    (item,), _refusals = read_file(tmp_path, [{"data": {"a": "x", "b": TEXT}}])
    assert item.article.text == TEXT
    choice = {"type": "choices", "to_name": "a", "value": {}}
    (item,), _refusals = read_file(tmp_path, [{"data": {"a": "x", "b": TEXT}, "annotations": [{"result": [choice]}]}])
    assert item.article.text == "x"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"data": {"image": 5}}, "The article has no text."),
        ({"data": {"text": " "}}, "The text is empty."),
        ({}, "The article has no text."),
        ([], "The line is not a valid article: expected an object, found a list"),
    ],
)
def test_an_invalid_task_is_refused_and_the_rest_read(tmp_path: Path, content: object, reason: str) -> None:
    items, refusals = read_file(tmp_path, [{"data": {"text": "x"}}, content, {"data": {"text": "y"}}])
    assert [item.article.text for item in items] == ["x", "y"]
    assert refusals == [(1, f"Document 2: {reason}")]


def test_values_of_wrong_types_are_refused_and_the_article_read(tmp_path: Path) -> None:
    content = {"data": {"text": TEXT}, "annotations": {"a": 1}, "completions": [{"result": 5}, None]}
    (item,), refusals = read_file(tmp_path, [content])
    assert item.article.text == TEXT
    assert len(refusals) == 3


def test_a_truncated_file_is_reported(tmp_path: Path) -> None:
    content = json.dumps([task(build_region(4, 8, "DATE")), task()]).encode()
    items, refusals = read_file(tmp_path, content[:-30])
    assert [len(item.spans) for item in items] == [1]
    assert refusals == [(1, "The file is truncated: its JSON is incomplete.")]


def test_encode_writes_the_shape_that_label_studio_reads() -> None:
    spans = [Span("u1", "", "ليلى", "DATE", 4, 8, "2024", "؟"), Span("u2", "", "سعيد", "PLAN", 0, 8)]
    written = json.loads(write_tasks([encode(build_article(TEXT, title="عنوان", spans=spans))] * 2))
    shape = {"from_name": "label", "to_name": "text", "type": "labels"}
    of_value = {"from_name": "value", "to_name": "text", "type": "textarea"}
    flags = {"was_cancelled": False, "ground_truth": False}
    first = {"start": 4, "end": 8, "text": "2024", "labels": ["DATE"]}
    second = {"start": 0, "end": 8, "text": "خطة 2024", "labels": ["PLAN"]}
    assert (
        written
        == [
            {
                "id": 0,
                "data": {"text": TEXT, "uid": article_uid(TEXT), "title": "عنوان", "layers": ["ليلى", "سعيد"]},
                "annotations": [
                    {
                        "annotator": "ليلى",
                        **flags,
                        "result": [
                            {"id": "u1", **shape, "value": first, "meta": {"text": ["؟"], "annotator": "ليلى"}},
                            {"id": "u1", **of_value, "value": {"start": 4, "end": 8, "text": ["2024"]}},
                        ],
                    },
                    {
                        "annotator": "سعيد",
                        **flags,
                        "result": [{"id": "u2", **shape, "value": second, "meta": {"annotator": "سعيد"}}],
                    },
                ],
                "predictions": [],
            }
        ]
        * 2
    )


def test_who_is_done_without_a_span_has_an_empty_annotation() -> None:
    states = [Status("", "ليلى", DONE), Status("", "سعيد", IN_PROGRESS)]
    written = json.loads(encode(build_article(TEXT, states=states)))
    assert [(layer["annotator"], layer["result"]) for layer in written["annotations"]] == [("ليلى", [])]


@pytest.mark.parametrize(("id_", "is_kept"), [("0" * 32, True), ("2vd0" * 4, True), ("B8o-1xz9Q_", False)])
def test_ids_of_this_program_are_kept_of_any_version(tmp_path: Path, id_: str, is_kept: bool) -> None:
    tasks = [json.loads(encode(build_article(TEXT, spans=[Span(id_, "", "ليلى", "DATE", 4, 8)])))]
    (item,), _refusals = read_file(tmp_path, tasks)
    assert (item.spans[0].uid == id_) is is_kept


def test_layers_stay_apart_where_label_studio_forgets_their_annotators(tmp_path: Path) -> None:
    spans = [Span(new_uid(), "", name, "DATE", 4, 8) for name in ("ليلى", "سعيد")]
    returned = json.loads(encode(build_article(TEXT, spans=spans)))
    for annotation in returned["annotations"]:
        annotation |= {"completed_by": 1, "annotator": None}
    added = build_region(0, 8, "PLAN")
    returned["annotations"][1]["result"].append(added)
    (item,), _refusals = read_file(tmp_path, [returned])
    assert [(span.annotator, span.label) for span in item.spans] == [
        ("ليلى", "DATE"),
        ("سعيد", "DATE"),
        ("سعيد", "PLAN"),
    ]
    (alone,), _refusals = read_file(tmp_path, [json.loads(encode(build_article(TEXT, spans=spans[:1])))])
    assert [span.uid for span in alone.spans] == [spans[0].uid]
    written = json.loads(encode(alone))
    assert "meta" not in written["annotations"][0]["result"][0]
    assert "layers" not in written["data"]


def forget_annotators(encoded: str) -> dict[str, Any]:
    """Return a task as Label Studio exports it again."""
    returned: dict[str, Any] = json.loads(encoded)
    for annotation in returned["annotations"]:
        annotation |= {"completed_by": 1, "annotator": None}
    return returned


def read_layers(folder: Path, returned: Mapping[str, object]) -> tuple[set[str], list[tuple[str, str]]]:
    """Return whose layers are in a task, and the annotators and labels of its spans."""
    (item,), _refusals = read_file(folder, [returned])
    assert item.layers is not None
    return {*item.layers.annotators}, [(span.annotator, span.label) for span in item.spans]


def test_an_annotation_without_what_was_exported_is_the_layer_that_is_left(tmp_path: Path) -> None:
    spans = [Span(new_uid(), "", name, "DATE", 4, 8) for name in ("ليلى", "سعيد")]
    both = {"ليلى", "سعيد"}
    returned = forget_annotators(encode(build_article(TEXT, spans=spans)))
    returned["annotations"][1]["result"] = []
    assert read_layers(tmp_path, returned) == (both, [("ليلى", "DATE")])
    returned["annotations"][1]["result"] = [build_region(0, 8, "PLAN")]
    assert read_layers(tmp_path, returned) == (both, [("ليلى", "DATE"), ("سعيد", "PLAN")])
    returned["annotations"].append({"completed_by": 2, "result": [build_region(0, 8, "LAW")]})
    assert read_layers(tmp_path, returned)[1] == [("ليلى", "DATE"), ("سعيد", "PLAN"), ("2", "LAW")]
    del returned["annotations"][1]
    assert read_layers(tmp_path, returned) == ({"ليلى", "2"}, [("ليلى", "DATE"), ("2", "LAW")])
    del returned["data"]["uid"]  # a column of the user's
    returned["annotations"][1]["completed_by"] = 1
    assert read_layers(tmp_path, returned) == ({"ليلى", "1"}, [("ليلى", "DATE"), ("1", "LAW")])


def test_the_only_layer_of_an_article_is_named_where_others_have_layers_too(tmp_path: Path) -> None:
    done = [Status("", "سعيد", DONE)]
    for spans in ([], [Span(new_uid(), "", "سعيد", "DATE", 4, 8)]):
        returned = forget_annotators(encode(build_article(TEXT, spans=spans, states=done), names_layers=True))
        returned["annotations"][0]["result"].append(build_region(0, 8, "PLAN"))
        names, labels = read_layers(tmp_path, returned)
        assert names == {"سعيد"}
        assert labels == [*(("سعيد", span.label) for span in spans), ("سعيد", "PLAN")]


def write_table(path: Path, *rows: Mapping[str, object]) -> None:
    """Write a table as Label Studio does: each cell that is no number in quotes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        delimiter = "," if path.suffix == ".csv" else "\t"
        names = sorted({name for row in rows for name in row})
        table = csv.DictWriter(file, names, "", delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def write_cell(*spans: tuple[int, int, str]) -> str:
    regions = [{"start": start, "end": end, "text": TEXT[start:end], "labels": [label]} for start, end, label in spans]
    return json.dumps(regions, ensure_ascii=False)


BARE_ROW = {"id": 1, "annotation_id": "", "annotator": "", "label": "", "text": TEXT, "title": "عنوان"}


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_tables_of_label_studio_are_read_with_their_spans(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    index = TEXT.index("الوزارة")
    row = BARE_ROW | {
        "annotation_id": 3,
        "annotator": "1",
        "label": write_cell((4, 8, "DATE"), (index, index + 7, "A")),
    }
    write_table(path, row, row | {"annotator": "s@example.org"}, BARE_ROW | {"text": "[{لا شيء"})
    assert sniff(name, path.read_bytes())
    assert registry.detect_format(path) is FORMAT
    first, second, third = only_articles(read(path, "ليلى"))
    assert (first.article.text, first.article.title) == (TEXT, "عنوان")
    assert span_contents(first) == [(4, 8, "DATE", "1", None, None), (index, index + 7, "A", "1", None, None)]
    assert {span.annotator for span in second.spans} == {"s@example.org"}
    assert (third.article.text, third.spans) == ("[{لا شيء", ())


def test_a_table_without_label_studios_own_columns_is_known_by_its_spans(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_table(path, {"text": TEXT, "entities": ""}, {"text": TEXT, "entities": write_cell((4, 8, "DATE"))})
    assert registry.detect_format(path) is FORMAT
    assert [len(item.spans) for item in only_articles(read(path, "ليلى"))] == [0, 1]
    write_table(path, {"text": TEXT, "entities": "[]"}, {"text": TEXT, "entities": "[[4, 8, 9]]"})
    assert registry.detect_format(path) is tables.FORMAT


def test_bad_rows_of_a_table_are_refused_and_the_rest_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_table(path, BARE_ROW | {"text": ""}, BARE_ROW | {"label": write_cell((4, 9, "DATE")).replace("4", "5")})
    with path.open("a", encoding="utf-8") as file:
        file.write("1,2\n")
    items = list(read(path, "ليلى"))
    assert [type(item).__name__ for item in items] == ["Refusal", "AnnotatedArticle", "Refusal", "Refusal"]
    assert [item.reason for item in items if isinstance(item, Refusal)] == [
        "The article has no text.",
        "The span from 5 to 9 should be “2025 ”, but the text there is “024 ”.",
        "Wrong number of columns: 2 instead of 6.",
    ]


@pytest.mark.parametrize("column", ["label", "entities"])
@pytest.mark.parametrize(("name", "text"), [("a.csv", "text"), ("a.tsv", "body")])
def test_a_cell_of_spans_that_is_cut_off_is_refused_and_its_article_taken(
    tmp_path: Path, column: str, name: str, text: str
) -> None:
    path = tmp_path / name
    cell = write_cell(*[(4, 8, "DATE")] * 9)
    row = {**BARE_ROW, text: TEXT, "annotation_id": 3}
    del row["label"]
    if text != "text":
        del row["text"]
    write_table(path, row | {column: write_cell((4, 8, "DATE"))}, row | {column: cell[:-20]})
    first, second, refusal = read(path, "ليلى")
    assert isinstance(first, AnnotatedArticle)
    assert isinstance(second, AnnotatedArticle)
    assert [(item.article.text, len(item.spans)) for item in (first, second)] == [(TEXT, 1), (TEXT, 0)]
    assert [item.layers.is_complete for item in (first, second) if item.layers] == [True, False]
    reason = f"Invalid value in “{column}”: Input data was truncated"
    assert refusal == Refusal(str(path), 4, reason, Code.INVALID_JSON)


def test_spans_that_python_printed_are_pointed_out_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row = BARE_ROW | {"label": repr(json.loads(write_cell((4, 8, "DATE"))))}
    write_table(path, row, row)
    *articles, notice = read(path, "ليلى")
    assert [(item.article.text, item.spans) for item in only_articles(articles)] == [(TEXT, ())] * 2
    assert [item.layers.is_complete for item in only_articles(articles) if item.layers] == [False, False]
    reason = "The column “label” seems to contain spans, which are not read: only the articles are."
    assert notice == Notice(str(path), 0, reason, Code.ANNOTATION_SKIPPED)


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_table_that_pandas_wrote_as_json_is_read_like_the_table(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    row: dict[str, object] = BARE_ROW | {"annotation_id": 3, "annotator": 1, "text": TEXT + "[{"}
    rows = [row | {"label": write_cell((4, 8, "DATE"))}, row | {"label": None}, row | {"label": "[]"}]
    rows.append(row | {"label": write_cell((4, 8, "DATE"))[:-3]})
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) if name == "a.jsonl" else f"[{','.join(lines)}]", encoding="utf-8")
    assert registry.detect_format(path) is FORMAT
    *articles, refusal = read(path, "ليلى")
    contents = [span_contents(item) for item in only_articles(articles)]
    assert contents == [[(4, 8, "DATE", "1", None, None)], [], [], []]
    assert isinstance(refusal, Refusal)
    assert refusal.code == Code.INVALID_JSON


@pytest.mark.parametrize("label", ["DATE", {"choices": ["DATE"]}, ["DATE"]])
def test_labels_of_whole_articles_are_pointed_out_once(tmp_path: Path, label: object) -> None:
    least = {"id": 1, "text": TEXT, "annotator": 1, "annotation_id": 9, "label": label}
    path = tmp_path / "a.json"
    path.write_text(json.dumps([least, least | {"label": None}, least]), encoding="utf-8")
    assert registry.detect_format(path) is FORMAT
    *articles, notice = read(path, "ليلى")
    assert [item.layers.is_complete for item in only_articles(articles) if item.layers] == [False, True, False]
    assert notice == Notice(str(path), 0, NOT_TAKEN.format("label"), Code.ANNOTATION_SKIPPED)


def test_values_that_a_shape_assigns_to_no_span_are_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    labels = write_cell((4, 8, "DATE"))
    write_table(path, BARE_ROW | {"label": labels, "value": '["2024","2025"]'}, BARE_ROW | {"label": labels})
    *articles, notice = read(path, "ليلى")
    assert len(articles) == 2
    reason = "1 article has values that the file assigns to no span; Label Studio’s JSON export does."
    assert notice == Notice(str(path), 0, reason, Code.VALUE_UNASSIGNED)


def test_layers_that_a_shape_does_not_tell_apart_are_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row = BARE_ROW | {"label": write_cell((4, 8, "DATE")), "uid": article_uid(TEXT)}
    write_table(path, row | {"layers": '["ليلى", "سعيد"]'}, row | {"layers": ""})
    *_articles, notice = read(path, "ليلى")
    reason = "The file does not say whose layer 1 annotation is; Label Studio’s JSON export does."
    assert notice == Notice(str(path), 0, reason, Code.LAYER_UNASSIGNED)


def test_the_configuration_has_the_labels_with_their_colours_and_keys() -> None:
    labels = (
        Label("DATE", {}, Colour("#8f6a0a", "#ecc04c"), "1"),
        Label("خطة-2", {}, Colour("#2a62c9", "#6a9cf7")),
    )
    view = ElementTree.fromstring(encode_configuration(LabelSet(labels)))
    assert [child.attrib for child in view.iter("Label")] == [
        {"value": "DATE", "background": "#8f6a0a", "hotkey": "1"},
        {"value": "خطة-2", "background": "#2a62c9"},
    ]
    controls = [(child.tag, child.get("name"), child.get("toName")) for child in view]
    assert controls == [("Labels", "label", "text"), ("Text", "text", None), ("TextArea", "value", "text")]


def test_a_configuration_beside_tasks_is_no_file_to_import(tmp_path: Path) -> None:
    tasks = tmp_path / "a.json"
    for path in (tmp_path / "a.json.config.xml", tmp_path / "config.xml"):
        path.write_text("<x/>", encoding="utf-8")
        assert path not in registry.find_companions(tasks)
        path.write_bytes(encode_configuration(LabelSet(())))
        assert path in registry.find_companions(tasks)


PIECES = st.sampled_from(["سطر", "😀", "لأ", "َ", "ـ", "\u200f", "\u200e", " ", "\n", '"', "\\", "\t", "2024", "]}"])
TEXTS = st.lists(PIECES, max_size=12).map(lambda pieces: "أ" + "".join(pieces))
ARTICLES = annotated_articles(TEXTS, annotators=("ليلى", "Saïd"), sources=st.none() | st.just('ع"' * 50))


@given(st.lists(ARTICLES, max_size=4))
def test_written_articles_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, items: list[AnnotatedArticle]
) -> None:
    path = tmp_path_factory.mktemp("round") / "a.json"
    path.write_text(write_tasks(map(encode, items)), encoding="utf-8", newline="\n")
    results = only_articles(read(path, "nobody"))
    assert [item.article for item in results] == [item.article for item in items]
    assert [sorted(span_contents(item), key=repr) for item in results] == [
        sorted(span_contents(item), key=repr) for item in items
    ]
    assert [item.line for item in results] == [number + 2 for number in range(len(items))]
    assert not items or sniff("a.json", path.read_bytes())


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", json.dumps([task(build_region(4, 8, "DATE"))]).encode(), True),
        ("a.jsonl", b'{"data": {"body": "x"}, "predictions": []}', True),
        ("a.json", b'[{"data": {"text": "' + b"x" * 70_000, True),
        ("a.json", b'[{"id": 1, "annotations": [{"result": []}], "data": {"body": "x"}}]', True),
        ("a.json", b'[{"text": "x", "label": [{"start": 0, "end": 1, "text": "x", "labels": ["A"]}]}]', True),
        ("a.txt", json.dumps([task(build_region(4, 8, "DATE"))]).encode(), True),
        ("a.jsonl", b'{"text": "x", "label": [[0, 1, "A"]]}', False),
        ("a.jsonl", b'{"data": "x", "label": [[0, 1, "A"]]}', False),
        ("a.jsonl", b'{"text": "x", "spans": [{"start": 0, "end": 1, "label": "A"}]}', False),
        ("a.json", b'{"version": "1.1", "data": [{"title": "x", "paragraphs": []}]}', False),
        ("a.json", b"", False),
    ],
)
def test_sniff(name: str, content: bytes, expected: bool) -> None:
    assert sniff(name, content[: 1 << 16]) is expected


def test_sample_tasks_of_label_studio_are_read(shared: Path) -> None:
    path = shared / "data" / "peers" / "label-studio" / "arabic-tasks.json"
    assert sniff(path.name, path.read_bytes())
    items = only_articles(read(path, "ليلى"))
    assert [item.line for item in items] == [2, 64]
    assert [len(item.article.text) for item in items] == [84, 84]
    spans = [(item.article.text[span.start : span.end], span) for item in items for span in item.spans]
    assert Counter((span.label, span.annotator) for _text, span in spans) == {
        ("INSTITUTION", "1"): 2,
        ("DATE", "1"): 2,
        ("PLAN", "1"): 2,
    }
    assert [text for text, span in spans if span.label == "INSTITUTION"] == [
        "وزارة الاقتصاد والمالية",
        "وزارة الداخلية",
    ]
