"""JSON lines: articles are read back completely, and skips are reported with their line."""

import json
from pathlib import Path

import pytest
from formats.items import Reader, encode_json, only_articles, read_content
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats.documents import plain_text
from annotator.formats.json import doccano, json_values, jsonl
from annotator.formats.json.jsonl import build_record, encode, read
from annotator.formats.registry import detect_format, get_format
from annotator.model.article_builder import build_article
from annotator.model.reasons import Code
from annotator.model.records import STATES, ZONE_KINDS, AnnotatedArticle, Notice, Remark, Span, Status, Zone

DEEP = 2_000_000
"""Nested lists beyond the stack: CPython 3.14 reads 200,000, older versions a thousand."""

TEXT = "خطة 2024 😀\nأعلنت الوزارة، أمس، عن الخطة."


def read_lines(folder: Path, *lines: object, annotator: str = "ليلى") -> tuple[list[AnnotatedArticle], list[Remark]]:
    return read_content(read, folder / "articles.jsonl", b"\n".join(map(encode_json, lines)), annotator)


def test_only_text_is_required(tmp_path: Path) -> None:
    (item,), refusals = read_lines(tmp_path, {"text": TEXT})
    assert refusals == []
    assert item.article == build_article(TEXT).article
    assert [(zone.kind, zone.start) for zone in item.zones] == [("headline", 0), ("body", 11)]
    assert item.line == 1


def test_all_keys_are_read(tmp_path: Path) -> None:
    (item,), refusals = read_lines(
        tmp_path,
        {
            "id": "source-710",
            "uid": "of another text",
            "extra": {"deep": [1]},
            "text": TEXT,
            "title": "عنوان",
            "published": "2024-07-09T09:00",
            "source": "جريدة",
            "url": "https://example.org/1",
            "zones": [{"kind": "headline", "start": 0, "end": 10}],
            "spans": [
                {
                    "start": 4,
                    "end": 8,
                    "label": "DATE",
                    "uid": "s1",
                    "annotator": "سعيد",
                    "value": "2024",
                    "text": "2024",
                },
                {"start": 0, "end": 8, "label": "PLAN", "note": "؟", "extra": 1, "uid": None},
            ],
            "states": {"سعيد": "done"},
        },
    )
    uid = item.article.uid
    assert refusals == []
    assert uid == build_article(TEXT).article.uid
    assert (item.article.title, item.article.published) == ("عنوان", "2024-07-09T09:00")
    assert (item.article.source, item.article.url) == ("جريدة", "https://example.org/1")
    assert [(zone.kind, zone.start, zone.end) for zone in item.zones] == [("headline", 0, 10)]
    first, second = item.spans
    assert first == Span("s1", uid, "سعيد", "DATE", 4, 8, "2024", None)
    assert second == Span(second.uid, uid, "ليلى", "PLAN", 0, 8, None, "؟")
    assert second.uid not in ("", "s1")
    assert item.states == (Status(uid, "سعيد", "done"),)


WORDS = st.sampled_from(["سطر", "😀", "لأ", "َ", "ـ", "\u200f", " ", "\n", '"', "\\", "\u0007", "2024", "."])
TEXTS = st.lists(WORDS, max_size=12).map(lambda words: "أ" + "".join(words))
SOME = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5)


@st.composite
def annotated_articles(drawn: st.DrawFn) -> AnnotatedArticle:
    body = drawn(TEXTS)
    edges = sorted(drawn(st.sets(st.integers(0, len(body)), max_size=6)))
    zones = [
        Zone(f"z{start}", "", drawn(st.sampled_from(ZONE_KINDS)), start, end)
        for start, end in zip(edges[::2], edges[1::2], strict=False)
    ]
    places = drawn(st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(1, 9)), max_size=4))
    names = st.sampled_from(["ليلى", "Saïd"])
    spans = [
        Span(
            f"s{index}",
            "",
            drawn(names),
            drawn(st.sampled_from(["DATE", "PLAN"])),
            start,
            end,
            drawn(SOME),
            drawn(SOME),
        )
        for index, (start, length) in enumerate(places)
        for end in [min(len(body), start + length)]
    ]
    states = [
        Status("", annotator, state)
        for annotator, state in drawn(st.dictionaries(names, st.sampled_from(STATES))).items()
    ]
    published = drawn(st.none() | st.dates().map(str))
    return build_article(
        body, published=published, source=drawn(SOME), url=drawn(SOME), zones=zones, spans=spans, states=states
    )


@given(st.lists(annotated_articles(), max_size=4))
def test_written_articles_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, items: list[AnnotatedArticle]
) -> None:
    path = tmp_path_factory.mktemp("round") / "a.jsonl"
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for item in items:
            stream.write(encode(item))
    results = only_articles(read(path, "nobody"))
    assert len(results) == len(items)
    for number, (before, after) in enumerate(zip(items, results, strict=True), 1):
        assert build_record(after) == build_record(before)
        assert after.article.text == before.article.text
        assert (after.spans, after.states, after.line) == (before.spans, before.states, number)


def test_a_line_has_the_keys_of_the_contract() -> None:
    item = build_article(TEXT, zones=[Zone("z", "", "headline", 0, 10)], spans=[Span("s", "", "ليلى", "DATE", 4, 8)])
    line = encode(item)
    assert line.endswith("}\n")
    assert json.loads(line) == {
        "id": 0,
        "uid": item.article.uid,
        "title": "خطة 2024 😀",
        "published": None,
        "source": None,
        "url": None,
        "text": TEXT,
        "zones": [{"kind": "headline", "start": 0, "end": 10}],
        "spans": [
            {
                "uid": "s",
                "start": 4,
                "end": 8,
                "label": "DATE",
                "annotator": "ليلى",
                "value": None,
                "note": None,
                "text": "2024",
            }
        ],
        "states": {},
        "notes": {},
    }


def test_offsets_are_those_of_the_files_own_text(tmp_path: Path) -> None:
    body = "😀 خطة\r\n2024\r\nنهاية"
    span = {"start": 7, "end": 11, "label": "DATE", "text": "2024"}
    across = {"start": 2, "end": 11, "label": "PLAN", "text": "خطة\r\n2024"}
    (item,), refusals = read_lines(
        tmp_path, {"text": body, "spans": [span, across], "zones": [{"kind": "body", "start": 0, "end": len(body)}]}
    )
    assert refusals == []
    assert [item.article.text[span.start : span.end] for span in item.spans] == ["2024", "خطة\n2024"]
    assert (item.zones[0].start, item.zones[0].end) == (0, len(item.article.text))


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        ("ents", {"start": 4, "end": 8, "label": "DATE"}),
        ("entities", {"entity_group": "DATE", "score": 0.9, "word": "2024", "start": 4, "end": 8}),
        ("mentions", {"startOffset": 4, "endOffset": 8, "type": "DATE"}),
        ("marks", {"offset": 4, "length": 4, "category": "DATE"}),
        ("labels", [4, 8, "DATE"]),
    ],
)
def test_spans_of_other_programs_that_are_not_read_are_pointed_out(tmp_path: Path, key: str, entry: object) -> None:
    line = {"text": TEXT, key: [entry]}
    items, [notice] = read_lines(
        tmp_path, {"text": TEXT, key: []}, {"text": TEXT}, {"text": TEXT, "x": [[1]]} | line, line
    )
    reason = f"“{key}” seems to contain spans, which are not read: those in “spans” are, with start, end and label."
    assert (notice.line, notice.reason, notice.code) == (3, reason, Code.ANNOTATION_SKIPPED)
    assert isinstance(notice, Notice)
    assert [item.spans for item in items] == [()] * 4


@pytest.mark.parametrize(("tokens", "tags"), [("tokens", "ner_tags"), ("words", "labels")])
@pytest.mark.parametrize("values", [["O", "B-DATE"], [0, 1]])
def test_tags_of_tokens_beside_a_text_are_pointed_out(
    tmp_path: Path, tokens: str, tags: str, values: list[object]
) -> None:
    line = {"text": TEXT, tokens: ["خطة", "2024"], tags: values}
    _items, [notice] = read_lines(tmp_path, {"text": TEXT, "tags": ["a", "b"]}, {"text": TEXT} | line, line)
    reason = f"“{tags}” seems to contain spans, which are not read: those in “spans” are, with start, end and label."
    assert (notice.line, notice.reason) == (2, reason)


def test_lists_that_are_no_spans_are_ignored_as_other_keys_are(tmp_path: Path) -> None:
    tokens = [{"id": 0, "start": 0, "end": 3, "tag": "NOUN"}]
    extra = {"sizes": [{"start": 1, "end": 2}], "pages": [{"start": 1, "name": "a"}], "names": [["a", "b"]], "a": ["x"]}
    _items, remarks = read_lines(tmp_path, {"text": TEXT, "tokens": tokens, "spans": [], "meta": {"ents": []}, **extra})
    assert remarks == []
    content = b'{"text": "\xd8\xa3", "x": [{"y": "\xff"}]}'
    items, remarks = read_content(read, tmp_path / "a.jsonl", content, "ليلى")
    assert (len(items), remarks) == (1, [])


def test_invalid_lines_are_refused_and_the_rest_read(tmp_path: Path) -> None:
    items, refusals = read_lines(
        tmp_path,
        {"text": "أول"},
        b"{",
        b"",
        {"title": "no text"},
        {"text": 5},
        [1],
        {"text": " "},
        b'{"text": "\xff"}',
        b'{"text": "\\ud800"}',
        b'{"text": "a", "extra": ' + b"[" * DEEP + b"]" * DEEP + b"}",
        {"text": "أ\0"},
        b"  \r",
        {"text": "أخير"},
    )
    assert [item.article.text for item in items] == ["أول", "أخير"]
    assert [item.line for item in items] == [1, 13]
    assert [item.line for item in refusals] == [2, 4, 5, 6, 7, 8, 9, 10, 11]
    assert refusals[1].reason == "The article has no text."
    assert refusals[4].reason == "The text is empty."


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (
            {"start": 4, "end": 8, "text": "2025"},
            "The span from 4 to 8 should be “2025”, but the text there is “2024”.",
        ),
        ({"start": -1, "end": 3}, "A span from -1 to 3 is not within the text."),
        ({"start": 3, "end": 3}, "A span from 3 to 3 is not within the text."),
        ({"start": 8, "end": 4}, "A span from 8 to 4 is not within the text."),
        ({"start": 0, "end": 10**30}, f"A span from 0 to {10**30} is not within the text."),
        ({"start": 0, "end": len(TEXT) + 1}, f"A span from 0 to {len(TEXT) + 1} is not within the text."),
        ({"start": "0", "end": 3}, "Invalid value in “spans”: expected a whole number, found a text, in “start”"),
        ({"end": 3}, "Invalid value in “spans”: “start” is missing"),
        (
            {"start": 0, "end": 3, "value": 5},
            "Invalid value in “spans”: expected a text, found a whole number, in “value”",
        ),
    ],
)
def test_an_invalid_span_is_refused_and_the_rest_read(tmp_path: Path, span: dict[str, object], reason: str) -> None:
    good = {"start": 4, "end": 8, "label": "DATE"}
    (article,), refusals = read_lines(tmp_path, {"text": TEXT, "spans": [{"label": "DATE", **span}, good]})
    assert [(item.line, item.reason) for item in refusals] == [(1, reason)]
    assert [(span.start, span.end) for span in article.spans] == [(4, 8)]


def test_invalid_zones_are_refused_and_recognised_again(tmp_path: Path) -> None:
    overlap = [{"kind": "body", "start": 0, "end": 5}, {"kind": "body", "start": 4, "end": 9}]
    unknown = [{"kind": "footer", "start": 0, "end": 5}]
    items, refusals = read_lines(tmp_path, *({"text": TEXT, "zones": zones} for zones in (overlap, unknown, 5, [])))
    assert [item.line for item in refusals] == [1, 2, 3]
    assert refusals[0].reason == "Two zones overlap at 4."
    assert [len(item.zones) for item in items] == [2, 2, 2, 0]


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("published", "2024-13-45", "“2024-13-45” is not a valid publication date."),
        ("published", "2024-02-30", "“2024-02-30” is not a valid publication date."),
        ("published", "2024-01-02T25:00", "“2024-01-02T25:00” is not a valid publication date."),
        ("published", "2024-01-02 10:61:00", "“2024-01-02 10:61:00” is not a valid publication date."),
        ("published", 20240101, "“published” is not a text and is skipped."),
        ("title", ["عنوان"], "“title” is not a text and is skipped."),
        ("source", {"name": "هسبريس"}, "“source” is not a text and is skipped."),
        ("url", 1.5, "“url” is not a text and is skipped."),
    ],
)
def test_metadata_that_is_none_is_refused_and_the_article_read(
    key: str, value: object, reason: str, tmp_path: Path
) -> None:
    items, refusals = read_lines(tmp_path, {"text": TEXT, key: value})
    assert [getattr(item.article, key) for item in items] == [None]
    assert [refusal.reason for refusal in refusals] == [reason]


def test_text_and_metadata_are_under_the_names_of_columns_of_tables(tmp_path: Path) -> None:
    line = {
        "content": TEXT,
        "headline": "عنوان",
        "date": "2024-07-09",
        "publisher": {"id": 5},
        "الرابط": "https://a.example",
    }
    (item,), refusals = read_lines(tmp_path, line)
    assert refusals == []
    article = item.article
    assert (article.text, article.title, article.published) == (TEXT, "عنوان", "2024-07-09")
    assert (article.source, article.url) == (None, "https://a.example")
    own = {"text": TEXT, "content": "x", "published": None, "date": "2024-07-09", "title": "أ", "headline": "ب"}
    (item,), _refusals = read_lines(tmp_path, own)
    assert (item.article.text, item.article.published, item.article.title) == (TEXT, None, "أ")


def test_number_under_the_name_of_a_column_is_refused_under_that_name(tmp_path: Path) -> None:
    (item,), refusals = read_lines(tmp_path, {"text": TEXT, "date": 1715472000000, "site": [1], "href": None})
    assert (item.article.published, item.article.source) == (None, None)
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [(1, "“date” is not a text and is skipped.")]
    _items, refusals = read_lines(tmp_path, {"text": TEXT, "published": "2024-07-09", "date": 5, "body": 7})
    assert refusals == []


def test_two_keys_that_may_have_the_text_are_ambiguous(tmp_path: Path) -> None:
    items, refusals = read_lines(tmp_path, {"body": TEXT, "content": TEXT})
    assert items == []
    reason = "Columns “body” and “content” could both contain the text. Specify which one does."
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [(1, reason)]


def test_keys_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = {"text": "x", "body": TEXT, "when": "2024-07-09"}, {"body": f"{TEXT} ."}, {"body": 5}
    path.write_bytes(b"\n".join(map(encode_json, lines)))
    columns = {"text": "body", "published": "when", "url": "where"}
    first, second, invalid, missing = read(path, "ليلى", columns)
    assert isinstance(first, AnnotatedArticle)
    assert isinstance(second, AnnotatedArticle)
    assert [first.article.text, second.article.text] == [TEXT, f"{TEXT} ."]
    assert [first.article.published, second.article.published] == ["2024-07-09", None]
    assert isinstance(invalid, Remark)
    assert (invalid.line, invalid.code) == (3, Code.INVALID_VALUE)
    assert isinstance(missing, Remark)
    assert (missing.line, missing.reason, missing.code) == (0, "No column is named “where”.", Code.COLUMN_NOT_FOUND)


def test_an_array_of_records_is_recognised_by_any_name_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"id": 1,\n"المحتوى": "نص"}]', encoding="utf-8")
    assert detect_format(path) is jsonl.FORMAT


def test_the_hour_24_is_left_out_of_a_time_of_publication(tmp_path: Path) -> None:
    """Python 3.14 reads it as the next day."""
    (item,), refusals = read_lines(tmp_path, {"text": TEXT, "published": "2024-07-09T24:00"})
    assert (item.article.published, refusals) == ("2024-07-09", [])


def test_invalid_states_and_times_are_refused(tmp_path: Path) -> None:
    (article,), refusals = read_lines(
        tmp_path, {"text": TEXT, "published": "soon", "states": {"ليلى": "finished", " ": "done", "سعيد": "flagged"}}
    )
    assert article.article.published is None
    assert [status.annotator for status in article.states] == ["سعيد"]
    assert [item.reason for item in refusals] == [
        "“soon” is not a valid publication date.",
        "Invalid state “finished” for annotator “ليلى”.",
        "Invalid state “done” for annotator “ ”.",
    ]
    (article,), refusals = read_lines(tmp_path, {"text": TEXT, "states": ["done"], "spans": {}})
    assert (article.states, article.spans, len(refusals)) == ((), (), 2)


def test_null_is_no_state_and_no_note(tmp_path: Path) -> None:
    line = {"text": TEXT, "states": {"ليلى": None, "سعيد": "done"}, "notes": {"ليلى": "حاشية", "سعيد": None}}
    (article,), refusals = read_lines(tmp_path, line)
    assert refusals == []
    assert [(status.annotator, status.state) for status in article.states] == [("سعيد", "done")]
    assert [(note.annotator, note.text) for note in article.notes] == [("ليلى", "حاشية")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024", "2024"),
        ("2024-07-09", "2024-07-09"),
        ("2024-07-09T09:00:00+01:00", "2024-07-09T09:00:00+01:00"),
        ("الثلاثاء 9 يوليوز 2024", "2024-07-09"),
        ("", None),
    ],
)
def test_times_of_publication_are_normalised(tmp_path: Path, value: str, expected: str | None) -> None:
    (item,), refusals = read_lines(tmp_path, {"text": TEXT, "published": value})
    assert (item.article.published, refusals) == (expected, [])


def test_a_duplicate_uid_is_replaced(tmp_path: Path) -> None:
    spans = [{"start": index, "end": index + 1, "label": "DATE", "uid": "same", "annotator": " "} for index in (0, 1)]
    (item,), _refusals = read_lines(tmp_path, {"text": TEXT, "spans": spans})
    assert item.spans[0].uid == "same"
    assert item.spans[1].uid != "same"
    assert {span.annotator for span in item.spans} == {"ليلى"}


def test_a_byte_order_mark_and_carriage_returns_are_ignored(tmp_path: Path) -> None:
    items, refusals = read_lines(tmp_path, b'\xef\xbb\xbf{"text": "one"}\r', b'{"text": "two"}\r')
    assert [item.article.text for item in items] == ["one", "two"]
    assert refusals == []


def test_a_line_beyond_the_limit_ends_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE_BYTES", 1_000_000)
    items, refusals = read_lines(tmp_path, {"text": "one"}, {"text": "x" * 1_000_000}, {"text": "two"})
    assert [item.article.text for item in items] == ["one"]
    assert [(item.line, item.reason) for item in refusals] == [(2, "The line is longer than 1 MB.")]


@pytest.mark.parametrize(
    ("name", "content", "format_"),
    [
        ("a.txt", b"x", "text"),
        ("a.TXT", b'{"text": "x"}', "jsonl"),
        ("a", b'{"title": "x"}\n{"title": "y"}', "jsonl"),
        ("a.txt", b'{"text": "x"}\nx\ny', "text"),
        ("a.txt", b"{ x }", "text"),
        ("a.txt", b'[{"title": "x"}]', None),
        ("README", b"x", "text"),
        ("a.jsonl", b'\xef\xbb\xbf\n \n{"text": "x"}\r\n', "jsonl"),
        ("a.json", b'{"text": "x"}', "jsonl"),
        ("a.ndjson", b'{"text": broken}\n{}', "jsonl"),
        ("a.jsonl", b'{"text": "' + b"x" * 2_000_000 + b'"}', "jsonl"),
        ("a.json", b'{\n  "text": "x"\n}', "jsonl"),
        ("a.json", b'{"text": "x",\n "title": "y"}', "jsonl"),
        ("a.json", b'{"title": "x",\n "body": "y"}', "jsonl"),
        ("a.json", b'{"title": "x",\n "abstract": "y"}', None),
        ("a.json", b'[{"text": "x"}]', "jsonl"),
        ("a.json", b'[{"title": "x"}]', None),
        ("a.jsonl", b'"text": "x"}\n{"text": "x"}', "jsonl"),
        ("a.jsonl", b'"text": "x"}', "jsonl"),
        ("a.jl", b'{"text": "x"}', "jsonl"),
        ("a.jsonl", b"", None),
        ("a.xyz", b"\x00\x01", None),
        ("a.corpus", b"SQLite", None),
    ],
)
def test_detect_format(tmp_path: Path, name: str, content: bytes, format_: str | None) -> None:
    (tmp_path / name).write_bytes(content)
    detected = detect_format(tmp_path / name)
    assert (detected.name if detected else None) == format_


def test_array_of_records_is_read(tmp_path: Path) -> None:
    content = '[\n{"text": "أ", "title": "ع"},\n {"text": 1},\n{"text": "ب"}]'
    items, remarks = read_content(jsonl.read, tmp_path / "a.json", content)
    assert [(item.article.text, item.article.title, item.line) for item in items] == [("أ", "ع", 2), ("ب", None, 4)]
    assert [remark.line for remark in remarks] == [3]


@pytest.mark.parametrize("read", [jsonl.read, doccano.read])
def test_repeated_key_is_noticed_and_its_last_value_read(tmp_path: Path, read: Reader) -> None:
    content = '{"text": "واحد", "text": "اثنان"}\n{"text": "أ", "meta": {"س": 1, "س": 2}}\n{"text": "ب"}'
    items, remarks = read_content(read, tmp_path / "a.jsonl", content)
    assert [item.article.text for item in items] == ["اثنان", "أ", "ب"]
    assert [(type(remark), remark.line) for remark in remarks] == [(Notice, 1), (Notice, 2)]
    assert "“text”" in remarks[0].reason
    assert "“س”" in remarks[1].reason


@given(st.binary() | st.text().map(str.encode))
def test_find_repeated_key_takes_any_bytes(data: bytes) -> None:
    assert json_values.find_repeated_key(b"[" * 5000 + data) is None


def test_get_format() -> None:
    assert get_format("text") is plain_text.FORMAT
    assert get_format("jsonl") is jsonl.FORMAT
    with pytest.raises(KeyError):
        get_format("odt")
