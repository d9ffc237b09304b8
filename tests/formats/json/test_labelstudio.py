"""Label Studio: tasks, annotations and predictions are read, what is written comes back, what is not taken is said."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats.json.labelstudio import BETWEEN, FOOT, HEAD, encode, read, recognises
from annotator.model.article_builder import draft
from annotator.model.records import Draft, Refusal, Span

TEXT = "خطة 2024 😀\nأعلنت الوزارة، أمس، عن الخطة."


def region(start: int, end: int, *labels: str, **more: object) -> dict[str, object]:
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": list(labels)}
    return {"id": f"r{start}", "from_name": "label", "to_name": "text", "type": "labels", "value": value, **more}


def task(*results: object, **more: object) -> dict[str, object]:
    return {"id": 1, "data": {"text": TEXT}, "annotations": [{"completed_by": 1, "result": list(results)}], **more}


def reading(path: Path, content: object, annotator: str = "ليلى") -> tuple[list[Draft], list[tuple[int, str]]]:
    path /= "a.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    found = list(read(path, annotator))
    drafts = [item for item in found if isinstance(item, Draft)]
    return drafts, [(item.line, item.reason) for item in found if isinstance(item, Refusal)]


def said(item: Draft) -> list[tuple[object, ...]]:
    return [(span.start, span.end, span.label, span.annotator, span.value, span.note) for span in item.spans]


def test_a_task(tmp_path):
    one = task(region(4, 8, "DATE"), region(0, 8, "PLAN", "خطة"))
    one["data"] |= {"title": "عنوان", "published": "2024-07-09", "url": "u", "section": 3}
    for content in ([one], one, json.dumps(one, indent=2).encode(), json.dumps([one], indent=2).encode()):
        (found,), refused = reading(tmp_path, content)
        assert refused == []
        assert (found.article.text, found.article.title, found.article.published) == (TEXT, "عنوان", "2024-07-09")
        assert said(found) == [
            (4, 8, "DATE", "1", None, None),
            (0, 8, "PLAN", "1", None, None),
            (0, 8, "خطة", "1", None, None),
        ]
    lines = "\n".join(json.dumps(one) for _ in range(3)).encode()
    assert [item.line for item in reading(tmp_path, lines)[0]] == [1, 2, 3]


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
def test_whose_an_annotation_is(tmp_path, by, owner):
    one = task()
    one["annotations"] = [{"completed_by": by, "result": [region(4, 8, "DATE")]}]
    (found,), refused = reading(tmp_path, [one])
    assert [span.annotator for span in found.spans] == [owner]
    assert refused == []


def test_predictions_and_completions_are_layers_too(tmp_path):
    result = [region(4, 8, "DATE")]
    one = {
        "data": {"text": TEXT},
        "completions": [{"completed_by": 2, "result": result}, {"completed_by": 3, "skipped": True, "result": result}],
        "predictions": [{"model_version": "v1", "score": 0.5, "result": result}, {"result": result}, 12],
    }
    (found,), refused = reading(tmp_path, [one])
    assert [span.annotator for span in found.spans] == ["2", "prediction:v1", "prediction"]
    assert refused == [
        (1, "What 3 has cancelled is not taken."),
        (1, "Something in “predictions” does not read: Expected `object`, got `int`"),
    ]


def test_what_was_cancelled_is_not_taken(tmp_path):
    one = task()
    one["annotations"] = [{"completed_by": 1, "was_cancelled": True, "result": [region(4, 8, "DATE")]}]
    (found,), refused = reading(tmp_path, [one])
    assert found.spans == ()
    assert refused == [(1, "What 1 has cancelled is not taken.")]


@pytest.mark.parametrize(
    ("more", "value", "note"),
    [
        ([{"type": "textarea", "from_name": "comment", "value": {"text": ["؟"]}}], None, "؟"),
        ([{"type": "textarea", "from_name": "value", "value": {"text": "2024"}}], "2024", None),
        ([{"type": "choices", "from_name": "kind", "value": {"choices": ["year"]}}], "year", None),
        ([{"type": "datetime", "from_name": "when", "value": {"datetime": "2024-07-09"}}], "2024-07-09", None),
    ],
)
def test_what_is_said_of_a_region(tmp_path, more, value, note):
    about = [{"id": "r4", "to_name": "text", **each} for each in more]
    (found,), refused = reading(tmp_path, [task(*about, region(4, 8, "DATE"), region(0, 8, "PLAN"))])
    assert said(found) == [(4, 8, "DATE", "1", value, note), (0, 8, "PLAN", "1", None, None)]
    assert refused == []


def test_meta_is_note_and_value(tmp_path):
    meta = {"text": ["سطر", "آخر"], "value": "2024", "more": 1}
    (found,), refused = reading(tmp_path, [task(region(4, 8, "DATE", meta=meta), region(0, 3, "PLAN", meta=[1]))])
    assert said(found) == [(4, 8, "DATE", "1", "2024", "سطر\nآخر"), (0, 3, "PLAN", "1", None, None)]
    assert refused == []


NOT_TAKEN = "“{}” is not taken: only labelled stretches of the text are."


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
            region(4, 99, "DATE") | {"value": {"start": 4, "end": 99, "labels": ["A"]}},
            "A span from 4 to 99 is not within the text.",
        ),
        (region(4, 8), "The span from 4 to 8 has no label."),
        (
            {"type": "labels", "value": {"labels": ["A"]}},
            "Something in “value” does not read: Object missing required field `start`",
        ),
        (
            {"type": "labels", "value": {"start": 4, "end": 8, "text": "2025", "labels": ["A"]}},
            "The span from 4 to 8 should hold “2025”, and the text there is “2024”.",
        ),
        ({"value": {}}, "Something in “result” does not read: Object missing required field `type`"),
        (5, "Something in “result” does not read: Expected `object`, got `int`"),
    ],
)
def test_what_is_not_taken_is_said(tmp_path, result, reason):
    (found,), refused = reading(tmp_path, [task(result, region(0, 8, "PLAN"))])
    assert refused == [(1, reason)]
    assert said(found) == [(0, 8, "PLAN", "1", None, None)]


def test_only_one_note_is_taken(tmp_path):
    notes = [{"id": "r4", "type": "textarea", "from_name": name, "value": {"text": [name]}} for name in "ab"]
    (found,), refused = reading(tmp_path, [task(region(4, 8, "DATE"), *notes)])
    assert said(found) == [(4, 8, "DATE", "1", None, "a")]
    assert refused == [(1, NOT_TAKEN.format("textarea"))]


def test_drafts_are_said(tmp_path):
    (found,), refused = reading(tmp_path, [task(drafts=[{"result": [region(4, 8, "DATE")]}])])
    assert (found.spans, refused) == ((), [(1, NOT_TAKEN.format("drafts"))])


def test_utf16_offsets_are_known_by_what_they_hold(tmp_path):
    at = TEXT.index("الوزارة")
    value = {"start": at + 1, "end": at + 8, "text": "الوزارة", "labels": ["A"]}
    (found,), refused = reading(tmp_path, [task({"type": "labels", "value": value})])
    assert [(span.start, span.end) for span in found.spans] == [(at, at + 7)]
    assert refused == []


def test_other_space_in_what_was_selected(tmp_path):
    start, end = 4, TEXT.index(" الوزارة")
    for selected in ("2024 😀\\nأعلنت", "2024 😀أعلنت", "2024\u00a0😀 أعلنت "):
        value = {"start": str(start), "end": end, "text": selected, "labels": ["A"]}
        (found,), refused = reading(tmp_path, [task({"type": "labels", "value": value})])
        assert [(span.start, span.end) for span in found.spans] == [(start, end)]
        assert refused == []


def test_json_min(tmp_path):
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
    (found,), refused = reading(tmp_path, [least])
    assert (found.article.text, found.article.title) == (TEXT, "عنوان")
    assert said(found) == [(4, 8, "DATE", "3", None, None)]
    assert refused == []
    (found,), refused = reading(tmp_path, [{**least, "note": [{"start": 4, "end": 8, "text": ["؟"]}]}])
    assert refused == [(1, NOT_TAKEN.format("note"))]


def test_which_column_has_the_text(tmp_path):
    columns = {"title": "عنوان طويل جدا لا نهاية له ولا حد ولا آخر له أبدا", "body": TEXT, "text": "x"}
    (found,), _refused = reading(tmp_path, [{"data": columns, "annotations": [{"result": [region(4, 8, "DATE")]}]}])
    assert (found.article.text, len(found.spans)) == (TEXT, 1)
    (found,), _refused = reading(tmp_path, [{"data": columns, "annotations": []}])
    assert found.article.text == "x"
    (found,), _refused = reading(tmp_path, [{"data": {"a": "x", "b": TEXT}}])
    assert found.article.text == TEXT
    named = {"type": "choices", "to_name": "a", "value": {}}
    (found,), _refused = reading(tmp_path, [{"data": {"a": "x", "b": TEXT}, "annotations": [{"result": [named]}]}])
    assert found.article.text == "x"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"data": {"image": 5}}, "There is no text in it."),
        ({"data": {"text": " "}}, "The text is empty."),
        ({}, "There is no text in it."),
        ([], "The line does not read as an article: Expected `object`, got `array`"),
    ],
)
def test_a_task_that_is_no_article_costs_no_other(tmp_path, content, reason):
    found, refused = reading(tmp_path, [{"data": {"text": "x"}}, content, {"data": {"text": "y"}}])
    assert [item.article.text for item in found] == ["x", "y"]
    assert refused == [(1, reason)]


def test_wrong_types_cost_no_article(tmp_path):
    one = {"data": {"text": TEXT}, "annotations": {"a": 1}, "predictions": [{"result": 5}, None]}
    (found,), refused = reading(tmp_path, [one])
    assert found.article.text == TEXT
    assert len(refused) == 3


def test_a_file_that_is_cut_off(tmp_path):
    content = json.dumps([task(region(4, 8, "DATE")), task()]).encode()
    found, refused = reading(tmp_path, content[:-30])
    assert [len(item.spans) for item in found] == [1]
    assert refused == [(1, "The file is cut off: it ends before what it holds does.")]


def test_a_task_has_the_shape_that_label_studio_reads():
    spans = [Span("u1", "", "ليلى", "DATE", 4, 8, "2024", "؟"), Span("u2", "", "سعيد", "PLAN", 0, 8)]
    written = json.loads(HEAD + BETWEEN.join([encode(draft(TEXT, title="عنوان", spans=spans))] * 2) + FOOT)
    shape = {"from_name": "label", "to_name": "text", "type": "labels"}
    flags = {"was_cancelled": False, "ground_truth": False}
    first = {"start": 4, "end": 8, "text": "2024", "labels": ["DATE"]}
    second = {"start": 0, "end": 8, "text": "خطة 2024", "labels": ["PLAN"]}
    assert (
        written
        == [
            {
                "id": 0,
                "data": {"text": TEXT, "title": "عنوان"},
                "annotations": [
                    {
                        "annotator": "ليلى",
                        **flags,
                        "result": [{"id": "u1", **shape, "value": first, "meta": {"text": ["؟"], "value": "2024"}}],
                    },
                    {"annotator": "سعيد", **flags, "result": [{"id": "u2", **shape, "value": second}]},
                ],
                "predictions": [],
            }
        ]
        * 2
    )


PIECES = st.sampled_from(["سطر", "😀", "لأ", "َ", "ـ", "\u200f", "\u200e", " ", "\n", '"', "\\", "\t", "2024", "]}"])
TEXTS = st.lists(PIECES, max_size=12).map(lambda pieces: "أ" + "".join(pieces))
SOME = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=4)


@st.composite
def drafts(drawn):
    body = drawn(TEXTS)
    ends = st.integers(0, len(body))
    stretches = drawn(st.lists(st.tuples(ends, ends).filter(lambda stretch: stretch[0] < stretch[1]), max_size=5))
    labels, names = st.sampled_from(["DATE", "PLAN", "مؤسسة"]), st.sampled_from(["ليلى", "Saïd"])
    return draft(
        body,
        source=drawn(st.none() | st.just('ع"' * 50)),
        spans=[
            Span(f"s{at}", "", drawn(names), drawn(labels), *stretch, drawn(SOME), drawn(SOME))
            for at, stretch in enumerate(stretches)
        ],
    )


@given(st.lists(drafts(), max_size=4))
def test_what_is_written_is_read(tmp_path_factory, items):
    path = tmp_path_factory.mktemp("round") / "a.json"
    path.write_text(HEAD + BETWEEN.join(map(encode, items)) + FOOT, encoding="utf-8", newline="\n")
    found = list(read(path, "nobody"))
    assert [item.article for item in found] == [item.article for item in items]
    assert [sorted(said(item), key=repr) for item in found] == [sorted(said(item), key=repr) for item in items]
    assert [item.line for item in found] == [number + 2 for number in range(len(items))]
    assert not items or recognises("a.json", path.read_bytes())


@pytest.mark.parametrize(
    ("name", "content", "known"),
    [
        ("a.json", json.dumps([task(region(4, 8, "DATE"))]).encode(), True),
        ("a.jsonl", b'{"data": {"body": "x"}, "predictions": []}', True),
        ("a.json", b'[{"data": {"text": "' + b"x" * 70_000, True),
        ("a.json", b'[{"id": 1, "annotations": [{"result": []}], "data": {"body": "x"}}]', True),
        ("a.json", b'[{"text": "x", "label": [{"start": 0, "end": 1, "text": "x", "labels": ["A"]}]}]', True),
        ("a.txt", json.dumps([task(region(4, 8, "DATE"))]).encode(), False),
        ("a.jsonl", b'{"text": "x", "label": [[0, 1, "A"]]}', False),
        ("a.jsonl", b'{"data": "x", "label": [[0, 1, "A"]]}', False),
        ("a.jsonl", b'{"text": "x", "spans": [{"start": 0, "end": 1, "label": "A"}]}', False),
        ("a.json", b'{"version": "1.1", "data": [{"title": "x", "paragraphs": []}]}', False),
        ("a.json", b"", False),
    ],
)
def test_recognition(name, content, known):
    assert recognises(name, content[: 1 << 16]) is known


def test_the_tasks_of_label_studio_itself(shared):
    path = shared / "data" / "peers" / "label-studio" / "arabic-tasks.json"
    assert recognises(path.name, path.read_bytes())
    found = list(read(path, "ليلى"))
    assert [item.line for item in found] == [2, 64]
    assert [len(item.article.text) for item in found] == [84, 84]
    spans = [(item.article.text[span.start : span.end], span) for item in found for span in item.spans]
    assert Counter((span.label, span.annotator) for _text, span in spans) == {
        ("INSTITUTION", "1"): 2,
        ("DATE", "1"): 2,
        ("PLAN", "1"): 2,
    }
    assert [text for text, span in spans if span.label == "INSTITUTION"] == [
        "وزارة الاقتصاد والمالية",
        "وزارة الداخلية",
    ]
