"""A dataset for Hugging Face's `datasets`: Parquet with a sentence a row, and the card that describes it.

    id        string             the number of the article and that of the sentence, as in 12-3
    article   int64              the number of the article in its corpus
    text      string             the sentence without invisible marks
    tokens    list of string
    ner_tags  list of ClassLabel the tag of each token, of the flat spans
    spans     list of struct     start, end (code points of `text`, end exclusive) and label of all spans

The names of the tags are in the schema of each file, under the key `huggingface`, and in the card, so that
`datasets.load_dataset` of the folder has them. Rows are written in groups: memory does not grow with the file. How many
rows each article has is under the key `annotator`, since one without words has none.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

import msgspec
from msgspec import Struct

from annotator import optional
from annotator.formats.datasets.dataset_card import card
from annotator.formats.report import Report
from annotator.tagging import schemes
from annotator.tagging.combined import Sentence, TwofoldProjection, space
from annotator.tagging.schemes import CLOSING, OUTSIDE, Chunk
from annotator.text.detokenizer import locate

if TYPE_CHECKING:
    import pyarrow

NAME: Final = "huggingface"
SUFFIXES: Final = (".parquet",)
PACKAGE: Final = "pyarrow"
BESIDE: Final = "spans"
IN_FOLDER: Final = True
TAGS: Final = True

_FEATURES: Final = b"huggingface"
_COUNTS: Final = b"annotator"
_GROUP: Final = 5_000
"""Rows that are written at once."""

_Said: TypeAlias = tuple[list[str], list[Chunk], list[Chunk]]
"""A sentence: its tokens, the flat chunks, and all of them."""


class _Counts(Struct):
    rows: list[int]


class _Tags(Struct):
    names: list[str]


class _TagList(Struct):
    feature: _Tags


class _Named(Struct):
    ner_tags: _TagList


class _Info(Struct):
    features: _Named


class _Metadata(Struct):
    info: _Info


def missing() -> str:
    """Says what to install where pyarrow is missing."""
    return optional.missing("pyarrow", "huggingface")


def tag_names(labels: Sequence[str], scheme: str) -> list[str]:
    """The tags that a scheme has for these labels, in the order of their numbers."""
    kinds = ("B", "I", *CLOSING.get(scheme, ()))
    return [OUTSIDE, *(f"{kind}-{label}" for label in labels for kind in kinds)]


class _Sink:
    """A Parquet file under way."""

    def __init__(self, writer: "pyarrow.parquet.ParquetWriter", names: Sequence[str], scheme: str) -> None:
        self._writer, self._scheme = writer, scheme
        self._numbers = {name: number for number, name in enumerate(names)}
        self._rows: list[dict[str, Any]] = []
        self._counts: list[int] = []

    def add(self, article: TwofoldProjection) -> None:
        """Append one article. Raises OSError."""
        for number, sentence in enumerate(article.sentences, 1):
            tags = schemes.encode(len(sentence.tokens), sentence.flat, self._scheme)
            text, places = _laid_out(article, sentence)
            spans = [
                {"start": places[chunk.start][0], "end": places[chunk.end - 1][1], "label": chunk.label}
                for chunk in sentence.all
            ]
            row: dict[str, Any] = {"id": f"{article.article.id}-{number}", "article": article.article.id, "text": text}
            row |= {"tokens": [text[slice(*place)] for place in places], "spans": spans}
            self._rows.append({**row, "ner_tags": [self._numbers[tag] for tag in tags]})
        self._counts.append(len(article.sentences))
        if len(self._rows) >= _GROUP:
            self._flush()

    def finish(self) -> None:
        """Write what is left. Raises OSError."""
        self._flush()
        self._writer.add_key_value_metadata({_COUNTS: msgspec.json.encode(_Counts(self._counts))})

    def _flush(self) -> None:
        import pyarrow

        if self._rows:
            self._writer.write_table(pyarrow.Table.from_pylist(self._rows, self._writer.schema))
            self._rows = []


@contextmanager
def sink(stream: BinaryIO, labels: Sequence[str], scheme: str) -> Iterator[_Sink]:
    """A Parquet file on `stream`, whole when the block has ended well. Raises OSError."""
    from pyarrow.parquet import ParquetWriter

    names = tag_names(labels, scheme)
    with ParquetWriter(stream, _schema(names)) as writer:
        made = _Sink(writer, names, scheme)
        yield made
        made.finish()


def companions(report: Report, labels: Sequence[str]) -> Mapping[str, bytes]:
    """The card."""
    return {"README.md": card(report, tag_names(labels, report.scheme)).encode()}


def read_back(path: Path, scheme: str) -> Iterator[list[_Said]]:
    """The sentences of each article as pyarrow reads them. Raises ValueError, OSError."""
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        metadata = file.metadata.metadata
        names = msgspec.json.decode(metadata.get(_FEATURES, b""), type=_Metadata).info.features.ner_tags.feature.names
        counts = msgspec.json.decode(metadata.get(_COUNTS, b""), type=_Counts).rows
        rows = (row for batch in file.iter_batches(_GROUP) for row in batch.to_pylist())
        for count in counts:
            yield [_said(row, names, scheme) for row in islice(rows, count)]
        if next(rows, None) is not None:
            raise ValueError("rows")


def _schema(names: Sequence[str]) -> "pyarrow.Schema":
    import pyarrow

    string, number = pyarrow.string(), pyarrow.int64()
    span = pyarrow.struct([("start", number), ("end", number), ("label", string)])
    columns = {
        **{"id": string, "article": number, "text": string, "tokens": pyarrow.list_(string)},
        **{"ner_tags": pyarrow.list_(number), "spans": pyarrow.list_(span)},
    }
    features = {"info": {"features": _features(names)}}
    return pyarrow.schema(list(columns.items()), {_FEATURES: msgspec.json.encode(features)})


def _features(names: Sequence[str]) -> dict[str, Any]:
    """The columns as `datasets.Features` have them in JSON; in this form any version reads them."""
    string, number = {"dtype": "string", "_type": "Value"}, {"dtype": "int64", "_type": "Value"}
    return {
        **{"id": string, "article": number, "text": string, "tokens": {"feature": string, "_type": "Sequence"}},
        "ner_tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"},
        "spans": [{"start": number, "end": number, "label": string}],
    }


def _laid_out(article: TwofoldProjection, sentence: Sentence) -> tuple[str, list[tuple[int, int]]]:
    """The text of a sentence, and where in it each token is."""
    text = ""
    places = []
    before = sentence.tokens[0].start
    for token in sentence.tokens:
        text += space(article.article.text, before, token.start)
        word = article.word(token)
        places.append((len(text), len(text) + len(word)))
        text += word
        before = token.end
    return text, places


def _said(row: Mapping[str, Any], names: Sequence[str], scheme: str) -> _Said:
    """A row. Raises ValueError where its parts do not fit each other."""
    tokens: list[str] = row["tokens"]
    starts = locate(row["text"], tokens)
    if starts is None or not all(0 <= tag < len(names) for tag in row["ner_tags"]):
        raise ValueError(row["id"])
    begins = {start: at for at, start in enumerate(starts)}
    ends = {start + len(token): at + 1 for at, (start, token) in enumerate(zip(starts, tokens, strict=True))}
    if not all(span["start"] in begins and span["end"] in ends for span in row["spans"]):
        raise ValueError(row["id"])
    all_ = [Chunk(span["label"], begins[span["start"]], ends[span["end"]]) for span in row["spans"]]
    return tokens, schemes.decode([names[tag] for tag in row["ner_tags"]], scheme), all_
