"""A dataset for Hugging Face's `datasets`: Parquet with a sentence a row, one with an article a row, and its card.

For the articles see `article_table`. The sentences have

    id        string             the numbers of article and sentence, as in 12-3
    article   int64              the article's number in its corpus
    uid       string             its uid, the SHA-256 of its text
    title     string             and published, source, url: of the article
    start     int64              where the sentence begins in the article's text, in code points
    text      string             without invisible marks
    tokens    list of string
    offsets   list of int64      where each token begins in the article's text
    ner_tags  list of ClassLabel the tags of the flat spans
    spans     list of struct     start, end (code points of `text`, end exclusive), label, uid and value of all spans

The names of the tags are in the card and in each file's schema, under the key `huggingface`, for
`datasets.load_dataset` of the folder. Rows are written in groups, to limit memory. The key `annotator` has each
article's number of rows, since one without words has none.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from annotator.file_ops import synced_file
from annotator.formats.datasets.article_table import (
    FEATURES_KEY,
    ArticleSink,
    articles_path,
    build_article_row,
    build_article_schema,
    read_rows,
    read_stored_articles,
)
from annotator.formats.datasets.combined_tags import CombinedTags, ReadArticle, ReadSentence
from annotator.formats.datasets.dataset_card import build_card
from annotator.formats.format import Format, Requirement, Trace, identify_span
from annotator.formats.report import Report
from annotator.i18n import N_
from annotator.tagging import schemes
from annotator.tagging.combined import CombinedProjection, CombinedSentence, space_between
from annotator.tagging.schemes import END_LETTERS, OUTSIDE, Chunk
from annotator.text.detokenizer import find_token_starts

if TYPE_CHECKING:
    import pyarrow

_COUNTS_KEY: Final = b"annotator"
_METADATA: Final = ("title", "published", "source", "url")
_ROW_GROUP_SIZE: Final = 5_000
"""Rows that are written at once."""


class _Counts(Struct):
    rows: list[int]


def list_tags(labels: Sequence[str], scheme: str) -> list[str]:
    """Return a scheme's tags for these labels, in the order of their numbers."""
    kinds = ("B", "I", *END_LETTERS.get(scheme, ()))
    return [OUTSIDE, *(f"{kind}-{label}" for label in labels for kind in kinds)]


class _ParquetSink:
    """A Parquet file while it is written."""

    def __init__(self, writer: "pyarrow.parquet.ParquetWriter", names: Sequence[str], scheme: str) -> None:
        self._writer, self._scheme = writer, scheme
        self._numbers = number_tags(names)
        self._rows: list[dict[str, Any]] = []
        self._counts: list[int] = []

    def add(self, article: CombinedProjection) -> None:
        """Append one article. Raises OSError."""
        self._rows += build_rows(article, self._numbers, self._scheme)
        self._counts.append(len(article.sentences))
        if len(self._rows) >= _ROW_GROUP_SIZE:
            self._flush()

    def finish(self) -> None:
        """Write the remaining rows and the counts. Raises OSError."""
        self._flush()
        self._writer.add_key_value_metadata({_COUNTS_KEY: msgspec.json.encode(_Counts(self._counts))})

    def _flush(self) -> None:
        import pyarrow

        if self._rows:
            self._writer.write_table(pyarrow.Table.from_pylist(self._rows, self._writer.schema))
            self._rows = []


def number_tags(names: Sequence[str]) -> dict[str, int]:
    """Return the number of each tag."""
    return {name: number for number, name in enumerate(names)}


def build_rows(article: CombinedProjection, numbers: Mapping[str, int], scheme: str) -> Iterator[dict[str, Any]]:
    """Yield a row for each sentence of an article; `numbers` are those of the tags."""
    for number, sentence in enumerate(article.sentences, 1):
        tags = schemes.encode(len(sentence.tokens), sentence.flat_chunks, scheme)
        text, token_ranges = _layout_text(article, sentence)
        spans = [
            {
                **{"start": token_ranges[chunk.start][0], "end": token_ranges[chunk.end - 1][1]},
                **{"label": chunk.label, "uid": span.uid, "value": span.value},
            }
            for chunk, span in zip(sentence.all_chunks, sentence.spans, strict=True)
        ]
        offsets = [article.find_start(token) for token in sentence.tokens]
        row: dict[str, Any] = {"id": f"{article.article.id}-{number}", "article": article.article.id, "text": text}
        row |= {"uid": article.article.uid, **article.metadata(), "start": offsets[0], "offsets": offsets}
        row |= {"tokens": [text[slice(*range_)] for range_ in token_ranges], "spans": spans}
        yield {**row, "ner_tags": [numbers[tag] for tag in tags]}


class TableBuilder:
    """The rows of articles as a table in memory, with the schema of a file."""

    def __init__(
        self, schema: "pyarrow.Schema", build_rows: Callable[[CombinedProjection], Iterable[dict[str, Any]]]
    ) -> None:
        self._schema, self._build_rows = schema, build_rows
        self._tables = [schema.empty_table()]
        self._rows: list[dict[str, Any]] = []

    def add(self, article: CombinedProjection) -> None:
        """Append one article."""
        self._rows += self._build_rows(article)
        if len(self._rows) >= _ROW_GROUP_SIZE:
            self._flush()

    def build(self) -> "pyarrow.Table":
        """Return the table."""
        import pyarrow

        self._flush()
        return pyarrow.concat_tables(self._tables)

    def _flush(self) -> None:
        import pyarrow

        self._tables.append(pyarrow.Table.from_pylist(self._rows, self._schema))
        self._rows = []


def build_sentence_table(labels: Sequence[str], scheme: str) -> TableBuilder:
    """Return the table of sentences without rows."""
    names = list_tags(labels, scheme)
    numbers = number_tags(names)
    return TableBuilder(build_schema(names), lambda article: build_rows(article, numbers, scheme))


def build_article_table(part: str) -> TableBuilder:
    """Return the table of the articles of a part without rows."""
    return TableBuilder(build_article_schema(), lambda article: [build_article_row(article, part)])


class _ParquetTags(CombinedTags):
    """Sentences in a Parquet file, in a folder with the card."""

    is_folder = True
    all_spans_field = "spans"
    names_annotator = True
    stored_fields = CombinedTags.stored_fields | {"note"}

    @contextmanager
    def open_sink(
        self, path: Path, labels: Sequence[str], scheme: str, depth: int
    ) -> Iterator[Callable[[CombinedProjection], object]]:
        """See Tags."""
        from pyarrow.parquet import ParquetWriter

        names = list_tags(labels, scheme)
        articles_path(path).parent.mkdir(exist_ok=True)
        with (
            synced_file(path) as file,
            ParquetWriter(file, build_schema(names)) as writer,
            synced_file(articles_path(path)) as article_file,
            ParquetWriter(article_file, build_article_schema()) as article_writer,
        ):
            sink, articles = _ParquetSink(writer, names, scheme), ArticleSink(article_writer, path.stem)

            def add(article: CombinedProjection) -> None:
                sink.add(article)
                articles.add(article)

            yield add
            sink.finish()
            articles.flush()

    def read_articles(self, path: Path, scheme: str) -> Iterator[ReadArticle]:
        """See CombinedTags."""
        from pyarrow.parquet import ParquetFile

        with ParquetFile(path) as file:
            metadata = file.metadata.metadata
            names = _read_tag_names(metadata.get(FEATURES_KEY, b""))
            counts = msgspec.json.decode(metadata.get(_COUNTS_KEY, b""), type=_Counts).rows
            rows = read_rows(file, _ROW_GROUP_SIZE)
            for count, stored in zip(counts, read_stored_articles(path), strict=True):
                yield _read_article(list(islice(rows, count)), names, scheme)._replace(stored=stored)
            if next(rows, None) is not None:
                raise ValueError("rows")

    def build_companion_files(self, report: Report, labels: Sequence[str]) -> Mapping[str, bytes]:
        """Return the card."""
        return {"README.md": build_card(report, list_tags(labels, report.scheme)).encode()}


def build_schema(names: Sequence[str]) -> "pyarrow.Schema":
    """Return the columns, with the names of the tags in the metadata."""
    import pyarrow

    string, number = pyarrow.string(), pyarrow.int64()
    span = [("start", number), ("end", number), ("label", string), ("uid", string), ("value", string)]
    columns = {
        **{"id": string, "article": number, "uid": string, "title": string, "published": string, "source": string},
        **{"url": string, "start": number, "text": string, "tokens": pyarrow.list_(string)},
        **{"offsets": pyarrow.list_(number), "ner_tags": pyarrow.list_(number)},
        "spans": pyarrow.list_(pyarrow.struct(span)),
    }
    features = {"info": {"features": _build_features(names)}}
    return pyarrow.schema(list(columns.items()), {FEATURES_KEY: msgspec.json.encode(features)})


def _build_features(names: Sequence[str]) -> dict[str, Any]:
    """Return the columns in JSON that any version of `datasets` reads."""
    string, number = {"dtype": "string", "_type": "Value"}, {"dtype": "int64", "_type": "Value"}
    return {
        **{"id": string, "article": number, "uid": string, "title": string, "published": string, "source": string},
        **{"url": string, "start": number, "text": string, "tokens": {"feature": string, "_type": "Sequence"}},
        "offsets": {"feature": number, "_type": "Sequence"},
        "ner_tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"},
        "spans": [{"start": number, "end": number, "label": string, "uid": string, "value": string}],
    }


def _read_tag_names(features: bytes) -> list[str]:
    """Return the names of the tags, as `build_schema` stores them. Raises ValueError."""
    try:
        names = msgspec.json.decode(features)["info"]["features"]["ner_tags"]["feature"]["names"]
    except (LookupError, TypeError) as error:
        raise ValueError("features") from error
    return msgspec.convert(names, list[str])


def _layout_text(article: CombinedProjection, sentence: CombinedSentence) -> tuple[str, list[tuple[int, int]]]:
    """Return a sentence's text, and the range of each token."""
    text = ""
    token_ranges = []
    previous_end = sentence.tokens[0].start
    for token in sentence.tokens:
        text += space_between(article.article.text, previous_end, token.start)
        word = article.token_text(token)
        token_ranges.append((len(text), len(text) + len(word)))
        text += word
        previous_end = token.end
    return text, token_ranges


def _read_article(rows: Sequence[Mapping[str, Any]], names: Sequence[str], scheme: str) -> ReadArticle:
    """Return the article of these rows. Raises ValueError if they do not fit."""
    sentences = [_read_sentence(row, names, scheme) for row in rows]
    traces = {(row["uid"], *(row[name] for name in _METADATA)) for row in rows}
    if len(traces) > 1 or any(len(row["offsets"]) != len(row["tokens"]) for row in rows):
        raise ValueError(rows[0]["id"])
    offsets = [offset for row in rows for offset in row["offsets"]]
    for uid, *metadata in traces:
        starts = [row["start"] for row in rows]
        return ReadArticle(sentences, Trace(uid, starts, offsets, dict(zip(_METADATA, metadata, strict=True))))
    return ReadArticle(sentences, None)


def _read_sentence(row: Mapping[str, Any], names: Sequence[str], scheme: str) -> ReadSentence:
    """Return the sentence of a row. Raises ValueError if its parts do not fit."""
    tokens: list[str] = row["tokens"]
    starts = find_token_starts(row["text"], tokens)
    if starts is None or not all(0 <= tag < len(names) for tag in row["ner_tags"]):
        raise ValueError(row["id"])
    index_by_start = {start: index for index, start in enumerate(starts)}
    index_by_end = {
        start + len(token): index + 1 for index, (start, token) in enumerate(zip(starts, tokens, strict=True))
    }
    if not all(span["start"] in index_by_start and span["end"] in index_by_end for span in row["spans"]):
        raise ValueError(row["id"])
    all_ = [
        Chunk(
            identify_span(span["label"], span["uid"], span["value"]),
            *(index_by_start[span["start"]], index_by_end[span["end"]]),
        )
        for span in row["spans"]
    ]
    return ReadSentence(tokens, schemes.decode([names[tag] for tag in row["ner_tags"]], scheme), all_)


FORMAT: Final = Format(
    name="huggingface",
    title=N_("Hugging Face: a folder of sentences (Parquet)"),
    suffixes=(".parquet",),
    output=_ParquetTags(),
    requires=Requirement("pyarrow", "pyarrow", "huggingface"),
)
