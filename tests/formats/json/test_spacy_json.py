"""spaCy 2's training JSON: its documents are articles, and an invalid one does not cost the others."""

import json
from collections import Counter
from pathlib import Path

import pytest
from formats.items import encode_json, labelled_texts, read_content
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from annotator.formats.json.spacy_json import read, sniff
from annotator.model.records import BODY, AnnotatedArticle, Refusal, Repair
from annotator.tagging import schemes
from annotator.text.offsets import normalise_newlines
from annotator.text.visible import trim_invisible


def build_document(*paragraphs: list[str], raw: str | None = None) -> dict[str, object]:
    """Return a document whose sentences are like `خطة/B-PLAN 2030/L-PLAN`."""
    return {
        "id": 7,
        "paragraphs": [
            {
                "raw": raw,
                "cats": [],
                "sentences": [
                    {
                        "tokens": [
                            {"id": index, "orth": token, "tag": "-", "ner": tag or "O"}
                            for index, (token, _slash, tag) in enumerate(
                                word.partition("/") for word in sentence.split()
                            )
                        ],
                        "brackets": [],
                    }
                    for sentence in sentences
                ],
            }
            for sentences in paragraphs
        ],
    }


def read_documents(folder: Path, file: object, annotator: str = "ليلى") -> tuple[list[AnnotatedArticle], list[str]]:
    articles, remarks = read_content(read, folder / "file.json", encode_json(file), annotator)
    assert {remark.line for remark in remarks} <= {0}
    return articles, [remark.reason for remark in remarks]


def test_a_document_is_an_article(tmp_path: Path) -> None:
    file = [build_document(["عن خطة/B-PLAN 2030/L-PLAN .", "أمس/U-DATE"], ["الرباط/U-GPE ،/-"]), build_document(["نص"])]
    items, refusals = read_documents(tmp_path, file, annotator="سعيد")
    assert refusals == []
    assert [item.article.text for item in items] == ["عن خطة 2030.\nأمس\n\nالرباط،", "نص"]
    assert labelled_texts(items[0]) == [("خطة 2030", "PLAN"), ("أمس", "DATE"), ("الرباط", "GPE")]
    assert {span.annotator for span in items[0].spans} == {"سعيد"}
    assert [(zone.kind, zone.start, zone.end) for zone in items[0].zones] == [(BODY, 0, 25)]


def test_a_single_document_without_a_list_is_read(tmp_path: Path) -> None:
    (item,), refusals = read_documents(tmp_path, b"\xef\xbb\xbf" + json.dumps(build_document(["a/U-A"])).encode())
    assert (labelled_texts(item), refusals) == ([("a", "A")], [])


def test_raw_is_used_if_it_matches_the_tokens(tmp_path: Path) -> None:
    file = [build_document(["خطة/B-PLAN 2030/L-PLAN .", "أمس/U-DATE"], raw="«خطة 2030 .»")]
    (item,), refusals = read_documents(tmp_path, file)
    assert refusals == [
        "Document 1: The text of a paragraph does not match its tokens, so it is rebuilt from the tokens."
    ]
    assert item.article.text == "خطة 2030.\nأمس"
    (item,), refusals = read_documents(
        tmp_path, [build_document(["خطة/B-PLAN 2030/L-PLAN .", "أمس/U-DATE"], raw=" خطة  2030 .أمس\r\n")]
    )
    assert refusals == []
    assert item.article.text == " خطة  2030 .أمس\n"
    assert labelled_texts(item) == [("خطة  2030", "PLAN"), ("أمس", "DATE")]


def test_tokens_without_a_tag_are_outside(tmp_path: Path) -> None:
    tokens = [{"orth": "أ"}, {"orth": "ب", "ner": None}, {"orth": "ج", "ner": ""}, {"orth": "د", "ner": "U-A"}]
    (item,), refusals = read_documents(tmp_path, [{"paragraphs": [{"sentences": [{"tokens": tokens}]}]}])
    assert (labelled_texts(item), refusals) == ([("د", "A")], [])


def test_repairs_are_reported(tmp_path: Path) -> None:
    (item,), refusals = read_documents(tmp_path, [build_document(["أ/L-A ب/B-A ج/X"])])
    assert labelled_texts(item) == [("أ", "A"), ("ب", "A")]
    assert refusals == [
        "Document 1: L-A at the start of a sentence: treated as the start of a span.",
        "Document 1: B-A is the last tag of its span: treated as its end.",
        "Document 1: “X” is not a valid tag: treated as O.",
    ]


def test_an_invalid_tag_is_a_refusal_and_any_other_repair_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([build_document(["أ/L-A ب/B-A ج/X"])]), encoding="utf-8")
    assert [type(item) for item in read(path, "")] == [AnnotatedArticle, Repair, Repair, Refusal]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, "This is not a valid spaCy document: “paragraphs” is missing"),
        (
            {"paragraphs": [{"sentences": 3}]},
            "This is not a valid spaCy document: expected a list, found a whole number",
        ),
        ({"paragraphs": []}, "The text is empty."),
        (build_document(["\0/U-A"]), "The text contains NUL characters."),
        (5, "This is not a valid spaCy document: expected an object, found a whole number"),
    ],
)
def test_an_invalid_document_is_refused_and_the_rest_read(tmp_path: Path, wrong: object, reason: str) -> None:
    items, (refusals,) = read_documents(tmp_path, [build_document(["أ/U-A"]), wrong, build_document(["ب/U-A"])])
    assert [item.article.text for item in items] == ["أ", "ب"]
    assert refusals.startswith(f"Document 2: {reason}")


@pytest.mark.parametrize("file", [b"", b"[", b'[{"paragraphs": [', b"\xff\xfe", b"[" * 100_000, b'["\xff"]', b"<xml/>"])
def test_broken_files_are_refused(tmp_path: Path, file: bytes) -> None:
    items, refusals = read_documents(tmp_path, file)
    assert items == []
    assert refusals
    assert not sniff("file.json", file)


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.formats.json.spacy_json.MAX_BYTES", 10)
    assert read_documents(tmp_path, [build_document(["أ"])]) == ([], ["The file is larger than 0 MB."])


@given(texts.filter(lambda text: "\0" not in text and trim_invisible(text, 0, len(text))[1]), st.data())
def test_tokens_and_their_text(tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject) -> None:
    words = text.split()
    begin = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(begin + 1, len(words)))
    tags = schemes.encode(len(words), [schemes.Chunk("A", begin, end)], schemes.IOBES)
    tokens = [{"orth": word, "ner": tag} for word, tag in zip(words, tags, strict=True)]
    file = [{"paragraphs": [{"raw": text, "sentences": [{"tokens": tokens}]}]}]
    (item,), refusals = read_documents(tmp_path_factory.mktemp("spacy"), file)
    assert refusals == []
    assert item.article.text == normalise_newlines(text)
    assert [text.split() for text, _label in labelled_texts(item)] == [words[begin:end]]


def test_sniff() -> None:
    assert sniff("a.json", json.dumps([build_document(["أ/U-A"])]).encode())
    assert sniff("a.json", json.dumps(build_document(["أ/U-A"], raw="أ"), indent=1).encode())
    assert not sniff("a.json", b'{"text": "paragraphs", "spans": []}\n')
    assert not sniff("a.json", b'[{"text": "a", "label": [[0, 1, "A"]]}]')
    assert not sniff("a.json", b'[{"data": {"paragraphs": 1}, "annotations": [{"sentences": []}]}]')


def test_sample_file_of_spacy_is_read(shared: Path) -> None:
    path = shared / "data/peers/spacy/ner-token-per-line.json"
    assert sniff(path.name, path.read_bytes()[: 1 << 16])
    (item,) = read(path, "")
    assert isinstance(item, AnnotatedArticle)
    assert Counter(span.label for span in item.spans) == {"PERSON": 2, "ORG": 2, "DATE": 2, "NORP": 1}
    assert ("Sebastian Thrun", "PERSON") in labelled_texts(item)
    assert ("earlier this week", "DATE") in labelled_texts(item)
    assert "because I wasn’t worth talking to,” said Thrun" in item.article.text
