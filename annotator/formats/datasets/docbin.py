"""spaCy's DocBin (`.spacy`): documents of tokens as `spacy train` takes them (https://spacy.io/api/docbin).

An article is a Doc. Its text is that of the exported zones, without invisible marks and without the space at its two
ends: the space between words is in it as it is in the article, as a token of its own where it is more than one blank,
as spaCy's tokenizer has it; what is left out between two words is a newline. Sentences have their starts. `doc.ents`
are the flat spans, since they may not overlap there; `doc.spans["sc"]`, which is where a `spancat` looks, has all of
them. spaCy takes every span of these tokens: none is empty, or begins or ends with space.

spaCy makes the documents, a few at a time (`docbin_packing`). They are read back without it (`docbin_unpacking`), since
it would have all of them in memory at once. How a file is read that another program has made is in `docbin_reading`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

from annotator.formats.datasets import docbin_reading
from annotator.formats.datasets.docbin_packing import Packing
from annotator.formats.datasets.docbin_reading import KINDS, STARTS
from annotator.formats.datasets.docbin_unpacking import Document, documents
from annotator.formats.report import Report
from annotator.tagging import schemes
from annotator.tagging.combined import TwofoldProjection, space
from annotator.tagging.schemes import OUTSIDE, Chunk

if TYPE_CHECKING:
    from spacy.tokens import Doc

NAME: Final = "spacy"
SUFFIXES: Final = (".spacy",)
PACKAGE: Final = "spacy"
BESIDE: Final = 'doc.spans["sc"]'
IN_FOLDER: Final = False
TAGS: Final = False

_GROUP: Final = "sc"
_ATTRIBUTES: Final = ("ENT_IOB", "ENT_TYPE", "SENT_START")

_Said: TypeAlias = tuple[list[str], list[Chunk], list[Chunk]]
"""A sentence: its tokens, the flat chunks, and all of them."""

recognises = docbin_reading.recognises
read = docbin_reading.read
missing = docbin_reading.missing


class _Sink:
    """Gathers the articles in a DocBin."""

    def __init__(self) -> None:
        self.packing = Packing(_ATTRIBUTES)

    def add(self, article: TwofoldProjection) -> None:
        """Append one article. Raises Rejected where the file has no room for it, OSError."""
        self.packing.add(_doc(self.packing.vocab, article))


@contextmanager
def sink(stream: BinaryIO, labels: Sequence[str], scheme: str) -> Iterator[_Sink]:
    """A DocBin that is written to `stream` when the block has ended well; Docs have no tags, so no `scheme` counts.
    Raises OSError."""
    made = _Sink()
    yield made
    made.packing.write(stream)


def companions(report: Report, labels: Sequence[str]) -> Mapping[str, bytes]:
    """Nothing lies beside a DocBin."""
    return {}


def read_back(path: Path, scheme: str) -> Iterator[list[_Said]]:
    """The sentences of each article, space left out. Raises ValueError, OSError."""
    return map(_said, documents(path, None))


def _doc(vocab: Any, article: TwofoldProjection) -> "Doc":
    from spacy.tokens import Doc, Span

    text = article.article.text
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[bool] = []
    flat: list[tuple[int, int, str]] = []
    all_: list[tuple[int, int, str]] = []
    before: int | None = None
    for sentence in article.sentences:
        places: list[int] = []
        for token in sentence.tokens:
            if before is not None:
                between = space(text, before, token.start)
                spaces[-1] = between.startswith(" ")
                if rest := between[spaces[-1] :]:
                    words.append(rest)
                    spaces.append(False)
                    starts.append(False)
            before = token.end
            starts.append(not places)
            places.append(len(words))
            words.append(article.word(token))
            spaces.append(False)
        for chunks, found in ((sentence.flat, flat), (sentence.all, all_)):
            found += ((places[chunk.start], places[chunk.end - 1] + 1, chunk.label) for chunk in chunks)
    doc = Doc(vocab, words=words, spaces=spaces, sent_starts=starts)
    doc.ents = [Span(doc, *stretch) for stretch in flat]
    doc.spans[_GROUP] = [Span(doc, *stretch) for stretch in all_]
    return doc


def _said(document: Document) -> list[_Said]:
    """The sentences of a document. Raises ValueError where it is none that this has written."""
    from spacy.attrs import ENT_IOB, ENT_TYPE, ORTH, SENT_START

    sentences: list[_Said] = []
    places: dict[int, tuple[int, int]] = {}  # of a token: its sentence, and where it is there
    refused: list[docbin_reading.Said] = []
    try:
        for at, (word, start) in enumerate(zip(document.said(ORTH), document.columns[SENT_START], strict=True)):
            if start == STARTS:
                sentences.append(([], [], []))
            if not word.isspace():
                places[at] = len(sentences) - 1, len(sentences[-1][0])
                sentences[-1][0].append(word)
        kinds = zip(document.columns[ENT_IOB], document.said(ENT_TYPE), strict=True)
        flat = schemes.decode([f"{KINDS[kind]}-{label}" if kind in KINDS else OUTSIDE for kind, label in kinds])
        spans = docbin_reading.grouped(document, len(document.spaces), refused)
        all_ = [Chunk(label, first, last + 1) for first, last, label, _value in spans]
        for is_flat, chunks in ((True, flat), (False, all_)):
            for label, first, end in chunks:
                (begins, start), (ends, last) = places[first], places[end - 1]
                if begins != ends:
                    raise ValueError(label)
                _words, some, every = sentences[begins]
                (some if is_flat else every).append(Chunk(label, start, last + 1))
    except LookupError as error:
        raise ValueError(str(error)) from error
    if refused:
        raise ValueError(refused[0][1])
    return sentences
