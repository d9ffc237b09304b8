"""DocBin files written and read in batches: identical to spaCy's own, for any content."""

import io
import zlib
from typing import Any

import msgspec
import pytest
from consumers.reading import consumer
from hypothesis import given
from hypothesis import strategies as st
from strategies import PIECES

from annotator.formats.datasets import docbin_packing, docbin_unpacking
from annotator.formats.datasets.docbin_packing import DocBinPacker
from annotator.formats.datasets.docbin_unpacking import read_documents
from annotator.model.operations import InvalidEdit

ATTRIBUTES = ("ENT_IOB", "ENT_TYPE", "SENT_START")
words = st.sampled_from([piece for piece in PIECES if "\0" not in piece] + ["DATE", "\n", "قال", "نعم"])
docs = st.lists(st.lists(st.tuples(words, st.booleans()), max_size=6), max_size=7)


def build_doc(vocab: Any, tokens: list[tuple[str, bool]]) -> Any:
    spacy = consumer("spacy")
    doc = spacy.tokens.Doc(vocab, words=[word for word, _space in tokens], spaces=[space for _word, space in tokens])
    if len(doc):
        doc[0].is_sent_start = True
        doc.ents = [spacy.tokens.Span(doc, 0, 1, "PLAN")]
        doc.spans["sc"] = [spacy.tokens.Span(doc, 0, len(doc), "خاص"), spacy.tokens.Span(doc, 0, 1, "PLAN")]
    return doc


def pack_articles(articles: list[list[tuple[str, bool]]]) -> bytes:
    packer, stream = DocBinPacker(ATTRIBUTES), io.BytesIO()
    for tokens in articles:
        packer.add(build_doc(packer.vocab, tokens))
    packer.write(stream)
    return stream.getvalue()


@given(docs)
def test_packed_files_equal_those_of_spacy(articles: list[list[tuple[str, bool]]]) -> None:
    spacy = consumer("spacy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docbin_packing, "_BATCH_SIZE", 2)
        patch.setattr(docbin_packing, "_MAX_MEMORY", 64)
        packed = spacy.tokens.DocBin().from_bytes(pack_articles(articles))
    vocab = spacy.vocab.Vocab()
    expected = spacy.tokens.DocBin(attrs=ATTRIBUTES, docs=[build_doc(vocab, tokens) for tokens in articles])
    assert [values.tolist() for values in packed.tokens] == [values.tolist() for values in expected.tokens]
    assert [values.tolist() for values in packed.spaces] == [values.tolist() for values in expected.spaces]
    attributes = ("attrs", "strings", "cats", "flags", "span_groups")
    assert [getattr(packed, name) for name in attributes] == [getattr(expected, name) for name in attributes]
    reread = list(packed.get_docs(spacy.vocab.Vocab()))
    assert [doc.text for doc in reread] == [doc.text for doc in expected.get_docs(vocab)]


@given(docs)
def test_unpacking_returns_the_packed_documents(
    tmp_path_factory: pytest.TempPathFactory, articles: list[list[tuple[str, bool]]]
) -> None:
    spacy = consumer("spacy")
    path = tmp_path_factory.mktemp("docbin") / "a.spacy"
    path.write_bytes(pack_articles(articles))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docbin_unpacking, "_MAX_MEMORY", 64)
        patch.setattr(docbin_unpacking, "_CHUNK", 50)
        contents = list(map(doc_content, read_documents(path, None)))
    vocab = spacy.vocab.Vocab()
    built_docs = [build_doc(vocab, tokens) for tokens in articles]
    assert contents == [
        ([token.text for token in doc], [bool(token.whitespace_) for token in doc], [token.ent_type_ for token in doc])
        for doc in built_docs
    ]


def doc_content(document: docbin_unpacking.PackedDoc) -> tuple[list[str], list[bool], list[str]]:
    orth, ent_type = 65, 78
    return document.attribute_texts(orth), list(map(bool, document.spaces)), document.attribute_texts(ent_type)


def test_each_string_is_stored_once() -> None:
    consumer("spacy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docbin_packing, "_BATCH_SIZE", 1)
        content = pack_articles([[("قال", True)], [("نعم", True), ("قال", True)], [("قال", True)]])
    texts = msgspec.msgpack.decode(zlib.decompress(content))["strings"]
    assert sorted(texts) == ["", "PLAN", "خاص", "قال", "نعم"]


def test_a_document_without_room_is_refused_and_the_others_are_kept() -> None:
    spacy = consumer("spacy")
    packer, stream = DocBinPacker(ATTRIBUTES), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docbin_packing, "MAX_COLUMN_BYTES", 3 * 4 * 8)
        packer.add(build_doc(packer.vocab, [("نعم", True)] * 2))
        with pytest.raises(InvalidEdit, match="does not fit"):
            packer.add(build_doc(packer.vocab, [("قال", True)] * 2))
        packer.add(build_doc(packer.vocab, [("غدا", True)]))
        packer.write(stream)
    reread = spacy.tokens.DocBin().from_bytes(stream.getvalue()).get_docs(spacy.vocab.Vocab())
    assert [doc.text for doc in reread] == ["نعم نعم ", "غدا "]


@pytest.mark.parametrize(
    "object_",
    [
        *(b"\xc0", b"\xc4\x02ab", b"\xc7\x01\x05a", b"\xca1234", b"\xd8" + b"1" * 17, b"\xdc\x00\x01\xc3"),
        *(b"\xde\x00\x01\x01\x02", b"\xe0", b"\x7f", b"\xa1a", b"\x92\x01\x91\x02"),
    ],
)
def test_unknown_objects_are_skipped(object_: bytes) -> None:
    file = io.BytesIO(b"\x01" + object_ + b"end")
    assert docbin_unpacking._read_object(file, 1) == object_
    with pytest.raises(ValueError, match="end"):
        docbin_unpacking._read_object(io.BytesIO(object_[:-1]), 0)
