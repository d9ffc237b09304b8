"""spaCy's DocBin (`.spacy`), as `spacy train` takes it (https://spacy.io/api/docbin).

An article is a Doc, with the text of the exported zones without invisible marks and outer space. As in spaCy's
tokenizer, space beyond one blank is a token; omitted text between words is a newline. Sentence starts are set.
`doc.ents` has the flat spans, as it allows no overlaps; `doc.spans["sc"]`, for a `spancat`, has all. spaCy accepts
every span of these tokens: none is empty, or starts or ends with space. A span of the group has the uid of that in the
corpus as its id, and its value as kb_id; `doc.user_data` leads to the article (see _UserData).

spaCy makes the file. A file has at most 1,000 documents, as it keeps all in memory; more articles become a folder of
such files, which `spacy train` takes too. `docbin_reading` reads them back, and those of other programs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from annotator.file_ops import synced_file
from annotator.formats.datasets import docbin_reading
from annotator.formats.datasets.combined_tags import CombinedTags, ReadArticle, ReadSentence
from annotator.formats.datasets.docbin_reading import (
    ATTRIBUTE_BYTES,
    IOB_PREFIXES,
    SENTENCE_START,
    PackedDoc,
    read_documents,
)
from annotator.formats.format import Format, Trace, identify_span
from annotator.formats.report import Report
from annotator.i18n import N_, _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.paths import is_file
from annotator.tagging import schemes
from annotator.tagging.combined import CombinedProjection, space_between
from annotator.tagging.schemes import OUTSIDE, Chunk
from annotator.text import spacy_tokenizer

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from annotator.formats.reading import PendingRemark

MAX_DOCUMENTS: Final = 1_000
"""Documents of a file."""
MAX_TOKEN_BYTES: Final = 500_000_000
"""Bytes of a file's tokens, uncompressed."""

_SPAN_GROUP: Final = "sc"
_ATTRIBUTES: Final = ("ENT_IOB", "ENT_TYPE", "SENT_START")


class _UserData(Struct):
    """`doc.user_data`: `offsets` has where each token of the Doc begins in the article's text."""

    uid: str
    offsets: list[int]
    title: str
    published: str | None
    source: str | None
    url: str | None


class _DocBinTags(CombinedTags):
    """Docs in DocBins."""

    has_scheme = False
    has_size_limit = True
    max_articles = MAX_DOCUMENTS
    all_spans_field = 'doc.spans["sc"]'

    @contextmanager
    def open_sink(
        self, path: Path, labels: Sequence[str], scheme: str, depth: int
    ) -> Iterator[Callable[[CombinedProjection], object]]:
        """See Tags. `scheme` is unused, as Docs have no tags."""
        writer = _DocBinWriter(path)
        yield writer.add
        writer.finish()

    def encode_configuration(self) -> tuple[str, bytes]:
        """Return the tokenizer for spaCy."""
        return spacy_tokenizer.FILE_NAME, spacy_tokenizer.build_file()

    def build_companion_files(self, report: Report, labels: Sequence[str]) -> Mapping[str, bytes]:
        """See Tags."""
        return dict([self.encode_configuration()])

    def read_articles(self, path: Path, scheme: str) -> Iterator[ReadArticle]:
        """See CombinedTags. Space tokens are left out."""
        for file in sorted(path.glob(f"*{FORMAT.suffixes[0]}")) if path.is_dir() else [path]:
            yield from map(_read_article, read_documents(file, None))


class _DocBinWriter:
    """Writes documents to a file, or to a folder of files if `path` is one or there are too many for a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file_count = self._size = 0
        self._start_file()

    def add(self, article: CombinedProjection) -> None:
        """Append one article. Raises InvalidEdit if it does not fit, and OSError."""
        if len(self._docs) == MAX_DOCUMENTS:
            self._path.mkdir(exist_ok=True)
            self.finish()
            self._start_file()
        doc = build_doc(self._vocab, article)
        size = self._size + len(doc) * len(self._docs.attrs) * ATTRIBUTE_BYTES
        if size > MAX_TOKEN_BYTES:
            message = _("A DocBin holds at most {size} MB of tokens, and this article does not fit.")
            raise InvalidEdit(Reason(Code.ARTICLE_TOO_LONG, message.format(size=MAX_TOKEN_BYTES // 1_000_000)))
        self._size = size
        self._docs.add(doc)

    def finish(self) -> None:
        """Write the last documents."""
        self._file_count += 1
        name = f"{self._file_count:05}{FORMAT.suffixes[0]}"
        with synced_file(self._path / name if self._path.is_dir() else self._path) as file:
            file.write(self._docs.to_bytes())

    def _start_file(self) -> None:
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab

        self._vocab, self._docs, self._size = Vocab(), DocBin(attrs=_ATTRIBUTES, store_user_data=True), 0


def build_doc(vocab: Any, article: CombinedProjection) -> "Doc":
    """Return an article as a document of spaCy, with this vocabulary."""
    from spacy.tokens import Doc, Span

    text = article.article.text
    words: list[str] = []
    spaces: list[bool] = []
    starts: list[bool] = []
    offsets: list[int] = []
    flat: list[tuple[int, int, str]] = []
    all_: list[tuple[int, int, str, str, str]] = []
    previous_end: int | None = None
    for sentence in article.sentences:
        token_indices: list[int] = []
        for token in sentence.tokens:
            if previous_end is not None:
                gap = space_between(text, previous_end, token.start)
                spaces[-1] = gap.startswith(" ")
                if space := gap[spaces[-1] :]:
                    words.append(space)
                    spaces.append(False)
                    starts.append(False)
                    offsets.append(previous_end)
            previous_end = token.end
            starts.append(not token_indices)
            offsets.append(article.find_start(token))
            token_indices.append(len(words))
            words.append(article.token_text(token))
            spaces.append(False)
        flat += ((*_find_range(token_indices, chunk), chunk.label) for chunk in sentence.flat_chunks)
        all_ += (
            (*_find_range(token_indices, chunk), chunk.label, span.value or "", span.uid)
            for chunk, span in zip(sentence.all_chunks, sentence.spans, strict=True)
        )
    doc = Doc(vocab, words=words, spaces=spaces, sent_starts=starts)
    doc.ents = [Span(doc, start, end, label) for start, end, label in flat]
    doc.spans[_SPAN_GROUP] = [
        Span(doc, start, end, label, kb_id=value, span_id=uid) for start, end, label, value, uid in all_
    ]
    doc.user_data = {
        "uid": article.article.uid,
        "article": article.article.id,
        "offsets": offsets,
        **article.metadata(),
    }
    return doc


def _find_range(token_indices: Sequence[int], chunk: Chunk) -> tuple[int, int]:
    """Return the range of a chunk in the tokens of the Doc, of which a sentence has these."""
    return token_indices[chunk.start], token_indices[chunk.end - 1] + 1


def _read_article(document: PackedDoc) -> ReadArticle:
    """Return a document's sentences and trace. Raises ValueError for other programs' documents."""
    from spacy.attrs import ENT_IOB, ENT_TYPE, ORTH, SENT_START

    sentences: list[ReadSentence] = []
    positions: dict[int, tuple[int, int]] = {}  # of a token: its sentence, and its index in that
    remarks: list[PendingRemark] = []
    try:
        for index, (word, start) in enumerate(
            zip(document.attribute_texts(ORTH), document.columns[SENT_START], strict=True)
        ):
            if start == SENTENCE_START:
                sentences.append(ReadSentence([], [], []))
            if not word.isspace():
                positions[index] = len(sentences) - 1, len(sentences[-1].tokens)
                sentences[-1].tokens.append(word)
        kinds = zip(document.columns[ENT_IOB], document.attribute_texts(ENT_TYPE), strict=True)
        flat = schemes.decode(
            [f"{IOB_PREFIXES[kind]}-{label}" if kind in IOB_PREFIXES else OUTSIDE for kind, label in kinds]
        )
        spans = docbin_reading.read_span_groups(document, len(document.spaces), remarks)
        all_ = [Chunk(identify_span(label, uid, value), first, last + 1) for first, last, label, value, uid in spans]
        for is_flat, chunks in ((True, flat), (False, all_)):
            for label, first, end in chunks:
                (start_sentence, start), (end_sentence, last) = positions[first], positions[end - 1]
                if start_sentence != end_sentence:
                    raise ValueError(label)
                sentence = sentences[start_sentence]
                (sentence.flat_chunks if is_flat else sentence.all_chunks).append(Chunk(label, start, last + 1))
    except LookupError as error:
        raise ValueError(str(error)) from error
    if remarks:
        raise ValueError(remarks[0][1])
    user_data = msgspec.msgpack.decode(document.user_data, type=_UserData)
    if len(user_data.offsets) != len(document.spaces):
        raise ValueError("offsets")
    offsets = [user_data.offsets[index] for index in positions]
    starts = accumulate((len(sentence.tokens) for sentence in sentences[:-1]), initial=0)
    metadata = {name: getattr(user_data, name) for name in ("title", "published", "source", "url")}
    return ReadArticle(
        sentences, Trace(user_data.uid, [offsets[start] for start in starts] if sentences else [], offsets, metadata)
    )


def _find_tokenizers(path: Path) -> list[Path]:
    """Return the tokenizers that were exported with a file, or with the folder of a part."""
    name, folder = spacy_tokenizer.FILE_NAME, path.absolute().parent
    candidates = folder / f"{path.name}.{name}", folder / name, folder.parent / name
    return [candidate for candidate in candidates if is_file(candidate)]


FORMAT: Final = Format(
    name="spacy",
    title="spaCy DocBin",
    suffixes=(".spacy",),
    sniff=docbin_reading.sniff,
    read=docbin_reading.read,
    find_companions=_find_tokenizers,
    is_projection=True,
    is_binary=True,
    output=_DocBinTags(),
    export_title=N_("spaCy: training documents (DocBin)"),
    requires=docbin_reading.SPACY,
)
