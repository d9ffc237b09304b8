"""A DocBin that is made and read a few documents at a time: the same as spaCy has it, whatever is in it."""

import io
import zlib
from typing import Any

import msgspec
import pytest
from consumers.reading import consumer
from hypothesis import given
from hypothesis import strategies as st
from text.texts import PIECES

from annotator.formats.datasets import docbin_packing, docbin_unpacking
from annotator.formats.datasets.docbin_packing import Packing
from annotator.formats.datasets.docbin_unpacking import documents
from annotator.model.operations import Rejected

ATTRIBUTES = ("ENT_IOB", "ENT_TYPE", "SENT_START")
words = st.sampled_from([piece for piece in PIECES if "\0" not in piece] + ["DATE", "\n", "قال", "نعم"])
docs = st.lists(st.lists(st.tuples(words, st.booleans()), max_size=6), max_size=7)


def doc(vocab: Any, tokens: list[tuple[str, bool]]) -> Any:
    spacy = consumer("spacy")
    made = spacy.tokens.Doc(vocab, words=[word for word, _space in tokens], spaces=[space for _word, space in tokens])
    if len(made):
        made[0].is_sent_start = True
        made.ents = [spacy.tokens.Span(made, 0, 1, "PLAN")]
        made.spans["sc"] = [spacy.tokens.Span(made, 0, len(made), "خاص"), spacy.tokens.Span(made, 0, 1, "PLAN")]
    return made


def packed(articles: list[list[tuple[str, bool]]]) -> bytes:
    packing, stream = Packing(ATTRIBUTES), io.BytesIO()
    for tokens in articles:
        packing.add(doc(packing.vocab, tokens))
    packing.write(stream)
    return stream.getvalue()


@given(docs)
def test_spacy_reads_what_it_would_have_written_itself(articles: list[list[tuple[str, bool]]]) -> None:
    spacy = consumer("spacy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docbin_packing, "_AT_ONCE", 2)
        patch.setattr(docbin_packing, "_IN_MEMORY", 64)
        found = spacy.tokens.DocBin().from_bytes(packed(articles))
    vocab = spacy.vocab.Vocab()
    own = spacy.tokens.DocBin(attrs=ATTRIBUTES, docs=[doc(vocab, tokens) for tokens in articles])
    assert [one.tolist() for one in found.tokens] == [one.tolist() for one in own.tokens]
    assert [one.tolist() for one in found.spaces] == [one.tolist() for one in own.spaces]
    same = ("attrs", "strings", "cats", "flags", "span_groups")
    assert [getattr(found, name) for name in same] == [getattr(own, name) for name in same]
    again = list(found.get_docs(spacy.vocab.Vocab()))
    assert [one.text for one in again] == [one.text for one in own.get_docs(vocab)]


@given(docs)
def test_what_is_unpacked_is_what_was_packed(
    tmp_path_factory: pytest.TempPathFactory, articles: list[list[tuple[str, bool]]]
) -> None:
    spacy = consumer("spacy")
    path = tmp_path_factory.mktemp("docbin") / "a.spacy"
    path.write_bytes(packed(articles))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docbin_unpacking, "_IN_MEMORY", 64)
        patch.setattr(docbin_unpacking, "_CHUNK", 50)
        found = list(map(said, documents(path, None)))
    vocab = spacy.vocab.Vocab()
    made = [doc(vocab, tokens) for tokens in articles]
    assert found == [
        ([token.text for token in one], [bool(token.whitespace_) for token in one], [token.ent_type_ for token in one])
        for one in made
    ]


def said(document: docbin_unpacking.Document) -> tuple[list[str], list[bool], list[str]]:
    orth, ent_type = 65, 78
    return document.said(orth), list(map(bool, document.spaces)), document.said(ent_type)


def test_each_text_is_in_the_file_once() -> None:
    consumer("spacy")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docbin_packing, "_AT_ONCE", 1)
        content = packed([[("قال", True)], [("نعم", True), ("قال", True)], [("قال", True)]])
    texts = msgspec.msgpack.decode(zlib.decompress(content))["strings"]
    assert sorted(texts) == ["", "PLAN", "خاص", "قال", "نعم"]


def test_a_document_for_which_there_is_no_room_is_rejected_and_the_others_stay() -> None:
    spacy = consumer("spacy")
    packing, stream = Packing(ATTRIBUTES), io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docbin_packing, "ROOM", 3 * 4 * 8)
        packing.add(doc(packing.vocab, [("نعم", True)] * 2))
        with pytest.raises(Rejected, match="room"):
            packing.add(doc(packing.vocab, [("قال", True)] * 2))
        packing.add(doc(packing.vocab, [("غدا", True)]))
        packing.write(stream)
    found = spacy.tokens.DocBin().from_bytes(stream.getvalue()).get_docs(spacy.vocab.Vocab())
    assert [one.text for one in found] == ["نعم نعم ", "غدا "]


@pytest.mark.parametrize(
    "thing",
    [
        *(b"\xc0", b"\xc4\x02ab", b"\xc7\x01\x05a", b"\xca1234", b"\xd8" + b"1" * 17, b"\xdc\x00\x01\xc3"),
        *(b"\xde\x00\x01\x01\x02", b"\xe0", b"\x7f", b"\xa1a", b"\x92\x01\x91\x02"),
    ],
)
def test_what_it_does_not_know_is_passed_over(thing: bytes) -> None:
    file = io.BytesIO(b"\x01" + thing + b"end")
    assert docbin_unpacking._whole(file, 1) == thing
    with pytest.raises(ValueError, match="end"):
        docbin_unpacking._whole(io.BytesIO(thing[:-1]), 0)
