"""spaCy's DocBin (`.spacy`): documents of tokens as `spacy train` takes them (https://spacy.io/api/docbin).

An article is a Doc. Its text is that of the exported zones, without invisible marks and without the space at its two
ends: the space between words is in it as it is in the article, as a token of its own where it is more than one blank,
as spaCy's tokenizer has it; what is left out between two words is a newline. Sentences have their starts. `doc.ents`
are the flat spans, since they may not overlap there; `doc.spans["sc"]`, which is where a `spancat` looks, has all of
them. spaCy takes every span of these tokens: none is empty, or begins or ends with space.

A DocBin is in memory as a whole when it is written and when it is read. How one is read that another program has
made is in `docbin_reading`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

from annotator.core.tagging import Chunk
from annotator.core.twofold import TwofoldProjection, space
from annotator.formats import docbin_reading
from annotator.formats.report import Report

if TYPE_CHECKING:
    from spacy.tokens import Doc

NAME: Final = "spacy"
SUFFIXES: Final = (".spacy",)
PACKAGE: Final = "spacy"
BESIDE: Final = 'doc.spans["sc"]'
COMPANIONS: Final[tuple[str, ...]] = ()
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
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab

        self.docs = DocBin(attrs=_ATTRIBUTES)
        self._vocab = Vocab()

    def add(self, article: TwofoldProjection) -> None:
        """Append one article."""
        self.docs.add(_doc(self._vocab, article))


@contextmanager
def sink(stream: BinaryIO, labels: Sequence[str], scheme: str) -> Iterator[_Sink]:
    """A DocBin that is written to `stream` when the block has ended well; Docs have no tags, so no `scheme` counts."""
    made = _Sink()
    yield made
    stream.write(made.docs.to_bytes())


def companions(report: Report, labels: Sequence[str]) -> Iterator[bytes]:
    """Nothing lies beside a DocBin."""
    return iter(())


def read_back(path: Path, scheme: str) -> Iterator[list[_Said]]:
    """The sentences of each article as spaCy reads them, space left out. Raises ValueError, OSError."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    for doc in DocBin().from_disk(path).get_docs(Vocab()):
        yield _said(doc)


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


def _said(doc: "Doc") -> list[_Said]:
    """The sentences of a Doc. Raises ValueError for a span that no sentence holds."""
    sentences: list[_Said] = []
    places: dict[int, tuple[int, int]] = {}  # of a token: its sentence, and where it is there
    for token in doc:
        if token.is_sent_start:
            sentences.append(([], [], []))
        if not token.text.isspace():
            words = sentences[-1][0]
            places[token.i] = len(sentences) - 1, len(words)
            words.append(token.text)
    for flat, spans in ((True, doc.ents), (False, doc.spans.get(_GROUP, ()))):
        for span in spans:
            begins, ends = places.get(span.start), places.get(span.end - 1)
            if begins is None or ends is None or begins[0] != ends[0]:
                raise ValueError(repr(span))
            _words, some, all_ = sentences[begins[0]]
            (some if flat else all_).append(Chunk(span.label_, begins[1], ends[1] + 1))
    return sentences
