"""Prodigy: its lines are read, written articles are read back, and the written tokens add up to the text."""

import json
from pathlib import Path

import pytest
from formats.items import encode_json, line_reasons, only_articles, read_content, span_contents
from hypothesis import given
from hypothesis import strategies as st
from strategies import annotated_articles

from annotator.formats.json import prodigy
from annotator.formats.json.prodigy import encode, read, sniff
from annotator.model.article_builder import build_article
from annotator.model.records import AnnotatedArticle, Span, article_uid

TEXT = "خطة 2024 😀\nأعلنت الوزارة، أمس، عن الخطة."
LINE = {
    "text": TEXT,
    "_input_hash": 1,
    "_task_hash": -2,
    "tokens": [{"text": "خطة", "start": 0, "end": 3, "id": 0, "ws": True}],
    "spans": [{"start": 4, "end": 8, "token_start": 1, "token_end": 1, "label": "DATE"}],
    "answer": "accept",
    "_view_id": "ner_manual",
    "_annotator_id": "news-سعيد",
    "_session_id": "news",
    "meta": {"title": "عنوان", "published": "2024-07-09", "section": 3},
}


def read_lines(
    folder: Path, *lines: object, annotator: str = "ليلى"
) -> tuple[list[AnnotatedArticle], list[tuple[int, str]]]:
    articles, remarks = read_content(read, folder / "a.jsonl", b"\n".join(map(encode_json, lines)), annotator)
    return articles, line_reasons(remarks)


def test_a_line_is_an_article(tmp_path: Path) -> None:
    for line in (LINE, [LINE]):
        (item,), refusals = read_lines(tmp_path, line)
        assert refusals == []
        assert item.article.text == TEXT
        assert (item.article.title, item.article.published) == ("عنوان", "2024-07-09")
        assert span_contents(item) == [(4, 8, "DATE", "news-سعيد", None, None)]


@pytest.mark.parametrize(
    ("names", "owner"),
    [
        ({"_annotator_id": None, "_session_id": "s"}, "s"),
        ({"_annotator_id": " ", "_session_id": None}, "ليلى"),
        ({"_annotator_id": 7}, "7"),
    ],
)
def test_the_annotator_of_a_line_is_that_of_its_spans(tmp_path: Path, names: dict[str, object], owner: str) -> None:
    (item,), _refusals = read_lines(tmp_path, {**LINE, **names})
    assert [span.annotator for span in item.spans] == [owner]


def test_only_text_is_required(tmp_path: Path) -> None:
    items, refusals = read_lines(tmp_path, {"text": "x"}, {"text": "y", "spans": None, "answer": None, "meta": None})
    assert [(item.article.text, item.spans) for item in items] == [("x", ()), ("y", ())]
    assert refusals == []


@pytest.mark.parametrize("answer", ["reject", "ignore", "maybe"])
def test_spans_of_a_line_that_was_not_accepted_are_skipped(tmp_path: Path, answer: str) -> None:
    (item,), refusals = read_lines(tmp_path, {**LINE, "answer": answer})
    assert (item.article.text, item.spans) == (TEXT, ())
    assert refusals == [(1, f"The answer is “{answer}”: the article is imported without spans.")]


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"start": 4, "end": 99}, "A span from 4 to 99 is not within the text."),
        ({"start": 8, "end": 4}, "A span from 8 to 4 is not within the text."),
        (
            {"start": 4, "end": 8, "text": "2025"},
            "The span from 4 to 8 should be “2025”, but the text there is “2024”.",
        ),
        ({"start": 4}, "Invalid value in “spans”: “end” is missing"),
        (
            {"start": 4, "end": 8, "label": None},
            "Invalid value in “spans”: expected a text, found null, in “label”",
        ),
    ],
)
def test_an_invalid_span_is_refused_and_the_rest_read(tmp_path: Path, extra: dict[str, object], reason: str) -> None:
    spans = [{"label": "DATE", **extra}, {"start": 0, "end": 8, "label": "PLAN", "text": "خطة 2024"}]
    (item,), refusals = read_lines(tmp_path, {"text": TEXT, "spans": spans})
    assert refusals == [(1, reason)]
    assert [(span.start, span.end, span.label) for span in item.spans] == [(0, 8, "PLAN")]


def test_other_annotations_are_reported_as_skipped(tmp_path: Path) -> None:
    more = {"relations": [{"head": 1}], "label": "POLITICS", "accept": ["A"], "spans": 5}
    (item,), refusals = read_lines(tmp_path, {"text": TEXT, **more})
    assert item.spans == ()
    assert refusals == [
        (1, "Invalid value in “spans”: expected a list, found a whole number"),
        *((1, f"“{key}” is skipped: only labelled spans are imported.") for key in ("relations", "label", "accept")),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"image": "x.png", "answer": "accept"}, "The article has no text."),
        ({"text": 5}, "The article has no text."),
        ({"text": ""}, "The text is empty."),
        ("text", "The line is not a valid article: expected an object, found a text"),
    ],
)
def test_an_invalid_line_is_refused_and_the_rest_read(tmp_path: Path, line: object, reason: str) -> None:
    items, refusals = read_lines(tmp_path, {"text": "x"}, line, {"text": "y"})
    assert [item.line for item in items] == [1, 3]
    assert refusals == [(2, reason)]


def test_encode_writes_the_shape_that_prodigy_and_spacy_read() -> None:
    assert json.loads(encode(build_article(" أ")))["tokens"][0]["text"] == " "
    body = "وقالت لوزارة العدل:  «خطة»\nأمس"
    spans = [
        Span("1", "", "ليلى", "INSTITUTION", 7, 18, None, "؟"),
        Span("2", "", "ليلى", "PLAN", 22, 25, "2024", None),
    ]
    line = json.loads(encode(build_article(body, title="عنوان", published="2024-07-09", spans=spans)))
    assert [(token["text"], token["ws"]) for token in line["tokens"]] == [
        ("وقالت", True),
        ("ل", False),
        ("وزارة", True),
        ("العدل", False),
        (":", False),
        ("  ", False),
        ("«", False),
        ("خطة", False),
        ("»", False),
        ("\n", False),
        ("أمس", False),
    ]
    assert line["tokens"][2] == {"text": "وزارة", "start": 7, "end": 12, "id": 2, "ws": True}
    assert line["spans"] == [
        {"start": 7, "end": 18, "token_start": 2, "token_end": 3, "label": "INSTITUTION", "note": "؟"},
        {"start": 22, "end": 25, "token_start": 7, "token_end": 7, "label": "PLAN", "value": "2024"},
    ]
    assert line["answer"] == "accept"
    assert line["meta"] == {"uid": article_uid(body), "title": "عنوان", "published": "2024-07-09"}
    assert line["_annotator_id"] == line["_session_id"] == "ليلى"


def test_spans_of_several_annotators_are_written_without_one() -> None:
    spans = [Span(name, "", name, "DATE", 4, 8) for name in ("ليلى", "سعيد")]
    assert "_annotator_id" not in json.loads(encode(build_article(TEXT, spans=spans)))
    assert "_annotator_id" not in json.loads(encode(build_article(TEXT)))
    assert "annotator" not in prodigy.FORMAT.stored_fields


PIECES = st.sampled_from(
    ["سطر", "😀", "لأ", "َ", "ـ", "\u200f", "\u200e", " ", "  ", "\n", '"', "\\", "\t", "2024", "."]
)
TEXTS = st.lists(PIECES, max_size=12).map(lambda pieces: "".join(pieces) + "أ")
ARTICLES = annotated_articles(TEXTS, sources=st.none() | st.just('ع"'))


@given(st.lists(ARTICLES, max_size=4))
def test_written_articles_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, items: list[AnnotatedArticle]
) -> None:
    path = tmp_path_factory.mktemp("round") / "a.jsonl"
    path.write_text("".join(map(encode, items)), encoding="utf-8", newline="\n")
    results = only_articles(read(path, "ليلى"))
    assert [item.article for item in results] == [item.article for item in items]
    assert list(map(span_contents, results)) == list(map(span_contents, items))
    assert not items or sniff("a.jsonl", path.read_bytes())


@given(ARTICLES)
def test_tokens_add_up_to_the_text_and_contain_every_span(item: AnnotatedArticle) -> None:
    line = json.loads(encode(item))
    tokens = line["tokens"]
    assert "".join(token["text"] + " " * token["ws"] for token in tokens) == item.article.text
    assert [token["id"] for token in tokens] == list(range(len(tokens)))
    for span in line["spans"]:
        first, last = tokens[span["token_start"]], tokens[span["token_end"]]
        assert (first["start"], last["end"]) == (span["start"], span["end"])
        content = (
            "".join(token["text"] + " " * token["ws"] for token in tokens[first["id"] : last["id"]]) + last["text"]
        )
        assert content == item.article.text[span["start"] : span["end"]]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", json.dumps(LINE).encode(), True),
        ("a.json", b'[{"text": "x", "_input_hash": 1}]', True),
        ("a.jsonl", b'{"text": "x", "answer": "reject"}', True),
        ("a.jsonl", b'{"text": "x", "spans": [{"start": 0, "end": 1, "token_start": 0', True),
        ("a.jsonl", b'{"text": "x", "tokens": [{"text": "x", "start": 0, "end": 1, "id": 0, "ws": false}]}', True),
        ("a.txt", json.dumps(LINE).encode(), True),
        ("a.jsonl", b'{"text": "x", "answer": "42"}', False),
        ("a.jsonl", b'{"text": "\\"answer\\": \\"accept\\""}', False),
        ("a.jsonl", b'{"text": "x", "spans": [{"start": 0, "end": 1, "label": "A", "uid": "1"}], "states": {}}', False),
        ("a.jsonl", b'{"text": "x", "label": [[0, 1, "A"]]}', False),
        ("a.json", b'[{"data": {"text": "x"}, "annotations": []}]', False),
        ("a.jsonl", b"", False),
    ],
)
def test_sniff(name: str, content: bytes, expected: bool) -> None:
    assert sniff(name, content) is expected
