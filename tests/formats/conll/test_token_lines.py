"""JSON lines of tokens and tags are read as sentences, as columns are."""

from pathlib import Path

import pytest
from formats.items import encode_json, labelled_texts, line_reasons, read_content

from annotator.formats.conll import columns
from annotator.formats.registry import detect_format
from annotator.model.reasons import Code
from annotator.model.records import AnnotatedArticle, Refusal, Remark

TOKENS = ["أعلنت", "وزارة", "العدل", "خطة"]
TAGS = ["O", "B-ORG", "I-ORG", "O"]


def read_lines(folder: Path, *lines: object) -> tuple[list[AnnotatedArticle], list[Remark]]:
    content = b"\n".join(map(encode_json, lines))
    items = read_content(columns.read, folder / "a.jsonl", content, "ليلى")
    assert detect_format(folder / "a.jsonl") is columns.FORMAT
    return items


@pytest.mark.parametrize("keys", [("tokens", "ner_tags"), ("tokens", "labels"), ("words", "ner")])
def test_each_line_is_a_sentence_of_one_article(tmp_path: Path, keys: tuple[str, str]) -> None:
    line = {"id": "0", **dict(zip(keys, (TOKENS, TAGS), strict=True)), "pos_tags": [1, 2, 3, 4]}
    (item,), refusals = read_lines(tmp_path, line, {key: [] for key in keys}, line)
    assert refusals == []
    assert item.article.text == "أعلنت وزارة العدل خطة\nأعلنت وزارة العدل خطة"
    assert labelled_texts(item) == [("وزارة العدل", "ORG")] * 2
    assert {span.annotator for span in item.spans} == {"ليلى"}


def test_articles_are_cut_on_request_and_an_array_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(encode_json([{"tokens": [*TOKENS, str(number)], "ner_tags": [*TAGS, "O"]} for number in range(3)]))
    assert detect_format(path) is columns.FORMAT
    items = [item for item in columns.read(path, "ليلى", 2) if isinstance(item, AnnotatedArticle)]
    assert [len(item.spans) for item in items] == [2, 1]


def test_a_wrong_line_is_refused_by_itself(tmp_path: Path) -> None:
    line = {"tokens": TOKENS, "ner_tags": TAGS}
    (item,), refusals = read_lines(
        tmp_path, line, {"tokens": TOKENS, "ner_tags": ["O"]}, {"id": 5}, {"tokens": [" "], "ner_tags": ["O"]}, line
    )
    assert len(item.spans) == 2
    assert line_reasons(refusals) == [
        (2, "The line does not have a tag for each token."),
        (3, "The line does not have a tag for each token."),
        (4, "A token in the line is blank."),
    ]
    (item,), repairs = read_lines(tmp_path, {"tokens": TOKENS, "ner_tags": ["O", "I-ORG", "X", "B-ORG"]})
    assert [line for line, _reason in line_reasons(repairs)] == [1, 1]


@pytest.mark.parametrize(
    "value", [{"tokens": 3530, "labels": {"DATE": 3}}, {"words": TOKENS, "tags": 5}, {"words": 5, "tags": TAGS}]
)
def test_counts_are_no_tokens_and_tags(value: object) -> None:
    assert not columns.sniff("a.json", encode_json(value))


def test_numbers_without_names_are_refused(tmp_path: Path) -> None:
    line = {"tokens": TOKENS, "ner_tags": [0, 1, 2, 0]}
    message = "The tags are numbers, whose names are not in the file: save it with the names, such as B-ORG."
    refusal = Refusal(str(tmp_path / "a.jsonl"), 0, message, Code.INVALID_VALUE)
    assert read_lines(tmp_path, line, line) == ([], [refusal])


def test_labels_alone_are_tags_as_in_columns(tmp_path: Path) -> None:
    lines = [{"tokens": TOKENS, "ner_tags": ["O", "ORG", "ORG", "O"]}, {"tokens": TOKENS, "ner_tags": ["O"] * 4}] * 20
    (item,), [repair] = read_lines(tmp_path, *lines)
    assert labelled_texts(item) == [("وزارة العدل", "ORG")] * 20
    assert repair.code is Code.MISSING_SPAN_START
