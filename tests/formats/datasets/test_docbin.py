"""DocBin: files by spaCy are read as spaCy reads them, and hostile ones do no harm."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from consumers.reading import consumer
from formats import items
from formats.items import labelled_texts
from hypothesis import given
from hypothesis import strategies as st
from strategies import PIECES, examples

from annotator import optional_packages
from annotator.formats.datasets import docbin, docbin_reading
from annotator.formats.datasets.docbin_reading import read, sniff
from annotator.formats.registry import detect_format, find_companions
from annotator.model.records import AnnotatedArticle, Refusal, Repair
from annotator.text import spacy_tokenizer


@pytest.fixture(scope="module")
def spacy() -> Any:
    return consumer("spacy")


@pytest.fixture
def read_content(tmp_path: Path) -> Callable[..., tuple[list[AnnotatedArticle], list[str]]]:
    """Return a function that reads a DocBin or the bytes of a file, as articles and reasons of refusal."""

    def write_and_read(content: Any) -> tuple[list[AnnotatedArticle], list[str]]:
        data = content if isinstance(content, bytes) else content.to_bytes()
        articles, remarks = items.read_content(read, tmp_path / "a.spacy", data)
        assert {remark.line for remark in remarks} <= {0}
        return articles, [remark.reason for remark in remarks]

    return write_and_read


def pack_docs(docs: Any, **parts: Any) -> bytes:
    """Encode a DocBin with some of its parts replaced."""
    return zlib.compress(msgspec.msgpack.encode({**msgspec.msgpack.decode(zlib.decompress(docs.to_bytes())), **parts}))


@pytest.fixture
def docs(spacy: Any) -> Any:
    """Return a DocBin of one Doc with entities and span groups, with everything that spaCy stores by default."""
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


def test_entities_and_groups_are_read_once(docs: Any, read_content: Any) -> None:
    (item,), reasons = read_content(docs)
    assert reasons == []
    assert item.article.text == "😀 أعلنت وزارة الصحة\n\nخطة 2024."
    assert labelled_texts(item) == [
        ("وزارة الصحة", "INSTITUTION"),
        ("خطة 2024", "PLAN"),
        ("2024", "DATE"),
        ("الصحة\n\nخطة", "خاص"),
        ("😀", "DATE"),
    ]
    assert [span.value for span in item.spans] == ["Q1", None, None, "Q2", None]
    assert {span.annotator for span in item.spans} == {"ليلى"}


def test_text_with_unknown_spaces_is_built_from_its_words(spacy: Any, read_content: Any) -> None:
    """As `spacy convert` leaves it; doc.text would have a space before the full stop."""
    doc = spacy.tokens.Doc(spacy.blank("ar").vocab, words=["قال", ":", "نعم", ".", "غدا"], ents=["O"] * 4 + ["B-DATE"])
    for token, is_start in zip(doc, [True, False, False, False, True], strict=True):
        token.is_sent_start = is_start
    (item,), reasons = read_content(spacy.tokens.DocBin(docs=[doc]))
    assert (item.article.text, labelled_texts(item), reasons) == ("قال: نعم.\nغدا", [("غدا", "DATE")], [])
    assert [zone.kind for zone in item.zones] == ["body"]


words = st.sampled_from([piece for piece in PIECES if piece.strip() and "\0" not in piece] + ["\n", "  ", "DATE", "😀"])


@given(
    st.lists(st.tuples(words, st.booleans()), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(1, 4), st.sampled_from(["DATE", "PLAN", "ب"])), max_size=6),
    st.booleans(),
)
def test_files_are_read_as_by_spacy(
    tmp_path_factory: pytest.TempPathFactory,
    tokens: list[tuple[str, bool]],
    ranges: list[tuple[int, int, str]],
    is_default_group: bool,
) -> None:
    spacy = consumer("spacy")
    path = tmp_path_factory.mktemp("docbin") / "a.spacy"
    vocab = spacy.blank("ar").vocab
    doc = spacy.tokens.Doc(vocab, words=["قال", *(word for word, _ in tokens)], spaces=[True, *(s for _, s in tokens)])
    spans = [
        spacy.tokens.Span(doc, start, min(start + length, len(doc)), label)
        for start, length, label in ranges
        if start < len(doc)
    ]
    doc.ents = spacy.util.filter_spans(spans)
    doc.spans["sc" if is_default_group else "mine"] = spans
    spacy.tokens.DocBin(docs=[doc]).to_disk(path)
    (reread,) = spacy.tokens.DocBin().from_disk(path).get_docs(spacy.blank("ar").vocab)
    (item,) = read(path, "")
    assert isinstance(item, AnnotatedArticle)
    # An article has one kind of newline; the pieces have others, but of the same length.
    assert item.article.text == reread.text
    expected = {
        (s.start_char, s.end_char, s.label_) for s in (*reread.ents, *(s for g in reread.spans.values() for s in g))
    }
    assert sorted(expected) == sorted((span.start, span.end, span.label) for span in item.spans)


def test_an_inside_without_a_beginning_is_repaired_and_reported(docs: Any, tmp_path: Path) -> None:
    attributes = docs.attrs
    tokens = msgspec.msgpack.decode(zlib.decompress(docs.to_bytes()))["tokens"]
    table = list(struct.unpack(f"<{8 * len(attributes)}Q", tokens))
    column = attributes.index(77)  # ENT_IOB
    table[2 * len(attributes) + column] = 1
    (tmp_path / "a.spacy").write_bytes(pack_docs(docs, tokens=struct.pack(f"<{len(table)}Q", *table)))
    item, repair = read(tmp_path / "a.spacy", "")
    assert isinstance(item, AnnotatedArticle)
    assert labelled_texts(item)[0] == ("وزارة الصحة", "INSTITUTION")
    assert isinstance(repair, Repair)
    assert repair.reason.startswith("Document 1: I-INSTITUTION")


def span_group(start: int, end: int, label: int = 391) -> bytes:
    """Encode a group with one span; 391 is spaCy's hash of DATE."""
    group = {"name": "sc", "attrs": {}, "spans": [struct.pack(">QQQllll", 0, 0, label, start, end, 0, 0)]}
    return msgspec.msgpack.encode({msgspec.msgpack.encode(group): ["sc"]})


@pytest.mark.parametrize(("start", "end"), [(0, 9), (-1, 2), (3, 3), (5, 2), (2**31 - 2, 2**31 - 1), (-(2**31), 1)])
def test_a_span_outside_of_its_document_is_refused(docs: Any, read_content: Any, start: int, end: int) -> None:
    (item,), (reason,) = read_content(pack_docs(docs, span_groups=[span_group(start, end)]))
    assert len(item.spans) == 2
    assert reason == f"Document 1: A span from token {start} to {end} lies outside the document."


@pytest.mark.parametrize(
    "parts",
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
def test_inconsistent_parts_are_refused_with_one_message(docs: Any, read_content: Any, parts: dict[str, Any]) -> None:
    items, (reason,) = read_content(pack_docs(docs, **parts))
    assert items == []
    assert reason.startswith("The file is not a valid spaCy DocBin: ")


@pytest.mark.parametrize("parts", [{"strings": ["أعلنت"]}, {"span_groups": [span_group(0, 1, 5**20)]}], ids=str)
def test_a_missing_string_is_reported(docs: Any, read_content: Any, parts: dict[str, Any]) -> None:
    assert read_content(pack_docs(docs, **parts)) == (
        [],
        ["Document 1: The text of a word or label is missing from the file."],
    )


def test_an_empty_document_does_not_cost_the_others(spacy: Any, docs: Any, read_content: Any) -> None:
    (doc,) = docs.get_docs(spacy.blank("ar").vocab)
    empty = spacy.tokens.Doc(doc.vocab, words=[])
    items, reasons = read_content(spacy.tokens.DocBin(docs=[empty, doc, empty]))
    assert [len(item.spans) for item in items] == [5]
    assert reasons == ["Document 1: The text is empty.", "Document 3: The text is empty."]
    assert read_content(spacy.tokens.DocBin(docs=[])) == ([], [])


def test_a_bomb_is_not_unpacked(spacy: Any, docs: Any, read_content: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin_reading, "MAX_BYTES", 2_000_000)
    assert read_content(zlib.compress(bytes(10**8))) == ([], ["The file is larger than 2 MB."])
    many = zlib.decompress(docs.to_bytes()).replace(b"\xa7strings", b"\xa7strings\xdd\x7f\xff\xff\xff", 1)
    items, (reason,) = read_content(zlib.compress(many))
    assert (items, "DocBin" in reason) == ([], True)
    assert read_content(docs)[1] == []


def test_an_array_beyond_the_limit_is_refused(docs: Any, read_content: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin_reading, "MAX_ENTRIES", 20)
    reason = "The file is not a valid spaCy DocBin: too many values"
    assert read_content(pack_docs(docs, strings=[""] * 21)) == ([], [reason])


@pytest.mark.parametrize("file", [b"", b"x", b"\x78\x9c", zlib.compress(b""), zlib.compress(b"\x81\xa1a\x01")])
def test_broken_files_are_refused(spacy: Any, read_content: Any, file: bytes) -> None:
    items, reasons = read_content(file)
    assert (items, len(reasons)) == ([], 1)
    assert not sniff("a.spacy", file)


def test_a_truncated_file_is_refused(docs: Any, read_content: Any) -> None:
    assert read_content(docs.to_bytes()[:-9]) == ([], ["The file is truncated."])


def test_it_is_detected_by_its_content(docs: Any, tmp_path: Path) -> None:
    path = tmp_path / "without-a-suffix"
    docs.to_disk(path)
    assert detect_format(path) is docbin.FORMAT
    path.write_bytes(zlib.compress(b"some text, version and attrs"))
    assert detect_format(path) is not docbin.FORMAT


@pytest.mark.parametrize("name", ["train.spacy.tokenizer.json", "tokenizer.json", "../tokenizer.json"])
def test_tokenizer_of_a_file_in_the_current_folder_is_recognised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (tmp_path / "part").mkdir()
    monkeypatch.chdir(tmp_path / "part")
    Path("train.spacy").touch()
    assert find_companions(Path("train.spacy")) == []
    Path(name.replace("tokenizer.json", spacy_tokenizer.FILE_NAME)).touch()
    for path in (Path("train.spacy"), Path("train.spacy").absolute()):
        assert len(find_companions(path)) == 1


def test_without_spacy_the_message_names_the_package_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(optional_packages, "is_installed", lambda package: False)
    path = tmp_path / "a.spacy"
    content = {"version": "0.1", "attrs": [65], "tokens": b"", "spaces": b"", "lengths": b"", "strings": [], "cats": []}
    path.write_bytes(zlib.compress(msgspec.msgpack.encode({**content, "flags": []})))
    assert detect_format(path) is docbin.FORMAT
    (refusal,) = read(path, "")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == (
        'This needs spaCy, which is not installed. To install it, run this in a source checkout: pip install ".[spacy]"'
    )


@examples(300)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.binary(min_size=1, max_size=9)), min_size=1, max_size=4))
def test_changed_bytes_raise_no_exception(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, bytes]]
) -> None:
    """Any bytes at any position give articles or messages, and no exception."""
    spacy = consumer("spacy")
    doc = spacy.tokens.Doc(spacy.vocab.Vocab(), words=["قال", "نعم", "غدا"], sent_starts=[True, False, False])
    doc.ents = [spacy.tokens.Span(doc, 1, 2, "PLAN", kb_id="Q1")]
    doc.spans["sc"] = [spacy.tokens.Span(doc, 0, 2, "DATE")]
    content = bytearray(zlib.decompress(spacy.tokens.DocBin(docs=[doc, doc]).to_bytes()))
    for position, data in changes:
        content[position % len(content) : position % len(content) + len(data)] = data
    path = tmp_path_factory.mktemp("docbin") / "a.spacy"
    path.write_bytes(zlib.compress(content))
    for item in read(path, ""):
        if isinstance(item, AnnotatedArticle):
            assert item.article.text
        else:
            assert "\n" not in item.reason
