"""doccano: every shape of its lines is read, what is written comes back, and what is not taken is said."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats.json import doccano, json_values
from annotator.formats.json.doccano import encode, read, recognises
from annotator.model.article_builder import draft
from annotator.model.records import Draft, Refusal, Span

TEXT = "خطة 2024 😀\nأعلنت الوزارة، أمس، عن الخطة."


def reading(path: Path, content: object, annotator: str = "ليلى") -> tuple[list[Draft], list[tuple[int, str]]]:
    path /= "a.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    found = list(read(path, annotator))
    assert {item.path for item in found if isinstance(item, Refusal)} <= {str(path)}
    drafts = [item for item in found if isinstance(item, Draft)]
    return drafts, [(item.line, item.reason) for item in found if isinstance(item, Refusal)]


def places(item: Draft) -> list[tuple[int, int, str, str]]:
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
def test_every_shape(tmp_path, line):
    for content in (line, [line]):
        (found,), refused = reading(tmp_path, content)
        assert refused == []
        assert found.article.text == TEXT
        assert places(found) == [(4, 8, "DATE", "ليلى"), (0, 8, "PLAN", "ليلى")]
        assert [zone.kind for zone in found.zones] == ["headline", "body"]


def test_the_users_of_old_exports_are_annotators(tmp_path):
    entries = [{"label": 12, "start_offset": 4, "end_offset": 8, "user": user} for user in (1, 2)]
    (found,), refused = reading(tmp_path, {"text": TEXT, "annotations": entries})
    assert places(found) == [(4, 8, "12", "1"), (4, 8, "12", "2")]
    assert refused == []


def test_what_is_known_of_the_article(tmp_path):
    line = {
        "text": TEXT,
        "label": [],
        "meta": {"title": "عنوان", "source": "جريدة"},
        "published": "2024-07-09",
        "url": "u",
    }
    (found,), refused = reading(tmp_path, line)
    article = found.article
    assert (article.title, article.source, article.published, article.url) == ("عنوان", "جريدة", "2024-07-09", "u")
    (found,), refused = reading(tmp_path, {"text": TEXT, "label": [], "published": "soon", "title": 5})
    assert (found.article.title, found.article.published) == (None, None)
    assert refused == [(1, "“soon” is no time of publication.")]


def test_comments_are_the_note(tmp_path):
    (found,), refused = reading(tmp_path, {"text": TEXT, "label": [], "Comments": ["أولا", "ثانيا", {"id": 1}]})
    assert [(note.annotator, note.text, note.article) for note in found.notes] == [
        ("ليلى", "أولا\nثانيا", found.article.uid)
    ]
    assert refused == [(1, "“Comments” is not taken: only labelled stretches of the text are.")]


def test_offsets_move_with_newlines(tmp_path):
    (found,), _refused = reading(tmp_path, {"text": "a\r\nbc\u2028d", "label": [[3, 5, "DATE"], [6, 7, "PLAN"]]})
    assert found.article.text == "a\nbc\nd"
    assert [found.article.text[span.start : span.end] for span in found.spans] == ["bc", "d"]


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"label": [[4, 99, "DATE"]]}, "A span from 4 to 99 is not within the text."),
        ({"label": [[4, 4, "DATE"]]}, "A span from 4 to 4 is not within the text."),
        ({"label": [[-4, 4, "DATE"]]}, "A span from -4 to 4 is not within the text."),
        (
            {"label": [[4, "x", "DATE"]]},
            "Something in “label” does not read: Expected `int`, got `str` - at `$.end_offset`",
        ),
        ({"label": [[4, 8]]}, "Something in “label” does not read: Object missing required field `label`"),
        ({"label": [None]}, "Something in “label” does not read: Expected `object`, got `null`"),
        ({"label": "sport"}, "“label” is not taken: only labelled stretches of the text are."),
        ({"label": ["sport", "news"]}, "“label” is not taken: only labelled stretches of the text are."),
        ({"label": 0}, "“label” is not taken: only labelled stretches of the text are."),
        ({"cats": ["sport"]}, "“cats” is not taken: only labelled stretches of the text are."),
        ({"relations": [{"id": 1}]}, "“relations” is not taken: only labelled stretches of the text are."),
        ({"more": [[0, 1, "PLAN"]]}, "“more” is not taken: only labelled stretches of the text are."),
    ],
)
def test_what_is_not_taken_is_said(tmp_path, extra, reason):
    good = [{"start_offset": 4, "end_offset": 8, "label": "DATE"}]
    (found,), refused = reading(tmp_path, {"text": TEXT, "entities": good, **extra})
    assert refused == [(1, reason)]
    assert places(found) == [(4, 8, "DATE", "ليلى")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{}", "There is no text in it."),
        (b'{"text": null, "title": "x"}', "There is no text in it."),
        (b'{"a": "x", "b": "y"}', "There is no text in it."),
        (b'{"text": " "}', "The text is empty."),
        (b'{"text": "x\\u0000"}', "The text holds NUL characters, as no text does."),
        (b"[1]", "The line does not read as an article: Expected `object`, got `array`"),
        (b"12", "The line does not read as an article: Expected `object`, got `int`"),
        (b'"{"', "The line does not read as an article: Expected `object`, got `str`"),
        (b'{"text": "x"', "The line does not read as an article: Input data was truncated"),
        (b"\xff\xfe\x00", "The line does not read as an article: JSON is malformed: invalid character (byte 0)"),
    ],
)
def test_a_line_that_is_no_article_costs_no_other(tmp_path, line, reason):
    found, refused = reading(tmp_path, b'{"text": "x"}\n' + line + b'\n{"text": "y"}')
    assert [(item.article.text, item.line) for item in found] == [("x", 1), ("y", 3)]
    assert refused == [(2, reason)]


def test_deep_and_hostile_lines(tmp_path):
    for line in (
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"text": "x", "label": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ):
        found, refused = reading(tmp_path, line)
        assert found == []
        assert len(refused) == 1


@pytest.mark.parametrize("chunk", [4, 5, 7, 64, 1 << 20])
def test_lists_are_read_piece_by_piece(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(json_values, "_CHUNK", chunk)
    content = '\ufeff[\n {"text": "a\\"]}", "label": [[0, 1, "X"]]},\n\n {"text": {"b": [}]}, 55555555, "x\\"",\n'
    content += ' {\n"text": "ج😀"}\n]\n'
    found, refused = reading(tmp_path, content.encode())
    assert [(item.article.text, item.line) for item in found] == [('a"]}', 2), ("ج😀", 5)]
    assert [line for line, _reason in refused] == [4, 4, 4]


@pytest.mark.parametrize(
    ("content", "texts", "refused"),
    [
        (b'[{"text": "x"}, {"text": "y', ["x"], [(1, "The file is cut off: it ends before what it holds does.")]),
        (b'[{"text": "x"},\n', ["x"], [(2, "The file is cut off: it ends before what it holds does.")]),
        (b'[{"text": "x"}]\n\n', ["x"], []),
        (b"[]", [], []),
        (b"", [], []),
        (b'[{"text": "x"}] {"text": "y"}', ["x"], [(1, "What follows the end of the list is not taken.")]),
        (b'{\n"text": "x"\n}\n{\n"text": "y"\n}\n', ["x", "y"], []),
        (b'{\n"text": "x"\n}\n{\n"text": ', ["x"], [(4, "The file is cut off: it ends before what it holds does.")]),
    ],
)
def test_lists_that_end_oddly(tmp_path, content, texts, refused):
    found, said = reading(tmp_path, content)
    assert [item.article.text for item in found] == texts
    assert said == refused


def test_an_article_that_is_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr(json_values, "_CHUNK", 1000)
    path = tmp_path / "a.json"
    path.write_bytes(b'[{"text": "x"},\n{"text": "' + b"y" * 1_000_000 + b'"}, {"text": "z"}]')
    with path.open("rb") as file:
        assert list(json_values.values(file, 1_000_000)) == [
            (1, b'{"text": "x"}'),
            (2, "The article that begins here is longer than 1 MB."),
        ]


def test_a_span_holds_what_it_should():
    assert json_values.misplaced("خطة 2024", 4, 8, "2024") is None
    for said in ("2025", "202", "20245", ""):
        assert json_values.misplaced("خطة 2024", 4, 8, said)


def test_a_long_text_is_quoted_in_part():
    reason = json_values.misplaced("x" * 1000, 0, 500, "y" * 500)
    assert reason == f"The span from 0 to 500 should hold “{'y' * 100}…”, and the text there is “{'x' * 100}…”."


PIECES = st.sampled_from(["سطر", "😀", "لأ", "َ", "ـ", "\u200f", "\u200e", " ", "\n", '"', "\\", "\t", "2024", "ل"])
TEXTS = st.lists(PIECES, max_size=12).map(lambda pieces: "أ" + "".join(pieces))


@st.composite
def drafts(drawn):
    body = drawn(TEXTS)
    ends = st.integers(0, len(body))
    stretches = drawn(st.lists(st.tuples(ends, ends).filter(lambda stretch: stretch[0] < stretch[1]), max_size=5))
    labels = st.sampled_from(["DATE", "PLAN", "مؤسسة"])
    return draft(
        body,
        title=drawn(st.none() | st.just('ع"')),
        spans=[Span(f"s{at}", "", "ليلى", drawn(labels), *stretch) for at, stretch in enumerate(stretches)],
    )


@given(st.lists(drafts(), max_size=4))
def test_what_is_written_is_read(tmp_path_factory, items):
    path = tmp_path_factory.mktemp("round") / "a.jsonl"
    path.write_text("".join(map(encode, items)), encoding="utf-8", newline="\n")
    found = list(read(path, "ليلى"))
    assert [item.article for item in found] == [item.article for item in items]
    assert list(map(places, found)) == list(map(places, items))
    assert not items or recognises("a.jsonl", path.read_bytes())


def test_a_line_has_the_shape_that_doccano_reads():
    item = draft(TEXT, title="عنوان", spans=[Span("s", "", "ليلى", "DATE", 4, 8, "2024", "؟")])
    line = encode(item)
    assert line.count("\n") == 1
    assert json.loads(line) == {"id": 0, "text": TEXT, "label": [[4, 8, "DATE"]], "title": "عنوان"}
    assert {"title", "published", "source", "url"} == doccano.HOLDS


@pytest.mark.parametrize(
    ("name", "content", "known"),
    [
        ("a.jsonl", b'\xef\xbb\xbf{"text": "x", "label": [[0, 1, "A"]]}', True),
        ("a.json", b'[{"id": 1, "data": "x", "label": [] }]', True),
        ("a.jsonl", b'{"text": "x", "entities": [{"start_offset": 0', True),
        ("a.jsonl", b'{"text": "x", "annotations": [{"label": 1, "start_offset": 0', True),
        ("a.jsonl", b'{"my text": "x", "my labels": [[0, 1, "A"]]}', True),
        ("a.txt", b'{"text": "x", "label": [[0, 1, "A"]]}', False),
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
def test_recognition(name, content, known):
    assert recognises(name, content) is known


def test_the_files_of_doccano_itself(shared):
    folder = shared / "data" / "peers" / "doccano"

    def outcome(name: str) -> tuple[list[str], Counter[tuple[str, str]]]:
        assert recognises(name, (folder / name).read_bytes())
        found = list(read(folder / name, "ليلى"))
        assert all(isinstance(item, Draft) for item in found)
        return [item.article.text for item in found], Counter(
            (span.label, span.annotator) for item in found for span in item.spans
        )

    texts, labels = outcome("example.jsonl")
    assert texts == ["EU rejects German call to boycott British lamb.", "Peter Blackburn", "President Obama"]
    assert labels == {("ORG", "ليلى"): 1, ("PERSON", "ليلى"): 2}
    texts, labels = outcome("example_overlapping.jsonl")
    assert (texts, labels) == (["exampleA"], {("LOC", "ليلى"): 2})
    texts, labels = outcome("labeling.jsonl")
    assert [text[:6] for text in texts] == ["SOCCER", "RUGBY "]
    assert labels == {("12", "1"): 3, ("13", "1"): 2, ("12", "2"): 6, ("13", "2"): 4, ("14", "2"): 1}
