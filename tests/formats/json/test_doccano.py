"""doccano: every shape of its lines is read, written articles are read back, and skips are reported."""

import json
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from formats.items import only_articles, read_json
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import annotated_articles, nothing

from annotator.formats import registry
from annotator.formats.json import doccano, json_values, offset_units
from annotator.formats.json.doccano import encode, encode_label_types, read, sniff
from annotator.model.article_builder import build_article
from annotator.model.labels import Colour, Label, LabelSet, default_labels
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Notice, Span, article_uid

TEXT = "خطة 2024 😀\nأعلنت الوزارة، أمس، عن الخطة."

read_file = partial(read_json, read, "a.jsonl")


def span_tuples(item: AnnotatedArticle) -> list[tuple[int, int, str, str]]:
    return [(span.start, span.end, span.label, span.annotator) for span in item.spans]


@pytest.mark.parametrize(
    "line",
    [
        {"text": TEXT, "label": [[4, 8, "DATE"], [0, 8, "PLAN"]]},
        {"text": TEXT, "labels": [[4, 8, "DATE"], [0, 8, "PLAN"]], "annotation_approver": None, "meta": {}},
        {"data": TEXT, "id": 3, "label": [[4, 8, "DATE"], [0, 8, "PLAN"]], "Comments": []},
        {
            "id": 1,
            "text": TEXT,
            "relations": [],
            "entities": [
                {"id": 1, "label": "DATE", "start_offset": 4, "end_offset": 8},
                {"id": 2, "label": "PLAN", "start_offset": 0, "end_offset": 8},
            ],
        },
        {"column_data": TEXT, "column_label": [[4, 8, "DATE"], [0, 8, "PLAN"]]},
    ],
)
def test_every_shape_is_read(tmp_path: Path, line: dict[str, object]) -> None:
    for content in (line, [line]):
        (item,), refusals = read_file(tmp_path, content)
        assert refusals == []
        assert item.article.text == TEXT
        assert span_tuples(item) == [(4, 8, "DATE", "ليلى"), (0, 8, "PLAN", "ليلى")]
        assert [zone.kind for zone in item.zones] == ["headline", "body"]


def test_users_in_old_exports_become_annotators(tmp_path: Path) -> None:
    entries = [{"label": 12, "start_offset": 4, "end_offset": 8, "user": user} for user in (1, 2)]
    (item,), refusals = read_file(tmp_path, {"text": TEXT, "annotations": entries})
    assert span_tuples(item) == [(4, 8, "12", "1"), (4, 8, "12", "2")]
    assert refusals == []


def test_metadata_is_read_from_columns_and_meta(tmp_path: Path) -> None:
    line = {
        "text": TEXT,
        "label": [],
        "meta": {"title": "عنوان", "source": "جريدة"},
        "published": "2024-07-09",
        "url": "u",
    }
    (item,), refusals = read_file(tmp_path, line)
    article = item.article
    assert (article.title, article.source, article.published, article.url) == ("عنوان", "جريدة", "2024-07-09", "u")
    (item,), refusals = read_file(tmp_path, {"text": TEXT, "label": [], "date": "2024-07-09", "headline": "عنوان"})
    assert (item.article.title, item.article.published, refusals) == ("عنوان", "2024-07-09", [])
    (item,), refusals = read_file(tmp_path, {"text": TEXT, "label": [], "published": "soon", "title": 5})
    assert (item.article.title, item.article.published) == (None, None)
    assert refusals == [(1, "“soon” is not a valid publication date.")]


def test_comments_become_the_note(tmp_path: Path) -> None:
    (item,), refusals = read_file(tmp_path, {"text": TEXT, "label": [], "Comments": ["أولا", "ثانيا", {"id": 1}]})
    assert [(note.annotator, note.text, note.article) for note in item.notes] == [
        ("ليلى", "أولا\nثانيا", item.article.uid)
    ]
    assert refusals == [(1, "“Comments” is skipped: only labelled spans are imported.")]


def test_offsets_move_with_newlines(tmp_path: Path) -> None:
    (item,), _refusals = read_file(tmp_path, {"text": "a\r\nbc\u2028d", "label": [[3, 5, "DATE"], [6, 7, "PLAN"]]})
    assert item.article.text == "a\nbc\nd"
    assert [item.article.text[span.start : span.end] for span in item.spans] == ["bc", "d"]


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"label": [[4, 99, "DATE"]]}, "A span from 4 to 99 is not within the text."),
        ({"label": [[4, 4, "DATE"]]}, "A span from 4 to 4 is not within the text."),
        ({"label": [[-4, 4, "DATE"]]}, "A span from -4 to 4 is not within the text."),
        (
            {"label": [[4, "x", "DATE"]]},
            "Invalid value in “label”: expected a whole number, found a text, in “end_offset”",
        ),
        ({"label": [[4, 8]]}, "Invalid value in “label”: “label” is missing"),
        ({"label": [None]}, "Invalid value in “label”: expected an object, found null"),
        ({"label": "sport"}, "“label” is skipped: only labelled spans are imported."),
        ({"label": ["sport", "news"]}, "“label” is skipped: only labelled spans are imported."),
        ({"label": 0}, "“label” is skipped: only labelled spans are imported."),
        ({"cats": ["sport"]}, "“cats” is skipped: only labelled spans are imported."),
        ({"relations": [{"id": 1}]}, "“relations” is skipped: only labelled spans are imported."),
        ({"more": [[0, 1, "PLAN"]]}, "“more” is skipped: only labelled spans are imported."),
    ],
)
def test_invalid_labels_are_reported_and_the_rest_read(tmp_path: Path, extra: dict[str, object], reason: str) -> None:
    good = [{"start_offset": 4, "end_offset": 8, "label": "DATE"}]
    (item,), refusals = read_file(tmp_path, {"text": TEXT, "entities": good, **extra})
    assert refusals == [(1, reason)]
    assert span_tuples(item) == [(4, 8, "DATE", "ليلى")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{}", "The article has no text."),
        (b'{"text": null, "title": "x"}', "The article has no text."),
        (b'{"a": "x", "b": "y"}', "The article has no text."),
        (b'{"text": " "}', "The text is empty."),
        (b'{"text": "x\\u0000"}', "The text contains NUL characters."),
        (b"[1]", "The line is not a valid article: expected an object, found a list"),
        (b"12", "The line is not a valid article: expected an object, found a whole number"),
        (b'"{"', "The line is not a valid article: expected an object, found a text"),
        (b'{"text": "x"', "The line is not a valid article: Input data was truncated"),
        (b"\xff\xfe\x00", "The line is not a valid article: JSON is malformed in line 2, at “\0”: invalid character"),
    ],
)
def test_an_invalid_line_is_refused_and_the_rest_read(tmp_path: Path, line: bytes, reason: str) -> None:
    items, refusals = read_file(tmp_path, b'{"text": "x"}\n' + line + b'\n{"text": "y"}')
    assert [(item.article.text, item.line) for item in items] == [("x", 1), ("y", 3)]
    assert refusals == [(2, reason)]


def test_deeply_nested_lines_are_refused(tmp_path: Path) -> None:
    for line in (
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"text": "x", "label": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ):
        items, refusals = read_file(tmp_path, line)
        assert items == []
        assert len(refusals) == 1


@pytest.mark.parametrize("chunk", [4, 5, 7, 64, 1 << 20])
def test_lists_are_read_in_chunks_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(json_values, "_CHUNK", chunk)
    content = '\ufeff[\n {"text": "a\\"]}", "label": [[0, 1, "X"]]},\n\n {"text": {"b": [}]}, 55555555, "x\\"",\n'
    content += ' {\n"text": "ج😀"}\n]\n'
    items, refusals = read_file(tmp_path, content.encode())
    assert [(item.article.text, item.line) for item in items] == [('a"]}', 2), ("ج😀", 5)]
    assert [line for line, _reason in refusals] == [4, 4, 4]


@pytest.mark.parametrize(
    ("content", "texts", "refusals"),
    [
        (b'[{"text": "x"}, {"text": "y', ["x"], [(1, "The file is truncated: its JSON is incomplete.")]),
        (b'[{"text": "x"},\n', ["x"], [(2, "The file is truncated: its JSON is incomplete.")]),
        (b'[{"text": "x"}]\n\n', ["x"], []),
        (b"[]", [], []),
        (b"", [], []),
        (b'[{"text": "x"}] {"text": "y"}', ["x"], [(1, "Content after the end of the list is ignored.")]),
        (b'{\n"text": "x"\n}\n{\n"text": "y"\n}\n', ["x", "y"], []),
        (b'{\n"text": "x"\n}\n{\n"text": ', ["x"], [(4, "The file is truncated: its JSON is incomplete.")]),
    ],
)
def test_truncated_lists_and_trailing_content_are_reported(
    tmp_path: Path, content: bytes, texts: list[str], refusals: list[tuple[int, str]]
) -> None:
    items, text = read_file(tmp_path, content)
    assert [item.article.text for item in items] == texts
    assert text == refusals


def test_an_article_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_values, "_CHUNK", 1000)
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"text": "x"},\n{"text": "' + b"y" * 1_000_000 + b'"}, {"text": "z"}]')
    with path.open("rb") as file:
        assert list(json_values.read_values(file, 1_000_000)) == [
            (1, b'{"text": "x"}'),
            (2, Reason(Code.ARTICLE_TOO_LONG, "The article that starts here is longer than 1 MB.")),
        ]


def test_a_span_must_match_its_quoted_text() -> None:
    assert json_values.explain_misplaced("خطة 2024", 4, 8, "2024") is None
    for text in ("2025", "202", "20245", ""):
        assert json_values.explain_misplaced("خطة 2024", 4, 8, text)


def test_a_long_quote_is_shortened() -> None:
    reason = json_values.explain_misplaced("x" * 1000, 0, 500, "y" * 500)
    assert str(reason) == f"The span from 0 to 500 should be “{'y' * 100}…”, but the text there is “{'x' * 100}…”."


PIECES = st.sampled_from(["سطر", "😀", "لأ", "َ", "ـ", "\u200f", "\u200e", " ", "\n", '"', "\\", "\t", "2024", "ل"])
TEXTS = st.lists(PIECES, max_size=12).map(lambda pieces: "أ" + "".join(pieces))
ARTICLES = annotated_articles(TEXTS, extras=nothing, titles=st.none() | st.just('ع"'))


@given(st.lists(ARTICLES, max_size=4))
def test_written_articles_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, items: list[AnnotatedArticle]
) -> None:
    path = tmp_path_factory.mktemp("round") / "a.jsonl"
    path.write_text("".join(map(encode, items)), encoding="utf-8", newline="\n")
    results = only_articles(read(path, "ليلى"))
    assert [item.article for item in results] == [item.article for item in items]
    assert list(map(span_tuples, results)) == list(map(span_tuples, items))
    assert not items or sniff("a.jsonl", path.read_bytes())


def test_encode_writes_the_shape_that_doccano_reads() -> None:
    item = build_article(TEXT, title="عنوان", spans=[Span("s", "", "ليلى", "DATE", 4, 8, "2024", "؟")])
    line = encode(item)
    assert line.count("\n") == 1
    metadata = {"title": "عنوان", "published": None, "source": None, "url": None, "offsets": "utf16"}
    uid = article_uid(TEXT)
    assert json.loads(line) == {"id": 0, "text": TEXT, "label": [[4, 8, "DATE"]], "uid": uid, **metadata}
    assert {"title", "published", "source", "url"} == doccano.FORMAT.stored_fields


@pytest.mark.parametrize(("unit", "shift"), [(None, 1), ("utf16", 1), ("codepoints", 0), ("graphemes", 0)])
def test_offsets_count_utf16_units_unless_others_are_asked_for(tmp_path: Path, unit: str | None, shift: int) -> None:
    start = TEXT.index("الوزارة")
    item = build_article(TEXT, spans=[Span("s", "", "ليلى", "DATE", start, start + 7)])
    line = encode(item) if unit is None else encode(item, unit)
    assert json.loads(line)["label"] == [[start + shift, start + 7 + shift, "DATE"]]
    path = tmp_path / "a.jsonl"
    path.write_text(line, encoding="utf-8")
    (returned,) = only_articles(read(path, "ليلى"))
    assert span_tuples(returned) == span_tuples(item)


def write_lines(path: Path, unit: str, words: str, **more: object) -> None:
    """Write a line, as others do, with a span for each of the words, in this unit."""
    convert = offset_units.from_code_points(TEXT, unit)
    starts = [(TEXT.index(word), len(word)) for word in words.split()]
    labels = [[convert(start), convert(start + length), "A"] for start, length in starts]
    path.write_text(json.dumps({"text": TEXT, "label": labels, **more}), encoding="utf-8")


@pytest.mark.parametrize("unit", ["utf16", "codepoints"])
def test_the_unit_of_a_file_that_does_not_name_it_is_guessed_and_said(tmp_path: Path, unit: str) -> None:
    path = tmp_path / "a.jsonl"
    write_lines(path, unit, "2024 أعلنت الوزارة الخطة")
    item, notice = read(path, "ليلى")
    assert isinstance(item, AnnotatedArticle)
    assert [item.article.text[span.start : span.end] for span in item.spans] == ["2024", "أعلنت", "الوزارة", "الخطة"]
    assert isinstance(notice, Notice)
    assert notice.code == Code.OFFSET_UNIT_GUESSED
    assert f"read as {offset_units.describe_unit(unit)}, by which 3 of them begin" in notice.reason
    (alone,) = only_articles(read(path, "ليلى", unit))
    assert span_tuples(alone) == span_tuples(item)
    write_lines(path, unit, "2024")
    assert len(list(read(path, "ليلى"))) == 1


def test_what_somebody_asks_for_goes_before_what_a_file_says(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_lines(path, "utf16", "الوزارة", offsets="codepoints")
    start = TEXT.index("الوزارة") + 1
    (said,) = only_articles(read(path, "ليلى"))
    assert [(span.start, span.end) for span in said.spans] == [(start, start + 7)]
    (asked,) = only_articles(read(path, "ليلى", "utf16"))
    assert [(span.start, span.end) for span in asked.spans] == [(start - 1, start + 6)]
    write_lines(path, "utf16", "الوزارة", offsets="bytes")
    guessed, _notice = read(path, "ليلى")
    assert isinstance(guessed, AnnotatedArticle)
    assert span_tuples(guessed) == span_tuples(asked)


@given(TEXTS, st.data())
def test_spans_that_graphemes_cannot_express_are_found_in_two_ways(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    item = build_article(text, zones=[])
    span = Span("s", "", "ليلى", "DATE", min(start, len(item.article.text) - 1), min(end, len(item.article.text)))
    for unit in offset_units.UNITS:
        is_cut = bool(doccano.find_cut_spans(replace(item, spans=(span,)), unit))
        assert doccano.allows_span(item.article.text, span, unit) is not is_cut
        assert not is_cut or unit == "graphemes"


def test_label_types_have_colours_and_the_keys_that_doccano_allows() -> None:
    keys = ("1", "1", "م", None, "d")
    labels = LabelSet(tuple(Label(f"L{n}", {}, Colour("#8f6a0a", "#ffffff"), key) for n, key in enumerate(keys)))
    types = json.loads(encode_label_types(labels))
    assert [label_type["suffix_key"] for label_type in types] == ["1", None, None, None, "d"]
    looks = {"prefix_key": None, "background_color": "#8f6a0a", "text_color": "#ffffff"}
    assert types[4] == {"text": "L4", "suffix_key": "d", **looks}
    pale = LabelSet((Label("L", {}, Colour("#ecc04c", "#ecc04c")),))
    assert json.loads(encode_label_types(pale))[0]["text_color"] == "#000000"


def test_label_types_beside_texts_are_no_file_to_import(tmp_path: Path) -> None:
    texts = tmp_path / "a.jsonl"
    for path in (tmp_path / "a.jsonl.labels.json", tmp_path / "labels.json"):
        path.write_text('[{"text": "خبر"}]', encoding="utf-8")
        assert path not in registry.find_companions(texts)
        path.write_bytes(encode_label_types(default_labels()))
        assert path in registry.find_companions(texts)


def test_label_types_beside_compressed_texts_are_no_file_to_import(tmp_path: Path) -> None:
    companion = tmp_path / "a.jsonl.gz.labels.json"
    companion.write_bytes(encode_label_types(default_labels()))
    assert registry.find_companions(tmp_path / "a.jsonl.gz") == [companion]


def test_all_lines_have_the_same_keys() -> None:
    bare, full = build_article("أ"), build_article("ب", title="ت", published="2024", source="ث", url="u")
    assert list(json.loads(encode(bare))) == list(json.loads(encode(full)))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", b'\xef\xbb\xbf{"text": "x", "label": [[0, 1, "A"]]}', True),
        ("a.json", b'[{"id": 1, "data": "x", "label": [] }]', True),
        ("a.jsonl", b'{"text": "x", "entities": [{"start_offset": 0', True),
        ("a.jsonl", b'{"text": "x", "annotations": [{"label": 1, "start_offset": 0', True),
        ("a.jsonl", b'{"my text": "x", "my labels": [[0, 1, "A"]]}', True),
        ("a.txt", b'{"text": "x", "label": [[0, 1, "A"]]}', True),
        ("a.jsonl", b'{"text": "x"}', False),
        ("a.jsonl", b'{"text": "\\"label\\": [[0, 1, \\"A\\"]]"}', False),
        ("a.jsonl", b'{"text": "x", "zones": [], "spans": [{"start": 0, "end": 1, "label": "A"}]}', False),
        ("a.jsonl", b'{"text": "x", "label": "A", "answer": "accept"}', False),
        ("a.json", b'[{"data": {"text": "x"}, "annotations": [{"result": [{"value": {"labels": ["A"]}}]}]}]', False),
        ("a.json", b'[{"text": "x", "label": [{"start": 0, "end": 1, "labels": ["A"]}], "annotation_id": 1}]', False),
        ("a.json", b'[{"id": 0, "paragraphs": [{"raw": "x"}]}]', False),
        ("a.jsonl", b"", False),
        ("a.json", b"text label [[0, 1]]", False),
    ],
)
def test_sniff(name: str, content: bytes, expected: bool) -> None:
    assert sniff(name, content) is expected


def test_sample_files_of_doccano_are_read(shared: Path) -> None:
    folder = shared / "data" / "peers" / "doccano"

    def outcome(name: str) -> tuple[list[str], Counter[tuple[str, str]]]:
        assert sniff(name, (folder / name).read_bytes())
        items = only_articles(read(folder / name, "ليلى"))
        return [item.article.text for item in items], Counter(
            (span.label, span.annotator) for item in items for span in item.spans
        )

    texts, labels = outcome("example.jsonl")
    assert texts == ["EU rejects German call to boycott British lamb.", "Peter Blackburn", "President Obama"]
    assert labels == {("ORG", "ليلى"): 1, ("PERSON", "ليلى"): 2}
    texts, labels = outcome("example_overlapping.jsonl")
    assert (texts, labels) == (["exampleA"], {("LOC", "ليلى"): 2})
    texts, labels = outcome("labeling.jsonl")
    assert [text[:6] for text in texts] == ["SOCCER", "RUGBY "]
    assert labels == {("12", "1"): 3, ("13", "1"): 2, ("12", "2"): 6, ("13", "2"): 4, ("14", "2"): 1}
