"""DocBin: what spaCy has written is read as spaCy reads it, and what was made to do harm does none."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from consumers.reading import consumer
from hypothesis import given, settings
from hypothesis import strategies as st
from text.texts import PIECES

from annotator import optional
from annotator.formats.datasets import docbin, docbin_reading, docbin_unpacking
from annotator.formats.datasets.docbin import read, recognises
from annotator.formats.registry import recognise
from annotator.model.records import Draft, Refusal, Remark, Repair


@pytest.fixture(scope="module")
def spacy() -> Any:
    return consumer("spacy")


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., tuple[list[Draft], list[str]]]:
    """Reads a DocBin or the bytes of a file: the articles, and what was refused."""

    def read_it(content: Any) -> tuple[list[Draft], list[str]]:
        path = tmp_path / "a.spacy"
        path.write_bytes(content if isinstance(content, bytes) else content.to_bytes())
        found = list(read(path, "ليلى"))
        refused = [item for item in found if isinstance(item, Remark)]
        assert {(item.path, item.line) for item in refused} <= {(str(path), 0)}
        return [item for item in found if isinstance(item, Draft)], [item.reason for item in refused]

    return read_it


def marked(item: Draft) -> list[tuple[str, str]]:
    return [(item.article.text[span.start : span.end], span.label) for span in item.spans]


def packed(docs: Any, **other: Any) -> bytes:
    """The bytes of a DocBin with some of its parts replaced."""
    return zlib.compress(msgspec.msgpack.encode({**msgspec.msgpack.decode(zlib.decompress(docs.to_bytes())), **other}))


@pytest.fixture
def docs(spacy: Any) -> Any:
    """One Doc with entities and groups of spans, in all that spaCy keeps by default."""
    nlp = spacy.blank("ar")
    doc = spacy.tokens.Doc(
        nlp.vocab,
        words=["😀", "أعلنت", "وزارة", "الصحة", "\n\n", "خطة", "2024", "."],
        spaces=[True, True, True, False, False, True, False, False],
        sent_starts=[True, False, False, False, False, True, False, False],
    )
    span = spacy.tokens.Span
    doc.ents = [span(doc, 2, 4, "INSTITUTION", kb_id="Q1"), span(doc, 5, 7, "PLAN")]
    doc.spans["sc"] = [span(doc, 5, 7, "PLAN"), span(doc, 6, 7, "DATE"), span(doc, 3, 6, "خاص", kb_id="Q2")]
    doc.spans["other"] = [span(doc, 6, 7, "DATE"), span(doc, 0, 1, "DATE")]
    doc.user_data["x"] = 1
    doc.cats["politics"] = 1.0
    return spacy.tokens.DocBin(docs=[doc], store_user_data=True)


def test_entities_and_groups_are_read_once(docs: Any, reading: Any) -> None:
    (item,), refused = reading(docs)
    assert refused == []
    assert item.article.text == "😀 أعلنت وزارة الصحة\n\nخطة 2024."
    assert marked(item) == [
        ("وزارة الصحة", "INSTITUTION"),
        ("خطة 2024", "PLAN"),
        ("2024", "DATE"),
        ("الصحة\n\nخطة", "خاص"),
        ("😀", "DATE"),
    ]
    assert [span.value for span in item.spans] == ["Q1", None, None, "Q2", None]
    assert {span.annotator for span in item.spans} == {"ليلى"}


def test_the_text_of_words_whose_spaces_are_not_known_is_made_of_them(spacy: Any, reading: Any) -> None:
    """As `spacy convert` leaves it; doc.text would have a space before the full stop."""
    doc = spacy.tokens.Doc(spacy.blank("ar").vocab, words=["قال", ":", "نعم", ".", "غدا"], ents=["O"] * 4 + ["B-DATE"])
    for token, starts in zip(doc, [True, False, False, False, True], strict=True):
        token.is_sent_start = starts
    (item,), refused = reading(spacy.tokens.DocBin(docs=[doc]))
    assert (item.article.text, marked(item), refused) == ("قال: نعم.\nغدا", [("غدا", "DATE")], [])
    assert [zone.kind for zone in item.zones] == ["body"]


words = st.sampled_from([piece for piece in PIECES if piece.strip() and "\0" not in piece] + ["\n", "  ", "DATE", "😀"])


@given(
    st.lists(st.tuples(words, st.booleans()), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(1, 4), st.sampled_from(["DATE", "PLAN", "ب"])), max_size=6),
    st.booleans(),
)
def test_it_reads_what_spacy_reads(
    tmp_path_factory: pytest.TempPathFactory,
    tokens: list[tuple[str, bool]],
    found: list[tuple[int, int, str]],
    kept: bool,
) -> None:
    spacy = consumer("spacy")
    path = tmp_path_factory.mktemp("docbin") / "a.spacy"
    vocab = spacy.blank("ar").vocab
    doc = spacy.tokens.Doc(vocab, words=["قال", *(word for word, _ in tokens)], spaces=[True, *(s for _, s in tokens)])
    spans = [
        spacy.tokens.Span(doc, start, min(start + length, len(doc)), label)
        for start, length, label in found
        if start < len(doc)
    ]
    doc.ents = spacy.util.filter_spans(spans)
    doc.spans["sc" if kept else "mine"] = spans
    spacy.tokens.DocBin(docs=[doc]).to_disk(path)
    (again,) = spacy.tokens.DocBin().from_disk(path).get_docs(spacy.blank("ar").vocab)
    (item,) = read(path, "")
    assert isinstance(item, Draft)
    # Newlines are one kind in an article; the pieces have others, which shift nothing.
    assert item.article.text == again.text
    all_ = {(s.start_char, s.end_char, s.label_) for s in (*again.ents, *(s for g in again.spans.values() for s in g))}
    assert sorted(all_) == sorted((span.start, span.end, span.label) for span in item.spans)


def test_an_inside_that_nothing_begins_is_put_right_and_said(docs: Any, tmp_path: Path) -> None:
    attributes = docs.attrs
    tokens = msgspec.msgpack.decode(zlib.decompress(docs.to_bytes()))["tokens"]
    table = list(struct.unpack(f"<{8 * len(attributes)}Q", tokens))
    column = attributes.index(77)  # ENT_IOB
    table[2 * len(attributes) + column] = 1
    (tmp_path / "a.spacy").write_bytes(packed(docs, tokens=struct.pack(f"<{len(table)}Q", *table)))
    item, repair = read(tmp_path / "a.spacy", "")
    assert isinstance(item, Draft)
    assert marked(item)[0] == ("وزارة الصحة", "INSTITUTION")
    assert isinstance(repair, Repair)
    assert repair.reason.startswith("Document 1: I-INSTITUTION")


def span_group(start: int, end: int, label: int = 391) -> bytes:
    """A group with one span; 391 is the hash that spaCy has for DATE."""
    group = {"name": "sc", "attrs": {}, "spans": [struct.pack(">QQQllll", 0, 0, label, start, end, 0, 0)]}
    return msgspec.msgpack.encode({msgspec.msgpack.encode(group): ["sc"]})


@pytest.mark.parametrize(("start", "end"), [(0, 9), (-1, 2), (3, 3), (5, 2), (2**31 - 2, 2**31 - 1), (-(2**31), 1)])
def test_a_span_outside_of_its_document_is_refused(docs: Any, reading: Any, start: int, end: int) -> None:
    (item,), (reason,) = reading(packed(docs, span_groups=[span_group(start, end)]))
    assert len(item.spans) == 2
    assert reason == f"Document 1: A span from token {start} to {end} lies outside the document."


@pytest.mark.parametrize(
    "other",
    [
        {"lengths": b""},
        {"lengths": struct.pack("<i", 9)},
        {"lengths": struct.pack("<2i", -8, 16)},
        {"lengths": struct.pack("<2i", 2**31 - 1, 1)},
        {"lengths": b"123"},
        {"tokens": b""},
        {"tokens": b"1234567"},
        {"spaces": b""},
        {"attrs": []},
        {"attrs": ["ORTH"]},
        {"attrs": None},
        {"strings": 5},
        {"strings": [5]},
        {"flags": [{}, {}]},
        {"flags": [5]},
        {"span_groups": [b"", b""]},
        {"span_groups": [b"\xc1"]},
        {"span_groups": [msgspec.msgpack.encode([b"\x80"])]},
        {"span_groups": [msgspec.msgpack.encode([msgspec.msgpack.encode({"spans": [b"short"]})])]},
    ],
    ids=str,
)
def test_parts_that_do_not_fit_are_one_sentence(docs: Any, reading: Any, other: dict[str, Any]) -> None:
    items, (reason,) = reading(packed(docs, **other))
    assert items == []
    assert reason.startswith("It does not read as a DocBin of spaCy's: ")


@pytest.mark.parametrize("other", [{"strings": ["أعلنت"]}, {"span_groups": [span_group(0, 1, 5**20)]}], ids=str)
def test_a_text_that_the_file_does_not_have(docs: Any, reading: Any, other: dict[str, Any]) -> None:
    assert reading(packed(docs, **other)) == (
        [],
        ["Document 1: The file lacks the text of a word or a label in it."],
    )


def test_an_empty_document_does_not_cost_the_others(spacy: Any, docs: Any, reading: Any) -> None:
    (doc,) = docs.get_docs(spacy.blank("ar").vocab)
    empty = spacy.tokens.Doc(doc.vocab, words=[])
    items, refused = reading(spacy.tokens.DocBin(docs=[empty, doc, empty]))
    assert [len(item.spans) for item in items] == [5]
    assert refused == ["Document 1: The text is empty.", "Document 3: The text is empty."]
    assert reading(spacy.tokens.DocBin(docs=[])) == ([], [])


def test_a_bomb_is_not_unpacked(spacy: Any, docs: Any, reading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin_reading, "LARGEST", 2_000_000)
    assert reading(zlib.compress(bytes(10**8))) == ([], ["The file is larger than 2 MB."])
    many = zlib.decompress(docs.to_bytes()).replace(b"\xa7strings", b"\xa7strings\xdd\x7f\xff\xff\xff", 1)
    items, (reason,) = reading(zlib.compress(many))
    assert (items, "DocBin" in reason) == ([], True)
    assert reading(docs)[1] == []


def test_an_array_that_says_it_is_very_long(docs: Any, reading: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin_unpacking, "MOST", 20)
    assert reading(packed(docs, strings=[""] * 21)) == ([], ["It does not read as a DocBin of spaCy's: array"])


@pytest.mark.parametrize("file", [b"", b"x", b"\x78\x9c", zlib.compress(b""), zlib.compress(b"\x81\xa1a\x01")])
def test_no_file_is_too_broken(spacy: Any, reading: Any, file: bytes) -> None:
    items, refused = reading(file)
    assert (items, len(refused)) == ([], 1)
    assert not recognises("a.spacy", file)


def test_a_file_that_ends_too_early(docs: Any, reading: Any) -> None:
    assert reading(docs.to_bytes()[:-9]) == ([], ["The file ends too early."])


def test_it_is_recognised_by_a_look_inside(docs: Any, tmp_path: Path) -> None:
    path = tmp_path / "without-a-suffix"
    docs.to_disk(path)
    assert recognise(path) is docbin
    path.write_bytes(zlib.compress(b"some text, version and attrs"))
    assert recognise(path) is not docbin


def test_without_spacy_it_is_said_what_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optional, "installed", lambda package: False)
    path = tmp_path / "a.spacy"
    content = {"version": "0.1", "attrs": [65], "tokens": b"", "spaces": b"", "lengths": b"", "strings": [], "cats": []}
    path.write_bytes(zlib.compress(msgspec.msgpack.encode({**content, "flags": []})))
    assert recognise(path) is docbin
    (refusal,) = read(path, "")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == (
        'This needs spaCy, which is not installed. This installs it: pip install "arabic-news-annotator[spacy]"'
    )


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=9)), min_size=1, max_size=4))
def test_no_byte_may_break_it(tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, bytes]]) -> None:
    """Whatever is written over whatever place: articles or sentences, and no exception."""
    spacy = consumer("spacy")
    doc = spacy.tokens.Doc(spacy.vocab.Vocab(), words=["قال", "نعم", "غدا"], sent_starts=[True, False, False])
    doc.ents = [spacy.tokens.Span(doc, 1, 2, "PLAN", kb_id="Q1")]
    doc.spans["sc"] = [spacy.tokens.Span(doc, 0, 2, "DATE")]
    content = bytearray(zlib.decompress(spacy.tokens.DocBin(docs=[doc, doc]).to_bytes()))
    for place, data in changes:
        content[place % len(content) : place % len(content) + len(data)] = data
    path = tmp_path_factory.mktemp("docbin") / "a.spacy"
    path.write_bytes(zlib.compress(content))
    for item in read(path, ""):
        if isinstance(item, Draft):
            assert item.article.text
        else:
            assert "\n" not in item.reason
