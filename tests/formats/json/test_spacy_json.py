"""spaCy 2's training JSON: its documents are articles, and what is wrong in one does not cost the others."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text.texts import texts

from annotator.formats.json.spacy_json import read, recognises
from annotator.model.records import BODY, Draft, Refusal, Remark, Repair
from annotator.tagging import schemes
from annotator.text.offsets import normalise_newlines
from annotator.text.visible import visible


def document(*paragraphs: list[str], raw: str | None = None) -> dict:
    """A document whose sentences are like `خطة/B-PLAN 2030/L-PLAN`."""
    return {
        "id": 7,
        "paragraphs": [
            {
                "raw": raw,
                "cats": [],
                "sentences": [
                    {
                        "tokens": [
                            {"id": at, "orth": token, "tag": "-", "ner": tag or "O"}
                            for at, (token, _slash, tag) in enumerate(word.partition("/") for word in sentence.split())
                        ],
                        "brackets": [],
                    }
                    for sentence in sentences
                ],
            }
            for sentences in paragraphs
        ],
    }


def reading(folder: Path, file: object, annotator: str = "ليلى") -> tuple[list[Draft], list[str]]:
    path = folder / "file.json"
    path.write_bytes(file if isinstance(file, bytes) else json.dumps(file, ensure_ascii=False).encode())
    found = list(read(path, annotator))
    refused = [item for item in found if isinstance(item, Remark)]
    assert {(item.path, item.line) for item in refused} <= {(str(path), 0)}
    return [item for item in found if isinstance(item, Draft)], [item.reason for item in refused]


def marked(item: Draft) -> list[tuple[str, str]]:
    return [(item.article.text[span.start : span.end], span.label) for span in item.spans]


def test_a_document_is_an_article(tmp_path: Path) -> None:
    file = [document(["عن خطة/B-PLAN 2030/L-PLAN .", "أمس/U-DATE"], ["الرباط/U-GPE ،/-"]), document(["نص"])]
    items, refused = reading(tmp_path, file, annotator="سعيد")
    assert refused == []
    assert [item.article.text for item in items] == ["عن خطة 2030.\nأمس\n\nالرباط،", "نص"]
    assert marked(items[0]) == [("خطة 2030", "PLAN"), ("أمس", "DATE"), ("الرباط", "GPE")]
    assert {span.annotator for span in items[0].spans} == {"سعيد"}
    assert [(zone.kind, zone.start, zone.end) for zone in items[0].zones] == [(BODY, 0, 25)]


def test_one_document_without_an_array(tmp_path: Path) -> None:
    (item,), refused = reading(tmp_path, b"\xef\xbb\xbf" + json.dumps(document(["a/U-A"])).encode())
    assert (marked(item), refused) == ([("a", "A")], [])


def test_the_text_of_a_paragraph_is_kept(tmp_path: Path) -> None:
    file = [document(["خطة/B-PLAN 2030/L-PLAN .", "أمس/U-DATE"], raw="«خطة 2030 .»")]
    (item,), refused = reading(tmp_path, file)
    assert refused == ["Document 1: The text of a paragraph is not that of its tokens, and was made of these."]
    assert item.article.text == "خطة 2030.\nأمس"
    (item,), refused = reading(
        tmp_path, [document(["خطة/B-PLAN 2030/L-PLAN .", "أمس/U-DATE"], raw=" خطة  2030 .أمس\r\n")]
    )
    assert refused == []
    assert item.article.text == " خطة  2030 .أمس\n"
    assert marked(item) == [("خطة  2030", "PLAN"), ("أمس", "DATE")]


def test_tokens_without_a_tag_are_outside(tmp_path: Path) -> None:
    tokens = [{"orth": "أ"}, {"orth": "ب", "ner": None}, {"orth": "ج", "ner": ""}, {"orth": "د", "ner": "U-A"}]
    (item,), refused = reading(tmp_path, [{"paragraphs": [{"sentences": [{"tokens": tokens}]}]}])
    assert (marked(item), refused) == ([("د", "A")], [])


def test_repairs_are_said(tmp_path: Path) -> None:
    (item,), refused = reading(tmp_path, [document(["أ/L-A ب/B-A ج/X"])])
    assert marked(item) == [("أ", "A"), ("ب", "A")]
    assert refused == [
        "Document 1: L-A at the beginning of a sentence: read as the beginning of a span.",
        "Document 1: B-A is the last of its span: read as its end.",
        "Document 1: “X” is no tag: read as O.",
    ]


def test_a_repair_is_no_refusal_and_a_tag_that_is_lost_is_one(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([document(["أ/L-A ب/B-A ج/X"])]), encoding="utf-8")
    assert [type(item) for item in read(path, "")] == [Draft, Repair, Repair, Refusal]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({}, "It does not read as a document of spaCy's: Object missing required field `paragraphs`"),
        ({"paragraphs": [{"sentences": 3}]}, "It does not read as a document of spaCy's: Expected `array`, got `int`"),
        ({"paragraphs": []}, "The text is empty."),
        (document(["\0/U-A"]), "The text holds NUL characters, as no text does."),
        (5, "It does not read as a document of spaCy's: Expected `object`, got `int`"),
    ],
)
def test_a_wrong_document_does_not_cost_the_others(tmp_path: Path, wrong: object, reason: str) -> None:
    items, (refused,) = reading(tmp_path, [document(["أ/U-A"]), wrong, document(["ب/U-A"])])
    assert [item.article.text for item in items] == ["أ", "ب"]
    assert refused.startswith(f"Document 2: {reason}")


@pytest.mark.parametrize("file", [b"", b"[", b'[{"paragraphs": [', b"\xff\xfe", b"[" * 100_000, b'["\xff"]', b"<xml/>"])
def test_no_file_is_too_broken(tmp_path: Path, file: bytes) -> None:
    items, refused = reading(tmp_path, file)
    assert items == []
    assert refused
    assert not recognises("file.json", file)


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.formats.json.spacy_json.LARGEST", 10)
    assert reading(tmp_path, [document(["أ"])]) == ([], ["The file is larger than 0 MB."])


@given(texts.filter(lambda text: "\0" not in text and visible(text, 0, len(text))[1]), st.data())
def test_tokens_and_their_text(tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject) -> None:
    words = text.split()
    begin = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(begin + 1, len(words)))
    tags = schemes.encode(len(words), [schemes.Chunk("A", begin, end)], schemes.IOBES)
    tokens = [{"orth": word, "ner": tag} for word, tag in zip(words, tags, strict=True)]
    file = [{"paragraphs": [{"raw": text, "sentences": [{"tokens": tokens}]}]}]
    (item,), refused = reading(tmp_path_factory.mktemp("spacy"), file)
    assert refused == []
    assert item.article.text == normalise_newlines(text)
    assert [found.split() for found, _label in marked(item)] == [words[begin:end]]


def test_what_is_recognised() -> None:
    assert recognises("a.json", json.dumps([document(["أ/U-A"])]).encode())
    assert recognises("a.json", json.dumps(document(["أ/U-A"], raw="أ"), indent=1).encode())
    assert not recognises("a.json", b'{"text": "paragraphs", "spans": []}\n')
    assert not recognises("a.json", b'[{"text": "a", "label": [[0, 1, "A"]]}]')
    assert not recognises("a.json", b'[{"data": {"paragraphs": 1}, "annotations": [{"sentences": []}]}]')


def test_the_file_of_spacy(shared: Path) -> None:
    path = shared / "data/peers/spacy/ner-token-per-line.json"
    assert recognises(path.name, path.read_bytes()[: 1 << 16])
    (item,) = read(path, "")
    assert isinstance(item, Draft)
    assert Counter(span.label for span in item.spans) == {"PERSON": 2, "ORG": 2, "DATE": 2, "NORP": 1}
    assert ("Sebastian Thrun", "PERSON") in marked(item)
    assert ("earlier this week", "DATE") in marked(item)
    assert "because I wasn’t worth talking to,” said Thrun" in item.article.text
